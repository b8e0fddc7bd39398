// What the server answers in numbers, as changes of the world; what has no function is shown as it is.
//
// Sources: Modern IRC "Numerics".

import { sizeOf } from "./message.js";

const UNSHOWN = new Set(["002", "003", "004", "251", "252", "253", "254", "255", "265", "266", "333", "329", "366"]);
const ALSO_UNSHOWN = new Set(["375", "376", "422", "305", "306", "964", "965", "396"]);

/** Show a line as a note: all of its words but our own name. */
export function noteOf(session, { verb, params }, start = "") {
  if (UNSHOWN.has(verb) || ALSO_UNSHOWN.has(verb)) return;
  const isNumber = /^\d{3}$/.test(verb);
  const isError = /^[45]\d\d$/.test(verb) || verb === "FAIL";
  const words = isNumber || verb === "NOTICE" ? params.slice(1) : verb === "FAIL" ? params.slice(-1) : params;
  const talk = session.world.talk(isNumber ? (params[1] ?? "") : "") ?? session.world.current;
  session.world.note(start + sentence(words), talk, isError);
}

/** The sentence first, what it is about before it only where it says nothing of it. */
function sentence(words) {
  const [last] = words.slice(-1);
  const about = words.slice(0, -1).filter((word) => !last.includes(word));
  return about.length && sizeOf(last) ? `${about.join(" ")}: ${last}` : (last ?? "");
}

export const NUMERICS = {
  "001"({ world }, { params }) {
    world.nick = params[0];
  },
  "005"({ world }, { params }) {
    params.slice(1, -1).forEach((token) => world.names.take(token));
  },
  332({ world }, { params: [, name, topic] }) {
    const talk = world.talk(name);
    if (talk) talk.topic = topic;
  },
  331({ world }, { params: [, name] }) {
    const talk = world.talk(name);
    if (talk) talk.topic = "";
  },
  353({ world }, { params: [, , name, list = ""] }) {
    const talk = world.talk(name);
    if (!talk) return;
    for (const word of list.split(" ").filter(Boolean)) {
      const { nick, signs } = world.names.member(word);
      const known = talk.members.get(world.names.fold(nick));
      talk.members.set(world.names.fold(nick), { isAway: false, account: "", ...known, nick, signs });
    }
  },
  354({ world }, { params: [, , name, nick, flags, account] }) {
    const member = world.talk(name)?.members.get(world.names.fold(nick ?? ""));
    if (member) Object.assign(member, { isAway: flags.startsWith("G"), account: account === "0" ? "" : account });
  },
  315() {},
  900(session, { params }) {
    session.world.account = params[2];
    if (session.world.status === "in") session.ui.onLoggedIn();
  },
  901({ world }) {
    world.account = "";
  },
};
// Why one may not come into a room: the talk that was opened for it shows the reason and goes when it is left.
for (const number of ["403", "405", "437", "470", "471", "473", "474", "475", "476", "477", "520"]) {
  NUMERICS[number] = (session, message) => noteOf(session, message);
}
