/** The inputs of Adaptive Cards: texts and choices, and choices that are searched while one types. */

import { combobox } from "./combobox.js";
import { h } from "./dom.js";
import { w } from "./words.js";

let made = 0;

/** A label, the control (in `root`, where it is not all), and the line that says what is wrong. */
function labelled(each, control, root = control) {
  made += 1;
  control.id = `ac-input-${made}`;
  control.required = each.isRequired === true;
  control.setAttribute("aria-describedby", `${control.id}-error`);
  Object.assign(control.dataset, { input: each.id, testid: `ac-field-${each.id}` });
  return h("div", { class: "ac-input" },
    each.label && h("label", { for: control.id }, each.label, each.isRequired && h("span", { "aria-hidden": "true" }, " *")),
    root,
    h("p", { class: "ac-error", role: "alert", id: `${control.id}-error`, hidden: true, data: { errorOf: each.id } }, each.errorMessage ?? w("dialog.required")));
}

/** What is entered in a control: of one that searches, the value behind its words. */
export function entered(control) {
  return control.role === "combobox" ? control.dataset.value : control.value;
}

function text(each) {
  const props = { class: "field", maxlength: each.maxLength ?? null, placeholder: each.placeholder ?? "", value: each.value ?? "" };
  return labelled(each, each.isMultiline ? h("textarea", { ...props, rows: 5 }) : h("input", { ...props, type: "text" }));
}

function choices(each, context) {
  if (each["choices.data"]) return searched(each, context);
  const option = (one) => h("option", { value: one.value, selected: one.value === each.value }, one.title);
  const none = each.value === undefined || each.isRequired !== true;
  return labelled(each, h("select", { class: "field" },
    none && h("option", { value: "" }, each.placeholder ?? w("block.choose")),
    (each.choices ?? []).map(option)));
}

/** A choice whose options are asked for while one types; those of the card stand there before. */
function searched(each, context) {
  const option = (one) => ({ value: one.value, text: { text: one.title, emoji: false } });
  const choices = (each.choices ?? []).map(option);
  const ask = async (typed) => {
    if (!typed && choices.length) return { options: choices };
    const found = await context.search(each["choices.data"].dataset, typed);
    return found && { options: found.map(option) };
  };
  const combo = combobox({
    min_query_length: 0,
    placeholder: each.placeholder && { text: each.placeholder, emoji: false },
    initial_option: choices.find((one) => one.value === each.value),
  }, { ask, choose: () => {} });
  return labelled(each, combo.field, combo.root);
}

export const inputs = { "Input.Text": text, "Input.ChoiceSet": choices };
