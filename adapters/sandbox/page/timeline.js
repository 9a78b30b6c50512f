/** What customers see on a network: public posts in their threads, and private messages. */

import { fill, h, keep } from "./dom.js";
import { avatar } from "./message.js";
import { clockTime } from "./when.js";
import { lang, w } from "./words.js";

/** A review's stars, as signs and in words. */
export const stars = (n) => `${"★".repeat(n)}${"☆".repeat(5 - n)} ${w("customer.of_five", { n })}`;

/** Deeper answers stand no further in: there is no room. */
const DEEPEST = 3;

/** Show posts in `place`; `context` is `{tz, answer(post), erase(post)}`. */
export function drawPosts(place, posts, context) {
  draw(place, inThreads(posts), context, drawPost, w("customer.none"));
}

/** Show private messages in `place`. */
export function drawMessages(place, messages, context) {
  draw(place, messages, context, drawMessage, w("customer.no_dm"));
}

function draw(place, items, context, make, none) {
  keep(place, items, {
    key: (item) => item.id,
    print: (item) => JSON.stringify([item, lang(), context.tz]),
    make: (item) => make(item, context),
  });
  if (!items.length) fill(place, h("p", { class: "nothing" }, none));
}

/** Posts as threads: the newest thread last, each answer under what it answers, with its depth. */
function inThreads(posts) {
  const ids = new Set(posts.map((post) => post.id));
  const answers = Map.groupBy(posts, (post) => (ids.has(post.reply_to) ? post.reply_to : ""));
  const under = (id, depth) => {
    const here = (answers.get(id) ?? []).toSorted((a, b) => a.at - b.at);
    return here.flatMap((post) => [{ ...post, depth }, ...under(post.id, depth + 1)]);
  };
  return under("", 0);
}

function drawPost(post, context) {
  const depth = Math.min(post.depth, DEEPEST);
  return h("article", {
    class: `post depth-${depth}${post.brand ? " post-brand" : ""}`,
    data: { testid: `post-${post.id}` },
  },
  avatar({ id: post.handle }, post.name),
  h("div", { class: "post-body" },
    head(post, context),
    post.stars && h("p", { class: "post-stars" }, stars(post.stars)),
    post.deleted ? h("p", { class: "message-gone" }, w("customer.deleted")) : text(post),
    post.hidden && !post.deleted && h("p", { class: "message-gone" }, w("customer.hidden")),
    !post.deleted && h("p", { class: "post-tools" },
      tool("reply", post, w("customer.reply_button"), context.answer),
      !post.brand && tool("delete", post, w("customer.delete"), context.erase))));
}

function drawMessage(message, context) {
  return h("article", {
    class: message.brand ? "post post-brand" : "post",
    data: { testid: `dm-${message.id}` },
  },
  avatar({ id: message.handle }, message.name),
  h("div", { class: "post-body" }, head(message, context), text(message)));
}

function head(item, { tz }) {
  const moment = new Date(item.at * 1000).toISOString();
  return h("p", { class: "post-head" },
    h("strong", {}, item.name),
    h("span", { class: "handle" }, `@${item.handle}`),
    item.brand && h("span", { class: "app-badge" }, w("customer.is_brand")),
    item.to && h("span", { class: "handle" }, w("customer.to", { name: item.to })),
    h("time", { class: "message-time", datetime: moment }, clockTime(item.at, tz)));
}

function text(item) {
  const edited = item.edited && h("span", { class: "edited" }, ` ${w("chat.edited")}`);
  return h("p", { class: "post-text" }, item.text, edited);
}

function tool(name, post, label, press) {
  return h("button", {
    class: "link-button",
    type: "button",
    data: { testid: `post-${name}-${post.id}` },
    on: { click: () => press(post) },
  }, label);
}
