/** The `markdown` block: the part of standard Markdown that Slack names for it, from text to nodes. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./mrkdwn.js";

const SPANS = [
  [/^`([^`]+)`/, (m) => h("code", {}, m[1])],
  [/^\*\*(.+?)\*\*/, (m) => h("strong", {}, spans(m[1]))],
  [/^__(.+?)__/, (m) => h("strong", {}, spans(m[1]))],
  [/^~~(.+?)~~/, (m) => h("s", {}, spans(m[1]))],
  [/^\*([^*\s][^*]*)\*/, (m) => h("em", {}, spans(m[1]))],
  [/^_([^_\s][^_]*)_/, (m) => h("em", {}, spans(m[1]))],
  [/^!?\[([^\]]*)\]\(([^)\s]+)\)/, (m) => link(m[2], m[1] || m[2])],
  [/^:([a-z0-9_+-]+):/, (m) => (emoji(m[1]) ? document.createTextNode(emoji(m[1])) : null)],
];

/** A Markdown text as a list of nodes. */
export function markdown(text) {
  const nodes = [];
  const lines = text.split("\n");
  while (lines.length) nodes.push(...block(lines));
  return nodes;
}

const FENCE = /^```/;
const HEADING = /^(#{1,6}) +(.*)$/;
const QUOTE = /^> ?/;
const RULE = /^\s*(-{3,}|\*{3,})\s*$/;
const BULLET = /^\s*[-*+] /;
const NUMBER = /^\s*\d+[.)] /;
const UNDER_HEAD = /^\s*\|?[\s:|]*-[\s:|-]*\|?\s*$/;

/** Take one block off the front of the lines. */
function block(lines) {
  const [line, next = ""] = lines;
  const run = (pattern) => takeWhile(lines, (l) => pattern.test(l));
  if (line.trim() === "") return drop(lines);
  if (FENCE.test(line)) return [fence(lines)];
  if (HEADING.test(line)) return [heading(lines.shift())];
  if (RULE.test(line)) return [...drop(lines), h("hr")];
  if (QUOTE.test(line)) return [h("blockquote", {}, spans(without(QUOTE, run(QUOTE)).join("\n")))];
  if (BULLET.test(line)) return [list("ul", without(BULLET, run(BULLET)))];
  if (NUMBER.test(line)) return [list("ol", without(NUMBER, run(NUMBER)))];
  if (line.includes("|") && UNDER_HEAD.test(next)) return [table(run(/\|/))];
  return [h("p", {}, spans(paragraph(lines)))];
}

/** Take a line that shows nothing by itself. */
function drop(lines) {
  lines.shift();
  return [];
}

function fence(lines) {
  lines.shift();
  const code = takeWhile(lines, (l) => !FENCE.test(l));
  lines.shift();
  return h("pre", {}, code.join("\n"));
}

/** A heading stands below those of the page itself. */
function heading(line) {
  const [, marks, text] = HEADING.exec(line);
  return h("p", { class: "md-heading", role: "heading", "aria-level": marks.length + 2 }, spans(text));
}

function paragraph(lines) {
  const goesOn = (l) => l.trim() && ![FENCE, HEADING, QUOTE, BULLET, NUMBER].some((p) => p.test(l));
  return [lines.shift(), ...takeWhile(lines, goesOn)].join("\n");
}

function without(mark, lines) {
  return lines.map((line) => line.replace(mark, ""));
}

function takeWhile(lines, test) {
  const taken = [];
  while (lines.length && test(lines[0])) taken.push(lines.shift());
  return taken;
}

function list(tag, items) {
  return h(tag, {}, items.map((item) => h("li", {}, spans(item))));
}

function table(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const [head, , ...rows] = lines.map(cells);
  const row = (texts, cell) => h("tr", {}, texts.map((text) => cell(spans(text))));
  return h("table", {},
    h("thead", {}, row(head, (nodes) => h("th", { scope: "col" }, nodes))),
    h("tbody", {}, rows.map((texts) => row(texts, (nodes) => h("td", {}, nodes)))));
}

function spans(text) {
  const nodes = [];
  let plain = "";
  for (let i = 0; i < text.length; ) {
    const hit = span(text.slice(i));
    if (hit) {
      if (plain) nodes.push(document.createTextNode(plain));
      plain = "";
      nodes.push(hit.node);
      i += hit.length;
    } else plain += text[i++];
  }
  if (plain) nodes.push(document.createTextNode(plain));
  return nodes;
}

function span(rest) {
  for (const [pattern, make] of SPANS) {
    const match = pattern.exec(rest);
    const node = match && make(match);
    if (node) return { node, length: match[0].length };
  }
  return null;
}
