// The log of the open talk: its rows, kept in step with the timeline, and the place of whoever reads it.
//
// Strategy: only rows whose signature changed are made anew. Before anything is changed, the row at the top of the
// view is remembered, and put back to where it was; who is at the end stays there. Near either end of what is on the
// page, more is fetched.

import { isTalk } from "../chat/talk.js";
import { Actions } from "./actions.js";
import { byId, setText } from "./dom.js";
import { rowsOf } from "./plan.js";
import { elementOf } from "./rows.js";

const NEAR = 600; // px from an end within which more is fetched
const AT_END = 40; // px from the end that still count as the end

export class Log {
  #log = byId("log");
  #rows = byId("rows");
  #newest = byId("newest");
  #shown = new Map(); // key -> {element, signature}
  #talk = null;
  #soughtId = ""; // a message to go to once it is there

  /** `on`: what can be done with messages; see `rows` and `actions`. */
  constructor(world, session, on) {
    this.world = world;
    this.session = session;
    this.on = { ...on, onJump: (id) => this.jump(id), isMention: world.isMention, isMe: (nick) => world.isMe(nick) };
    this.actions = new Actions(this.#log, this.on);
    this.#log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#newest.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.#talk?.isPinned && this.#stick()).observe(this.#log);
    world.onChange(() => this.#update());
  }

  /** Show the newest messages. */
  async toEnd() {
    const talk = this.#talk;
    if (!talk) return;
    talk.isPinned = true;
    if (talk.isLevel && !talk.timeline.isLive) await this.session.history.newest(talk);
    this.world.touch();
    this.#stick();
  }

  /** Go to a message of the open talk, which is fetched if it is not here. */
  async jump(id) {
    const talk = this.world.current;
    this.#soughtId = id;
    if (!talk.timeline.find(id)) await this.session.history.around(talk, id);
    talk.timeline.changed();
    this.world.touch();
  }

  // ---- what is shown

  #update() {
    const talk = this.world.current;
    const unsent = talk ? this.session.outbox.items.filter((item) => this.world.talk(item.target) === talk) : [];
    const isOther = talk !== this.#talk;
    if (isOther) this.#change(talk);
    this.#log.setAttribute(
      "aria-busy",
      String(Boolean(talk && (isOther || !talk.isLevel || this.session.history.isBusy(talk)))),
    );
    if (talk) this.#reconcile(rowsOf(talk, unsent));
    if (talk?.isPinned) this.#stick();
    else if (talk && isOther) this.#log.scrollTop = talk.scrollTop ?? 0;
    this.#seek();
    this.#showEnd();
    this.#read();
    if (talk && !this.session.history.isBusy(talk)) this.#fetch();
  }

  #change(talk) {
    if (this.#talk) this.#talk.scrollTop = this.#log.scrollTop;
    this.#talk = talk;
    this.#shown.clear();
    this.#rows.replaceChildren();
    this.actions.hide();
    if (talk?.unread) talk.isPinned = true;
  }

  #reconcile(rows) {
    const anchor = this.#talk.isPinned ? null : this.#anchor();
    const focused = this.#keyOf(document.activeElement?.closest("#rows > li"));
    this.#dropAllBut(new Map(rows.map((row) => [row.key, row.signature])));
    let at = this.#rows.firstElementChild;
    for (const row of rows) {
      const known = this.#shown.get(row.key)?.element;
      if (known && known === at) at = at.nextElementSibling;
      else this.#rows.insertBefore(known ?? this.#made(row), at);
    }
    this.#shown = new Map(rows.map((row) => [row.key, this.#shown.get(row.key)])); // in their order
    const moved = anchor && this.#shown.get(anchor.key)?.element; // it may have been made anew
    if (moved) this.#log.scrollTop += moved.offsetTop - anchor.top;
    const again = focused && this.#shown.get(focused)?.element;
    if (again && !again.contains(document.activeElement)) again.focus({ preventScroll: true });
  }

  #keyOf(element) {
    return element && [...this.#shown].find(([, shown]) => shown.element === element)?.[0];
  }

  #made(row) {
    const element = elementOf(row, { ...this.on, nick: this.world.nick });
    this.#shown.set(row.key, { element, signature: row.signature });
    return element;
  }

  /** Take out the rows that are not among `wanted`, keys with signatures, or look different now. */
  #dropAllBut(wanted) {
    for (const [key, { element, signature }] of this.#shown) {
      if (wanted.get(key) === signature) continue;
      element.remove();
      this.#shown.delete(key);
    }
  }

  /** The first row of talk in view, and where it is. */
  #anchor() {
    const top = this.#log.scrollTop;
    for (const [key, { element }] of this.#shown) {
      if (element.item && element.offsetTop + element.offsetHeight > top) return { key, top: element.offsetTop };
    }
    return null;
  }

  // ---- where one is

  #stick() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #isAtEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < AT_END;
  }

  #scrolled() {
    const talk = this.#talk;
    if (!talk) return;
    const wasPinned = talk.isPinned;
    talk.isPinned = this.#isAtEnd() && (talk.timeline.isLive || !talk.isLevel);
    if (talk.isPinned !== wasPinned) this.world.touch();
    this.#fetch();
  }

  #fetch() {
    const { history } = this.session;
    const talk = this.#talk;
    if (!talk?.isLevel || history.isBusy(talk) || !talk.timeline.oldestId) return;
    const below = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight;
    if (this.#log.scrollTop < NEAR && !talk.timeline.isWhole) history.older(talk);
    else if (below < NEAR && !talk.timeline.isLive) history.newer(talk);
  }

  #seek() {
    const item = this.#soughtId && this.#talk?.timeline.find(this.#soughtId);
    if (!item) return;
    const element = [...this.#rows.children].find((one) => one.item === item);
    this.#soughtId = "";
    this.#talk.isPinned = false;
    element?.scrollIntoView({ block: "center" });
    element?.focus({ preventScroll: true });
    element?.classList.add("sought");
  }

  #showEnd() {
    const talk = this.#talk;
    this.#newest.hidden = !talk || talk.isPinned;
    if (talk) setText(this.#newest, talk.unread ? `${talk.unread} new ↓` : "newest ↓");
  }

  /** What is before somebody's eyes is read. */
  #read() {
    const talk = this.#talk;
    if (!talk?.isPinned || !talk.isLevel || !talk.timeline.isLive || !this.world.isLookedAt) return;
    const last = talk.timeline.items.findLast(isTalk);
    if (last && last.time > talk.marker) this.session.markRead(talk, last.time);
  }
}
