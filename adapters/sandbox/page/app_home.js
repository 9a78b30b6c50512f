/**
 * The app's own place: its Home tab, which the app draws for each person, and its Messages tab.
 *
 * The app hears of every visit, so entering is told once: when the person,
 * or the tab that they are at, is another than before.
 */

import { drawBlock } from "./blocks.js";
import { fill, h, keep } from "./dom.js";
import { carryInput, fillInputs } from "./inputs.js";
import { w } from "./words.js";

/** How long typing must rest before the app is told of it, in milliseconds. */
const TYPING_REST = 150;

export class AppHome {
  #hands;
  #go;
  #at = "";
  #viewId = "";
  #typing = 0;
  #tabs = new Map();
  #dot = h("span", { class: "dot", data: { testid: "unread-messages" } },
    h("span", { class: "unseen" }, w("nav.unread")));

  /** The buttons that turn the tabs, and what the app published. */
  bar;
  panel = h("div", {
    class: "home",
    role: "tabpanel",
    id: "home-panel",
    tabIndex: 0,
    hidden: true,
    "aria-labelledby": "app-tab-home",
    data: { testid: "home" },
  });

  constructor(hands, go) {
    this.#hands = hands;
    this.#go = go;
    const named = [["home", w("app.home"), "home-panel"], ["messages", w("app.messages"), "messages-panel"]];
    for (const [name, label, panel] of named) {
      this.#tabs.set(name, h("button", {
        class: "segment",
        type: "button",
        role: "tab",
        id: `app-tab-${name}`,
        "aria-controls": panel,
        data: { testid: `app-tab-${name}` },
        on: { click: () => this.#go({ tab: name, thread: "" }) },
      }, label));
    }
    const keydown = (event) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const open = [...this.#tabs.values()].filter((tab) => !tab.hidden);
      if (!way || open.length < 2) return;
      event.preventDefault();
      const next = open.at((open.indexOf(document.activeElement) + way) % open.length);
      next.focus();
      next.click();
    };
    this.#tabs.get("messages").append(this.#dot);
    this.bar = h("div", {
      class: "segments app-tabs",
      role: "tablist",
      "aria-label": w("app.tabs"),
      hidden: true,
      on: { keydown },
    }, ...this.#tabs.values());
  }

  /** Show the app to `me` at `app.tab`, or nothing of it where one is in a room; `unread` are its messages. */
  show(isHere, me, app, context, unread) {
    this.#dot.hidden = !unread;
    this.bar.hidden = !isHere;
    const isHome = isHere && app.tab === "home";
    this.panel.hidden = !isHome;
    const at = isHere ? `${me} ${app.tab}` : "";
    if (at !== this.#at && isHere && app.tab) this.#hands.visit(app.tab);
    this.#at = at;
    if (!isHere) return;
    const has = { home: app.home_tab, messages: app.messages_tab };
    for (const [name, tab] of this.#tabs) {
      tab.hidden = !has[name];
      tab.setAttribute("aria-selected", String(app.tab === name));
      tab.tabIndex = app.tab === name ? 0 : -1;
    }
    if (isHome) this.#showView(app.view, context);
  }

  #showView(view, context) {
    if (!view) {
      this.#viewId = "";
      fill(this.panel, h("p", { class: "nothing", data: { key: "nothing" } }, w("app.empty")));
      return;
    }
    const type = this.#hands.typeIn(view);
    const within = {
      ...context,
      act: this.#hands.pressInView(view),
      suggest: this.#hands.suggestInView(view),
      type: (e, block, value, enter = false) => {
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => type(e, block, value, enter), enter ? 0 : TYPING_REST);
      },
    };
    const fresh = this.#viewId !== view.id;
    this.#viewId = view.id;
    if (fresh) fill(this.panel);
    keep(this.panel, view.blocks, {
      key: (block) => block.block_id,
      print: (block) => JSON.stringify(block),
      make: (block) => drawBlock(block, within),
      carry: carryInput,
    });
    if (fresh) {
      fillInputs(this.panel, view);
      this.panel.scrollTop = 0;
    }
  }
}
