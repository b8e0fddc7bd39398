// The page, put together.
//
// Strategy: `chat/` knows what is, `irc/` asks and is told, `view/` shows it. Here they meet: what is done in one part
// is handed to another as a function.

import { run } from "./chat/commands.js";
import { recall, remember } from "./chat/kept.js";
import { World } from "./chat/world.js";
import { Names } from "./irc/names.js";
import { Session } from "./irc/session.js";
import { Account } from "./view/account.js";
import { Composer } from "./view/composer.js";
import { byId } from "./view/dom.js";
import { Drawers } from "./view/drawers.js";
import { Entry } from "./view/entry.js";
import { Log } from "./view/log.js";
import { Notify } from "./view/notify.js";
import { People } from "./view/people.js";
import { Search } from "./view/search.js";
import { Status } from "./view/status.js";
import { Talks, addressOf, nameIn } from "./view/talks.js";

const RECENT_DAYS = 30; // private talk that is listed when one comes in
const world = new World(new Names());

const url = new URL("irc", location.href);
url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
url.hash = "";

const session = new Session(url.href, world, {
  onIn,
  onRefused: (refusal) => entry.show(refusal),
  onSaid: (item, talk) => notify.said(item, talk),
  onRenamed: () => entry.stay(!session.wish.password),
  onLoggedIn: showPrivate,
});

const app = { world, session, leave };
const entry = new Entry(world, enter);
const composer = new Composer(world, {
  onSend: send,
  onTyping: (talk) => session.typing(talk),
  onEscape: () => log.toEnd(),
  onPage: (direction) => byId("log").scrollBy({ top: direction * byId("log").clientHeight * 0.9 }),
});
const log = new Log(world, session, {
  onRoom: visit,
  onReply: (item) => composer.reply(item),
  onReact: react,
  onTakeBack: (item) => session.send("REDACT", [world.current.name, item.id]),
  canTakeBack: (item) => session.has("draft/message-redaction") && (item.isOwn || isOperator()),
  onRetry: (item) => (session.outbox.retry(item), session.flush()),
  onDrop: (item) => session.outbox.drop(item),
  onEscape: () => composer.focus(),
});
const notify = new Notify(world, { onOpen: open });
const drawers = new Drawers();
new Talks(world, { onOpen: open, onVisit: visit, onClose: close, rooms });
new Status(world, session);
app.people = new People(world, session, { onTalkTo: visit });
app.search = new Search(world, session, { onGo: (talk, id) => (open(talk), log.jump(id)) });
app.account = new Account(world, session, {
  onLoggedIn: (password) => Object.assign(session.wish, { password, asked: world.nick, nick: world.nick }),
});

// ---- coming and going

function enter(wish) {
  const named = nameIn(location.hash);
  const rooms = new Set(recall("rooms", []));
  if (world.names.isRoom(named)) rooms.add(named);
  session.enter({ ...wish, rooms: [...rooms], first: world.names.fold(named || recall("open", "")) });
}

function onIn() {
  entry.hide();
  entry.stay(!session.wish.password);
  composer.focus();
  if (world.account) showPrivate();
}

async function showPrivate() {
  const names = await session.history.recent(RECENT_DAYS).catch(() => []);
  for (const name of names.filter((one) => !world.names.isRoom(one))) session.history.catchUp(world.ensureTalk(name));
}

function leave(reason) {
  session.leave(reason);
  entry.stay(false);
  world.talks.clear();
  world.open(null);
  Object.assign(world, { nick: "", account: "" });
  entry.show();
}

// ---- talks

function open(talk) {
  drawers.close();
  world.open(talk);
  composer.focus();
}

function visit(name) {
  drawers.close();
  session.visit(name);
  composer.focus();
}

function close(talk) {
  if (talk.isJoined) session.send("PART", [talk.name]);
  else world.drop(talk);
}

async function rooms() {
  const answer = await session.ask("LIST").catch(() => []);
  const found = answer.filter(({ verb }) => verb === "322").map(({ params }) => ({ name: params[1], text: params[3] }));
  return found;
}

const isOperator = () => /[~&@%]/.test(world.current?.members.get(world.names.fold(world.nick))?.signs ?? "");

// ---- saying

function send(talk, text) {
  if (text.startsWith("/") && !text.startsWith("//") && !text.includes("\n")) {
    run(app, talk, text.slice(1)).catch(() => world.note("The connection is gone; try again in a moment.", talk, true));
    return;
  }
  const tags = talk.replyTo ? { "+draft/reply": talk.replyTo.id } : {};
  talk.replyTo = null;
  talk.isPinned = true;
  session.say(talk, text.replace(/^\/\//, "/"), tags);
  log.toEnd();
}

function react(item, emoji, isTakenBack = false) {
  const tag = isTakenBack ? "+draft/unreact" : "+draft/react";
  session.send("TAGMSG", [world.current.name], { [tag]: emoji, "+draft/reply": item.id });
}

// ---- the page around it

function look() {
  world.isLookedAt = document.visibilityState === "visible" && document.hasFocus();
  world.touch();
}

for (const name of ["focus", "blur"]) addEventListener(name, look);
document.addEventListener("visibilitychange", look);
addEventListener("hashchange", () => {
  const name = nameIn(location.hash);
  if (name && world.status !== "out" && world.talk(name) !== world.current) visit(name);
});
addEventListener("keydown", (event) => {
  const list = world.listed();
  if (!event.altKey || event.ctrlKey || !list.length) return;
  const at = list.indexOf(world.current);
  const next = {
    ArrowUp: () => list.at(at - 1),
    ArrowDown: () => list[(at + 1) % list.length],
    a: () => list.find((talk) => talk.mentions) ?? list.find((talk) => talk.unread),
  }[event.key]?.();
  if (!next) return;
  event.preventDefault();
  open(next);
});
byId("leave").addEventListener("click", () => leave(""));
world.onChange(() => {
  const { current } = world;
  if (current && location.hash !== addressOf(current)) history.replaceState(null, "", addressOf(current));
  if (world.status !== "in") return;
  const joined = world
    .listed()
    .filter((talk) => talk.isRoom && talk.isJoined)
    .map((talk) => talk.name);
  const isSame = JSON.stringify(joined) === JSON.stringify(recall("rooms", []));
  if (joined.length && !isSame) remember("rooms", joined);
  if (current && recall("open", "") !== current.name) remember("open", current.name);
});

look();
entry.begin(nameIn(location.hash));
