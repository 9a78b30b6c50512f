/** The service's processes, where it is several: who lives, and buttons to kill one and start it again. */

import { actOnProcess, readProcesses, Refused } from "./api.js";
import { h, keep } from "./dom.js";
import { toast } from "./toasts.js";
import { w } from "./words.js";

/** How often they are looked at, in milliseconds. */
const ASKED_EVERY = 1_000;

export class Processes {
  #list = h("ul", { class: "process-list", data: { testid: "processes" } });

  /** Show them in `place`, and again and again while this tab is to be seen. */
  mount(place) {
    place.hidden = false;
    place.replaceChildren(
      h("h2", { class: "clock-title" }, w("process.title")),
      this.#list,
      h("p", { class: "clock-about" }, w("process.about")),
    );
    setInterval(() => document.hidden || this.#look(), ASKED_EVERY);
    return this.#look();
  }

  /** Look at them; that the sandbox is away the page says by itself. */
  async #look() {
    try {
      this.#show(await readProcesses());
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  async #act(name, act) {
    try {
      this.#show(await actOnProcess(name, act));
    } catch (error) {
      toast("fault", w("block.failed", { why: error.message }));
    }
  }

  #show(processes) {
    keep(this.#list, processes, {
      key: (one) => one.name,
      print: JSON.stringify,
      make: (one) => this.#entry(one),
    });
  }

  #entry({ name, pid, alive, ready }) {
    const state = ready ? "ready" : alive ? "starting" : "dead";
    const act = alive ? "kill" : "start";
    return h("li", { class: `process process-${state}`, data: { testid: `process-${name}` } },
      h("span", { class: "process-mark", "aria-hidden": "true" }, { ready: "●", starting: "◐", dead: "✕" }[state]),
      h("span", { class: "process-name" }, name),
      h("span", { class: "process-state" }, w(`process.${state}`, { pid })),
      h("button", {
        class: "button",
        type: "button",
        "aria-label": w(`process.${act}_named`, { name }),
        data: { testid: `process-act-${name}` },
        on: { click: () => this.#act(name, act) },
      }, w(`process.${act}`)));
  }
}
