/** One message of a room or a thread, as Slack lays it out. */

import { drawBlock } from "./blocks.js";
import { h, iconButton } from "./dom.js";
import { file } from "./files.js";
import { menu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { clockTime } from "./when.js";
import { w } from "./words.js";

/** Everything that a message's element depends on, for `keep`. */
export function print(message, context) {
  const { me, tz, inThread, lang, joined, shortcuts } = context;
  return JSON.stringify([message, me, tz, inThread, lang, joined, shortcuts]);
}

/**
 * Draw a message.
 *
 * Beyond a block's context: `room`, `inThread`, `act(message)` giving a
 * block's `act`, `suggest(message)` giving its `suggest`, `openThread(ts)`,
 * `remove(message)`, `shortcuts` of the app and `shortcut(message, name)`,
 * and `joined` (true where the message before is by the same hand and the
 * head is left out).
 */
export function draw(message, context) {
  const { ts } = message;
  const author = context.people.get(message.author) ?? { id: message.author, name: message.name };
  const moment = new Date(Number(ts) * 1000).toISOString();
  const time = clockTime(Number(ts), context.tz);
  const classes = [
    "message",
    message.ephemeral && "message-ephemeral",
    context.joined && "message-joined",
  ];
  return h("article", {
    class: classes.filter(Boolean).join(" "),
    "aria-label": `${message.name}, ${time}`,
    tabIndex: -1,
    data: { testid: `message-${ts}`, ts, author: message.author },
  },
  context.joined
    ? h("time", { class: "message-time message-side-time", datetime: moment }, time)
    : avatar(author, message.name),
  h("div", { class: "message-body" },
    message.ephemeral && h("p", { class: "only-you" },
      h("span", { "aria-hidden": "true" }, "👁 "), w("chat.only_you")),
    !context.joined && h("p", { class: "message-head" },
      h("strong", { class: "message-name" }, message.name),
      author.is_bot && h("span", { class: "app-badge" }, w("chat.app")),
      h("time", { class: "message-time", datetime: moment }, time)),
    message.deleted
      ? h("p", { class: "message-gone" }, w("chat.deleted"))
      : content(message, context),
    threadLink(message, context)),
  toolbar(message, context));
}

function content(message, context) {
  const within = { ...context, act: context.act(message), suggest: context.suggest(message) };
  const edited = message.edited && h("span", { class: "edited" }, ` ${w("chat.edited")}`);
  const drawn = message.blocks.length
    ? message.blocks.map((block) => drawBlock(block, within))
    : h("div", { class: "b-text" }, mrkdwn(message.text, within), edited);
  return h("div", { class: "message-content" }, drawn, message.files.map(file));
}

function threadLink(message, context) {
  const n = message.reply_count;
  if (context.inThread || !n) return null;
  return h("button", {
    class: "thread-link",
    type: "button",
    data: { testid: `thread-${message.ts}` },
    on: { click: () => context.openThread(message.ts) },
  },
  h("span", { "aria-hidden": "true" }, "💬 "),
  n === 1 ? w("chat.reply") : w("chat.replies", { n }));
}

/** What one may do with a message: Slack lets people delete their own, and administrators an app's. */
function toolbar(message, context) {
  if (message.deleted || message.ephemeral) return null;
  const { ts } = message;
  const deletable = [context.me, context.app].includes(message.author);
  return h("div", { class: "message-tools" },
    !context.inThread
      && iconButton("💬", w("chat.start_thread"), `start-thread-${ts}`, () => context.openThread(ts)),
    deletable && iconButton("🗑", w("chat.delete"), `delete-${ts}`, () => context.remove(message)),
    context.shortcuts.length > 0 && shortcutMenu(message, context));
}

/** The app's message shortcuts, behind "More actions" as in Slack. */
function shortcutMenu(message, context) {
  const item = ({ callback_id: name, name: label, description }) => ({
    testid: `shortcut-${name}`,
    label,
    about: description,
    choose: () => context.shortcut(message, name),
  });
  const look = { label: w("block.more"), look: "icon-button more-button", data: { testid: `more-${message.ts}` } };
  return menu(look, context.shortcuts.map(item));
}

/** A square with initials; its tint only helps the eye, the name stands beside it. */
export function avatar(person, name) {
  const tint = [...person.id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 6, 0);
  return h("span", {
    class: `avatar tint-${person.is_bot ? "bot" : tint}`,
    "aria-hidden": "true",
  }, person.is_bot ? "🛟" : initials(name));
}

/** The first letters of two names; of a Japanese name its first character. */
function initials(name) {
  const first = (word) => [...word][0] ?? "";
  if (/[\u3040-\u9fff]/.test(name)) return first(name.trim());
  return name.split(/\s+/).map(first).slice(0, 2).join("").toUpperCase();
}
