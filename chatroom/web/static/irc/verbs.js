// What the server tells, as changes of the world: one function for each verb.
//
// Strategy: a table. What a verb does to who is where happens here; what is shown of it is made by `chat/items`. What
// has no function is shown as a note if it is an answer, and otherwise passed over.
//
// Sources: Modern IRC; IRCv3 read-marker, account-notify, away-notify, setname, channel-rename, message-redaction.

import { ONCE, itemOf } from "../chat/items.js";
import { TYPING_LASTS } from "../chat/talk.js";
import { nickOf } from "./message.js";
import { NUMERICS, noteOf } from "./numerics.js";

/** Take one message. */
export function receive(session, message) {
  const act = VERBS[message.verb] ?? NUMERICS[message.verb];
  if (act) act(session, message, nickOf(message.source));
  else if (/^\d{3}$|^FAIL$|^WARN$|^NOTE$/.test(message.verb)) noteOf(session, message);
  session.world.touch();
}

/** Show an event in a talk, if it is one that is shown; it counts as the last that is known. */
export function show(session, talk, message) {
  const { world } = session;
  if (!talk.isLevel) return; // the page that is on its way has it
  if (message.tags.msgid) talk.lastId = message.tags.msgid;
  const item = itemOf(message, talk, world);
  if (!item) return;
  talk.timeline.add(item, talk !== world.current || talk.isPinned);
  if (!talk.timeline.isLive && item.kind === "said" && !item.isOwn) {
    talk.beyond.unread += 1;
    talk.beyond.mentions += world.isMention(item);
  }
  talk.recount(world.isMention);
  if (item.kind === "said") session.ui.onSaid(item, talk);
}

/** The talk that a message to `target` belongs to. */
function talkOf({ world }, target, nick) {
  const name = target.replace(/^[~&@%+]+(?=#)/, "");
  if (world.names.isRoom(name)) return world.talk(name);
  return world.ensureTalk(world.isMe(nick) ? name : nick);
}

function said(session, message, nick) {
  const [target] = message.params;
  if (!message.source.includes("!")) return noteOf(session, message); // the server itself
  if (message.verb === "NOTICE" && !session.world.names.isRoom(target) && !session.world.talk(nick)) {
    return noteOf(session, message, `${nick}: `);
  }
  const talk = talkOf(session, target, nick);
  if (!talk) return;
  if (!talk.isRoom && !talk.isLevel) {
    talk.held.push(message); // shown then, if there is no history that has it
    session.history.catchUp(talk);
  }
  const { [ONCE]: key } = message.tags;
  if (key && session.world.isMe(nick) && session.outbox.confirm(key)) session.flush();
  talk.typing.delete(nick);
  show(session, talk, message);
}

/** A member's changes, wherever they are. */
function everywhere({ world }, nick, change) {
  for (const talk of world.talks.values()) {
    const member = talk.members.get(world.names.fold(nick));
    if (member) change(talk, member);
  }
}

function gone(session, talk, nick, message) {
  const { world } = session;
  talk.members.delete(world.names.fold(nick));
  talk.typing.delete(nick);
  show(session, talk, message);
}

function outOf(session, name, nick, message, isByOthers) {
  const { world } = session;
  const talk = world.talk(name);
  if (!talk) return;
  gone(session, talk, nick, message);
  if (!world.isMe(nick)) return;
  Object.assign(talk, { isJoined: false });
  talk.members.clear();
  if (!isByOthers) world.drop(talk);
}

const VERBS = {
  PRIVMSG: said,
  NOTICE: said,
  TAGMSG(session, message, nick) {
    const talk =
      session.world.isMe(nick) || session.world.names.isRoom(message.params[0].replace(/^[~&@%+]+/, ""))
        ? session.world.talk(message.params[0].replace(/^[~&@%+]+/, ""))
        : session.world.talk(nick);
    if (!talk) return;
    const typing = message.tags["+typing"];
    if (typing === "active" && !session.world.isMe(nick)) talk.typing.set(nick, Date.now() + TYPING_LASTS);
    else if (typing) talk.typing.delete(nick);
    else show(session, talk, message);
  },
  JOIN(session, message, nick) {
    const { world } = session;
    const [name, account = "*"] = message.params;
    const isOwn = world.isMe(nick);
    const talk = isOwn ? world.ensureTalk(name) : world.talk(name);
    if (!talk) return;
    talk.members.set(world.names.fold(nick), { nick, signs: "", isAway: false, account: account.replace("*", "") });
    if (!isOwn) return show(session, talk, message);
    world.mask = message.source;
    talk.isJoined = true;
    if (!world.current || session.wish.first === world.names.fold(name)) world.open(talk);
    session.history.catchUp(talk);
  },
  PART: (session, message, nick) => outOf(session, message.params[0], nick, message, false),
  KICK: (session, message) => outOf(session, message.params[0], message.params[1], message, true),
  QUIT(session, message, nick) {
    everywhere(session, nick, (talk) => gone(session, talk, nick, message));
    if (session.wish.asked !== session.world.nick && nick === session.wish.asked) session.send("NICK", [nick]);
  },
  NICK(session, message, nick) {
    const { world } = session;
    const [name] = message.params;
    everywhere(session, nick, (talk, member) => {
      talk.members.delete(world.names.fold(nick));
      talk.members.set(world.names.fold(name), { ...member, nick: name });
      show(session, talk, message);
    });
    if (world.isMe(nick)) {
      Object.assign(world, { nick: name, mask: world.mask.replace(/^[^!]*/, () => name) });
      session.ui.onRenamed(name);
    } else if (world.talk(nick) && !world.talk(name)) world.rename(world.talk(nick), name);
  },
  TOPIC(session, message) {
    const talk = session.world.talk(message.params[0]);
    if (!talk) return;
    talk.topic = message.params[1] ?? "";
    show(session, talk, message);
  },
  MODE(session, message) {
    const { world } = session;
    const talk = world.talk(message.params[0]);
    if (!talk) return;
    for (const { isSet, letter, value } of world.names.modeChanges(message.params.slice(1))) {
      const member = talk.members.get(world.names.fold(value));
      const sign = world.names.signs[world.names.letters.indexOf(letter)];
      if (member && sign) member.signs = withSign(world.names.signs, member.signs.replace(sign, ""), isSet ? sign : "");
    }
    show(session, talk, message);
  },
  RENAME({ world }, { params }) {
    const talk = world.talk(params[0]);
    if (talk) world.rename(talk, params[1]);
  },
  REDACT(session, message, nick) {
    const talk =
      session.world.names.isRoom(message.params[0]) || session.world.isMe(nick)
        ? session.world.talk(message.params[0])
        : session.world.talk(nick);
    if (talk) show(session, talk, message);
  },
  AWAY: (session, { params }, nick) => everywhere(session, nick, (_, member) => (member.isAway = params.length > 0)),
  ACCOUNT(session, { params }, nick) {
    const account = params[0] === "*" ? "" : params[0];
    everywhere(session, nick, (_, member) => (member.account = account));
    if (session.world.isMe(nick)) session.world.account = account;
  },
  CHGHOST({ world }, { params }, nick) {
    if (world.isMe(nick)) world.mask = `${nick}!${params[0]}@${params[1]}`;
  },
  INVITE(session, { params }, nick) {
    if (session.world.isMe(params[0])) session.world.note(`${nick} asks you into ${params[1]}: /join ${params[1]}`);
  },
  MARKREAD({ world }, { params: [name, word = ""] }) {
    const talk = world.talk(name);
    const time = Date.parse(word.replace("timestamp=", ""));
    if (!talk || !time || !talk.markRead(time)) return;
    talk.beyond = { unread: 0, mentions: 0 };
    talk.recount(world.isMention);
  },
  PING: (session, { params }) => session.send("PONG", params),
  PONG() {},
  CAP: (session, message) => session.registration.take(message),
  AUTHENTICATE: (session, message) => session.registration.take(message),
  BATCH: (session, { items }) => items.forEach((item) => receive(session, item)),
  SETNAME() {},
  ACK() {},
  ERROR(session, { params }) {
    session.world.note(params[0]);
  },
};

const withSign = (order, signs, sign) => [...order].filter((one) => (signs + sign).includes(one)).join("");
