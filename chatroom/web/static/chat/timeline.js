// What of a talk is on the page: an unbroken piece of its history.
//
// Strategy: a window on the log. It may reach to the newest message (`isLive`) and to the first (`isWhole`); where it
// does not, more can be fetched, so whatever is dropped to keep the page small is fetched again when it is wanted.
// Live messages are taken only while the window reaches to the newest: there is never a hole in it, and the ids of
// messages keep doubles out.

const MOST = 300; // items, above which the far end is dropped
const MOST_UNREAD = 900; // the same, while somebody reads further up

export class Timeline {
  items = [];
  isLive = false;
  isWhole = false;
  version = 0;
  #ids = new Map(); // items by msgid

  find(id) {
    return this.#ids.get(id);
  }

  /** The id of the first message here, or the last: history is fetched from there. */
  get oldestId() {
    return this.items.find((item) => item.id)?.id;
  }

  get newestId() {
    return this.items.findLast((item) => item.id)?.id;
  }

  /** Take what happens now. `isRead`: somebody has its end before their eyes. */
  add(item, isRead = true) {
    if (!this.isLive && item.id) return;
    this.#append([item]);
    if (isRead) this.#dropFirst(MOST);
    else if (this.items.length > MOST_UNREAD) this.isLive = false;
  }

  /** Put a page before all others; `isAll`: there is nothing before it. */
  addOlder(items, isAll) {
    this.isWhole = isAll;
    this.items = [...this.#fresh(items), ...this.items];
    if (this.items.length > MOST) {
      this.#drop(this.items.splice(MOST));
      this.isLive = false;
    }
    this.version += 1;
  }

  /** Put a page after all others; `isAll`: there is nothing after it. */
  addNewer(items, isAll) {
    this.#append(items);
    this.isLive = isAll;
    this.#dropFirst(MOST);
  }

  /** Have these instead. */
  replace(items, { isLive, isWhole }) {
    this.items = [];
    this.#ids.clear();
    this.#append(items);
    this.isLive = isLive;
    this.isWhole = isWhole;
  }

  /** An item has changed, or all of them may have. */
  changed(item) {
    if (item) item.version = (item.version ?? 0) + 1;
    this.version += 1;
  }

  remove(item) {
    this.items = this.items.filter((one) => one !== item);
    this.#drop([item]);
    this.version += 1;
  }

  #append(items) {
    this.items.push(...this.#fresh(items));
    this.version += 1;
  }

  /** Those that are not here yet. */
  #fresh(items) {
    return items.filter((item) => {
      const isNew = !item.id || !this.#ids.has(item.id);
      if (item.id && isNew) this.#ids.set(item.id, item);
      return isNew;
    });
  }

  #dropFirst(most) {
    if (this.items.length <= most) return;
    this.#drop(this.items.splice(0, this.items.length - most));
    this.isWhole = false;
  }

  #drop(items) {
    items.forEach((item) => this.#ids.delete(item.id));
  }
}
