/** What can be pressed in a block: buttons, menus and choices, with their "are you sure". */

import { combobox } from "./combobox.js";
import { ask } from "./dialogs.js";
import { h } from "./dom.js";
import { menu } from "./menu.js";
import { plain, textObject } from "./mrkdwn.js";
import { w } from "./words.js";

const DRAW = {
  button,
  checkboxes: choices,
  datepicker: picker,
  external_select: external,
  overflow,
  radio_buttons: choices,
  static_select: select,
  timepicker: picker,
};

/** One interactive element; a kind this page cannot draw says so. */
export function element(e, block, context) {
  const draw = DRAW[e.type];
  if (draw) return draw(e, block, context);
  return h("span", { class: "b-unknown" }, w("block.unknown", { type: e.type }));
}

/** Attributes by which a test, and the focus after an update, find an element again. */
function names(e) {
  return { testid: `action-${e.action_id}`, actionId: e.action_id };
}

/** Where a link leads: into a new tab that knows nothing of this one. */
function leads(url) {
  return { href: url, target: "_blank", rel: "noopener noreferrer" };
}

/** Ask the element's own question first, if it has one, then act; true if it was done. */
async function act(e, block, context, value) {
  const sure = !e.confirm || await ask({
    title: plain(e.confirm.title),
    body: textObject(e.confirm.text, context),
    yes: plain(e.confirm.confirm) || w("dialog.confirm"),
    no: plain(e.confirm.deny) || w("dialog.cancel"),
    danger: e.confirm.style === "danger",
  });
  return sure && context.act(e, block, value);
}

/** While an act runs, its control says so and cannot be pressed again. */
async function busy(control, run) {
  control.setAttribute("aria-busy", "true");
  try {
    return await run();
  } finally {
    control.removeAttribute("aria-busy");
  }
}

function button(e, block, context) {
  const label = plain(e.text);
  const look = { class: e.style ? `button button-${e.style}` : "button", data: names(e) };
  const press = () => node.hasAttribute("aria-busy") || busy(node, () => act(e, block, context));
  const spoken = e.accessibility_label;
  const node = e.url
    ? h("a", {
      ...look,
      ...leads(e.url),
      "aria-label": `${spoken ?? label} (${w("block.opens")})`,
      on: { click: press },
    }, label, h("span", { class: "button-out", "aria-hidden": "true" }, "↗"))
    : h("button", { ...look, type: "button", "aria-label": spoken, on: { click: press } }, label);
  return node;
}

/** What a select or a picker shows before one has chosen. */
function invitation(e) {
  return plain(e.placeholder) || w("block.choose");
}

/** The options of a select, grouped where they are, with the placeholder first. */
export function selectOptions(e) {
  const chosen = e.initial_option?.value;
  const first = { value: "", disabled: true, selected: true, hidden: true };
  const option = (o) => h("option", { value: o.value, selected: o.value === chosen }, plain(o.text));
  const group = (g) => h("optgroup", { label: plain(g.label) }, g.options.map(option));
  return [
    !e.initial_option && h("option", first, invitation(e)),
    (e.options ?? []).map(option),
    (e.option_groups ?? []).map(group),
  ];
}

function select(e, block, context) {
  const change = async () => {
    const done = await busy(node, () => act(e, block, context, node.value));
    if (!done) node.value = first;
  };
  const node = h("select", {
    class: "select",
    "aria-label": invitation(e),
    data: names(e),
    on: { change },
  }, selectOptions(e));
  const first = node.value;
  return node;
}

/** A select whose options the app answers while one types. */
function external(e, block, context) {
  const choose = async (value) => {
    if (value && !await act(e, block, context, value)) combo.reset();
  };
  const combo = combobox(e, { ask: (typed) => context.suggest(e, block, typed), choose });
  combo.field.setAttribute("aria-label", invitation(e));
  Object.assign(combo.field.dataset, { testid: `action-${e.action_id}`, actionId: e.action_id });
  return combo.root;
}

function overflow(e, block, context) {
  const item = (o) => ({
    testid: `option-${o.value}`,
    label: plain(o.text),
    leads: o.url ? leads(o.url) : null,
    choose: (summary) => busy(summary, () => act(e, block, context, o.value)),
  });
  return menu({ label: w("block.more"), look: "button button-dots", data: names(e) }, e.options.map(item));
}

function choices(e, block, context) {
  const change = () => act(e, block, context, chosenIn(e, group));
  const group = choiceGroup(e, context, change, `${block.block_id}-${e.action_id}`);
  return group;
}

/** Checkboxes or radio buttons with their descriptions. */
export function choiceGroup(e, context, change, name) {
  const many = e.type === "checkboxes";
  const initial = many ? (e.initial_options ?? []) : [e.initial_option];
  const isChosen = (o) => initial.some((one) => one?.value === o.value);
  const choice = (o) => h("label", { class: "choice" },
    h("input", {
      type: many ? "checkbox" : "radio",
      name,
      value: o.value,
      checked: isChosen(o),
      data: { testid: `choice-${o.value}` },
      on: { change },
    }),
    h("span", {},
      h("span", {}, textObject(o.text, context)),
      o.description && h("span", { class: "choice-more" }, textObject(o.description, context))));
  return h("div", { class: "choices", role: many ? "group" : "radiogroup", data: names(e) },
    e.options.map(choice));
}

/** The values chosen in a group now: a list for checkboxes, one or null for radio buttons. */
export function chosenIn(e, group) {
  const values = [...group.querySelectorAll("input:checked")].map((input) => input.value);
  return e.type === "checkboxes" ? values : (values[0] ?? null);
}

function picker(e, block, context) {
  const node = pickerField(e, () => act(e, block, context, node.value));
  node.setAttribute("aria-label", invitation(e));
  return node;
}

/** The browser's own field for a date or a time of day. */
export function pickerField(e, change) {
  const [type, value] = e.type === "datepicker" ? ["date", e.initial_date] : ["time", e.initial_time];
  return h("input", { class: "field", type, value: value ?? "", data: names(e), on: { change } });
}
