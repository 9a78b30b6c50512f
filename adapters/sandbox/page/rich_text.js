/** Rich text: styled runs, lists, quotes and code, as Slack's `rich_text` block nests them. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link, mention, roomLink } from "./mrkdwn.js";
import { formatDate } from "./when.js";
import { w } from "./words.js";

const STYLES = [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"]];

const LEAVES = {
  text: (e) => document.createTextNode(e.text),
  link: (e) => link(e.url, e.text),
  user: (e, context) => mention(e.user_id, context),
  channel: (e, context) => roomLink(e.channel_id, context),
  usergroup: (e) => h("span", { class: "mention" }, `@${e.usergroup_id}`),
  broadcast: (e) => h("span", { class: "mention" }, w(`mrkdwn.${e.range}`)),
  emoji: (e) => document.createTextNode(emoji(e.name) ?? `:${e.name}:`),
  date: (e, context) => h("time", {}, formatDate(e.timestamp, e.format, context.tz) ?? e.fallback ?? ""),
  color: (e) => h("code", {}, e.value),
};

/** The elements of a rich_text block as nodes. */
export function richText(elements, context) {
  return elements.map((e) => {
    if (e.type === "rich_text_list") return list(e, context);
    if (e.type === "rich_text_preformatted") return h("pre", {}, leaves(e.elements, context));
    if (e.type === "rich_text_quote") return h("blockquote", {}, leaves(e.elements, context));
    return h("div", { class: "run" }, leaves(e.elements, context));
  });
}

function list({ style, indent = 0, offset = 0, elements }, context) {
  const tag = style === "ordered" ? "ol" : "ul";
  return h(tag, { class: `indent-${Math.min(indent, 4)}`, start: tag === "ol" && offset ? offset + 1 : null },
    elements.map((item) => h("li", {}, leaves(item.elements, context))));
}

function leaves(elements, context) {
  return elements.map((e) => {
    const draw = LEAVES[e.type];
    const node = draw ? draw(e, context) : document.createTextNode(w("block.unknown", { type: e.type }));
    return STYLES.reduce((inner, [style, tag]) => (e.style?.[style] ? h(tag, {}, inner) : inner), node);
  });
}
