/**
 * Input blocks of modals: drawing them, carrying what was typed over an
 * update, checking it as Slack's own client does, and reading it at the end.
 */

import { combobox, hold } from "./combobox.js";
import { h } from "./dom.js";
import { choiceGroup, chosenIn, pickerField, selectOptions } from "./elements.js";
import { plain } from "./mrkdwn.js";
import { w } from "./words.js";

const DRAW = {
  external_select: external,
  plain_text_input: text,
  static_select: select,
  checkboxes: group,
  radio_buttons: group,
  datepicker: picker,
  timepicker: picker,
};

/** An input block with its label, its hint and room for an error. */
export function inputBlock(block, context) {
  const e = block.element;
  const id = `field-${block.block_id}`;
  const drawn = (DRAW[e.type] ?? unknown)(e, block, context);
  const control = drawn.querySelector("[role=combobox]") ?? drawn;
  control.id = id;
  control.dataset.testid = `modal-field-${block.block_id}`;
  control.dataset.actionId = e.action_id;
  control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const isGroup = control.classList.contains("choices");
  if (isGroup) control.setAttribute("aria-labelledby", `${id}-label`);
  const optional = block.optional && h("span", { class: "optional" }, ` ${w("dialog.optional")}`);
  const error = {
    class: "b-error",
    id: `${id}-error`,
    role: "alert",
    hidden: true,
    data: { testid: `modal-error-${block.block_id}` },
  };
  return h("div", { class: "b-input" },
    h(isGroup ? "div" : "label", { class: "b-label", id: `${id}-label`, for: isGroup ? null : id },
      plain(block.label), optional),
    drawn,
    h("p", { class: "b-hint", id: `${id}-hint` }, block.hint && plain(block.hint)),
    h("p", error));
}

function unknown(e) {
  return h("span", { class: "b-unknown" }, w("block.unknown", { type: e.type }));
}

function text(e, block, context) {
  const props = {
    class: "field",
    value: e.initial_value ?? "",
    placeholder: plain(e.placeholder),
    autocomplete: "off",
    autofocus: e.focus_on_load,
  };
  const node = e.multiline
    ? h("textarea", { ...props, rows: 5 })
    : h("input", { ...props, type: "text" });
  const asked = e.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const on = block.dispatch_action ? asked : [];
  if (on.includes("on_character_entered")) {
    const tell = () => context.type(e, block, node.value);
    node.addEventListener("input", (event) => event.isComposing || tell());
    node.addEventListener("compositionend", tell);
  }
  if (on.includes("on_enter_pressed") && !e.multiline) {
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      context.type(e, block, node.value, true);
    });
  }
  return node;
}

/** Tell the app of a choice at once, where the block asks for it. */
function tell(e, block, context, value) {
  if (block.dispatch_action) context.act(e, block, value);
}

function select(e, block, context) {
  const change = () => tell(e, block, context, node.value);
  const node = h("select", { class: "field", on: { change } }, selectOptions(e));
  return node;
}

function external(e, block, context) {
  const ask = (typed) => context.suggest(e, block, typed);
  // Told at once, whether or not the app hears of it: another search may offer other options.
  const choose = (value) => value && context.act(e, block, value);
  return combobox(e, { ask, choose }).root;
}

function group(e, block, context) {
  const change = () => tell(e, block, context, chosenIn(e, node));
  const node = choiceGroup(e, context, change, block.block_id);
  return node;
}

function picker(e, block, context) {
  const node = pickerField(e, () => tell(e, block, context, node.value));
  return node;
}

/** What a control holds: a text, an option's value or a list of them; null where it holds nothing. */
function valueOf(e, control) {
  if (e.type === "external_select") return control.dataset.value || null;
  return control.classList.contains("choices") ? chosenIn(e, control) : control.value || null;
}

function controlOf(form, block) {
  return form.querySelector(`#${CSS.escape(`field-${block.block_id}`)}`);
}

/** All inputs of a view as `{block_id: {action_id: value}}`. */
export function valuesOf(form, view) {
  return Object.fromEntries(view.blocks.filter((block) => block.type === "input" && DRAW[block.element.type])
    .map(
      (block) => [
        block.block_id,
        { [block.element.action_id]: valueOf(block.element, controlOf(form, block)) },
      ],
    ));
}

/** Slack's client's own check before anything is sent: `{block_id: sentence}`, empty if all is well. */
export function faultsOf(form, view) {
  const faults = {};
  for (const block of view.blocks.filter((b) => b.type === "input" && DRAW[b.element.type])) {
    const { element: e } = block;
    const held = valueOf(e, controlOf(form, block));
    const length = [...(held ?? "")].length;
    if (!length && !block.optional) faults[block.block_id] = w("dialog.required");
    else if (e.max_length && length > e.max_length) faults[block.block_id] = w(
      "dialog.length",
      { n: length, max: e.max_length },
    );
    else if (length && length < (e.min_length ?? 0)) faults[block.block_id] = w(
      "dialog.short",
      { min: e.min_length },
    );
  }
  return faults;
}

/** Show errors beside their fields, take away those that are gone, and go to the first. */
export function showErrors(form, view, errors) {
  let first = null;
  for (const block of view.blocks.filter((b) => b.type === "input")) {
    const control = controlOf(form, block);
    const place = form.querySelector(`#${CSS.escape(`field-${block.block_id}-error`)}`);
    const error = errors[block.block_id];
    place.hidden = !error;
    place.textContent = error ? `⚠ ${error}` : "";
    if (error) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    if (error) first ??= control;
  }
  (first?.matches(".choices") ? first.querySelector("input") : first)?.focus();
}

/** Show what Slack holds of an open view, as after a reload or after being somebody else for a while. */
export function fillInputs(form, view) {
  for (const block of view.blocks.filter((b) => b.type === "input" && DRAW[b.element.type])) {
    const held = view.state?.values?.[block.block_id]?.[block.element.action_id];
    const control = controlOf(form, block);
    if (!held) continue;
    if (control.classList.contains("choices")) {
      const chosen = (held.selected_options ?? [held.selected_option]).map((o) => o?.value);
      for (const input of control.querySelectorAll("input")) input.checked = chosen.includes(input.value);
    } else if (control.role === "combobox") hold(control, held.selected_option);
    else {
      const { value, selected_option: option, selected_date: date, selected_time: time } = held;
      control.value = value ?? option?.value ?? date ?? time ?? "";
    }
  }
}

/** Hand what was typed or chosen to the block's new element: Slack keeps it where the ids are the same. */
export function carryInput(before, after) {
  for (const control of after.querySelectorAll("[data-action-id]")) {
    const old = before.querySelector(`[data-action-id="${CSS.escape(control.dataset.actionId)}"]`);
    if (!old || old.tagName !== control.tagName) continue;
    if (control.matches(".choices")) {
      const chosen = new Set([...old.querySelectorAll("input:checked")].map((input) => input.value));
      for (const input of control.querySelectorAll("input")) input.checked = chosen.has(input.value);
    } else if (control.matches("select")) {
      if ([...control.options].some((o) => o.value === old.value)) control.value = old.value;
    } else if (control.matches("input, textarea")) {
      control.value = old.value;
      if (control.role === "combobox") Object.assign(control.dataset, old.dataset);
    }
  }
}
