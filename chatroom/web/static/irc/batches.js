// Lines that belong together are handed on together.
//
// Strategy: a batch becomes one message with the verb BATCH, a `kind` and `items`, when its end has come; batches
// within batches are items. A message of several lines (draft/multiline) becomes the one message it is.
//
// Sources: IRCv3 batch, multiline, labeled-response.

const MULTILINE = "draft/multiline";

export class Batches {
  #open = new Map(); // by reference

  /** Forget what has begun: the connection is a new one. */
  clear() {
    this.#open.clear();
  }

  /** What is complete with `message`: it itself, a batch, or null while one is going on. */
  take(message) {
    if (message.verb === "BATCH" && message.params[0]?.startsWith("+")) {
      const [reference, kind, ...params] = message.params;
      this.#open.set(reference.slice(1), { ...message, kind, params, items: [] });
      return null;
    }
    if (message.verb === "BATCH" && message.params[0]?.startsWith("-")) {
      const reference = message.params[0].slice(1);
      const batch = this.#open.get(reference);
      this.#open.delete(reference);
      return batch ? this.#place(batch.kind === MULTILINE ? joined(batch) : batch) : null;
    }
    return this.#place(message);
  }

  #place(message) {
    const outer = this.#open.get(message.tags.batch);
    if (!outer) return message;
    outer.items.push(message);
    return null;
  }
}

/** The one message that a batch of lines is. */
function joined(batch) {
  const text = batch.items.reduce((before, line, index) => {
    const goesOn = index === 0 || "draft/multiline-concat" in line.tags;
    return before + (goesOn ? "" : "\n") + (line.params[1] ?? "");
  }, "");
  const verb = batch.items[0]?.verb ?? "PRIVMSG";
  return { tags: batch.tags, source: batch.source, verb, params: [batch.params[0], text] };
}
