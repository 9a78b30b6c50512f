/**
 * Adaptive Cards as Teams draws them: the elements that our cards use, and what is pressed and typed in them.
 *
 * What this page cannot draw is drawn by its fallback, as older clients do.
 */

import { cardLink, cardText, isSafe } from "./adaptive_text.js";
import { charts } from "./adaptive_charts.js";
import { entered, inputs as elementsOfInputs } from "./adaptive_inputs.js";
import { fill, h } from "./dom.js";
import { w } from "./words.js";

/**
 * Draw a card.
 *
 * `context.press(action, root)` does what an action says, `context.search(dataset, typed)` offers choices.
 */
export function drawCard(card, context) {
  const people = new Set((card.msteams?.entities ?? [])
    .filter((one) => one.type === "mention")
    .map((one) => one.text.replace(/^<at>|<\/at>$/g, "")));
  const within = { ...context, people };
  const root = h("div", { class: "ac-card", data: { testid: "card" } });
  within.root = root;
  fill(root, items(card.body, within), card.actions?.length ? actionSet({ actions: card.actions }, within) : null);
  return root;
}

/** What was typed in a card, by the inputs' ids. */
export function typedIn(root) {
  const typed = {};
  for (const field of root.querySelectorAll("[data-input]")) typed[field.dataset.input] = entered(field);
  return typed;
}

/** True where every input that must be filled is; what is wrong is said beneath it. */
export function isFilled(root) {
  let filled = true;
  for (const field of root.querySelectorAll("[data-input]")) {
    const wrong = field.required && !entered(field).trim();
    field.setAttribute("aria-invalid", String(wrong));
    const said = root.querySelector(`[data-error-of="${CSS.escape(field.dataset.input)}"]`);
    if (said) said.hidden = !wrong;
    if (wrong && filled) field.focus();
    filled &&= !wrong;
  }
  return filled;
}

const ELEMENTS = {
  TextBlock: textBlock,
  RichTextBlock: richTextBlock,
  Container: container,
  ColumnSet: columnSet,
  FactSet: factSet,
  Table: table,
  ActionSet: actionSet,
  Image: image,
  ...charts,
  ...elementsOfInputs,
};

function items(list, context) {
  return (list ?? []).map((each) => element(each, context));
}

function element(each, context) {
  const draw = ELEMENTS[each.type];
  if (!draw) {
    if (each.fallback === "drop") return null;
    return each.fallback ? element(each.fallback, context) : h("p", { class: "b-unknown" }, w("block.unknown", { type: each.type }));
  }
  const drawn = draw(each, context);
  if (each.id) drawn.dataset.elementId = each.id;
  if (each.isVisible === false) drawn.hidden = true;
  if (each.separator) drawn.classList.add("ac-separated");
  drawn.classList.add(`ac-spacing-${String(each.spacing ?? "default").toLowerCase()}`);
  return drawn;
}

function look(each) {
  const classes = ["ac-text"];
  for (const name of ["size", "weight", "color", "fontType", "horizontalAlignment"]) {
    if (each[name]) classes.push(`ac-${name.toLowerCase()}-${String(each[name]).toLowerCase()}`);
  }
  if (each.isSubtle) classes.push("ac-subtle");
  return classes.join(" ");
}

function textBlock(each, { people }) {
  const heading = each.style === "heading";
  return h(heading ? "h3" : "p", { class: each.wrap === true ? look(each) : `${look(each)} ac-one-line` }, cardText(each.text, people));
}

function richTextBlock(each) {
  const runs = each.inlines.map((one) => {
    if (typeof one === "string") return one;
    const classes = [look(one), one.italic && "ac-italic", one.strikethrough && "ac-struck"].filter(Boolean).join(" ");
    if (one.selectAction?.type === "Action.OpenUrl") return h("span", { class: classes }, cardLink(one.selectAction.url, one.text));
    return h("span", { class: classes }, one.text);
  });
  return h("p", { class: `${look(each)} ac-rich` }, runs);
}

function container(each, context) {
  return h("div", { class: ["ac-container", each.style && `ac-style-${each.style.toLowerCase()}`].filter(Boolean).join(" ") }, items(each.items, context));
}

function columnSet(each, context) {
  const widths = each.columns.map((one) => {
    if (one.width === "auto") return "auto";
    if (typeof one.width === "number" || /^\d+$/.test(one.width ?? "")) return `minmax(0, ${one.width}fr)`;
    return /px$/.test(one.width ?? "") ? one.width : "minmax(0, 1fr)";
  });
  const set = h("div", { class: "ac-columns" }, each.columns.map((one) => h("div", { class: "ac-column" }, items(one.items, context))));
  set.style.gridTemplateColumns = widths.join(" ");
  return set;
}

function factSet(each, { people }) {
  return h("dl", { class: "ac-facts" }, each.facts.map((fact) => [
    h("dt", {}, cardText(fact.title, people)), h("dd", {}, cardText(fact.value, people))]));
}

function table(each, context) {
  const columns = each.columns ?? [];
  const cell = (tag) => (one, place) => {
    const side = one.horizontalAlignment ?? columns[place]?.horizontalCellContentAlignment ?? "left";
    return h(tag, { class: `ac-side-${side.toLowerCase()}`, scope: tag === "th" && "col" }, items(one.items, context));
  };
  const head = each.firstRowAsHeaders ?? each.firstRowAsHeader ?? true;
  const [first, ...rest] = each.rows;
  return h("div", { class: each.showGridLines === false ? "ac-table" : "ac-table ac-grid" }, h("table", {},
    head && first && h("thead", {}, h("tr", {}, first.cells.map(cell("th")))),
    h("tbody", {}, (head ? rest : each.rows).map((row) => h("tr", {}, row.cells.map(cell("td")))))));
}

function image(each) {
  return h("img", { class: "ac-image", src: each.url, alt: each.altText ?? "" });
}

function actionSet(each, context) {
  const primary = each.actions.filter((one) => one.mode !== "secondary");
  const secondary = each.actions.filter((one) => one.mode === "secondary");
  return h("div", { class: "ac-actions" },
    primary.map((one) => button(one, context)),
    secondary.length > 0 && h("details", { class: "ac-more" },
      h("summary", { class: "button button-dots", "aria-label": w("block.more"), data: { testid: "ac-more" } }, "⋯"),
      h("div", { class: "ac-menu" }, secondary.map((one) => button(one, context)))));
}

/** What a press is called for tests and for the eye: the command that it asks for. */
export function commandOf(action) {
  if (action.type === "Action.OpenUrl") return `open:${action.title}`;
  if (action.type === "Action.ToggleVisibility") return "toggle";
  return `do:${action.verb ?? action.data?.c ?? ""}`;
}

function button(action, context) {
  const styles = { positive: "button-primary", destructive: "button-danger" };
  const props = {
    class: ["button", styles[action.style]].filter(Boolean).join(" "),
    title: action.tooltip ?? null,
    data: { actionId: commandOf(action), testid: `ac-action-${action.id ?? [commandOf(action), action.data?.t].join(" ").trim()}` },
  };
  if (action.type === "Action.OpenUrl" && isSafe(action.url)) {
    const leads = { href: action.url, target: "_blank", rel: "noopener noreferrer" };
    const opens = `${action.title} (${w("block.opens")})`;
    return h("a", { ...props, ...leads, "aria-label": opens }, action.title, h("span", { class: "button-out", "aria-hidden": "true" }, "↗"));
  }
  const press = async (event) => {
    const pressed = event.currentTarget;
    if (action.type === "Action.ToggleVisibility") {
      toggle(action, context.root, pressed);
      return;
    }
    // Not disabled meanwhile: that would take the keyboard's focus away.
    if (pressed.hasAttribute("aria-busy")) return;
    if (action.associatedInputs !== "none" && !isFilled(context.root)) return;
    pressed.setAttribute("aria-busy", "true");
    try {
      await context.press(action, context.root);
    } finally {
      pressed.removeAttribute("aria-busy");
      fold(pressed.closest("details"));
    }
  };
  const disabled = action.isEnabled === false || action.type === "Action.OpenUrl";
  return h("button", { ...props, type: "button", disabled, on: { click: press } }, action.title);
}

/** Close the menu in which something was pressed; the focus goes to what opens it. */
function fold(menu) {
  if (!menu) return;
  if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  menu.open = false;
}

/** Turn what is seen; where the pressed button goes, the focus goes to the one in its place. */
function toggle(action, root, pressed) {
  const turned = [];
  for (const target of action.targetElements) {
    const { elementId, isVisible } = typeof target === "string" ? { elementId: target } : target;
    const found = root.querySelector(`[data-element-id="${CSS.escape(elementId)}"]`);
    if (!found) continue;
    found.hidden = isVisible === undefined ? !found.hidden : !isVisible;
    if (!found.hidden) turned.push(found);
  }
  if (pressed.closest("[hidden]")) turned.map((one) => one.querySelector("button")).find(Boolean)?.focus();
}
