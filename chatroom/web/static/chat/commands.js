// Lines that begin with a slash.
//
// Strategy: a table of what the page does itself, or says in IRC's way. Everything else goes to the server as it was
// typed, which has a table of its own, and what it answers is shown. Two slashes begin a text with a slash.

/** Do what `line`, without its slash, asks for. `app` is what `main` put together. */
export async function run(app, talk, line) {
  const [, word, rest] = /^(\S*)\s*([^]*)$/.exec(line);
  const command = COMMANDS[word.toLowerCase()];
  if (command) return command.act(app, rest.trim(), talk);
  const params = rest.trim() ? rest.trim().split(/\s+/) : [];
  return tell(app, await app.session.ask(word.toUpperCase(), params));
}

/** Show what was answered. */
const tell = (app, messages) => messages.forEach((message) => app.session.take(message));

/** A command with a room as its first parameter, which may be left out: the open one. */
const inRoom =
  (verb, least = 0) =>
  async (app, rest, talk) => {
    const words = rest ? rest.split(/\s+/) : [];
    const room = app.world.names.isRoom(words[0] ?? "") ? words.shift() : talk?.isRoom ? talk.name : "";
    if (!room || words.length < least)
      return app.world.note(`Not in a room, or something is missing: /${verb.toLowerCase()}`, talk, true);
    return tell(app, await app.session.ask(verb, [room, ...joined(words, least)]));
  };
const joined = (words, count) => [...words.slice(0, count), words.slice(count).join(" ")].filter(Boolean);

const mode = (letter) => (app, rest, talk) => inRoom("MODE", 1)(app, `${letter} ${rest}`, talk);

/** Words with a usage, a sentence and a function (app, rest, talk). */
export const COMMANDS = {
  join: {
    usage: "#room",
    help: "Go to a room.",
    act: (app, rest) => rest && app.session.visit(rest.startsWith("#") ? rest : `#${rest}`),
  },
  part: { usage: "[#room]", help: "Leave a room, or close a private talk.", act: part },
  msg: { usage: "name text", help: "Say something to one person.", act: msg },
  query: {
    usage: "name",
    help: "Open the private talk with somebody.",
    act: (app, rest) => rest && app.session.visit(rest),
  },
  me: {
    usage: "does something",
    help: "Say what you do.",
    act: (app, rest, talk) => app.session.say(talk, `\x01ACTION ${rest}\x01`),
  },
  nick: { usage: "name", help: "Be called something else.", act: (app, rest) => app.session.send("NICK", [rest]) },
  topic: {
    usage: "[text]",
    help: "Show or set what the room is about.",
    act: (app, rest, talk) => inRoom("TOPIC", 0)(app, rest, talk),
  },
  names: { usage: "[#room]", help: "Show who is here.", act: (app) => app.people.show(true) },
  kick: { usage: "name [reason]", help: "Put somebody out of the room.", act: inRoom("KICK", 1) },
  ban: { usage: "name or mask", help: "Keep somebody out of the room.", act: mode("+b") },
  unban: { usage: "mask", help: "Let them in again.", act: mode("-b") },
  op: { usage: "name", help: "Make somebody an operator of the room.", act: mode("+o") },
  deop: { usage: "name", help: "Undo that.", act: mode("-o") },
  mode: { usage: "[changes]", help: "Show or change the modes of the room.", act: inRoom("MODE") },
  invite: { usage: "name", help: "Ask somebody into the room.", act: invite },
  away: {
    usage: "[reason]",
    help: "Say that you are not there.",
    act: (app, rest) => app.session.send("AWAY", [rest || "away"]),
  },
  back: { usage: "", help: "Say that you are there again.", act: (app) => app.session.send("AWAY") },
  whois: {
    usage: "name",
    help: "Show who somebody is.",
    act: async (app, rest, talk) => tell(app, await app.session.ask("WHOIS", [rest])),
  },
  list: { usage: "", help: "Show the rooms there are.", act: list },
  search: { usage: "words", help: "Find what was said in your rooms.", act: (app, rest) => app.search.open(rest) },
  register: { usage: "", help: "Make your name yours, with a password.", act: (app) => app.account.open() },
  login: { usage: "", help: "Log in to your account.", act: (app) => app.account.open() },
  raw: {
    usage: "line",
    help: "Send a line of IRC.",
    act: (app, rest) => app.session.link.send(rest.replace(/[\r\n]+/g, " ")),
  },
  quit: { usage: "[reason]", help: "Leave the chat.", act: (app, rest) => app.leave(rest) },
  help: { usage: "", help: "Show what can be typed, and which keys there are.", act: help },
};

function part(app, rest, talk) {
  const other = rest ? app.world.talk(rest.split(" ")[0]) : talk;
  if (!other) return;
  if (other.isJoined) app.session.send("PART", [other.name]);
  else app.world.drop(other);
}

function msg(app, rest) {
  const [, name, text] = /^(\S*)\s*([^]*)$/.exec(rest);
  if (!name || !text) return;
  app.session.visit(name);
  app.session.say(app.world.current, text);
}

async function invite(app, rest, talk) {
  const [nick, room = talk?.name] = rest.split(/\s+/);
  tell(app, await app.session.ask("INVITE", [nick, room]));
}

async function list(app, rest, talk) {
  const rooms = (await app.session.ask("LIST")).filter((message) => message.verb === "322");
  for (const { params } of rooms)
    app.world.note(`${params[1]}  ${params[2]} ${params[2] === "1" ? "person" : "people"}  ${params[3]}`, talk);
}

function help(app, rest, talk) {
  for (const [name, { usage, help: text }] of Object.entries(COMMANDS))
    app.world.note(`/${name} ${usage}  ${text}`, talk);
  app.world.note(
    "Enter sends, Shift+Enter begins a line, Tab completes. Alt+↑ and Alt+↓ go to the next talk, Alt+A to the next unread one.",
    talk,
  );
  app.world.note(
    "In the messages: ↑ and ↓, R replies, Enter shows what else can be done, Escape goes back to writing.",
    talk,
  );
}
