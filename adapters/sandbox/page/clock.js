/** Business time: what it is, and buttons that turn it on. The service keeps it; this only asks. */

import { readClock, turnClock } from "./api.js";
import { fill, h } from "./dom.js";
import { dayAndTime, nextHour } from "./when.js";
import { span, w } from "./words.js";

/** How often the service is asked for its time, in milliseconds; in between the page counts on. */
const ASKED_EVERY = 5_000;

export class BusinessClock {
  #tz = "Asia/Tokyo";
  #offset = null;
  #face = h("output", { class: "clock-face", "aria-live": "off", data: { testid: "clock-now" } });
  #note = h("p", { class: "clock-note", role: "status", data: { testid: "clock-note" } });
  #buttons = [
    this.#button("clock-advance-15", "time.plus_15", () => ({ advance_s: 15 * 60 })),
    this.#button("clock-advance-60", "time.plus_60", () => ({ advance_s: 60 * 60 })),
    this.#button("clock-morning", "time.morning", () => ({ to: this.#nextMorning() })),
  ];

  mount(place) {
    fill(place,
      h("h2", { class: "clock-title" }, w("time.title")),
      this.#face, h("div", { class: "clock-buttons" }, this.#buttons), this.#note,
      h("p", { class: "clock-about" }, w("time.about")));
    setInterval(() => this.#draw(), 1_000);
    setInterval(() => this.refresh(), ASKED_EVERY);
    return this.refresh();
  }

  /** Read the hours in this time zone. */
  inZone(tz) {
    this.#tz = tz;
    this.#draw();
  }

  async refresh() {
    this.#take(await readClock());
  }

  #button(testid, label, change) {
    return h("button", {
      class: "button",
      type: "button",
      disabled: true,
      data: { testid },
      on: { click: async () => this.#take(await turnClock(change())) },
    }, w(label));
  }

  #nextMorning() {
    return new Date(nextHour(this.#now(), 9, this.#tz) * 1000).toISOString();
  }

  #now() {
    return Date.now() / 1000 + (this.#offset ?? 0);
  }

  /** Take an answer of the service, or the reason why there is none ("none" or "down"). */
  #take(answer) {
    this.#offset = answer.now ? (Date.parse(answer.now) - Date.now()) / 1000 : null;
    for (const button of this.#buttons) button.disabled = this.#offset === null;
    this.#note.textContent = standing(answer);
    this.#draw();
  }

  #draw() {
    this.#face.textContent = this.#offset === null ? "--:--" : dayAndTime(this.#now(), this.#tz);
  }
}

/** How business time stands to the real one, in words; less than a minute is no difference. */
function standing({ missing, offset_s: ahead }) {
  if (missing) return w(missing === "none" ? "time.none" : "time.not_up");
  return ahead >= 60 ? w("time.ahead", { span: span(ahead) }) : w("time.real");
}
