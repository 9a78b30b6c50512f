/** The left and middle panes: who I am, my rooms, the room's messages, and one thread beside them. */

import { AppHome } from "./app_home.js";
import { composer } from "./composer.js";
import { ask } from "./dialogs.js";
import { fill, followEnd, h, iconButton, keep } from "./dom.js";
import { avatar, draw, print } from "./message.js";
import { withIds } from "./seen.js";
import { dayName, dayNumber } from "./when.js";
import { lang, w } from "./words.js";

/** Two messages of one hand within this many seconds stand under one head. */
const JOINED = 300;

/** Start of the name that the room list reads unread marks by; kept for as long as the tab lives. */
const READ = "read:";

export class Chat {
  #hands;
  #go;
  #who = h("div", { class: "people", role: "group" });
  #rooms = h("div", { class: "rooms", role: "group" });
  #head = h("header", { class: "room-head" });
  #list = messageList("messages");
  #threadList = messageList("thread-messages");
  #home;
  #toEnd;
  #composer;
  #quiet = h("p", { class: "composer-off", hidden: true }, w("app.read_only"));
  #threadComposer;
  #thread;
  #now = null;
  #shownRoom = "";
  #shownThread = "";

  /** `hands` acts in Slack for me; `go(change)` moves this page to another person, room or thread. */
  constructor(hands, go) {
    this.#hands = hands;
    this.#go = go;
    this.#home = new AppHome(hands, go);
    this.#toEnd = new Map([this.#list, this.#threadList].map((list) => [list, followEnd(list)]));
    this.#who.setAttribute("aria-label", w("nav.who"));
    this.#rooms.setAttribute("aria-label", w("nav.rooms"));
    this.#list.setAttribute("aria-label", w("chat.messages"));
    this.#threadList.setAttribute("aria-label", w("thread.title"));
    this.#composer = composer({
      testid: "composer",
      label: "",
      hint: w("chat.hint"),
      send: (text) => this.#say(text),
    });
    this.#threadComposer = composer({
      testid: "thread-composer",
      label: w("thread.reply"),
      hint: w("thread.hint"),
      send: (text) => this.#say(text, this.#now.thread),
    });
    const leave = () => this.#go({ thread: "" });
    const keydown = (event) => {
      if (event.key === "Escape" && !event.isComposing && !event.defaultPrevented) leave();
    };
    this.#thread = h("section", {
      class: "thread",
      hidden: true,
      "aria-labelledby": "thread-title",
      data: { testid: "thread" },
      on: { keydown },
    },
    h("header", { class: "room-head" },
      h("h2", { id: "thread-title" }, w("thread.title")),
      iconButton("✕", w("thread.close"), "thread-close", leave)),
    this.#threadList,
    this.#threadComposer.root);
  }

  /** Put the panes where the page wants them. */
  mount(side, main) {
    fill(side,
      h("h2", { class: "side-title" }, w("nav.who")), this.#who,
      h("h2", { class: "side-title" }, w("nav.rooms")), this.#rooms);
    const { bar, panel } = this.#home;
    fill(main,
      h("div", { class: "room" },
        this.#head, bar, panel, this.#list, this.#composer.root, this.#quiet),
      this.#thread);
  }

  /** Show a state of Slack as one person sees it. */
  show(now) {
    this.#now = now;
    this.#showPeople();
    this.#showRooms();
    this.#showRoom();
    this.#showThread();
  }

  #showPeople() {
    keep(this.#who, this.#now.seats, {
      key: (person) => person.id,
      print: (person) => JSON.stringify([person, this.#now.me === person.id]),
      make: (person) => this.#person(person),
    });
  }

  #person(person) {
    return h("button", {
      class: "person",
      type: "button",
      "aria-pressed": String(this.#now.me === person.id),
      data: { testid: `person-${person.id}` },
      on: { click: () => this.#go({ as: person.id, thread: "" }) },
    },
    avatar(person, person.name),
    h("span", { class: "person-words" },
      h("span", { class: "person-name" }, person.name),
      h("span", { class: "person-title" }, person.title)));
  }

  #showRooms() {
    const { rooms, room, me } = this.#now;
    if (this.#isRead(room)) sessionStorage.setItem(`${READ}${me}:${room.id}`, latest(room, me));
    keep(this.#rooms, rooms, {
      key: (r) => (r.isApp ? "app" : r.id),
      print: (r) => JSON.stringify([r.id, r.name, r.private, r === room, this.#unread(r)]),
      make: (r) => this.#roomLink(r),
    });
  }

  #roomLink(r) {
    const unread = this.#unread(r);
    const toMessages = r.isApp && unread;
    return h("button", {
      class: unread ? "room-link room-unread" : "room-link",
      type: "button",
      "aria-current": r === this.#now.room ? "page" : null,
      data: { testid: `room-${r.name}` },
      on: { click: () => this.#go({ room: r.name, thread: "", ...(toMessages ? { tab: "messages" } : {}) }) },
    },
    h("span", { class: "room-mark", "aria-hidden": "true" }, mark(r)),
    h("span", { class: "room-name" }, r.name),
    r.isApp && h("span", { class: "app-badge" }, w("chat.app")),
    r.private && !r.direct && h("span", { class: "unseen" }, `, ${w("nav.private")}`),
    unread && h("span", { class: "dot", data: { testid: `unread-${r.name}` } },
      h("span", { class: "unseen" }, w("nav.unread"))));
  }

  /** True where the room's messages are before one's eyes; the app's Home tab shows none. */
  #isRead(room) {
    return room === this.#now.room && !(room.isApp && this.#now.app.tab !== "messages");
  }

  #unread(room) {
    if (this.#isRead(room)) return false;
    return latest(room, this.#now.me) > (sessionStorage.getItem(`${READ}${this.#now.me}:${room.id}`) ?? "");
  }

  #showRoom() {
    const { room, me, app, context } = this.#now;
    this.#home.show(Boolean(room.isApp), me, app, context, room.isApp && this.#unread(room));
    const isMessages = !room.isApp || app.tab === "messages";
    const isQuiet = Boolean(room.isApp && app.read_only);
    this.#list.hidden = !isMessages;
    this.#composer.root.hidden = !isMessages || isQuiet;
    this.#quiet.hidden = !isMessages || !isQuiet;
    const to = room.direct ? "chat.message_person" : "chat.message_to";
    this.#composer.relabel(w(to, { room: room.name }));
    this.#composer.turnTo(`${me} ${room.id}`);
    fill(this.#head,
      h("h2", { data: { testid: "room-title" } },
        h("span", { "aria-hidden": "true" }, `${mark(room)} `), room.name),
      !room.direct && h("span", { class: "room-members" }, w("chat.members", { n: room.members.length })));
    const top = room.messages.filter((m) => isTop(m) || m.broadcast);
    const moved = this.#shownRoom !== `${me} ${room.id}`;
    this.#shownRoom = `${me} ${room.id}`;
    if (moved) this.#showWhere();
    this.#fillList(this.#list, withDays(top, this.#now.tz), moved, false);
    if (!top.length) fill(this.#list, h("p", { class: "nothing", data: { key: "nothing" } }, w("chat.empty")));
  }

  /** On a phone people and rooms are rows to be swiped: bring those into view where one is. */
  #showWhere() {
    for (const row of [this.#who, this.#rooms]) {
      const here = row.querySelector("[aria-pressed=true], [aria-current]");
      here?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  #showThread() {
    const { room, thread, me } = this.#now;
    const inIt = (m) => thread && (m.ts === thread || m.thread_ts === thread);
    const messages = (room?.messages ?? []).filter(inIt);
    this.#thread.hidden = messages.length === 0;
    document.body.classList.toggle("with-thread", messages.length > 0);
    const moved = this.#shownThread !== `${me} ${thread}`;
    this.#shownThread = `${me} ${thread}`;
    this.#fillList(this.#threadList, messages.map((message) => ({ message })), moved, true);
    this.#threadComposer.turnTo(`${me} ${thread}`);
    if (moved && messages.length) this.#threadComposer.field.focus({ preventScroll: true });
  }

  #fillList(list, items, moved, inThread) {
    const context = {
      ...this.#now.context,
      inThread,
      lang: lang(),
      act: (message) => this.#hands.pressIn(this.#now.room, message),
      suggest: (message) => this.#hands.suggestIn(this.#now.room, message),
      shortcut: (message, name) => this.#hands.shortcut(this.#now.room, message, name),
      openThread: (ts) => this.#go({ thread: ts }),
      remove: async (message) => {
        const sure = await ask({
          title: w("chat.delete"),
          body: w("chat.delete_ask"),
          yes: w("chat.delete"),
          no: w("dialog.cancel"),
          danger: true,
        });
        if (sure) await this.#hands.remove(this.#now.room, message);
      },
    };
    const within = (item) => ({ ...context, joined: item.joined });
    if (moved) list.replaceChildren();
    keep(list, items, {
      key: (item) => item.day ?? item.message.ts,
      print: (item) => (item.day ? `${item.day} ${lang()}` : print(item.message, within(item))),
      make: (item) => (item.day
        ? h("div", { class: "day" }, h("span", {}, item.words))
        : draw(item.message, within(item))),
    });
    if (moved) this.#toEnd.get(list)();
  }

  /** Say something, or run a slash command; Slack runs none inside threads and says so itself. */
  #say(typed, thread = "") {
    const { room, context } = this.#now;
    const text = withIds(typed, context.people);
    const command = /^\/(\S+)\s*([\s\S]*)$/.exec(text);
    if (!command) return this.#hands.say(room, text, thread);
    return this.#hands.command(room, `/${command[1]}`, command[2], thread);
  }
}

function messageList(testid) {
  return h("div", { class: "messages", role: "log", tabIndex: 0, "aria-live": "off", id: `${testid}-panel`, data: { testid } });
}

/** True for what stands in the room itself; a thread's first message names itself as its thread. */
function isTop(message) {
  return !message.thread_ts || message.thread_ts === message.ts;
}

/** The sign before a room's name; what it says is also said in words. */
function mark(room) {
  if (room.isApp) return "🛟";
  if (room.direct) return "@";
  return room.private ? "🔒" : "#";
}

/** The newest top-level message of another hand; "" if there is none. */
function latest(room, me) {
  const news = room.messages.filter((m) => m.author !== me && !m.deleted && isTop(m));
  return news.at(-1)?.ts ?? "";
}

/** Messages with a line before each new day. */
function withDays(messages, tz) {
  const items = [];
  let day = "";
  let before = null;
  for (const message of messages) {
    const its = dayNumber(Number(message.ts), tz);
    if (its !== day) {
      items.push({ day: `day-${its}`, words: dayName(Number(message.ts), tz) });
      before = null;
    }
    day = its;
    const joined = before !== null && goesOn(before, message);
    items.push({ message, joined });
    before = message;
  }
  return items;
}

/** True where a message follows one of the same hand so closely that it needs no head of its own. */
function goesOn(before, message) {
  const isPlain = (m) => !m.blocks.length && !m.ephemeral;
  return before.author === message.author && isPlain(before) && isPlain(message)
    && Number(message.ts) - Number(before.ts) < JOINED;
}
