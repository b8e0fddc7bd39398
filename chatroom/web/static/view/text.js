// What somebody said, as nodes: links to click, formatting shown, everything else as it is.
//
// Strategy: the text is cut into pieces, each of which becomes a text node within an element of ours. Codes for bold
// and the like are shown, those for colours dropped, for they would be unreadable on somebody's background. Control
// characters and those that turn the direction of writing are shown as signs.
//
// Sources: modern.ircdocs.horse/formatting; Unicode Technical Report 36 (bidirectional text spoofing).

import { make } from "./dom.js";

const LINK = /\bhttps?:\/\/[^\s<>"\u0000-\u001f\u202a-\u202e\u2066-\u2069]+/giu;
const ROOM = /(?<![\p{L}\p{N}_/#&])#[\p{L}\p{N}_][\p{L}\p{N}_.-]*/gu;
const STYLES = { "\x02": "bold", "\x1d": "italic", "\x1f": "underlined", "\x1e": "struck", "\x11": "code" };
const CODES = /\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-f]{6}(?:,[0-9a-f]{6})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]/gi;
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu;
const TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

/** The nodes for `text`. `onRoom(name)` is called when a room's name is clicked; without it such names are text. */
export function nodesOf(text, { onRoom } = {}) {
  return styled(text).flatMap(({ piece, styles }) => {
    const nodes = linked(piece, onRoom);
    return styles.length ? [make("span", { class: styles.join(" ") }, ...nodes)] : nodes;
  });
}

/** `text` without codes and signs, for a title or a notification. */
export const plainOf = (text) => text.replace(CODES, "").replace(HIDDEN, "");

/** The address a link leads to; null for one that is no http(s) address. */
export function addressOf(text) {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
}

/** Pieces of one style each. */
function styled(text) {
  const pieces = [],
    on = new Set();
  let at = 0;
  const take = (end) => end > at && pieces.push({ piece: text.slice(at, end), styles: [...on] });
  for (const found of text.matchAll(CODES)) {
    take(found.index);
    at = found.index + found[0].length;
    const style = STYLES[found[0]];
    if (found[0] === "\x0f") on.clear();
    else if (style && !on.delete(style)) on.add(style);
  }
  take(text.length);
  return pieces;
}

function linked(text, onRoom) {
  return split(text, LINK, linkOf, (rest) => split(rest, ROOM, (name) => roomLink(name, onRoom), visible));
}

/** The nodes that `make` gives for what `pattern` finds, and `otherwise` for the rest. */
function split(text, pattern, create, otherwise) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    const { node, length } = create(found[0]) ?? {};
    if (!node) continue;
    nodes.push(...otherwise(text.slice(at, found.index)), node);
    at = found.index + length;
  }
  return [...nodes, ...otherwise(text.slice(at))];
}

function linkOf(found) {
  let text = found.replace(/[.,;:!?'"»”’*]+$/u, "");
  for (const [open, close] of ["()", "[]", "{}"]) {
    if (text.endsWith(close) && !text.includes(open)) text = text.slice(0, -1);
  }
  const href = addressOf(text);
  if (!href) return null;
  const props = { href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" };
  return { node: make("a", props, text), length: text.length };
}

function roomLink(found, onRoom) {
  const name = found.replace(/[.-]+$/, "");
  if (!onRoom) return null;
  const onclick = (event) => {
    event.preventDefault();
    onRoom(name);
  };
  return { node: make("a", { href: name, onclick, class: "room" }, name), length: name.length };
}

/** Text with signs instead of what can't be seen. */
function visible(text) {
  if (!text) return [];
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(HIDDEN)) {
    nodes.push(text.slice(at, found.index), make("span", { class: "sign" }, signOf(found[0])));
    at = found.index + 1;
  }
  return [...nodes, text.slice(at)].filter(Boolean);
}

function signOf(character) {
  const code = character.codePointAt(0);
  if (TURNS.includes(character)) return `<U+${code.toString(16).toUpperCase()}>`;
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? "␡" : "�";
}

/** Which of the colours for names is that of `nick`. */
export function hueOf(nick) {
  let sum = 0;
  for (const letter of nick.toLowerCase()) sum = (Math.imul(sum, 31) + letter.codePointAt(0)) | 0;
  sum = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d); // a last stir, for names are short
  return ((sum ^ (sum >>> 12)) >>> 0) % 12;
}

/** A name in its colour, kept apart from the direction of what surrounds it. */
export const nameOf = (nick, props = {}) =>
  make("bdi", { class: "nick", "data-hue": hueOf(nick), ...props }, plainOf(nick));
