// One room, or the private talk with one person: who is there, what is read, what is being written.
//
// Strategy: plain state. What is said of it comes from `irc/`, what is shown of it is the business of `view/`.

import { Timeline } from "./timeline.js";

const MOST_MARKED = 1000; // messages whose reactions are remembered
export const TYPING_LASTS = 6_000; // ms after which somebody who said they type is taken not to (IRCv3 typing)

export class Talk {
  timeline = new Timeline();
  topic = "";
  members = new Map(); // by folded nick: {nick, signs, isAway, account}
  isJoined = false;
  isLevel = false; // all that happened is known, up to now
  held = []; // what came before it was level
  lastId = ""; // of the newest event that is known, whether or not it is in the timeline
  marker = 0; // up to when everything is read (ms)
  beyond = { unread: 0, mentions: 0 }; // of unread messages that are not in the timeline
  unread = 0;
  mentions = 0;
  divider = 0; // the marker when it was opened, where the line "new" stands
  isPinned = true; // its end is before somebody's eyes
  draft = "";
  replyTo = null; // the item that is being answered
  typing = new Map(); // nick -> until when (ms)
  reactions = new Map(); // msgid -> Map(emoji -> Set(nick))

  constructor(name, isRoom) {
    this.name = name;
    this.isRoom = isRoom;
  }

  /** Count what is unread anew. `isMention` judges an item. */
  recount(isMention) {
    const unread = this.timeline.items.filter((item) => isTalk(item) && !item.isOwn && item.time > this.marker);
    this.unread = unread.length + this.beyond.unread;
    this.mentions = unread.filter(isMention).length + this.beyond.mentions;
  }

  /** Everything up to `time` is read. Whether that is new. */
  markRead(time) {
    if (time <= this.marker) return false;
    this.marker = time;
    return true;
  }

  /** Somebody reacted, or took it back; kept here, since the message may not be on the page. */
  react(id, emoji, nick, isTakenBack = false) {
    if (!this.reactions.has(id) && this.reactions.size >= MOST_MARKED) {
      this.reactions.delete(this.reactions.keys().next().value);
    }
    const some = this.reactions.get(id) ?? new Map();
    const nicks = some.get(emoji) ?? new Set();
    if (isTakenBack) nicks.delete(nick);
    else nicks.add(nick);
    some.set(emoji, nicks);
    this.reactions.set(id, some);
    this.timeline.changed(this.timeline.find(id));
  }

  /** Who is typing now. */
  typists(now = Date.now()) {
    return [...this.typing].filter(([, until]) => until > now).map(([nick]) => nick);
  }
}

/** Whether an item is something somebody said. */
export const isTalk = (item) => item.kind === "said";
