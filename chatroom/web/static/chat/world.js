// Everything the page knows: who we are, the talks, which one is open. Views look at it, `irc/` changes it.
//
// Strategy: whoever changes something says `touch()`; the views are then called once, before the next picture.

import { Talk, isTalk } from "./talk.js";

export class World {
  nick = "";
  account = "";
  mask = ""; // nick!user@host, as others see us
  status = "out"; // "out", "connecting", "in", "waiting" (for the next attempt)
  retryAt = 0;
  refusal = null; // {what, text}: why we were not let in
  talks = new Map(); // by folded name
  current = null;
  isLookedAt = true; // the page is in front, and has the keyboard
  #views = [];
  #isDue = false;

  constructor(names) {
    this.names = names;
  }

  /** Have `view()` called after every change. */
  onChange(view) {
    this.#views.push(view);
  }

  /** Something has changed. */
  touch() {
    if (this.#isDue) return;
    this.#isDue = true;
    const show = () => {
      this.#isDue = false;
      this.#views.forEach((view) => view());
    };
    if (document.hidden) setTimeout(show);
    else requestAnimationFrame(show);
  }

  talk(name) {
    return this.talks.get(this.names.fold(name));
  }

  /** The talk of that name, a new one where there is none. */
  ensureTalk(name) {
    const key = this.names.fold(name);
    if (!this.talks.has(key)) this.talks.set(key, new Talk(name, this.names.isRoom(name)));
    this.touch();
    return this.talks.get(key);
  }

  /** A talk is over; another one is opened if it was open. */
  drop(talk) {
    this.talks.delete(this.names.fold(talk.name));
    if (this.current === talk) this.open([...this.talks.values()][0] ?? null);
    this.touch();
  }

  /** It is called something else now. */
  rename(talk, name) {
    this.talks.delete(this.names.fold(talk.name));
    talk.name = name;
    this.talks.set(this.names.fold(name), talk);
    this.touch();
  }

  open(talk) {
    if (talk && talk !== this.current) talk.divider = talk.unread ? talk.marker : 0;
    this.current = talk;
    this.touch();
  }

  /** The talks in the order they are listed: rooms, then people, by name. */
  listed() {
    const order = (one, other) => other.isRoom - one.isRoom || one.name.localeCompare(other.name);
    return [...this.talks.values()].sort(order);
  }

  isMe(nick) {
    return this.names.fold(nick) === this.names.fold(this.nick);
  }

  /** Whether an item calls us: by name in a room, or by anything in private. */
  isMention = (item) => isTalk(item) && !item.isOwn && (item.isPrivate || this.#names(item.text) || item.answersMe);

  #names(text) {
    const nick = this.names.fold(this.nick).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return nick !== "" && new RegExp(`(?<![\\p{L}\\p{N}_])${nick}(?![\\p{L}\\p{N}_])`, "u").test(this.names.fold(text));
  }

  /** A line that only we see, at the end of a talk: what the server answered. */
  note(text, talk = this.current, isError = false) {
    if (!talk) return;
    talk.timeline.add({ kind: "note", time: Date.now(), text, isError });
    this.touch();
  }
}
