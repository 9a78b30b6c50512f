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

/** Take one block off the front of the lines. */
function block(lines) {
  const line = lines[0];
  if (line.trim() === "") {
    lines.shift();
    return [];
  }
  if (line.startsWith("```")) {
    lines.shift();
    const code = takeWhile(lines, (l) => !l.startsWith("```"));
    lines.shift();
    return [h("pre", {}, code.join("\n"))];
  }
  const heading = /^(#{1,6}) +(.*)$/.exec(line);
  if (heading) {
    lines.shift();
    return [
      h("p", { class: "md-heading", role: "heading", "aria-level": heading[1].length + 2 }, spans(heading[2])),
    ];
  }
  if (/^(-{3,}|\*{3,})$/.test(line.trim())) {
    lines.shift();
    return [h("hr")];
  }
  if (line.startsWith(">")) return [
    h(
      "blockquote",
      {},
      spans(takeWhile(lines, (l) => l.startsWith(">")).map((l) => l.replace(/^> ?/, "")).join("\n")),
    ),
  ];
  if (/^\s*[-*+] /.test(line)) return [list("ul", takeWhile(lines, (l) => /^\s*[-*+] /.test(l)), /^\s*[-*+] /)];
  if (/^\s*\d+[.)] /.test(line)) return [
    list("ol", takeWhile(lines, (l) => /^\s*\d+[.)] /.test(l)),
    /^\s*\d+[.)] /),
  ];
  if (line.includes("|") && /^\s*\|?[\s:|-]+\|?\s*$/.test(lines[1] ?? "") && lines[1].includes("-")) return [
    table(takeWhile(lines, (l) => l.includes("|"))),
  ];
  return [
    h(
      "p",
      {},
      spans(
        [
          lines.shift(),
          ...takeWhile(lines, (l) => l.trim() !== "" && !/^(#|>|```|\s*[-*+] |\s*\d+[.)] )/.test(l)),
        ].join("\n"),
      ),
    ),
  ];
}

function takeWhile(lines, test) {
  const taken = [];
  while (lines.length && test(lines[0])) taken.push(lines.shift());
  return taken;
}

function list(tag, lines, mark) {
  return h(tag, {}, lines.map((line) => h("li", {}, spans(line.replace(mark, "")))));
}

function table(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const [head, , ...rows] = lines;
  return h("table", {},
    h("thead", {}, h("tr", {}, cells(head).map((cell) => h("th", { scope: "col" }, spans(cell))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, cells(row).map((cell) => h("td", {}, spans(cell)))))));
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
