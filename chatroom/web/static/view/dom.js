// Small help with elements. Text always goes in as text; nothing here, or anywhere, makes markup of a string.

export const byId = (id) => document.getElementById(id);

/** An element: `props` are attributes, `on...` listeners, `class`; children are nodes or texts. */
export function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** A button that looks like text or a sign. */
export const button = (text, label, onclick, props = {}) =>
  make("button", { type: "button", "aria-label": label, onclick, ...props }, text);

/** Have `list` hold one child for each of `things`, made by `create(thing)`, and made anew only when its key changes. */
export function fill(list, things, keyOf, create) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let at = list.firstElementChild;
  for (const thing of things) {
    const key = keyOf(thing);
    let child = known.get(key);
    known.delete(key);
    if (!child) {
      child = create(thing);
      child.dataset.key = key;
    }
    if (child === at) at = at.nextElementSibling;
    else list.insertBefore(child, at);
  }
  for (const child of known.values()) child.remove();
}

/** Set the text of an element, if it is another one. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The hour and minute, and the day, as this browser's owner writes them. */
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const calendar = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
export const clockOf = (time) => clock.format(time);
export const dayOf = (time) => calendar.format(time);
