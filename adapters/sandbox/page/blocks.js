/**
 * Block Kit, from JSON to elements.
 *
 * `context` is what a block needs to know of where it stands:
 *   me, people, rooms, tz      for names and dates
 *   act(element, block, value)  a person pressed, or chose a value; resolves to whether it worked
 * Inputs of modals are in inputs.js; both draw interactive elements with elements.js.
 */

import { h } from "./dom.js";
import { element } from "./elements.js";
import { inputBlock } from "./inputs.js";
import { markdown } from "./markdown.js";
import { plain, textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";
import { w } from "./words.js";

const DRAW = {
  actions,
  context: contextLine,
  divider,
  header,
  image: figure,
  input: inputBlock,
  markdown: article,
  rich_text: rich,
  section,
};

/** One block as an element; a type this page cannot draw says so instead of vanishing. */
export function drawBlock(block, context) {
  const node = (DRAW[block.type] ?? unknown)(block, context);
  if (block.block_id) node.dataset.blockId = block.block_id;
  return node;
}

function unknown(block) {
  return h("p", { class: "b-unknown" }, w("block.unknown", { type: block.type }));
}

function actions(block, context) {
  return h("div", { class: "b-actions" }, block.elements.map((e) => element(e, block, context)));
}

function contextLine(block, context) {
  const draw = (e) => (e.type === "image"
    ? image(e, "b-context-image")
    : h("span", { class: "b-context-text" }, textObject(e, context)));
  return h("div", { class: "b-context" }, block.elements.map(draw));
}

function divider() {
  return h("hr", { class: "b-divider" });
}

function header(block) {
  return h("p", { class: "b-header", role: "heading", "aria-level": 3 }, plain(block.text));
}

function figure(block) {
  return h("figure", { class: "b-image" },
    block.title && h("figcaption", {}, plain(block.title)), image(block, "b-image-picture"));
}

function article(block) {
  return h("div", { class: "b-markdown" }, markdown(block.text));
}

function rich(block, context) {
  return h("div", { class: "b-rich" }, richText(block.elements, context));
}

function section(block, context) {
  const { text, fields, accessory } = block;
  const field = (one) => h("div", { class: "b-field" }, textObject(one, context));
  const beside = () => (accessory.type === "image"
    ? image(accessory, "b-accessory-image")
    : element(accessory, block, context));
  return h("div", { class: "b-section" },
    h("div", { class: "b-section-body" },
      text && h("div", { class: "b-text" }, textObject(text, context)),
      fields && h("div", { class: "b-fields" }, fields.map(field))),
    accessory && h("div", { class: "b-accessory" }, beside()));
}

/** A picture with its text beside it; where it cannot be loaded the text takes its place. */
function image({ image_url: url, slack_file: file, alt_text: alt }, kind) {
  const picture = h("img", { class: kind, src: url ?? file?.url, alt, loading: "lazy" });
  const words = () => h("span", { class: "b-image-missing" }, `${w("block.image")}: ${alt}`);
  picture.addEventListener("error", () => picture.replaceWith(words()), { once: true });
  return picture;
}
