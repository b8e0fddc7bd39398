// What was told, live or from history, as what stands in a timeline.
//
// Strategy: one function for each verb, which gives an item or nothing; reactions change what is there already. Live
// events and pages of history take the same road.

import { nickOf } from "../irc/message.js";

export const ONCE = "+chatroom/once"; // the key of a message that is said once, however often it is sent
const REPLY = "+draft/reply";
const REACT = "+draft/react";
const UNREACT = "+draft/unreact";

/** The item that `message` is in `talk`; null when nothing is shown for it. */
export function itemOf(message, talk, world) {
  const make = ITEMS[message.verb];
  if (!make) return null;
  const { tags, source } = message;
  const nick = nickOf(source);
  const time = Date.parse(tags.time) || Date.now();
  const made = make(message, talk, world, nick);
  return made && { id: tags.msgid ?? "", time, nick, isOwn: world.isMe(nick), ...made };
}

function said({ verb, params, tags }, talk, world) {
  const text = params[1] ?? "";
  const action = /^\x01ACTION ?([^]*?)\x01?$/.exec(text);
  if (text.startsWith("\x01") && !action) return null; // CTCP is for programs
  const answers = tags[REPLY] ?? "";
  return {
    kind: "said",
    text: action ? action[1] : text,
    manner: action ? "action" : verb === "NOTICE" ? "notice" : "say",
    isPrivate: !talk.isRoom,
    to: /^[~&@%+]/.exec(params[0])?.[0] ?? "", // said to some of a room only
    isBot: "bot" in tags,
    account: tags.account ?? "",
    key: tags[ONCE] ?? "",
    answers,
    answersMe: Boolean(answers && talk.timeline.find(answers)?.isOwn),
  };
}

const event = (sentence) => (message, talk, world, nick) => {
  const text = sentence(message, nick, world);
  return text && { kind: "event", verb: message.verb, text };
};
const because = (reason) => (reason ? ` (${reason})` : "");

const ITEMS = {
  PRIVMSG: said,
  NOTICE: said,
  JOIN: event((message, nick) => `${nick} came in`),
  PART: event(({ params }, nick) => `${nick} left${because(params[1])}`),
  QUIT: event(({ params }, nick) => `${nick} left${because(params[0])}`),
  KICK: event(({ params }, nick) => `${nick} put ${params[1]} out${because(params[2])}`),
  NICK: event(({ params }, nick) => `${nick} is ${params[0]} now`),
  TOPIC: event(({ params }, nick) => (params[1] ? `${nick} set the topic: ${params[1]}` : `${nick} removed the topic`)),
  MODE: event(({ params }, nick) => `${nick} set ${params.slice(1).join(" ")}`),
  TAGMSG(message, talk, world, nick) {
    const { [REACT]: emoji, [UNREACT]: undone, [REPLY]: about } = message.tags;
    if (about && (emoji || undone)) talk.react(about, emoji || undone, nick, !emoji);
    return null;
  },
  REDACT({ params }, talk) {
    redact(talk, params[1]);
    return null;
  },
};

/** What was said is taken back. */
export function redact(talk, id) {
  const item = talk.timeline.find(id);
  if (!item) return;
  Object.assign(item, { isRedacted: true, text: "" });
  talk.timeline.changed(item);
}
