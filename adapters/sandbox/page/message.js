/** One message of a room or a thread, as Slack lays it out. */

import { drawBlock } from "./blocks.js";
import { h } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { clockTime } from "./when.js";
import { w } from "./words.js";

/** Everything that a message's element depends on, for `keep`. */
export function print(message, context) {
  return JSON.stringify([message, context.me, context.tz, context.inThread, context.lang, context.joined]);
}

/**
 * Draw a message.
 *
 * Beyond a block's context: `room`, `inThread`, `act(message)` giving a
 * block's `act`, `openThread(ts)`, `remove(message)`, and `joined` (true
 * where the message before is by the same hand and the head is left out).
 */
export function draw(message, context) {
  const { ts } = message;
  const author = context.people.get(message.author) ?? { id: message.author, name: message.name };
  const { name } = message;
  const moment = new Date(Number(ts) * 1000).toISOString();
  const labelled = `${name}, ${clockTime(Number(ts), context.tz)}`;
  return h("article", {
    class: `message${message.ephemeral ? " message-ephemeral" : ""}${context.joined ? " message-joined" : ""}`, "aria-label": labelled, tabIndex: -1,
    data: { testid: `message-${ts}`, ts, author: message.author },
  },
  context.joined ? h(
    "time",
    { class: "message-time message-side-time", datetime: moment },
    clockTime(Number(ts), context.tz),
  ) : avatar(author, name),
  h("div", { class: "message-body" },
    message.ephemeral && h(
      "p",
      { class: "only-you" },
      h("span", { "aria-hidden": "true" }, "👁 "),
      w("chat.only_you"),
    ),
    !context.joined && h("p", { class: "message-head" },
      h("strong", { class: "message-name" }, name),
      author.is_bot && h("span", { class: "app-badge" }, w("chat.app")),
      h("time", { class: "message-time", datetime: moment }, clockTime(Number(ts), context.tz))),
    message.deleted ? h("p", { class: "message-gone" }, w("chat.deleted")) : content(message, context),
    threadLink(message, context)),
  toolbar(message, context));
}

function content(message, context) {
  const within = { ...context, act: context.act?.(message) };
  const drawn = message.blocks?.length
    ? message.blocks.map((block) => drawBlock(block, within))
    : h(
      "div",
      { class: "b-text" },
      mrkdwn(message.text, within),
      message.edited && h("span", { class: "edited" }, ` ${w("chat.edited")}`),
    );
  return h("div", { class: "message-content" }, drawn, message.files.map(file));
}

function file({ title, name, url_private: url, mimetype = "" }) {
  const label = title ?? name ?? w("chat.file");
  if (mimetype.startsWith("image/")) return h(
    "figure",
    { class: "b-image" },
    h("img", { class: "b-image-picture", src: url, alt: label }),
    h("figcaption", {}, label),
  );
  return h(
    "a",
    { class: "file", href: url, target: "_blank", rel: "noopener noreferrer" },
    h("span", { "aria-hidden": "true" }, "📄 "),
    label,
  );
}

function threadLink(message, context) {
  if (context.inThread || !message.reply_count) return null;
  const n = message.reply_count;
  return h("button", {
    class: "thread-link",
    type: "button",
    data: { testid: `thread-${message.ts}` },
    on: { click: () => context.openThread(message.ts) },
  },
    h("span", { "aria-hidden": "true" }, "💬 "), n === 1 ? w("chat.reply") : w("chat.replies", { n }));
}

function toolbar(message, context) {
  if (message.deleted || message.ephemeral) return null;
  return h("div", { class: "message-tools" },
    !context.inThread && h(
      "button",
      {
        class: "icon-button",
        type: "button",
        title: w("chat.start_thread"),
        "aria-label": w("chat.start_thread"),
        data: { testid: `start-thread-${message.ts}` },
        on: { click: () => context.openThread(message.ts) },
      },
      "💬",
    ),
    [context.me, context.app].includes(message.author) && h(
      "button",
      {
        class: "icon-button",
        type: "button",
        title: w("chat.delete"),
        "aria-label": w("chat.delete"),
        data: { testid: `delete-${message.ts}` },
        on: { click: () => context.remove(message) },
      },
      "🗑",
    ));
}

/** A square with initials; its tint only helps the eye, the name stands beside it. */
export function avatar(person, name) {
  const tint = [...(person.id ?? name)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 6, 0);
  const initials = person.is_bot ? "🛟" : /[\u3040-\u9fff]/.test(name) ? [...name.trim()][0] : name.split(/\s+/).map(
    (part) => [...part][0] ?? "",
  ).join("").slice(0, 2).toUpperCase();
  return h("span", { class: `avatar tint-${person.is_bot ? "bot" : tint}`, "aria-hidden": "true" }, initials);
}
