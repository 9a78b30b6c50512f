/** A menu behind three dots: by pointer or by keyboard, closed by Escape, by leaving and by choosing. */

import { h } from "./dom.js";

/**
 * A menu.
 *
 * `look` is the class of the button that opens it, `label` says what it is,
 * `data` its data-* attributes. An item is `{testid, label, about, choose(button),
 * leads}`; `leads` are the attributes of one that is a link, or null.
 */
export function menu({ label, look, data }, items) {
  const close = () => {
    node.open = false;
    summary.focus();
  };
  const entry = (item) => {
    const choose = () => {
      close();
      item.choose(summary);
    };
    const props = { class: "menu-item", data: { testid: item.testid }, on: { click: choose } };
    const words = [item.label, item.about && h("span", { class: "menu-about" }, item.about)];
    return item.leads
      ? h("a", { ...props, ...item.leads }, words)
      : h("button", { ...props, type: "button" }, words);
  };
  const list = h("div", { class: "menu" }, items.map(entry));
  const summary = h("summary", { class: look, "aria-label": label, title: label, data }, "⋯");
  const keydown = (event) => {
    if (!node.open) return;
    if (event.key === "Escape") close();
    else if (!step(list, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const focusout = (event) => {
    if (event.relatedTarget && !node.contains(event.relatedTarget)) node.open = false;
  };
  const toggle = () => node.open && list.scrollIntoView({ block: "nearest" });
  const node = h("details", { class: "overflow", on: { keydown, focusout, toggle } }, summary, list);
  return node;
}

/** Move the focus by an arrow key, round at the ends; false for any other key. */
function step(list, key) {
  const way = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!way) return false;
  const items = [...list.children];
  const from = items.indexOf(document.activeElement);
  items.at((from + way + (from < 0 && way < 0 ? 1 : 0)) % items.length).focus();
  return true;
}
