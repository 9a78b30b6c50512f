/**
 * A field in which one types to search for one of many options (ARIA's combobox with a list).
 *
 * What is searched for is not yet chosen: the field's value is
 * `dataset.value`, and its text goes back to the choice when one leaves it.
 */

import { h } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { w } from "./words.js";

/** How long typing must rest before it is searched for, in milliseconds. */
const TYPING_REST = 150;

/** Letters that Slack waits for where the element does not say. */
const QUERY = 3;

let made = 0;

/**
 * Draw an external select.
 *
 * `ask(typed)` resolves to `{options, option_groups}`, or null where they
 * cannot be had; `choose(value)` is told of every choice, "" for none.
 * Returns `{root, field, reset()}`; `reset` forgets the choice.
 */
export function combobox(e, { ask, choose }) {
  const id = `combo-${made += 1}`;
  const least = e.min_query_length ?? QUERY;
  let resting = 0;
  let asked = 0;

  const status = h("p", { class: "combo-status", role: "status" });
  const list = h("div", { class: "combo-list", role: "listbox", id: `${id}-list` });
  const popup = h("div", { class: "combo-popup", hidden: true }, status, list);
  const field = h("input", {
    class: "field combo-field",
    type: "text",
    role: "combobox",
    autocomplete: "off",
    autofocus: e.focus_on_load,
    placeholder: plain(e.placeholder) || w("block.search"),
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
  });
  hold(field, e.initial_option);

  const close = () => {
    popup.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const say = (words) => {
    status.textContent = words;
    status.hidden = !words;
  };
  const open = () => {
    popup.hidden = false;
    field.setAttribute("aria-expanded", "true");
    popup.scrollIntoView({ block: "nearest" });
  };
  const take = (option) => {
    hold(field, option);
    close();
    choose(option?.value ?? "");
  };
  const search = async () => {
    const typed = field.value.trim();
    const turn = asked += 1;
    list.replaceChildren();
    open();
    if (typed.length < least) {
      say(w("block.search_more", { n: least }));
      return;
    }
    say(w("block.searching"));
    const found = await ask(typed);
    // An answer to what was typed before is late.
    if (turn !== asked || popup.hidden) return;
    list.replaceChildren(...drawn(found ?? {}, id, field.dataset.value, take));
    field.removeAttribute("aria-activedescendant");
    const count = list.querySelectorAll("[role=option]").length;
    say(found ? (count ? w("block.search_found", { n: count }) : w("block.search_none")) : w("block.search_failed"));
    popup.scrollIntoView({ block: "nearest" });
  };
  const soon = () => {
    clearTimeout(resting);
    resting = setTimeout(search, TYPING_REST);
  };
  const typedIn = (event) => {
    if (event.isComposing) return;
    if (!field.value && field.dataset.value) take(null);
    soon();
  };
  const keydown = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const isOpen = !popup.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (isOpen) step(field, list, event.key === "ArrowDown" ? 1 : -1);
      else search();
    } else if (event.key === "Enter") list.querySelector("[data-active]")?.click();
    else if (event.key === "Escape" && isOpen) close();
    else return;
    // Enter must not submit the form, nor Escape close it.
    event.preventDefault();
    event.stopPropagation();
  };
  const leave = () => {
    clearTimeout(resting);
    close();
    field.value = field.dataset.text ?? "";
  };
  const listeners = { input: typedIn, compositionend: soon, keydown, blur: leave };
  for (const [name, listener] of Object.entries(listeners)) field.addEventListener(name, listener);
  if (least === 0) field.addEventListener("click", soon);
  // A press on the list must not take the focus out of the field.
  popup.addEventListener("mousedown", (event) => event.preventDefault());
  return { root: h("div", { class: "combo" }, field, popup), field, reset: () => hold(field, null) };
}

/** Let a field stand at an option, or at none. */
export function hold(field, option) {
  field.dataset.value = option?.value ?? "";
  field.dataset.text = option ? plain(option.text) : "";
  field.value = field.dataset.text;
}

/** The options as elements, in their groups where they have any. */
function drawn({ options = [], option_groups: groups = [] }, id, chosen, take) {
  let number = 0;
  const line = (option) => h("div", {
    class: "combo-option",
    role: "option",
    id: `${id}-${number += 1}`,
    "aria-selected": String(option.value === chosen),
    data: { testid: `option-${option.value}` },
    on: { click: () => take(option) },
  },
  plain(option.text),
  option.description && h("span", { class: "menu-about" }, plain(option.description)));
  const group = ({ label, options: inside }) => h("div", { role: "group", "aria-label": plain(label) },
    h("p", { class: "combo-group", "aria-hidden": "true" }, plain(label)), inside.map(line));
  return [...options.map(line), ...groups.map(group)];
}

/** Mark the next or the previous option; the focus stays in the field. */
function step(field, list, way) {
  const options = [...list.querySelectorAll("[role=option]")];
  if (!options.length) return;
  const from = options.findIndex((option) => "active" in option.dataset);
  const next = options.at((from + way + (from < 0 && way < 0 ? 1 : 0)) % options.length);
  if (from >= 0) delete options[from].dataset.active;
  next.dataset.active = "";
  field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}
