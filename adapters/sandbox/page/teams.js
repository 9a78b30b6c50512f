/** Microsoft Teams beside Slack: channels, posts with their threads, the chat with the app, and dialogs. */

import { drawCard, typedIn } from "./adaptive.js";
import { cardText } from "./adaptive_text.js";
import { readTeams, Refused, teamsChanges, teamsHand } from "./api.js";
import { composer } from "./composer.js";
import { fill, followEnd, h, iconButton, inSight, keep } from "./dom.js";
import { avatar } from "./message.js";
import { toast } from "./toasts.js";
import { clockTime } from "./when.js";
import { lang, w } from "./words.js";

/** How long to wait after a failure, in milliseconds. */
const AGAIN_AFTER = 1_000;

/** The chat with the app, among the channels. */
const PERSONAL = "personal";

const NOBODY = new Set();

export class Teams {
  #who;
  #tz = "UTC";
  #state = null;
  #channel = "";
  #thread = "";
  #home = new Map();
  #channels = h("div", { class: "teams-channels", role: "group" });
  #list = h("div", { class: "messages", role: "log", tabIndex: 0, "aria-live": "off", data: { testid: "teams-messages" } });
  #toEnd;
  #composer;
  #dialog = new Dialog(this);

  /** `who()` is the person's id in Teams; `home` maps a person to a channel's name. */
  constructor(who, home) {
    this.#who = who;
    this.#home = home;
    this.#toEnd = followEnd(this.#list);
    this.#composer = composer({
      testid: "teams-composer",
      label: w("teams.write"),
      hint: w("teams.hint"),
      send: (text) => this.#say(text),
    });
  }

  mount(pane) {
    pane.hidden = false;
    this.#channels.setAttribute("aria-label", w("teams.channels"));
    this.#list.setAttribute("aria-label", w("teams.posts"));
    fill(pane, h("header", { class: "room-head teams-head" }, h("h2", {}, w("teams.title")), this.#channels), this.#list, this.#composer.root);
    this.#follow();
  }

  /** Read anew: another person sits down, or they did something. */
  async refresh() {
    const as = this.#who();
    const state = await readTeams(as);
    if (as === this.#who()) this.#show(state);
  }

  /** Show times in a person's zone. */
  inZone(tz) {
    if (tz === this.#tz) return;
    this.#tz = tz;
    if (this.#state) this.#show(this.#state);
  }

  /** Act as the person; null where it did not work, which is said. */
  async hand(name, body) {
    try {
      return await teamsHand(name, { as: this.#who(), ...body });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      toast("fault", w("block.failed", { why: error.message }));
      return null;
    } finally {
      await this.refresh();
    }
  }

  async #follow() {
    for (let version = -1; ;) {
      await inSight();
      try {
        version = (await teamsChanges(version)).version;
        await this.refresh();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        version = -1;
        await new Promise((wake) => setTimeout(wake, AGAIN_AFTER));
      }
    }
  }

  #show(state) {
    const before = this.#state?.me;
    this.#state = state;
    const rooms = [...state.channels, { id: PERSONAL, name: state.bot.name, messages: state.personal.messages }];
    if (before !== state.me || !rooms.some((one) => one.id === this.#channel)) {
      const home = rooms.find((one) => one.name === this.#home.get(state.me));
      this.#channel = (home ?? rooms[0]).id;
      this.#thread = "";
    }
    const here = rooms.find((one) => one.id === this.#channel);
    keep(this.#channels, rooms, {
      key: (one) => one.id,
      print: (one) => JSON.stringify([one.name, one === here, lang()]),
      make: (one) => this.#tab(one, one === here),
    });
    this.#composer.turnTo(`${state.me} ${here.id} ${this.#thread}`);
    this.#composer.relabel(this.#thread ? w("teams.answer") : w("teams.write"));
    const posts = here.messages.filter((one) => !one.root);
    const replies = Map.groupBy(here.messages.filter((one) => one.root), (one) => one.root);
    const shown = posts.map((post) => ({ post, thread: replies.get(post.id) ?? [], open: this.#thread === post.id }));
    keep(this.#list, shown, {
      key: (one) => one.post.id,
      print: (one) => JSON.stringify([one, state.me, this.#tz, lang()]),
      make: (one) => this.#post(one, here),
    });
    if (!shown.length) fill(this.#list, h("p", { class: "nothing", data: { key: "nothing" } }, w("chat.empty")));
    if (before !== state.me) this.#toEnd();
    this.#dialog.show(state.dialog);
  }

  #tab(one, here) {
    const go = () => {
      this.#channel = one.id;
      this.#thread = "";
      this.#show(this.#state);
      this.#toEnd();
    };
    const sign = one.id === PERSONAL ? "🛟 " : one.private ? "🔒 " : "";
    return h("button", { class: "segment", type: "button", "aria-pressed": String(here), data: { testid: `teams-room-${one.name}` }, on: { click: go } }, sign, one.name);
  }

  #post({ post, thread, open }, here) {
    const turn = () => {
      this.#thread = open ? "" : post.id;
      this.#show(this.#state);
    };
    const n = thread.length;
    const words = n === 0 ? w("teams.reply") : n === 1 ? w("chat.reply") : w("chat.replies", { n });
    return h("div", { class: "teams-post" },
      this.#message(post, here),
      here.id !== PERSONAL && h("button", { class: "thread-link", type: "button", "aria-expanded": String(open), data: { testid: `teams-thread-${post.id}` }, on: { click: turn } }, words),
      open && h("div", { class: "teams-thread", data: { testid: "teams-thread" } }, thread.map((one) => this.#message(one, here))));
  }

  #message(message, here) {
    const bot = message.from === "bot";
    const author = { id: message.from, name: message.name, is_bot: bot };
    const where = { channel: here.id, id: message.id };
    const time = clockTime(message.at, this.#tz);
    const press = async (action, root) => {
      const body = { ...where, action, inputs: typedIn(root) };
      const fetches = action.type === "Action.Submit" && action.data?.msteams?.type === "task/fetch";
      const done = await this.hand(fetches ? "fetch" : "execute", body);
      if (done?.message) toast("push", this.#state.bot.name, h("span", {}, done.message));
    };
    return h("article", { class: `message ${message.private ? "message-ephemeral" : ""}`, "aria-label": `${message.name}, ${time}`, data: { testid: `teams-message-${message.id}` } },
      avatar(author, message.name),
      h("div", { class: "message-body" },
        message.private && h("p", { class: "only-you" }, h("span", { "aria-hidden": "true" }, "👁 "), w("chat.only_you")),
        h("p", { class: "message-head" },
          h("strong", { class: "message-name" }, message.name),
          bot && h("span", { class: "app-badge" }, w("chat.app")),
          h("time", { class: "message-time" }, time),
          message.edited && h("span", { class: "edited" }, w("chat.edited"))),
        message.deleted
          ? h("p", { class: "message-gone" }, w("chat.deleted"))
          : h("div", { class: "message-content" },
            message.text && h("p", { class: "b-text" }, bot ? cardText(message.text, NOBODY) : message.text),
            message.cards.map((card) => drawCard(card, { press })))),
      !message.deleted && (bot || message.from === this.#state.me) && h("div", { class: "message-tools" },
        iconButton("🗑", w("chat.delete"), `teams-delete-${message.id}`, () => this.hand("delete", where))));
  }

  /** Write: `@Care …` calls the app, `/…` is a slash command, anything else is said among people. */
  async #say(typed) {
    const where = { channel: this.#channel, ...(this.#thread ? { root: this.#thread } : {}) };
    const slash = /^\/\s*([\s\S]+)$/.exec(typed);
    const at = `@${this.#state.bot.name}`;
    const called = typed.startsWith(at) && !/^[\w-]/.test(typed.slice(at.length));
    const done = slash
      ? await this.hand("command", { ...where, text: slash[1] })
      : await this.hand("say", { ...where, text: called ? typed.slice(at.length).trim() : typed, mention: called });
    return done !== null;
  }
}

/** The dialog that the app has opened before this person. */
class Dialog {
  #teams;
  #now = null;
  #title = h("h2", { id: "teams-dialog-title" });
  #body = h("div", { class: "modal-body" });
  #trouble = h("p", { class: "modal-trouble", role: "alert", hidden: true });
  #dialog;

  constructor(teams) {
    this.#teams = teams;
    const leave = () => this.#teams.hand("close", { dialog: this.#now.id });
    const cancel = (event) => {
      event.preventDefault();
      leave();
    };
    this.#dialog = h("dialog", { class: "modal teams-modal", "aria-labelledby": "teams-dialog-title", data: { testid: "teams-dialog" }, on: { cancel } },
      h("div", {},
        h("header", { class: "modal-head" }, this.#title, iconButton("✕", w("dialog.close"), "teams-dialog-x", leave)),
        this.#body));
    document.body.append(this.#dialog);
  }

  show(dialog) {
    if (!dialog) {
      this.#now = null;
      if (this.#dialog.open) this.#dialog.close();
      return;
    }
    const same = this.#now?.id === dialog.id && JSON.stringify(this.#now.card) === JSON.stringify(dialog.card);
    this.#now = dialog;
    this.#title.textContent = dialog.title;
    this.#trouble.textContent = dialog.error ?? "";
    this.#trouble.hidden = !dialog.error;
    if (!same) {
      const press = (action, root) => this.#press(action, root);
      const search = async (dataset, value) => (await this.#teams.hand("search", { dialog: dialog.id, dataset, value }))?.choices;
      fill(this.#body, this.#trouble, drawCard(dialog.card, { press, search }));
    }
    if (!this.#dialog.open) this.#dialog.showModal();
    if (!same) this.#body.querySelector("[data-input], button")?.focus();
  }

  async #press(action, root) {
    const done = await this.#teams.hand("submit", { dialog: this.#now.id, action, inputs: typedIn(root) });
    if (done?.message) toast("push", this.#title.textContent, h("span", {}, done.message));
  }
}
