/** The texts of Adaptive Cards: the part of Markdown that Teams reads in them, from text to nodes. */

import { h } from "./dom.js";
import { link } from "./mrkdwn.js";

const ESCAPED = /\\([!-/:-@[-`{-~])/g;
const ENTITIES = { lt: "<", gt: ">", amp: "&", nbsp: "\u00a0" };
const ENTITY = /&(lt|gt|amp|nbsp);/g;
const SAFE_LINK = /^(https?:\/\/|mailto:)/i;

const WORD = /[\p{L}\p{N}_]/u;

/** What opens a span, how it is drawn, and whether it begins and ends at a word's edge only. */
const SPANS = [
  [/^\\([!-/:-@[-`{-~])/, (m) => document.createTextNode(m[1])],
  [/^\*\*((?=\S)(?:\\.|[^\\])*?[^\s\\])\*\*/, (m, people) => h("strong", {}, spans(m[1], people))],
  [/^__((?=\S)(?:\\.|[^\\])*?[^\s\\])__(?![\p{L}\p{N}_])/u, (m, people) => h("strong", {}, spans(m[1], people)), "edge"],
  [/^\*((?=[^\s*])(?:\\.|[^*\\])*?[^\s*\\]|[^\s*\\])\*/, (m, people) => h("em", {}, spans(m[1], people))],
  [/^_((?=[^\s_])(?:\\.|[^_\\])*?[^\s_\\]|[^\s_\\])_(?![\p{L}\p{N}_])/u, (m, people) => h("em", {}, spans(m[1], people)), "edge"],
  [/^\[((?:\\.|[^\]\\])*)\]\(([^)\s]+)\)/, (m) => cardLink(m[2], unescaped(m[1]))],
  [/^<at>(.*?)<\/at>/, (m, people) => mention(m[1], people)],
  [/^&(lt|gt|amp|nbsp);/, (m) => document.createTextNode(ENTITIES[m[1]])],
];

const BULLET = /^\s*[-*+](?: |$)/;
const NUMBER = /^\s*(\d+)[.)](?: |$)/;

/** A text of a card as nodes; `people` are the names that its card mentions. */
export function cardText(text, people) {
  const nodes = [];
  const lines = String(text).split(/\r\n?|\n/);
  const taken = (pattern) => {
    const run = [];
    while (lines.length && pattern.test(lines[0])) run.push(lines.shift());
    return run;
  };
  const isPlain = { test: (line) => line.trim() && !BULLET.test(line) && !NUMBER.test(line) };
  while (lines.length) {
    const blank = taken(/^\s*$/).length > 0;
    if (!lines.length) break;
    const [first] = lines;
    if (BULLET.test(first)) nodes.push(list("ul", {}, taken(BULLET), BULLET, people));
    else if (NUMBER.test(first)) nodes.push(list("ol", { start: NUMBER.exec(first)[1] }, taken(NUMBER), NUMBER, people));
    else nodes.push(blank && nodes.length ? [h("br"), h("br")] : null, spans(taken(isPlain).join("\n"), people));
  }
  return nodes.flat().filter(Boolean);
}

/** Tell whether an address may be opened from a card. */
export function isSafe(url) {
  return SAFE_LINK.test(url);
}

/** A link of a card; what is neither a page nor a mail address is text. */
export function cardLink(url, text) {
  return isSafe(url) ? link(url, text) : document.createTextNode(text);
}

function list(tag, props, lines, mark, people) {
  return h(tag, props, lines.map((line) => h("li", {}, spans(line.replace(mark, ""), people))));
}

function spans(text, people) {
  const nodes = [];
  let plain = "";
  let rest = text;
  let last = "";
  const flush = () => {
    if (plain) nodes.push(document.createTextNode(plain));
    plain = "";
  };
  while (rest) {
    const found = SPANS.find(([pattern, , edge]) => !(edge && WORD.test(last)) && pattern.test(rest));
    if (!found) {
      [last] = rest;
      plain += last;
      rest = rest.slice(last.length);
      continue;
    }
    flush();
    const match = found[0].exec(rest);
    nodes.push(found[1](match, people));
    last = match[0].at(-1);
    rest = rest.slice(match[0].length);
  }
  flush();
  return nodes;
}

/** A person's name, which calls them where the card says whom it means. */
function mention(name, people) {
  return people.has(name) ? h("span", { class: "mention" }, name) : document.createTextNode(name);
}

function unescaped(text) {
  return text.replace(ESCAPED, "$1").replace(ENTITY, (_, name) => ENTITIES[name]);
}
