/**
 * The modal on top of a person's stack of views, as a <dialog>.
 *
 * A view that the app updates is redrawn block by block under the person's
 * hands: what is typed, the caret and the focus stay.
 */

import { drawBlock } from "./blocks.js";
import { fill, h, iconButton, keep } from "./dom.js";
import { carryInput, faultsOf, fillInputs, showErrors, valuesOf } from "./inputs.js";
import { plain } from "./mrkdwn.js";
import { w } from "./words.js";

/** How long typing must rest before Slack's client tells the app of it, in milliseconds. */
const TYPING_REST = 150;

export class Modal {
  #hands;
  #context;
  #view = null;
  #typing = 0;
  #untold = null;
  #dialog;
  #form;
  #title = h("h2", { id: "modal-title" });
  #blocks = h("div", { class: "modal-blocks" });
  #trouble = h("p", { class: "modal-trouble", role: "alert", hidden: true });
  #submit = h("button", {
    class: "button button-primary",
    type: "submit",
    data: { testid: "modal-submit" },
  });
  #close = h("button", {
    class: "button",
    type: "button",
    data: { testid: "modal-close" },
    on: { click: () => this.#leave() },
  });

  /** `hands` presses, types, submits and closes for the person; `context()` says who and where they are. */
  constructor(hands, context) {
    this.#hands = hands;
    this.#context = context;
    const submit = (event) => {
      event.preventDefault();
      this.#send();
    };
    const keydown = (event) => {
      // The Enter that ends a conversion (IME) must not submit.
      const converts = event.isComposing || event.keyCode === 229;
      if (event.key === "Enter" && converts) event.preventDefault();
    };
    const cancel = (event) => {
      // A file field or a question inside may be cancelled too; only Escape here leaves.
      if (event.target !== this.#dialog) return;
      event.preventDefault();
      this.#leave();
    };
    this.#form = h("form", { novalidate: true, on: { submit, keydown } },
      h("header", { class: "modal-head" },
        this.#title,
        iconButton("✕", w("dialog.close"), "modal-x", () => this.#leave())),
      h("div", { class: "modal-body" }, this.#trouble, this.#blocks),
      h("footer", { class: "modal-foot" }, this.#close, this.#submit));
    this.#dialog = h("dialog", {
      class: "modal",
      "aria-labelledby": "modal-title",
      data: { testid: "modal" },
      on: { cancel },
    }, this.#form);
    document.body.append(this.#dialog);
  }

  /** Show the top of the stack; an empty stack closes the dialog. */
  show(views) {
    const view = views.at(-1) ?? null;
    if (!view) {
      this.#view = null;
      clearTimeout(this.#typing);
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
    const type = this.#hands.typeIn(view);
    const context = {
      ...this.#context(),
      act: this.#hands.pressIn(view),
      suggest: this.#hands.suggestIn(view),
      type: (e, block, value, enter = false) => {
        clearTimeout(this.#typing);
        this.#untold = () => {
          this.#untold = null;
          type(e, block, value, enter);
        };
        this.#typing = setTimeout(this.#untold, enter ? 0 : TYPING_REST);
      },
    };
    keep(this.#blocks, view.blocks, {
      key: (block) => block.block_id,
      print: (block) => JSON.stringify(block),
      make: (block) => drawBlock(block, context),
      carry: carryInput,
    });
    if (fresh) fillInputs(this.#form, view);
    if (!this.#dialog.open) this.#dialog.showModal();
    if (fresh) this.#focusFirst();
  }

  #focusFirst() {
    const wished = this.#blocks.querySelector("[autofocus]");
    const first = this.#blocks.querySelector("input, textarea, select");
    (wished ?? first ?? this.#close).focus();
  }

  async #send() {
    const view = this.#view;
    const faults = faultsOf(this.#form, view);
    showErrors(this.#form, view, faults);
    if (Object.keys(faults).length) return;
    // What was typed last goes with the form.
    clearTimeout(this.#typing);
    this.#submit.disabled = true;
    this.#submit.setAttribute("aria-busy", "true");
    try {
      const { errors, why } = await this.#hands.submit(view, valuesOf(this.#form, view));
      const wrong = Object.keys(errors).length > 0;
      this.#trouble.hidden = !wrong && !why;
      this.#trouble.textContent = why || w("dialog.fix");
      if (wrong) showErrors(this.#form, this.#view ?? view, errors);
      if (wrong) this.#untold?.();
      this.#untold = null;
    } finally {
      this.#submit.disabled = false;
      this.#submit.removeAttribute("aria-busy");
    }
  }

  async #leave() {
    await this.#hands.close(this.#view);
  }
}
