/**
 * Slack's own markup, from text to nodes.
 *
 * The rules are those of Slack's "Formatting message text": `*bold*`,
 * `_italic_`, `~strike~`, code, fences, quotes, `<links|with text>`,
 * `<@U..>`, `<#C..>`, `<!date^..>`, and &amp; &lt; &gt; as the only
 * entities. Marks count at a word's edge only, which is why Slack leaves
 * them as they are between Japanese letters; so does this.
 */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { formatDate } from "./when.js";
import { w } from "./words.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const MARKS = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const EVERYBODY = new Set(["!here", "!channel", "!everyone"]);
const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

/** Undo Slack's three entities. */
export function unescape(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** A link that cannot run code: anything but http, https, mail and telephone is shown as text. */
export function link(url, text) {
  if (!SAFE_LINK.test(url)) return document.createTextNode(text ?? url);
  return h(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer" },
    text ?? url.replace(/^(mailto|tel):/i, ""),
  );
}

/** A person's or a room's name as Slack shows it; an id that nobody has is shown as it is. */
export function mention(id, context) {
  const person = context.people.get(id);
  const mine = id === context.me ? " mention-me" : "";
  return h("span", { class: `mention${mine}` }, `@${person?.name ?? id}`);
}

export function roomLink(id, context) {
  return h("span", { class: "mention" }, `#${context.rooms.get(id)?.name ?? id}`);
}

/** A text in mrkdwn as a list of nodes. */
export function mrkdwn(text, context) {
  const nodes = [];
  const parts = text.split("```");
  if (parts.length % 2 === 0) parts.push(parts.splice(-2).join("```")); // a fence without an end is text
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) nodes.push(h("pre", {}, unescape(part.replace(/^\n|\n$/g, ""))));
    else nodes.push(...paragraphs(index > 0 ? part.replace(/^\n/, "") : part, context));
  }
  return nodes;
}

/** Lines, with runs of quoted lines (`> `) gathered into one quote. */
function paragraphs(text, context) {
  const nodes = [];
  let quote = [];
  const endQuote = () => {
    if (quote.length) nodes.push(h("blockquote", {}, inline(quote.join("\n"), context)));
    quote = [];
  };
  let plain = [];
  const endPlain = () => {
    const run = plain.join("\n");
    if (run.trim()) nodes.push(h("span", { class: "run" }, inline(run, context)));
    plain = [];
  };
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      endPlain();
      quote.push(quoted[1]);
    } else {
      endQuote();
      plain.push(line);
    }
  }
  endPlain();
  endQuote();
  return nodes;
}

/** One run of text: the first special thing in it, what stands before, and the rest. */
function inline(text, context) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(document.createTextNode(unescape(plain)));
    plain = "";
  };
  for (let i = 0; i < text.length; ) {
    const found = special(text, i, context);
    if (found) {
      flush();
      nodes.push(found.node);
      i = found.end;
    } else plain += text[i++];
  }
  flush();
  return nodes;
}

/** What begins at a place of a text, as `{node, end}`; null for an ordinary character. */
function special(text, i, context) {
  const rest = text.slice(i);
  const edge = !WORD.test(text[i - 1] ?? " ");
  const found = (match, node) => ({ node, end: i + match[0].length });
  const angle = /^<([^<>\n]+)>/.exec(rest);
  if (angle) return found(angle, reference(angle[1], context));
  const code = /^`([^`\n]+)`/.exec(rest);
  if (code) return found(code, h("code", {}, unescape(code[1])));
  const symbol = /^:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/.exec(rest);
  if (symbol && emoji(symbol[1])) return found(symbol, document.createTextNode(emoji(symbol[1])));
  if (edge && MARKS[text[i]]) return marked(text, i, context);
  const bare = /^https?:\/\/[^\s<>|]+[^\s<>|.,!?)）。、]/.exec(rest);
  return edge && bare ? found(bare, link(unescape(bare[0]))) : null;
}

function marked(text, i, context) {
  const mark = text[i];
  if (/[\s]/.test(text[i + 1] ?? " ") || text[i + 1] === mark) return null;
  for (let end = text.indexOf(mark, i + 2); end > 0; end = text.indexOf(mark, end + 1)) {
    if (text.slice(i, end).includes("\n")) return null;
    if (/\s/.test(text[end - 1]) || WORD.test(text[end + 1] ?? " ")) continue;
    return { node: h(MARKS[mark], {}, inline(text.slice(i + 1, end), context)), end: end + 1 };
  }
  return null;
}

/** What stands between angle brackets. */
function reference(body, context) {
  const [target, label] = split(body);
  const words = label === undefined ? undefined : unescape(label);
  if (target.startsWith("@")) return mention(target.slice(1), context);
  if (target.startsWith("#")) return roomLink(target.slice(1), context);
  if (target.startsWith("!date^")) return moment(target, words ?? "", context);
  if (target.startsWith("!subteam^")) return called(words ?? target.slice(9));
  if (EVERYBODY.has(target)) return called(w(`mrkdwn.${target.slice(1)}`));
  return link(unescape(target), words);
}

function called(words) {
  return h("span", { class: "mention" }, words);
}

/** `!date^1795215600^{date} at {time}^https://link`, or its fallback where it names no moment. */
function moment(target, fallback, context) {
  const [, stamp, format, url] = target.split("^");
  const words = formatDate(Number(stamp), unescape(format ?? "{date}"), context.tz);
  if (words === null) return document.createTextNode(fallback);
  return url ? link(unescape(url), words) : h("time", {}, words);
}

function split(body) {
  const bar = body.indexOf("|");
  return bar < 0 ? [body, undefined] : [body.slice(0, bar), body.slice(bar + 1)];
}

/** A text object's content: mrkdwn, or plain text with emoji codes where it allows them. */
export function textObject(object, context) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, context);
  return [plain(object)];
}

/** Plain text as a string; Slack shows codes as emoji unless `emoji` is false. */
export function plain(object) {
  if (!object) return "";
  if (object.emoji === false) return object.text;
  return object.text.replace(/:([a-z0-9_+'-]+):/g, (code, name) => emoji(name) ?? code);
}
