// The past, fetched from the server when it is wanted.
//
// Strategy: after every break the talk is caught up with page by page from the last event that is known, so that
// counts are right and what we sent is found; only if that is far back, the newest page is shown instead and the rest
// is fetched by scrolling. Until a talk is level, what is live is left out: the pages have it too.
//
// Sources: IRCv3 chathistory, event-playback, batch.

import { itemOf } from "../chat/items.js";
import { isTalk } from "../chat/talk.js";
import { Lost } from "./session.js";
import { show } from "./verbs.js";

const PAGE = 80; // events
const MOST_PAGES = 5; // to catch up with; what is more is fetched by scrolling

export class History {
  #busy = new Map(); // talks of which a page is on its way, with a promise of its end

  constructor(session) {
    this.session = session;
  }

  isBusy(talk) {
    return this.#busy.has(talk);
  }

  /** Know all that happened in a talk, up to now. */
  catchUp = (talk) =>
    this.#alone(talk, async () => {
      const isNew = !talk.lastId;
      const isShown = isNew || talk.wasLive !== false;
      if (isNew || !(await this.#follow(talk, isShown))) await this.#latest(talk, isShown);
      talk.isLevel = true;
      talk.timeline.isLive = isShown;
      const held = talk.held.splice(0);
      if (!this.#hasHistory(talk)) held.forEach((message) => show(this.session, talk, message));
      this.#settle(talk, isNew);
    });

  /** Fetch what was before the first message that is shown. */
  older = (talk) =>
    this.#alone(talk, async () => {
      const { items, isLast } = await this.#page(talk, "BEFORE", `msgid=${talk.timeline.oldestId}`);
      talk.timeline.addOlder(items, isLast);
    });

  /** Fetch what came after the last message that is shown. */
  newer = (talk) =>
    this.#alone(talk, async () => {
      const { items, isLast } = await this.#page(talk, "AFTER", `msgid=${talk.timeline.newestId}`);
      talk.timeline.addNewer(items, isLast);
      if (isLast) talk.beyond = { unread: 0, mentions: 0 };
    });

  /** Show a message and what was around it. */
  around = (talk, id) =>
    this.#next(talk, async () => {
      const { items } = await this.#page(talk, "AROUND", `msgid=${id}`);
      talk.timeline.replace(items, { isLive: false, isWhole: false });
    });

  /** Show the newest. */
  newest = (talk) => this.#next(talk, () => this.#latest(talk, true));

  /** The private talks in which something was said since `days` ago. */
  async recent(days) {
    const [from, to] = [Date.now() - days * 86_400_000, Date.now() + 86_400_000];
    const times = [to, from].map((time) => `timestamp=${new Date(time).toISOString()}`);
    const [batch] = await this.session.ask("CHATHISTORY", ["TARGETS", ...times, "50"]);
    return (batch?.items ?? []).map((line) => line.params[1]);
  }

  /** Fetch after what is being fetched: somebody asked for it. */
  async #next(talk, fetch) {
    while (this.#busy.has(talk)) await this.#busy.get(talk);
    return this.#alone(talk, fetch);
  }

  /** Fetch, unless something is being fetched for that talk. */
  #alone(talk, fetch) {
    if (!this.#busy.has(talk)) this.#busy.set(talk, this.#fetched(talk, fetch));
    return this.#busy.get(talk);
  }

  /** A break of the connection ends it quietly. */
  async #fetched(talk, fetch) {
    this.session.world.touch();
    try {
      await fetch();
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
    } finally {
      this.#busy.delete(talk);
      talk.recount(this.session.world.isMention);
      this.session.world.touch();
    }
  }

  /** Go on from the last event that is known. Whether that led to now. */
  async #follow(talk, isShown) {
    for (let count = 0; count < MOST_PAGES; count++) {
      const { items, isLast, isRefused } = await this.#page(talk, "AFTER", `msgid=${talk.lastId}`);
      if (isRefused) return !this.#hasHistory(talk);
      if (isShown) talk.timeline.addNewer(items, isLast);
      else this.#countBeyond(talk, items);
      if (isLast) return true;
    }
    return false;
  }

  async #latest(talk, isShown) {
    const { items, isLast, isRefused } = await this.#page(talk, "LATEST", "*");
    if (!isShown || isRefused) return;
    talk.timeline.replace(items, { isLive: true, isWhole: isLast });
    talk.beyond = { unread: 0, mentions: 0 };
  }

  #countBeyond(talk, items) {
    const unread = items.filter((item) => isTalk(item) && !item.isOwn && item.time > talk.marker);
    talk.beyond.unread += unread.length;
    talk.beyond.mentions += unread.filter(this.session.world.isMention).length;
  }

  /** A page as items; whether it was the last one, and whether there is none to be had. */
  async #page(talk, subcommand, selector) {
    const [answer] = await this.session.ask("CHATHISTORY", [subcommand, talk.name, selector, String(PAGE)]);
    if (answer?.kind !== "chathistory") return { items: [], isLast: true, isRefused: true };
    const items = [];
    for (const message of answer.items) {
      const item = itemOf(message, talk, this.session.world);
      if (item?.key) this.session.outbox.confirm(item.key);
      if (item) items.push(item);
      if (message.tags.msgid && subcommand !== "BEFORE" && subcommand !== "AROUND") talk.lastId = message.tags.msgid;
    }
    return { items, isLast: answer.items.length < PAGE };
  }

  /** Whether the server keeps what is said there: private talk it keeps for those with an account. */
  #hasHistory(talk) {
    return talk.isRoom || this.session.world.account !== "";
  }

  /** All is known: what was read where nobody remembers counts as read, and what we said and is not there goes. */
  #settle(talk, isNew) {
    const { session } = this;
    if (isNew && !talk.marker && talk.isRoom) talk.markRead(talk.timeline.items.at(-1)?.time ?? 0);
    const key = session.world.names.fold(talk.name);
    const isThere = (target) => session.world.names.fold(target) === key;
    session.outbox.recover(isThere);
    session.flush();
  }
}
