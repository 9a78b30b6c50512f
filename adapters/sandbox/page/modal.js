/**
 * The modal on top of a person's stack of views, as a <dialog>.
 *
 * A view that the app updates is redrawn block by block under the person's
 * hands: what is typed, the caret and the focus stay.
 */

import { drawBlock } from "./blocks.js";
import { fill, h, keep } from "./dom.js";
import { carryInput, faultsOf, fillInputs, showErrors, valuesOf } from "./inputs.js";
import { plain } from "./mrkdwn.js";
import { w } from "./words.js";

export class Modal {
  #hands;
  #context;
  #view = null;
  #dialog;
  #title = h("h2", { id: "modal-title" });
  #blocks = h("div", { class: "modal-blocks" });
  #trouble = h("p", { class: "modal-trouble", role: "alert", hidden: true });
  #submit = h("button", { class: "button button-primary", type: "submit", data: { testid: "modal-submit" } });
  #close = h(
    "button",
    { class: "button", type: "button", data: { testid: "modal-close" }, on: { click: () => this.#leave() } },
  );
  #form;

  /** `hands` presses, types, submits and closes for the person; `context()` says who and where they are. */
  constructor(hands, context) {
    this.#hands = hands;
    this.#context = context;
    this.#form = h("form", { novalidate: true, on: { submit: (event) => {
      event.preventDefault();
      this.#send();
    } } },
    h("header", { class: "modal-head" }, this.#title,
      h(
        "button",
        {
          class: "icon-button",
          type: "button",
          "aria-label": w("dialog.close"),
          data: { testid: "modal-x" },
          on: { click: () => this.#leave() },
        },
        "✕",
      )),
    h("div", { class: "modal-body" }, this.#trouble, this.#blocks),
    h("footer", { class: "modal-foot" }, this.#close, this.#submit));
    this.#dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title", data: { testid: "modal" }, on: {
      cancel: (event) => {
        if (event.target !== this.#dialog) return;
        event.preventDefault();
        this.#leave();
      },
    } }, this.#form);
    this.#form.addEventListener("keydown", (event) => {
      // Enter that confirms a conversion (IME) must not submit; nor does Enter in a single line where the app listens to it.
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
    });
    document.body.append(this.#dialog);
  }

  /** Show the top of the stack; an empty stack closes the dialog. */
  show(views) {
    const view = views.at(-1) ?? null;
    if (!view) {
      this.#view = null;
      if (this.#dialog.open) this.#dialog.close();
      return;
    }
    const fresh = this.#view?.id !== view.id;
    this.#view = view;
    if (fresh) {
      fill(this.#blocks);
      this.#trouble.hidden = true;
    }
    this.#title.textContent = plain(view.title);
    this.#close.textContent = plain(view.close) || w("dialog.cancel");
    this.#submit.textContent = plain(view.submit) || w("dialog.submit");
    this.#submit.hidden = !view.submit;
    const context = { ...this.#context(), act: this.#hands.pressIn(view), type: this.#hands.typeIn(view) };
    keep(this.#blocks, view.blocks, {
      key: (block) => block.block_id,
      print: (block) => JSON.stringify(block),
      make: (block) => drawBlock(block, context),
      carry: carryInput,
    });
    if (fresh) fillInputs(this.#form, view);
    if (!this.#dialog.open) this.#dialog.showModal();
    if (fresh) (this.#blocks.querySelector("[autofocus]") ?? this.#blocks.querySelector(
      "input, textarea, select",
    ) ?? this.#submit).focus();
  }

  async #send() {
    const view = this.#view;
    const faults = faultsOf(this.#form, view);
    showErrors(this.#form, view, faults);
    if (Object.keys(faults).length) return;
    this.#submit.disabled = true;
    this.#submit.setAttribute("aria-busy", "true");
    try {
      const { errors, why } = await this.#hands.submit(view, valuesOf(this.#form, view));
      const wrong = Object.keys(errors).length > 0;
      this.#trouble.hidden = !wrong && !why;
      this.#trouble.textContent = why || w("dialog.fix");
      if (wrong) showErrors(this.#form, this.#view ?? view, errors);
    } finally {
      this.#submit.disabled = false;
      this.#submit.removeAttribute("aria-busy");
    }
  }

  async #leave() {
    await this.#hands.close(this.#view);
  }
}
