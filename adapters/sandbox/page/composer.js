/** Where a person writes: a room's composer or a thread's, with Slack's own keys. */

import { h } from "./dom.js";
import { w } from "./words.js";

/**
 * A composer.
 *
 * `send(text)` resolves to true when the text has gone, and only then is it
 * cleared. Enter sends, Shift+Enter breaks the line, and the Enter that ends
 * a conversion (IME) does neither: browsers report it as composing, and
 * Safari as key 229. What is half written waits where it was begun.
 */
export function composer({ testid, label, hint, send }) {
  const field = h("textarea", {
    class: "composer-field",
    rows: 1,
    "aria-label": label,
    placeholder: label,
    data: { testid },
  });
  const drafts = new Map();
  let place = "";
  const go = async () => {
    const text = field.value.trim();
    if (!text || button.disabled) return;
    const from = place;
    button.disabled = true;
    try {
      const gone = await send(text);
      // Meanwhile one may have gone to another room, where another draft stands in the field.
      if (gone && from === place) field.value = "";
      else if (gone) drafts.delete(from);
    } finally {
      button.disabled = false;
      fit(field);
    }
  };
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    go();
  });
  field.addEventListener("input", () => fit(field));
  const button = h("button", {
    class: "button button-primary composer-send",
    type: "button",
    data: { testid: `${testid}-send` },
    on: { click: go },
  }, w("chat.send"));
  const foot = h("div", { class: "composer-foot" },
    h("span", { class: "composer-hint" }, hint), button);
  const root = h("div", { class: "composer" }, field, foot);
  return {
    root,
    field,
    /** Go to another room or thread, each with its own draft. */
    turnTo(next) {
      if (next === place) return;
      drafts.set(place, field.value);
      place = next;
      field.value = drafts.get(next) ?? "";
      fit(field);
    },
    relabel(text) {
      field.placeholder = text;
      field.setAttribute("aria-label", text);
    },
  };
}

/** Let a field be as tall as its text, up to what the style sheet allows. */
function fit(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}
