// What this browser remembers between visits: a name, rooms, what was read. Never a password.

const STORE = "chatroom";

function read() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

/** What is remembered of `key`, or `otherwise`. */
export const recall = (key, otherwise) => read()[key] ?? otherwise;

/** Remember `value` as `key`. A browser that keeps nothing forgets it. */
export function remember(key, value) {
  try {
    localStorage.setItem(STORE, JSON.stringify({ ...read(), [key]: value }));
  } catch {
    // private browsing, or no room
  }
}
