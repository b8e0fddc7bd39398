// Our place on the server: comes in, comes back after every break, asks and is answered, says and has it confirmed.
//
// Strategy: lines become whole messages (`Batches`), answers find who asked by their label, everything else goes to
// the tables of `verbs` and `numerics`. A question that the connection did not live to see answered is rejected.
//
// Sources: IRCv3 labeled-response, echo-message, standard-replies; Modern IRC.

import { ONCE } from "../chat/items.js";
import { Outbox } from "../chat/outbox.js";
import { Batches } from "./batches.js";
import { History } from "./history.js";
import { Link } from "./link.js";
import { format, parse } from "./message.js";
import { linesOf, messagesOf } from "./pieces.js";
import { Registration } from "./registration.js";
import { receive } from "./verbs.js";

const TYPING_EVERY = 3_000; // ms between two words that we type
const MOST_JOINED = 350; // bytes of one JOIN
const MOST_RENAMED = 4;

export class Lost extends Error {}

export class Session {
  history = new History(this);
  registration = null;
  wish = null; // {nick, password, serverPassword, rooms, first, isBack}
  outbox;
  #batches = new Batches();
  #asked = new Map(); // label -> {resolve, reject}
  #labels = 0;
  #typedAt = new Map(); // by target
  #hasBeenIn = false;
  #renamed = 0; // how often another name was asked for in this attempt

  /** `ui` is told what is of no talk: onMessage(item, talk), onRefused(). */
  constructor(url, world, ui) {
    this.world = world;
    this.ui = ui;
    this.outbox = new Outbox(
      (item) => this.#put(item),
      () => world.touch(),
    );
    this.link = new Link(url, {
      onOpen: () => this.#begin(),
      onLine: (line) => this.#line(line),
      onClose: ({ wait }) => this.#closed(wait),
    });
  }

  /** Come in as `wish` says, and stay. */
  enter(wish) {
    this.wish = { ...wish, asked: wish.nick, account: wish.nick };
    this.#renamed = 0;
    this.world.status = "connecting";
    this.world.refusal = null;
    this.world.touch();
    this.link.open();
  }

  /** Go, and don't come back by itself. */
  leave(reason = "") {
    this.send("QUIT", [reason]);
    this.link.close();
    this.#brokenOff();
    this.world.status = "out";
    this.#hasBeenIn = false;
    this.world.touch();
  }

  has(capability) {
    return this.registration?.enabled.has(capability) ?? false;
  }

  // ---- out

  send(verb, params = [], tags = {}) {
    this.link.send(format(verb, params, tags));
  }

  /** Send a line and wait for all that answers it: a list of messages. Rejects with Lost when the link breaks. */
  ask(verb, params = [], tags = {}) {
    return new Promise((resolve, reject) => {
      if (!this.link.isOpen) return reject(new Lost());
      const label = `q${++this.#labels}`;
      this.#asked.set(label, { resolve, reject });
      this.send(verb, params, { ...tags, label });
    });
  }

  /** Say something; it is sent when that is possible, in as many messages as it takes. */
  say(talk, text, tags = {}) {
    const messages = messagesOf(text, this.registration?.multiline);
    messages.forEach((message, index) => this.outbox.add(talk.name, message, index ? {} : tags));
    this.flush();
  }

  /** Send what waits for a talk that we are in. */
  flush() {
    this.outbox.flush((target) => this.world.status === "in" && (this.world.talk(target)?.isLevel ?? true));
  }

  #put(item) {
    const tags = { ...item.tags, [ONCE]: item.key, label: item.key };
    const { target, text } = item;
    const multiline = this.has("batch") ? this.registration.multiline : null;
    const mask = this.world.mask || `${this.world.nick}!${"x".repeat(80)}`;
    linesOf({ text, target, tags, multiline, mask, reference: item.key }).forEach((line) => this.link.send(line));
    this.#typedAt.delete(target);
  }

  /** Tell that we are typing, now and then. */
  typing(talk) {
    const now = Date.now();
    if (!this.has("message-tags") || now - (this.#typedAt.get(talk.name) ?? 0) < TYPING_EVERY) return;
    this.#typedAt.set(talk.name, now);
    this.send("TAGMSG", [talk.name], { "+typing": "active" });
  }

  /** Say up to when a talk has been read. */
  markRead(talk, time) {
    if (!talk.markRead(time)) return;
    talk.beyond = { unread: 0, mentions: 0 };
    talk.recount(this.world.isMention);
    this.world.touch();
    if (this.has("draft/read-marker")) this.send("MARKREAD", [talk.name, `timestamp=${new Date(time).toISOString()}`]);
  }

  /** Go to a room, or begin to talk with somebody. */
  visit(name) {
    const talk = this.world.ensureTalk(name);
    if (talk.isRoom && !talk.isJoined) this.send("JOIN", [name]);
    else if (!talk.isRoom && !talk.isLevel) this.history.catchUp(talk);
    this.world.open(talk);
  }

  // ---- in

  #begin() {
    this.#batches.clear();
    this.registration = new Registration((line) => this.link.send(line), this.wish, {
      onIn: () => this.#entered(),
      onRefused: (refusal) => this.#refused(refusal),
    });
    this.registration.begin();
  }

  #line(line) {
    const message = parse(line);
    const whole = message && this.#batches.take(message);
    if (whole) this.#message(whole);
  }

  #message(message) {
    const { label } = message.tags;
    const asked = this.#asked.get(label);
    if (asked) {
      this.#asked.delete(label);
      asked.resolve(message.verb === "ACK" ? [] : message.kind === "labeled-response" ? message.items : [message]);
      return;
    }
    if (label && this.#isAboutOurs(message)) return;
    if (message.kind === "labeled-response") message.items.forEach((item) => this.#message(item));
    else if (this.world.status === "in" || !this.registration.take(message)) this.take(message);
  }

  /** Take a whole message: what was told, or what answers a question of somebody who wants it shown. */
  take(message) {
    receive(this, message);
  }

  /** Whether a labelled answer says of what we said that it was refused, or taken before. */
  #isAboutOurs({ tags, verb, params, kind, items }) {
    if (verb === "ACK") {
      this.outbox.confirm(tags.label);
      this.flush();
      return true;
    }
    const refusal = kind ? items.find((item) => isRefusal(item.verb)) : isRefusal(verb) && { params };
    if (!refusal) return false;
    this.outbox.fail(tags.label, refusal.params.at(-1));
    return true;
  }

  #entered() {
    this.link.settle();
    Object.assign(this.world, { status: "in", refusal: null });
    const rooms = new Set(
      this.world
        .listed()
        .filter((talk) => talk.isRoom)
        .map((talk) => talk.name),
    );
    if (!this.#hasBeenIn) this.wish.rooms.forEach((room) => rooms.add(room));
    if (!this.#hasBeenIn && !rooms.size) rooms.add(this.world.names.lobby);
    this.#hasBeenIn = true;
    for (const names of grouped([...rooms])) this.send("JOIN", [names]);
    for (const talk of this.world.talks.values()) if (!talk.isRoom) this.history.catchUp(talk);
    this.ui.onIn();
    this.world.touch();
  }

  #refused(refusal) {
    if ((this.#hasBeenIn || this.wish.isBack) && refusal.what === "name" && this.#renamed++ < MOST_RENAMED) {
      // our own old connection may still be there
      this.registration.rename(`${this.wish.asked}${"_".repeat(this.#renamed)}`);
      return;
    }
    this.leave();
    this.world.refusal = refusal;
    this.ui.onRefused(refusal);
  }

  #closed(wait) {
    this.#brokenOff();
    Object.assign(this.world, { status: "waiting", retryAt: Date.now() + wait });
    this.wish.nick = this.wish.asked;
    this.#renamed = 0;
    this.world.touch();
  }

  #brokenOff() {
    this.outbox.broken();
    for (const { reject } of this.#asked.values()) reject(new Lost());
    this.#asked.clear();
    for (const talk of this.world.talks.values()) {
      talk.wasLive = talk.isLevel ? talk.timeline.isLive : talk.wasLive;
      Object.assign(talk, { isJoined: false, isLevel: false });
      talk.timeline.isLive = false;
      talk.members.clear();
      talk.typing.clear();
    }
  }
}

const isRefusal = (verb) => verb === "FAIL" || /^[45]\d\d$/.test(verb);

/** Names in as few lists as fit into lines. */
function grouped(names) {
  const groups = [];
  for (const name of names) {
    const last = groups.at(-1);
    if (last && last.length + name.length < MOST_JOINED) groups[groups.length - 1] = `${last},${name}`;
    else groups.push(name);
  }
  return groups;
}
