/** The right pane: write as a customer on one of the networks, and see what customers see. */

import { CROWD, crowd } from "./crowd.js";
import { fill, h, iconButton, keep } from "./dom.js";
import { NETWORKS, erase, write } from "./networks.js";
import { SAMPLES } from "./samples.js";
import { drawMessages, drawPosts, stars } from "./timeline.js";
import { lang, w } from "./words.js";

const NEW = "+";
const KINDS = ["mention", "review", "reply", "dm"];

export class Customer {
  #complain;
  #tz = "Asia/Tokyo";
  #network = "x";
  #kind = "mention";
  #parent = null;
  #state = null;
  #networks;
  #kinds;
  #person = h("select", { ...field("person"), on: { change: () => this.#drawNew() } });
  #new;
  #handle = h("input", { ...field("handle"), autocomplete: "off" });
  #name = h("input", { ...field("name"), autocomplete: "off" });
  #stars = h("select", field("stars"), [1, 2, 3, 4, 5].map((n) => h("option", { value: n }, stars(n))));
  #rating;
  #answering = h("p", { class: "answering", data: { testid: "customer-replying-to" } });
  #samples = h("div", { class: "samples", role: "group" });
  #text = h("textarea", { ...field("text"), rows: 3 });
  #send = h("button", {
    class: "button button-primary",
    type: "submit",
    data: { testid: "customer-send" },
  });
  #crowd = h("button", {
    class: "sample",
    type: "button",
    data: { testid: "customer-crowd" },
    on: { click: () => this.#gather() },
  });
  #brand = h("p", { class: "brand-line", data: { testid: "customer-brand" } });
  #posts = h("div", { class: "timeline", data: { testid: "customer-timeline" } });
  #messages = h("div", { class: "timeline", data: { testid: "customer-messages" } });

  /** `complain(sentence)` tells the person on this page what did not work. */
  constructor(complain) {
    this.#complain = complain;
    this.#networks = this.#segments(
      "network",
      Object.keys(NETWORKS),
      (name) => NETWORKS[name].title(),
      () => this.#network,
      (name) => this.#turnTo(name),
    );
    this.#kinds = this.#segments(
      "kind",
      KINDS,
      (kind) => w(`customer.${kind}`),
      () => this.#kind,
      (kind) => this.#setKind(kind),
      (kind) => NETWORKS[this.#network].kinds.includes(kind),
    );
  }

  mount(place) {
    this.#new = h("div", { class: "two" },
      h("div", {}, label("handle"), this.#handle),
      h("div", {}, label("name"), this.#name));
    this.#rating = h("div", {}, label("stars"), this.#stars);
    this.#send.textContent = w("customer.send");
    this.#crowd.textContent = w("customer.crowd", { n: CROWD });
    this.#samples.setAttribute("aria-label", w("customer.samples"));
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#write();
    });
    const submit = (event) => {
      event.preventDefault();
      this.#write();
    };
    fill(place,
      h("form", { class: "customer-form", on: { submit } },
        this.#networks.root, this.#brand,
        label("person"), this.#person, this.#new,
        this.#kinds.root, this.#rating, this.#answering,
        label("text"), this.#text,
        this.#samples, this.#crowd, this.#send),
      h("section", { class: "customer-sees", "aria-labelledby": "sees" },
        h("h2", { id: "sees" }, w("customer.sees")),
        h("h3", {}, w("customer.timeline")), this.#posts,
        h("h3", {}, w("customer.private")), this.#messages));
    this.#draw();
    this.refresh();
  }

  inZone(tz) {
    this.#tz = tz;
  }

  /** Read the network again and show what is new. */
  async refresh() {
    const network = this.#network;
    const state = await NETWORKS[network].read();
    if (network !== this.#network) return;
    this.#state = state;
    this.#draw();
  }

  /** A row of buttons of which one is pressed; `draw` shows which, and hides what is not `offered`. */
  #segments(name, values, words, current, choose, offered = () => true) {
    const segment = (value) => h("button", {
      class: "segment",
      type: "button",
      data: { testid: `customer-${name}-${value}` },
      on: { click: () => choose(value) },
    }, words(value));
    const buttons = new Map(values.map((value) => [value, segment(value)]));
    const props = { class: "segments", role: "group", "aria-label": w(`customer.${name}`) };
    return {
      root: h("div", props, [...buttons.values()]),
      draw() {
        for (const [value, button] of buttons) {
          button.setAttribute("aria-pressed", String(value === current()));
          button.hidden = !offered(value);
        }
      },
    };
  }

  #turnTo(network) {
    this.#network = network;
    this.#parent = null;
    this.#state = null;
    if (this.#kind === "reply" || !NETWORKS[network].kinds.includes(this.#kind)) this.#kind = this.#firstKind;
    fill(this.#person);
    this.#draw();
    this.refresh();
  }

  get #firstKind() {
    return NETWORKS[this.#network].kinds[0];
  }

  #setKind(kind) {
    this.#kind = kind;
    if (kind !== "reply") this.#parent = null;
    this.#draw();
  }

  #draw() {
    this.#networks.draw();
    this.#kinds.draw();
    this.#drawSamples();
    this.#drawPeople();
    this.#drawNew();
    const handle = this.#state && `@${this.#state.brand.handle}`;
    fill(this.#brand, handle ? w("customer.brand", { handle }) : w("customer.down"));
    this.#rating.hidden = this.#kind !== "review";
    this.#drawAnswering();
    const { posts = [], messages = [] } = this.#state ?? {};
    const context = {
      tz: this.#tz,
      answer: (post) => this.#answer(post),
      erase: (post) => this.#erase(post),
    };
    drawPosts(this.#posts, posts, context);
    drawMessages(this.#messages, messages, context);
  }

  #drawAnswering() {
    const parent = this.#parent && this.#state?.posts.find((post) => post.id === this.#parent);
    this.#answering.hidden = this.#kind !== "reply";
    this.#crowd.hidden = this.#kind !== "reply";
    if (!parent) return fill(this.#answering, w("customer.pick_post"));
    return fill(this.#answering,
      w("customer.replying_to", { name: parent.name }),
      h("q", {}, parent.text.slice(0, 60)),
      iconButton("✕", w("customer.stop_reply"), "customer-stop-reply", () => this.#setKind(this.#firstKind)));
  }

  #drawPeople() {
    const people = this.#state?.people ?? [];
    const wanted = [...people.map((p) => p.handle), NEW];
    if (wanted.join() === [...this.#person.options].map((o) => o.value).join()) return;
    const before = this.#person.value;
    fill(
      this.#person,
      people.map((p) => h("option", { value: p.handle }, `${p.name} @${p.handle}`)),
      h("option", { value: NEW }, w("customer.new_person")),
    );
    this.#person.value = wanted.includes(before) && before !== NEW ? before : wanted[0];
  }

  #drawNew() {
    this.#new.hidden = this.#person.value !== NEW;
  }

  #drawSamples() {
    const fitting = SAMPLES.filter((sample) => sample.kinds.includes(this.#kind));
    const mine = (sample) => sample.lang === lang();
    keep(this.#samples, fitting.sort((a, b) => mine(b) - mine(a)), {
      key: (sample) => sample.id,
      print: (sample) => sample.text,
      make: (sample) => h("button", {
        class: "sample",
        type: "button",
        lang: sample.lang,
        data: { testid: `sample-${sample.id}` },
        on: { click: () => this.#take(sample) },
      }, sample.title),
    });
  }

  #take(sample) {
    this.#text.value = sample.text;
    this.#text.focus();
  }

  #answer(post) {
    this.#parent = post.id;
    this.#kind = "reply";
    this.#draw();
    this.#text.focus();
  }

  async #erase(post) {
    const why = await erase(this.#network, post);
    if (why) this.#complain(why);
    await this.refresh();
  }

  /** Let a crowd answer the chosen post, or else our newest. */
  async #gather() {
    const { posts = [] } = this.#state ?? {};
    const ours = posts.filter((post) => post.brand && !post.reply_to);
    const post = posts.find((each) => each.id === this.#parent) ?? ours.at(-1);
    if (!post) return this.#complain(w("customer.pick_post"));
    this.#crowd.disabled = true;
    try {
      const why = await crowd(this.#network, post);
      if (why) this.#complain(why);
      await this.refresh();
    } finally {
      this.#crowd.disabled = false;
    }
  }

  async #write() {
    const text = this.#text.value.trim();
    if (!text || this.#send.disabled) return;
    const fresh = this.#person.value === NEW;
    const handle = fresh ? this.#handle.value.trim().replace(/^@/, "") : this.#person.value;
    if (!/^\w{1,15}$/.test(handle)) return this.#complain(w("customer.need_handle"));
    if (this.#kind === "reply" && !this.#parent) return this.#complain(w("customer.pick_post"));
    this.#send.disabled = true;
    try {
      const name = fresh ? this.#name.value.trim() || handle : "";
      const said = { handle, name, text, kind: this.#kind, parent: this.#parent, stars: Number(this.#stars.value) };
      const why = await write(this.#network, said);
      if (why) return this.#complain(why);
      this.#text.value = "";
      this.#parent = null;
      if (this.#kind === "reply") this.#kind = this.#firstKind;
      await this.refresh();
      this.#person.value = handle;
      this.#drawNew();
    } finally {
      this.#send.disabled = false;
    }
  }
}

/** What a field of this form is known by. */
function field(name) {
  return { class: "field", id: `customer-${name}`, data: { testid: `customer-${name}` } };
}

function label(name) {
  return h("label", { class: "b-label", for: `customer-${name}` }, w(`customer.${name}`));
}
