// What was said, until the server has it on disk.
//
// Strategy: a message waits, is on its way, and is gone from here when its echo has come; the echo is what the page
// shows as said. At most a few are on their way at a time. When the connection breaks, nobody knows of those whether
// they arrived: each carries a key in a tag, by which it is found in the history when we are back; what is not there is
// sent again, and the server says what has the same key only once. The queue is kept in the tab's own storage, so that
// reloading the page loses nothing either.
//
// Sources: IRCv3 echo-message, labeled-response, chathistory; docs/irc.md (chatroom/once).

const WINDOW = 5; // messages on their way
const STORE = "chatroom.unsent";

export class Outbox {
  items = []; // {key, target, text, tags, state: "waiting" | "sent" | "failed", time, reason}
  #send;
  #changed;

  /** `send(item)` puts it on its way; `changed(item)` is called whenever one's state is another. */
  constructor(send, changed) {
    this.#send = send;
    this.#changed = changed;
    this.items = kept();
    this.items.forEach((item) => item.state === "sent" && (item.isBroken = true));
  }

  /** Say `text` to `target`. */
  add(target, text, tags = {}) {
    const item = { key: newKey(), target, text, tags, time: Date.now() };
    this.items.push(item);
    this.#set(item, "waiting");
    this.#keep();
  }

  /** Send what may leave now. `isReady(target)`: one may talk there. */
  flush(isReady) {
    let free = WINDOW - this.items.filter((item) => item.state === "sent" && !item.isBroken).length;
    for (const item of this.items) {
      if (free <= 0) break;
      if (item.state !== "waiting" || !isReady(item.target)) continue;
      free -= 1;
      this.#set(item, "sent");
      this.#send(item);
    }
    this.#keep();
  }

  /** It is on disk: an echo or the history shows it. Whether it was one of ours. */
  confirm(key) {
    const item = this.items.find((one) => one.key === key);
    if (item) this.drop(item);
    return Boolean(item);
  }

  fail(key, reason) {
    const item = this.items.find((one) => one.key === key);
    if (item) this.#set(item, "failed", reason);
    this.#keep();
  }

  /** The connection is gone: what was on its way may or may not have arrived. */
  broken() {
    this.items.forEach((item) => item.state === "sent" && (item.isBroken = true));
  }

  /** The history of `isThere(target)` has been read: what was on its way and is not in it goes once more. */
  recover(isThere) {
    for (const item of this.items.filter((one) => one.isBroken && isThere(one.target))) {
      this.#set(item, "waiting");
      item.isBroken = false;
    }
    this.#keep();
  }

  retry(item) {
    this.#set(item, "waiting");
    this.#keep();
  }

  drop(item) {
    this.items = this.items.filter((one) => one !== item);
    this.#changed(item);
    this.#keep();
  }

  #set(item, state, reason = "") {
    Object.assign(item, { state, reason });
    this.#changed(item);
  }

  #keep() {
    try {
      sessionStorage.setItem(STORE, JSON.stringify(this.items));
    } catch {
      // a browser that keeps nothing still talks
    }
  }
}

/** A key nobody else has: 96 bits of chance. */
const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(16).padStart(8, "0")).join("");

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE)) ?? [];
  } catch {
    return [];
  }
}
