/** Small questions: "are you sure", as a dialog that the keyboard can answer. */

import { h } from "./dom.js";

/** Ask a yes-or-no question; resolves to true for yes, false for no and for Escape. */
export function ask({ title, body, yes, no, danger }) {
  return new Promise((resolve) => {
    const close = () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    };
    const answer = (value, look, words) => h("button", {
      class: `button ${look}`,
      value,
      data: { testid: `confirm-${value}` },
    }, words);
    const dialog = h("dialog", {
      class: "modal modal-small",
      "aria-labelledby": "ask-title",
      data: { testid: "confirm" },
      on: { close },
    },
    h("form", { method: "dialog" },
      h("header", { class: "modal-head" }, h("h2", { id: "ask-title" }, title)),
      h("div", { class: "modal-body" }, body),
      h("footer", { class: "modal-foot" },
        answer("no", "", no),
        answer("yes", danger ? "button-danger" : "button-primary", yes))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
