/** Short notes in the corner, for ten seconds: push notifications, and what went wrong. */

import { h, iconButton } from "./dom.js";
import { w } from "./words.js";

/** How long a note stays, in milliseconds, and how many stand at once. */
const STAYS = 10_000;
const MOST = 3;

const area = h("div", {
  class: "toasts",
  role: "status",
  "aria-live": "polite",
  data: { testid: "toasts" },
});

/** Put the area into the page. */
export function mountToasts() {
  area.setAttribute("aria-label", w("toast.area"));
  document.body.append(area);
}

/** Show a note; `kind` is "push" or "fault", `go` is what a press on it does. */
export function toast(kind, title, body, go) {
  const text = [h("strong", {}, title), body];
  const dismiss = () => node.remove();
  const follow = () => {
    dismiss();
    go();
  };
  const node = h("div", { class: `toast toast-${kind}`, data: { testid: `toast-${kind}` } },
    h("span", { class: "toast-mark", "aria-hidden": "true" }, kind === "fault" ? "⚠️" : "🔔"),
    go
      ? h("button", { class: "toast-text", type: "button", on: { click: follow } }, text)
      : h("div", { class: "toast-text" }, text),
    iconButton("✕", w("toast.dismiss"), "toast-dismiss", dismiss));
  // A modal lies above everything else on the page, so a note must stand inside it to be seen.
  const modal = document.querySelector("dialog[open]");
  (modal ?? document.body).append(area);
  modal?.addEventListener("close", () => document.body.append(area), { once: true });
  area.append(node);
  while (area.children.length > MOST) area.firstElementChild.remove();
  setTimeout(dismiss, STAYS);
}
