// What the word before the cursor may be: a command, a name, a room.
//
// Strategy: pure. Commands are offered as soon as a slash begins the line; names after an @, or when asked for (Tab).

import { COMMANDS } from "./commands.js";

const MOST = 8;

/** Choices for `text` with the cursor at `at`: {from, to, items: [{value, label, hint}]}; null for none. */
export function choices(world, text, at, isAsked) {
  const start = Math.max(text.lastIndexOf(" ", at - 1), text.lastIndexOf("\n", at - 1)) + 1;
  const word = text.slice(start, at);
  const items = itemsFor(world, word, start === 0, isAsked);
  return items.length ? { from: start, to: at, items: items.slice(0, MOST) } : null;
}

function itemsFor(world, word, isFirst, isAsked) {
  if (isFirst && word.startsWith("/")) return commands(word.slice(1).toLowerCase());
  if (word.startsWith("#")) return rooms(world, word);
  if (word.startsWith("@") && word.length > 1) return names(world, word.slice(1), isFirst);
  return isAsked && word ? names(world, word, isFirst) : [];
}

function commands(start) {
  const found = Object.entries(COMMANDS).filter(([name]) => name.startsWith(start));
  return found.map(([name, { usage, help }]) => ({ value: `/${name} `, label: `/${name} ${usage}`, hint: help }));
}

function rooms(world, start) {
  const found = world
    .listed()
    .filter((talk) => talk.isRoom && world.names.fold(talk.name).startsWith(world.names.fold(start)));
  return found.map((talk) => ({ value: `${talk.name} `, label: talk.name, hint: talk.topic }));
}

/** Those who spoke last come first. */
function names(world, start, isFirst) {
  const talk = world.current;
  const spoke = [...new Set((talk?.timeline.items ?? []).toReversed().map((item) => item.nick))];
  const there = talk?.isRoom ? [...talk.members.values()].map((member) => member.nick) : [talk?.name, world.nick];
  const rank = (nick) => spoke.indexOf(nick) + 1 || Infinity;
  return there
    .filter((nick) => nick && !world.isMe(nick) && world.names.fold(nick).startsWith(world.names.fold(start)))
    .sort((one, other) => rank(one) - rank(other) || one.localeCompare(other))
    .map((nick) => ({ value: isFirst ? `${nick}: ` : `${nick} `, label: nick, hint: "" }));
}
