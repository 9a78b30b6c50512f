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
    if (name === "data") for (const [key, text] of Object.entries(value)) element.dataset[key] = text;
    else if (name === "on") for (const [event, f] of Object.entries(value)) element.addEventListener(event, f);
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.flat(Infinity).filter(
      (child) => child !== null && child !== undefined && child !== false && child !== "",
    ),
  );
  return element;
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
  element.replaceChildren(
    ...children.flat(Infinity).filter(
      (child) => child !== null && child !== undefined && child !== false && child !== "",
    ),
  );
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
export function focusIn(element) {
  const focused = document.activeElement;
  if (!focused || !element.contains(focused)) return null;
  const caret = "selectionStart" in focused && focused.selectionStart !== null
    ? [focused.selectionStart, focused.selectionEnd, focused.selectionDirection]
    : null;
  return { id: focused.dataset.testid ?? "", caret };
}

/** Put the keyboard back to where `focusIn` found it. */
export function restoreFocus(element, focus) {
  if (!focus?.id) return;
  const target = [
    element,
    ...element.querySelectorAll("[data-testid]"),
  ].find((e) => e.dataset.testid === focus.id);
  if (!target) return;
  target.focus({ preventScroll: true });
  if (focus.caret) target.setSelectionRange(...focus.caret);
}

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
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
  });
  for (const event of ["load", "error"]) scroller.addEventListener(event, follow, true);
  new ResizeObserver(follow).observe(scroller);
  new MutationObserver(follow).observe(scroller, { childList: true, subtree: true, characterData: true });
  return end;
}
