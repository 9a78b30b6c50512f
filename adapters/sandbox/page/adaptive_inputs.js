/** The inputs of Adaptive Cards: texts and choices, and choices that are searched while one types. */

import { fill, h } from "./dom.js";
import { w } from "./words.js";

/** How long typing must rest before choices are asked for, in milliseconds. */
const TYPING_REST = 200;

let made = 0;

/** A label, the control, and the line that says what is wrong. */
function labelled(each, control) {
  made += 1;
  control.id = `ac-input-${made}`;
  return h("div", { class: "ac-input" },
    each.label && h("label", { for: control.id }, each.label, each.isRequired && h("span", { "aria-hidden": "true" }, " *")),
    control,
    h("p", { class: "ac-error", role: "alert", hidden: true, data: { errorOf: each.id } }, each.errorMessage ?? w("dialog.required")));
}

function common(each) {
  return { class: "field", required: each.isRequired === true, data: { input: each.id, testid: `ac-field-${each.id}` } };
}

function text(each) {
  const props = { ...common(each), maxlength: each.maxLength ?? null, placeholder: each.placeholder ?? "", value: each.value ?? "" };
  return labelled(each, each.isMultiline ? h("textarea", { ...props, rows: 5 }) : h("input", { ...props, type: "text" }));
}

function choices(each, context) {
  if (each["choices.data"]) return searched(each, context);
  const option = (one) => h("option", { value: one.value, selected: one.value === each.value }, one.title);
  const none = each.value === undefined || each.isRequired !== true;
  return labelled(each, h("select", common(each),
    none && h("option", { value: "" }, each.placeholder ?? w("block.choose")),
    (each.choices ?? []).map(option)));
}

/** A choice whose options are asked for: one types, and then chooses from what was found. */
function searched(each, context) {
  const select = h("select", common(each));
  const offer = (found) => fill(select,
    h("option", { value: "" }, each.placeholder ?? w("block.choose")),
    found.map((one) => h("option", { value: one.value, selected: one.value === each.value }, one.title)));
  offer(each.choices ?? []);
  let waiting = 0;
  const ask = async (typed) => {
    const found = await context.search(each["choices.data"].dataset, typed);
    if (found) offer(found);
  };
  const typing = h("input", {
    class: "field",
    type: "search",
    placeholder: w("block.search"),
    "aria-label": w("block.search"),
    data: { testid: `ac-search-${each.id}` },
    on: {
      input: (event) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => ask(event.target.value), TYPING_REST);
      },
    },
  });
  ask("");
  const drawn = labelled(each, select);
  select.before(typing);
  return drawn;
}

export const inputs = { "Input.Text": text, "Input.ChoiceSet": choices };
