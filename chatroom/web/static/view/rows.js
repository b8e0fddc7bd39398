// A row of the log as an element: one function for each type.

import { button, clockOf, make } from "./dom.js";
import { passingText } from "./plan.js";
import { nameOf, nodesOf, plainOf } from "./text.js";

const QUOTED = 120; // characters of what is answered

/** The element for `row`. `on`: onRoom(name), onJump(id), onReact(item, emoji), onRetry(item), onDrop(item). */
export const elementOf = (row, context) => MAKE[row.type](row, context);

const line = (type, ...children) => make("li", { class: type }, ...children);
const timeOf = (time) =>
  make("time", { datetime: new Date(time).toISOString(), title: new Date(time).toLocaleString() }, clockOf(time));

const MAKE = {
  day: ({ text }) => line("day", make("span", {}, text)),
  new: () => line("new", make("span", {}, "new")),
  start: () => line("start", make("span", {}, "This is where it begins.")),
  more: () => line("more", make("span", {}, "…")),
  passing: ({ items }) =>
    line("event", timeOf(items.at(-1).time), make("bdi", { class: "what" }, plainOf(passingText(items)))),
  event: ({ item }) => line("event", timeOf(item.time), make("bdi", { class: "what" }, plainOf(item.text))),
  note: ({ item }) =>
    line(
      item.isError ? "note error" : "note",
      timeOf(item.time),
      make("div", { class: "what", dir: "auto" }, ...nodesOf(item.text)),
    ),
  said,
  unsent,
};

function said({ item, isFollowing, answered, reactions }, context) {
  const classes = [
    "said",
    item.manner,
    isFollowing && "following",
    item.isOwn && "own",
    context.isMention(item) && "mention",
  ];
  const text = make("span", { class: "text", dir: "auto" }, ...contentOf(item, context));
  const stored =
    item.isOwn && !item.isRedacted && make("span", { class: "stored", title: "on disk", "aria-hidden": "true" }, "✓");
  const what = make(
    "div",
    { class: "what" },
    quote(item, answered, context),
    text,
    stored,
    chips(item, reactions, context),
  );
  const element = make(
    "li",
    { class: classes.filter(Boolean).join(" "), tabindex: "-1" },
    timeOf(item.time),
    who(item),
    what,
  );
  element.item = item;
  return element;
}

function who(item) {
  const signs = [item.isBot && " bot", item.to && ` to ${item.to}`].filter(Boolean).join("");
  return make(
    "span",
    { class: "who" },
    nameOf(item.nick),
    signs && make("small", {}, signs),
    make("span", { class: "hidden" }, ": "),
  );
}

function contentOf(item, context) {
  return item.isRedacted ? [make("em", { class: "dim" }, "taken back")] : nodesOf(item.text, context);
}

function quote(item, answered, context) {
  if (!item.answers) return null;
  const words = answered ? [nameOf(answered.nick), ` ${short(answered.text)}`] : ["an earlier message"];
  const onclick = () => context.onJump(item.answers);
  return make("button", { type: "button", class: "quote", title: "Go there", onclick }, "↳ ", ...words);
}

function chips(item, reactions, context) {
  if (!reactions.length) return null;
  const made = reactions.map(([emoji, nicks]) => {
    const isOurs = [...nicks].some(context.isMe);
    const label = `${emoji}, ${[...nicks].join(", ")}`;
    const act = () => context.onReact(item, emoji, isOurs);
    return button(`${plainOf(emoji)} ${nicks.size}`, label, act, {
      "aria-pressed": String(isOurs),
      title: [...nicks].join(", "),
    });
  });
  return make("div", { class: "reactions" }, ...made);
}

const STATES = {
  waiting: "waiting to be sent",
  sent: "on its way",
  failed: "not sent",
};

function unsent({ item }, context) {
  const state = make(
    "span",
    { class: "state" },
    item.reason ? `${STATES[item.state]}: ${item.reason}` : STATES[item.state],
  );
  const acts = item.state === "failed" && [
    button("send again", null, () => context.onRetry(item)),
    button("throw away", null, () => context.onDrop(item)),
  ];
  const text = make("span", { class: "text", dir: "auto" }, ...nodesOf(item.text, context));
  const name = make("span", { class: "who" }, nameOf(context.nick));
  return line(`said unsent ${item.state}`, timeOf(item.time), name, make("div", { class: "what" }, text, state, acts));
}

/** The beginning of a text, in one line. */
export function short(text, length = QUOTED) {
  const words = plainOf(text).replace(/\s+/g, " ");
  return words.length > length ? `${words.slice(0, length - 1)}…` : words;
}
