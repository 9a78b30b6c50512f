/** The texts of Adaptive Cards: the part of Markdown that Teams reads in them, from text to nodes. */

import { h } from "./dom.js";
import { link } from "./mrkdwn.js";

const SPANS = [
  [/^\\([\\`*_{}[\]()#+\-.!|~<>&])/, (m) => document.createTextNode(m[1])],
  [/^\*\*(.+?)\*\*/, (m, people) => h("strong", {}, spans(m[1], people))],
  [/^__(.+?)__/, (m, people) => h("strong", {}, spans(m[1], people))],
  [/^\*([^*\s][^*]*)\*/, (m, people) => h("em", {}, spans(m[1], people))],
  [/^_([^_\s][^_]*)_/, (m, people) => h("em", {}, spans(m[1], people))],
  [/^\[((?:\\.|[^\]\\])*)\]\(([^)\s]+)\)/, (m) => link(m[2], unescaped(m[1]))],
  [/^<at>(.*?)<\/at>/, (m, people) => mention(m[1], people)],
  [/^&(lt|gt|amp|nbsp);/, (m) => document.createTextNode({ lt: "<", gt: ">", amp: "&", nbsp: "\u00a0" }[m[1]])],
];

const BULLET = /^\s*[-*+] /;
const NUMBER = /^\s*\d+[.)] /;

/** A text of a card as nodes; `people` are the names that its card mentions. */
export function cardText(text, people) {
  const nodes = [];
  const lines = String(text).split(/\r?\n/);
  while (lines.length) {
    const run = (pattern) => {
      const taken = [];
      while (lines.length && pattern.test(lines[0])) taken.push(lines.shift().replace(pattern, ""));
      return taken;
    };
    if (BULLET.test(lines[0])) nodes.push(list("ul", run(BULLET), people));
    else if (NUMBER.test(lines[0])) nodes.push(list("ol", run(NUMBER), people));
    else nodes.push(...spans(lines.shift(), people), lines.length ? h("br") : null);
  }
  return nodes;
}

function list(tag, lines, people) {
  return h(tag, {}, lines.map((line) => h("li", {}, spans(line, people))));
}

function spans(text, people) {
  const nodes = [];
  let plain = "";
  let rest = text;
  const flush = () => {
    if (plain) nodes.push(document.createTextNode(plain));
    plain = "";
  };
  while (rest) {
    const found = SPANS.map(([pattern, make]) => [pattern.exec(rest), make]).find(([match]) => match);
    if (!found) {
      const [letter] = rest;
      plain += letter;
      rest = rest.slice(letter.length);
      continue;
    }
    flush();
    nodes.push(found[1](found[0], people));
    rest = rest.slice(found[0][0].length);
  }
  flush();
  return nodes;
}

/** A person's name, which calls them where the card says whom it means. */
function mention(name, people) {
  const called = people.has(name);
  return h("span", { class: called ? "mention" : "" }, name);
}

function unescaped(text) {
  return text.replace(/\\([\\`*_{}[\]()#+\-.!|~<>&])/g, "$1");
}
