// Which rows a timeline is shown as: days, messages, and what came between them.
//
// Strategy: pure. A row has a key by which it is found again, and a signature that tells whether it looks the same, so
// that `log` changes only what has changed.

import { isTalk } from "../chat/talk.js";
import { dayOf } from "./dom.js";

const TOGETHER = 5 * 60_000; // ms between two messages of one person that stand together
const PASSING = new Set(["JOIN", "PART", "QUIT", "NICK"]); // events of which many are one row

let counted = 0;
const keys = new WeakMap();

/** A key for an item, the same for a message while it is on its way and when it has arrived. */
function keyOf(item) {
  if (!keys.has(item)) keys.set(item, `n${++counted}`);
  return item.key || item.id || keys.get(item);
}

/** The rows of `talk`, with what waits in `unsent`. */
export function rowsOf(talk, unsent) {
  const rows = [talk.timeline.isWhole ? { type: "start", key: "start" } : { type: "more", key: "more" }];
  const state = { day: "", isDivided: !talk.divider, before: null };
  for (const item of talk.timeline.items) place(item, talk, rows, state);
  for (const item of unsent) {
    rows.push({ type: "unsent", key: item.key, item, signature: `unsent ${item.state}` });
  }
  for (const row of rows) row.signature ??= "";
  return rows;
}

function place(item, talk, rows, state) {
  const day = dayOf(item.time);
  if (day !== state.day) rows.push({ type: "day", key: `day ${day}`, text: day });
  if (!state.isDivided && isTalk(item) && !item.isOwn && item.time > talk.divider) {
    state.isDivided = true;
    rows.push({ type: "new", key: "new" });
  }
  state.day = day;
  const before = rows.at(-1);
  if (item.kind === "said") rows.push(said(item, talk, before));
  else if (PASSING.has(item.verb) && before.type === "passing") addPassing(before, item);
  else if (PASSING.has(item.verb)) rows.push(addPassing({ type: "passing", key: keyOf(item), items: [] }, item));
  else rows.push({ type: item.kind, key: keyOf(item), item });
}

function said(item, talk, before) {
  const last = before.type === "said" ? before.item : null;
  const isFollowing =
    last?.nick === item.nick && item.manner === "say" && last.manner === "say" && item.time - last.time < TOGETHER;
  const answered = item.answers ? (talk.timeline.find(item.answers) ?? null) : null;
  const reactions = [...(talk.reactions.get(item.id) ?? [])].filter(([, nicks]) => nicks.size);
  const signature = ["said", item.version, isFollowing, answered?.version, Boolean(answered), reactions.length].join();
  return { type: "said", key: keyOf(item), item, isFollowing, answered, reactions, signature };
}

function addPassing(row, item) {
  row.items.push(item);
  row.signature = `passing ${row.items.length}`;
  return row;
}

/** What happened in passing, in one sentence: those who came and went again are not named. */
export function passingText(items) {
  const last = new Map();
  for (const item of items) {
    const before = last.get(item.nick);
    if (before && before.verb === "JOIN" && item.verb !== "NICK") last.delete(item.nick);
    else last.set(item.nick, item);
  }
  const shown = [...last.values()];
  const came = shown.filter((item) => item.verb === "JOIN").map((item) => item.nick);
  const left = shown.filter((item) => item.verb === "PART" || item.verb === "QUIT");
  const renamed = shown.filter((item) => item.verb === "NICK").map((item) => item.text);
  const parts = [
    came.length ? `${some(came)} came in` : "",
    left.length === 1 ? left[0].text : left.length ? `${some(left.map((item) => item.nick))} left` : "",
    ...renamed,
  ].filter(Boolean);
  return parts.join(" · ") || `${some([...new Set(items.map((item) => item.nick))])} came and went`;
}

function some(nicks) {
  if (nicks.length > 4) return `${nicks.slice(0, 3).join(", ")} and ${nicks.length - 3} others`;
  return nicks.length === 1 ? nicks[0] : `${nicks.slice(0, -1).join(", ")} and ${nicks.at(-1)}`;
}
