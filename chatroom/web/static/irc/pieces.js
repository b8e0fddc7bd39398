// What is said, as the lines that carry it: one, or a batch of several.
//
// Strategy: a line may have 512 bytes including who says it to whom, so the room for the text depends on our own name;
// a longer text is cut between characters, at a space where there is one near. Without draft/multiline every line is a
// message of its own.
//
// Sources: IRCv3 multiline; Modern IRC "Message Format" (length).

import { format, sizeOf } from "./message.js";

const LINE = 510; // bytes, without its end
const SHORTEST = 350; // bytes of text that any line has room for
const SPARE = 20; // bytes by which a host may yet grow

/** The lines that say `text` to `target`. `tags` go with it, `multiline` has the limits or is null, `mask` is ours. */
export function linesOf({ text, target, tags, multiline, mask, reference }) {
  const room = LINE - SPARE - sizeOf(`:${mask} PRIVMSG ${target} :`);
  const rows = text.split("\n").map((row) => cut(row, room));
  if (rows.length === 1 && rows[0].length === 1) return [format("PRIVMSG", [target, text], tags)];
  if (!multiline)
    return rows
      .flat()
      .filter(Boolean)
      .map((piece) => format("PRIVMSG", [target, piece], tags));
  const inner = rows.flatMap((pieces) => pieces.map((piece, index) => inBatch(reference, target, piece, index > 0)));
  return [format("BATCH", [`+${reference}`, "draft/multiline", target], tags), ...inner, `BATCH -${reference}`];
}

function inBatch(reference, target, piece, goesOn) {
  const tags = { batch: reference, ...(goesOn ? { "draft/multiline-concat": "" } : {}) };
  return format("PRIVMSG", [target, piece], tags);
}

/** `text` in messages within the limits, cut between lines where that is possible. */
export function messagesOf(text, multiline) {
  const { bytes, lines } = multiline ?? { bytes: 4096, lines: 32 };
  const most = Math.max(1, lines - Math.ceil(bytes / SHORTEST)); // long ones are several lines of the batch
  const messages = [];
  let rows = [];
  for (const row of text.split("\n").flatMap((line) => cut(line, bytes))) {
    const isFull = rows.length === most || sizeOf([...rows, row].join("\n")) > bytes;
    if (isFull) messages.push(rows.splice(0).join("\n"));
    rows.push(row);
  }
  return [...messages, rows.join("\n")].filter((message) => message.trim());
}

/** `text` in pieces of at most `room` bytes; [""] for none. */
export function cut(text, room) {
  const pieces = [];
  let piece = "",
    size = 0;
  for (const part of charactersOf(text, room)) {
    const more = sizeOf(part);
    if (size + more > room && piece) {
      const space = piece.lastIndexOf(" ") + 1;
      const end = space > piece.length / 2 ? space : piece.length;
      pieces.push(piece.slice(0, end));
      piece = piece.slice(end);
      size = sizeOf(piece);
    }
    piece += part;
    size += more;
  }
  return [...pieces, piece];
}

/** What a person sees as one character stays together, if it fits. */
function* charactersOf(text, room) {
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (sizeOf(segment) > room) yield* segment;
    else yield segment;
  }
}
