/** What can be pressed in a block: buttons, menus and choices, with their "are you sure". */

import { ask } from "./dialogs.js";
import { h } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";
import { w } from "./words.js";

const DRAW = {
  button, static_select: select, overflow, checkboxes: choices, radio_buttons: choices, datepicker: picker, timepicker: picker,
};

/** One interactive element; a kind this page cannot draw says so. */
export function element(e, block, context) {
  const draw = DRAW[e.type];
  return draw ? draw(e, block, context) : h(
    "span",
    { class: "b-unknown" },
    w("block.unknown", { type: e.type }),
  );
}

/** Attributes by which a test, and the focus after an update, find an element again. */
export function names(e, more = {}) {
  return { testid: `action-${e.action_id}`, actionId: e.action_id, ...more };
}

/** Ask the element's own question first, if it has one, then act. */
async function act(e, block, context, value) {
  if (e.confirm && !(await ask({
    title: plain(e.confirm.title), body: textObject(
      e.confirm.text,
      context,
    ), yes: plain(e.confirm.confirm) || w("dialog.confirm"),
    no: plain(e.confirm.deny) || w("dialog.cancel"), danger: e.confirm.style === "danger",
  }))) return false;
  return context.act(e, block, value);
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
  const style = e.style ? ` button-${e.style}` : "";
  const press = () => busy(node, () => act(e, block, context));
  const label = plain(e.text);
  const node = e.url
    ? h(
      "a",
      {
        class: `button${style}`,
        href: e.url,
        target: "_blank",
        rel: "noopener noreferrer",
        "aria-label": `${e.accessibility_label ?? label} (${w("block.opens")})`,
        data: names(e),
        on: { click: press },
      },
      label,
      h("span", { class: "button-out", "aria-hidden": "true" }, "↗"),
    )
    : h(
      "button",
      {
        class: `button${style}`,
        type: "button",
        "aria-label": e.accessibility_label,
        data: names(e),
        on: { click: () => node.hasAttribute("aria-busy") || press() },
      },
      label,
    );
  return node;
}

/** The options of a select, grouped where they are, with the placeholder first. */
export function selectOptions(e) {
  const option = (o) => h(
    "option",
    { value: o.value, selected: e.initial_option?.value === o.value },
    plain(o.text),
  );
  return [
    !e.initial_option && h(
      "option",
      { value: "", disabled: true, selected: true, hidden: true },
      plain(e.placeholder) || w("block.choose"),
    ),
    (e.options ?? []).map(option),
    (e.option_groups ?? []).map(
      (group) => h("optgroup", { label: plain(group.label) }, group.options.map(option)),
    ),
  ];
}

function select(e, block, context) {
  const node = h(
    "select",
    {
      class: "select",
      "aria-label": plain(e.placeholder) || w("block.choose"),
      data: names(e),
      on: { change },
    },
    selectOptions(e),
  );
  const first = node.value;
  async function change() {
    const done = await busy(node, () => act(e, block, context, node.value));
    if (!done) node.value = first;
  }
  return node;
}

/** A menu behind three dots. It closes by Escape, by a press elsewhere and by choosing. */
function overflow(e, block, context) {
  const choose = (option) => {
    node.open = false;
    summary.focus();
    busy(summary, () => act(e, block, context, option.value));
  };
  const summary = h(
    "summary",
    { class: "button button-dots", "aria-label": w("block.more"), data: names(e) },
    "⋯",
  );
  const item = (o) => (o.url
    ? h(
      "a",
      {
        class: "menu-item",
        href: o.url,
        target: "_blank",
        rel: "noopener noreferrer",
        data: { testid: `option-${o.value}` },
        on: { click: () => choose(o) },
      },
      plain(o.text),
    )
    : h(
      "button",
      {
        class: "menu-item",
        type: "button",
        data: { testid: `option-${o.value}` },
        on: { click: () => choose(o) },
      },
      plain(o.text),
    ));
  const node = h("details", { class: "overflow", on: {
    keydown: (event) => {
      if (event.key !== "Escape" || !node.open) return;
      event.preventDefault();
      node.open = false;
      summary.focus();
    },
    focusout: (event) => {
      if (event.relatedTarget && !node.contains(event.relatedTarget)) node.open = false;
    },
  } }, summary, h("div", { class: "menu" }, e.options.map(item)));
  return node;
}

function choices(e, block, context) {
  const group = choiceGroup(
    e,
    context,
    () => act(e, block, context, chosenIn(e, group)),
    `${block.block_id}-${e.action_id}`,
  );
  return group;
}

/** Checkboxes or radio buttons with their descriptions. */
export function choiceGroup(e, context, change, name) {
  const many = e.type === "checkboxes";
  const initial = many ? (e.initial_options ?? []).map((o) => o.value) : [e.initial_option?.value];
  return h("div", {
    class: "choices",
    role: many ? "group" : "radiogroup",
    data: names(e),
  }, e.options.map((o) => h("label", { class: "choice" },
    h(
      "input",
      {
        type: many ? "checkbox" : "radio",
        name,
        value: o.value,
        checked: initial.includes(o.value),
        data: { testid: `choice-${o.value}` },
        on: { change },
      },
    ),
    h(
      "span",
      {},
      h("span", {}, textObject(o.text, context)),
      o.description && h("span", { class: "choice-more" }, textObject(o.description, context)),
    ))));
}

/** The values chosen in a group now: a list for checkboxes, one or null for radio buttons. */
export function chosenIn(e, group) {
  const values = [...group.querySelectorAll("input:checked")].map((input) => input.value);
  return e.type === "checkboxes" ? values : (values[0] ?? null);
}

function picker(e, block, context) {
  const date = e.type === "datepicker";
  const node = h("input", { class: "field", type: date ? "date" : "time", value: (date ? e.initial_date : e.initial_time) ?? "", "aria-label": plain(e.placeholder) || w("block.choose"), data: names(e),
    on: { change: () => act(e, block, context, node.value) } });
  return node;
}
