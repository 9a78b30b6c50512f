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
  actions: (block, context) => h(
    "div",
    { class: "b-actions" },
    block.elements.map((e) => element(e, block, context)),
  ),
  context: (block, context) => h(
    "div",
    { class: "b-context" },
    block.elements.map(
      (e) => (e.type === "image" ? image(e, "b-context-image") : h(
        "span",
        { class: "b-context-text" },
        textObject(e, context),
      )),
    ),
  ),
  divider: () => h("hr", { class: "b-divider" }),
  header: (block) => h("p", { class: "b-header", role: "heading", "aria-level": 3 }, plain(block.text)),
  image: (block) => h(
    "figure",
    { class: "b-image" },
    block.title && h("figcaption", {}, plain(block.title)),
    image(block, "b-image-picture"),
  ),
  input: (block, context) => inputBlock(block, context),
  markdown: (block) => h("div", { class: "b-markdown" }, markdown(block.text)),
  rich_text: (block, context) => h("div", { class: "b-rich" }, richText(block.elements, context)),
  section: (block, context) => h("div", { class: "b-section" },
    h("div", { class: "b-section-body" },
      block.text && h("div", { class: "b-text" }, textObject(block.text, context)),
      block.fields && h(
        "div",
        { class: "b-fields" },
        block.fields.map((field) => h("div", { class: "b-field" }, textObject(field, context))),
      )),
    block.accessory && h(
      "div",
      { class: "b-accessory" },
      block.accessory.type === "image" ? image(
        block.accessory,
        "b-accessory-image",
      ) : element(block.accessory, block, context),
    )),
};

/** One block as an element; a type this page cannot draw says so instead of vanishing. */
export function drawBlock(block, context) {
  const draw = DRAW[block.type];
  const node = draw ? draw(block, context) : h(
    "p",
    { class: "b-unknown" },
    w("block.unknown", { type: block.type }),
  );
  if (block.block_id) node.dataset.blockId = block.block_id;
  return node;
}

/** A picture with its text beside it; where it cannot be loaded the text takes its place. */
function image({ image_url: url, slack_file: file, alt_text: alt }, kind) {
  const picture = h("img", { class: kind, src: url ?? file?.url, alt, loading: "lazy" });
  picture.addEventListener(
    "error",
    () => picture.replaceWith(h("span", { class: "b-image-missing" }, `${w("block.image")}: ${alt}`)),
    { once: true },
  );
  return picture;
}
