/** The right pane: write as a customer on one of the networks, and see what customers see. */

import { fill, h, keep } from "./dom.js";
import { avatar } from "./message.js";
import { NETWORKS, erase, write } from "./networks.js";
import { SAMPLES } from "./samples.js";
import { clockTime } from "./when.js";
import { lang, w } from "./words.js";

const NEW = "+";

export class Customer {
  #complain;
  #tz = "Asia/Tokyo";
  #network = "x";
  #kind = "mention";
  #parent = null;
  #state = null;
  #networks;
  #kinds;
  #person = h(
    "select",
    {
      class: "field",
      id: "customer-person",
      data: { testid: "customer-person" },
      on: { change: () => this.#drawNew() },
    },
  );
  #new;
  #handle = h(
    "input",
    {
      class: "field",
      id: "customer-handle",
      autocomplete: "off",
      value: "",
      data: { testid: "customer-handle" },
    },
  );
  #name = h(
    "input",
    { class: "field", id: "customer-name", autocomplete: "off", value: "", data: { testid: "customer-name" } },
  );
  #answering = h("p", { class: "answering", data: { testid: "customer-replying-to" } });
  #samples = h("div", { class: "samples", role: "group" });
  #text = h("textarea", { class: "field", id: "customer-text", rows: 3, data: { testid: "customer-text" } });
  #send = h("button", { class: "button button-primary", type: "submit", data: { testid: "customer-send" } });
  #brand = h("p", { class: "brand-line", data: { testid: "customer-brand" } });
  #posts = h("div", { class: "timeline", data: { testid: "customer-timeline" } });
  #messages = h("div", { class: "timeline", data: { testid: "customer-messages" } });

  /** `complain(sentence)` tells the person on this page what did not work. */
  constructor(complain) {
    this.#complain = complain;
    this.#networks = this.#segments(
      "network",
      Object.keys(NETWORKS),
      (name) => NETWORKS[name].title,
      () => this.#network,
      (name) => this.#turnTo(name),
    );
    this.#kinds = this.#segments(
      "kind",
      ["mention", "reply", "dm"],
      (kind) => w(`customer.${kind}`),
      () => this.#kind,
      (kind) => this.#setKind(kind),
    );
  }

  mount(place) {
    this.#new = h("div", { class: "two" },
      h(
        "div",
        {},
        h("label", { class: "b-label", for: "customer-handle" }, w("customer.handle")),
        this.#handle,
      ),
      h("div", {}, h("label", { class: "b-label", for: "customer-name" }, w("customer.name")), this.#name));
    this.#send.textContent = w("customer.send");
    this.#samples.setAttribute("aria-label", w("customer.samples"));
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#write();
    });
    fill(place,
      h("form", { class: "customer-form", on: { submit: (event) => {
        event.preventDefault();
        this.#write();
      } } },
      this.#networks.root, this.#brand,
      h("label", { class: "b-label", for: "customer-person" }, w("customer.person")), this.#person, this.#new,
      this.#kinds.root, this.#answering,
      h("label", { class: "b-label", for: "customer-text" }, w("customer.text")), this.#text,
      this.#samples, this.#send),
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

  #segments(name, values, label, current, choose) {
    const buttons = values.map(
      (value) => h(
        "button",
        {
          class: "segment",
          type: "button",
          data: { testid: `customer-${name}-${value}` },
          on: { click: () => choose(value) },
        },
        label(value),
      ),
    );
    const root = h("div", { class: "segments", role: "group", "aria-label": w(`customer.${name}`) }, buttons);
    return {
      root,
      draw: () => buttons.forEach(
        (button, i) => button.setAttribute("aria-pressed", String(values[i] === current())),
      ),
    };
  }

  #turnTo(network) {
    this.#network = network;
    this.#parent = null;
    this.#state = null;
    if (this.#kind === "reply") this.#kind = "mention";
    fill(this.#person);
    this.#draw();
    this.refresh();
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
    fill(
      this.#brand,
      this.#state ? w("customer.brand", { handle: `@${this.#state.brand.handle}` }) : w("customer.down"),
    );
    const parent = this.#parent && this.#state?.posts.find((post) => post.id === this.#parent);
    this.#answering.hidden = this.#kind !== "reply";
    fill(this.#answering, parent
      ? [
        w("customer.replying_to", { name: parent.name }),
        h("q", {}, parent.text.slice(0, 60)),
        h(
          "button",
          {
            class: "icon-button",
            type: "button",
            "aria-label": w("customer.stop_reply"),
            on: { click: () => this.#setKind("mention") },
          },
          "✕",
        ),
      ]
      : w("customer.pick_post"));
    this.#drawTimeline();
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
    keep(this.#samples, fitting.sort((a, b) => (b.lang === lang()) - (a.lang === lang())), {
      key: (sample) => sample.id,
      print: (sample) => sample.text,
      make: (sample) => h("button", { class: "sample", type: "button", lang: sample.lang, data: {
        testid: `sample-${sample.id}`,
      }, on: { click: () => {
        this.#text.value = sample.text;
        this.#text.focus();
      } } }, sample.title),
    });
  }

  #drawTimeline() {
    const posts = inThreads(this.#state?.posts ?? []);
    keep(
      this.#posts,
      posts,
      {
        key: (post) => post.id,
        print: (post) => JSON.stringify([post, lang(), this.#tz]),
        make: (post) => this.#post(post),
      },
    );
    if (!posts.length) fill(this.#posts, h("p", { class: "nothing" }, w("customer.none")));
    const messages = this.#state?.messages ?? [];
    keep(
      this.#messages,
      messages,
      {
        key: (message) => message.id,
        print: (message) => JSON.stringify([message, lang(), this.#tz]),
        make: (message) => this.#message(message),
      },
    );
    if (!messages.length) fill(this.#messages, h("p", { class: "nothing" }, w("customer.no_dm")));
  }

  #post(post) {
    return h("article", {
      class: `post depth-${Math.min(post.depth, 3)}${post.brand ? " post-brand" : ""}`,
      data: { testid: `post-${post.id}` },
    },
      avatar({ id: post.handle }, post.name),
      h("div", { class: "post-body" }, this.#head(post),
        h(
          "p",
          { class: post.deleted ? "message-gone" : "post-text" },
          post.deleted ? w("customer.deleted") : post.text,
          post.edited && !post.deleted && h("span", { class: "edited" }, ` ${w("chat.edited")}`),
        ),
        !post.deleted && h("p", { class: "post-tools" },
          h(
            "button",
            {
              class: "link-button",
              type: "button",
              data: { testid: `post-reply-${post.id}` },
              on: { click: () => this.#answer(post) },
            },
            w("customer.reply_button"),
          ),
          !post.brand && h(
            "button",
            {
              class: "link-button",
              type: "button",
              data: { testid: `post-delete-${post.id}` },
              on: { click: () => this.#erase(post) },
            },
            w("customer.delete"),
          ))));
  }

  #message(message) {
    return h("article", {
      class: `post${message.brand ? " post-brand" : ""}`,
      data: { testid: `dm-${message.id}` },
    },
      avatar({ id: message.handle }, message.name),
      h("div", { class: "post-body" }, this.#head(message), h("p", { class: "post-text" }, message.text)));
  }

  #head(item) {
    return h("p", { class: "post-head" }, h("strong", {}, item.name), " ", h(
      "span",
      { class: "handle" },
      `@${item.handle}`,
    ),
      item.brand && h("span", { class: "app-badge" }, w("customer.is_brand")),
      item.to && h("span", { class: "handle" }, w("customer.to", { name: item.to })),
      h(
        "time",
        { class: "message-time", datetime: new Date(item.at * 1000).toISOString() },
        clockTime(item.at, this.#tz),
      ));
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

  async #write() {
    const text = this.#text.value.trim();
    if (!text || this.#send.disabled) return;
    const fresh = this.#person.value === NEW;
    const handle = fresh ? this.#handle.value.trim().replace(/^@/, "") : this.#person.value;
    if (!/^\w{1,15}$/.test(handle)) return this.#complain(w("customer.need_handle"));
    if (this.#kind === "reply" && !this.#parent) return this.#complain(w("customer.pick_post"));
    this.#send.disabled = true;
    try {
      const why = await write(
        this.#network,
        {
          handle,
          name: fresh ? this.#name.value.trim() || handle : "",
          text,
          kind: this.#kind,
          parent: this.#parent,
        },
      );
      if (why) return this.#complain(why);
      this.#text.value = "";
      this.#parent = null;
      if (this.#kind === "reply") this.#kind = "mention";
      await this.refresh();
      this.#person.value = handle;
      this.#drawNew();
    } finally {
      this.#send.disabled = false;
    }
  }
}

/** Posts as threads: newest thread last, each answer under what it answers, with its depth. */
function inThreads(posts) {
  const ids = new Set(posts.map((post) => post.id));
  const answers = Map.groupBy(posts, (post) => (ids.has(post.reply_to) ? post.reply_to : ""));
  const under = (id, depth) => (answers.get(id) ?? []).toSorted((a, b) => a.at - b.at).flatMap(
    (post) => [{ ...post, depth }, ...under(post.id, depth + 1)],
  );
  return under("", 0);
}
