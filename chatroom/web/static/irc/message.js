// One line of IRC: "@tags :source VERB param :last param", and back.
//
// Strategy: a message is a plain object; nothing here knows what a verb means. Lines that are no IRC give null, never
// an error, because what a server sends must not be able to stop the page.
//
// Sources: Modern IRC "Message Format"; IRCv3 message-tags (escaping).

const ESCAPES = { ":": ";", s: " ", r: "\r", n: "\n", "\\": "\\" };
const ESCAPED = { ";": "\\:", " ": "\\s", "\r": "\\r", "\n": "\\n", "\\": "\\\\" };

/** The message in `line`, as {tags, source, verb, params}; null when there is none. */
export function parse(line) {
  const found = /^(?:@(\S+) +)?(?::(\S+) +)?([A-Za-z]+|\d{3})((?: .*)?)$/s.exec(line.replace(/[\r\n]+$/, ""));
  if (!found) return null;
  const [, tags = "", source = "", verb, rest] = found;
  return { tags: parseTags(tags), source, verb: verb.toUpperCase(), params: parseParams(rest) };
}

function parseParams(rest) {
  const at = rest.search(/ +:/);
  if (at < 0) return rest.split(" ").filter(Boolean);
  return [...rest.slice(0, at).split(" ").filter(Boolean), rest.slice(rest.indexOf(":", at) + 1)];
}

/** The tags in "a=1;b": an object without a prototype, since others choose the names. */
export function parseTags(text) {
  const tags = Object.create(null);
  for (const piece of text.split(";").filter(Boolean)) {
    const [name, ...value] = piece.split("=");
    tags[name] = value.join("=").replace(/\\(.?)/gs, (_, letter) => ESCAPES[letter] ?? letter);
  }
  return tags;
}

/** Tags as they stand in a line. */
export function formatTags(tags) {
  const escape = (value) => String(value).replace(/[;\s\\]/g, (letter) => ESCAPED[letter] ?? letter);
  return Object.entries(tags)
    .map(([name, value]) => (value === "" ? name : `${name}=${escape(value)}`))
    .join(";");
}

/** A line of `verb` and `params`; only the last may hold spaces. What would end the line early becomes a space. */
export function format(verb, params = [], tags = {}) {
  const clean = params.map((param) => String(param).replace(/[\r\n\0]+/g, " "));
  const last = clean.length - 1;
  if (last >= 0 && /^$|^:| /.test(clean[last])) clean[last] = `:${clean[last]}`;
  const start = Object.keys(tags).length ? `@${formatTags(tags)} ` : "";
  return start + [verb, ...clean].join(" ");
}

/** "alice" of "alice!user@host". */
export const nickOf = (source) => source.split("!", 1)[0];

/** The number of bytes of `text` in UTF-8. */
export const sizeOf = (text) => new TextEncoder().encode(text).length;
