/**
 * Elements, and lists of them that change without being rebuilt.
 *
 * Nothing here (or anywhere on this page) sets innerHTML: what another
 * person wrote reaches the document as text nodes only.
 */

const PROPERTIES = new Set([
  "value", "checked", "selected", "disabled", "required", "multiple", "hidden", "open", "tabIndex",
]);

/** What an element showed when it was last made: the reason to keep or to replace it. */
const prints = new WeakMap();

/**
 * Make an element.
 *
 * `props` holds attributes, DOM properties (those in PROPERTIES), `data`
 * (data-* attributes) and `on` (listeners); null, undefined and false leave
 * an attribute out. Children are nodes or text; empty ones are skipped.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") listen(element, value);
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

function listen(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) element.addEventListener(event, listener);
}

/** Children in one flat list, without those that a condition left out. */
function present(children) {
  const absent = [null, undefined, false, ""];
  return children.flat(Infinity).filter((child) => !absent.includes(child));
}

/** A small button with a sign on it; `label` says in words what it does. */
export function iconButton(sign, label, testid, press) {
  return h("button", {
    class: "icon-button",
    type: "button",
    title: label,
    "aria-label": label,
    data: { testid },
    on: { click: press },
  }, sign);
}

/** Replace an element's children. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
}

/**
 * Make `parent` hold one element an item, in order, rebuilding only what changed.
 *
 * `key(item)` names an item for good; `print(item)` is all that its element
 * depends on. An element whose print is the same is left alone, and so keeps
 * its scroll, focus, selection and open menus. One that is replaced hands
 * over through `carry(old, new)`, and afterwards the focus to whatever has
 * the same test id.
 */
export function keep(parent, items, { key, print, make, carry }) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  // What is gone goes first: an element that has to be moved past it would lose the focus.
  const wanted = new Set(items.map(key));
  for (const [name, child] of old) if (!wanted.has(name)) child.remove();
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const text = print(item);
    const before = old.get(name);
    if (before && prints.get(before) === text) {
      if (before === place) place = place.nextElementSibling;
      else parent.insertBefore(before, place);
      continue;
    }
    const after = make(item);
    after.dataset.key = name;
    prints.set(after, text);
    if (before) {
      if (before === place) place = place.nextElementSibling;
      const focus = focusIn(before);
      carry?.(before, after);
      before.replaceWith(after);
      if (after.nextElementSibling !== place) parent.insertBefore(after, place);
      restoreFocus(after, focus);
    } else parent.insertBefore(after, place);
  }
}

/** Where the keyboard is inside an element, as something that outlives the element. */
function focusIn(element) {
  const focused = document.activeElement;
  if (!focused || !element.contains(focused)) return null;
  const caret = "selectionStart" in focused && focused.selectionStart !== null
    ? [focused.selectionStart, focused.selectionEnd, focused.selectionDirection]
    : null;
  return { id: focused.dataset.testid ?? "", caret };
}

/** Put the keyboard back to where `focusIn` found it. */
function restoreFocus(element, focus) {
  if (!focus?.id) return;
  const within = [element, ...element.querySelectorAll("[data-testid]")];
  const target = within.find((e) => e.dataset.testid === focus.id);
  if (!target) return;
  target.focus({ preventScroll: true });
  if (focus.caret) target.setSelectionRange(...focus.caret);
}

/** Within this many pixels of its end a list counts as read to the end. */
const NEAR = 48;

/**
 * Let a scrolled list stay at its end while it grows, as long as the reader is there.
 *
 * It grows by more than our own changes: pictures arrive, and text wraps
 * anew when its pane gets narrower. The returned function goes to the end.
 */
export function followEnd(scroller) {
  let atEnd = true;
  const end = () => {
    atEnd = true;
    scroller.scrollTop = scroller.scrollHeight;
  };
  const follow = () => atEnd && end();
  scroller.addEventListener("scroll", () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
  });
  for (const event of ["load", "error"]) scroller.addEventListener(event, follow, true);
  new ResizeObserver(follow).observe(scroller);
  new MutationObserver(follow).observe(scroller, { childList: true, subtree: true, characterData: true });
  return end;
}

/** Resolves when this tab is to be seen: a browser keeps only six lines to one address, for all its tabs. */
export function inSight() {
  return new Promise((wake) => {
    if (!document.hidden) wake();
    else document.addEventListener("visibilitychange", wake, { once: true });
  });
}
