// What can be done with one message: a few buttons on the one that is pointed at or has the focus, and keys.
//
// Strategy: there is one set of buttons, which moves. Arrow keys go from message to message.

import { button, make } from "./dom.js";

const REACTIONS = ["👍", "❤️", "😂", "🎉", "👀", "✅"];
const FURTHER = { ArrowUp: -1, ArrowDown: 1 };

export class Actions {
  #bar;
  #more;
  #takeBack;
  #element = null;

  /** `on`: onReply(item), onReact(item, emoji), onTakeBack(item), canTakeBack(item), onEscape(). */
  constructor(log, on) {
    this.log = log;
    this.on = on;
    this.#more = make(
      "span",
      { class: "choice", hidden: true },
      ...REACTIONS.map((emoji) => this.#button(emoji, `React with ${emoji}`, (item) => on.onReact(item, emoji))),
    );
    this.#takeBack = this.#button("take back", "Take this message back", (item) => on.onTakeBack(item));
    this.#bar = make(
      "div",
      { class: "actions", role: "group", "aria-label": "This message" },
      this.#button("reply", "Reply to this message", (item) => on.onReply(item)),
      button("react", "React to this message", () => (this.#more.hidden = !this.#more.hidden)),
      this.#more,
      this.#takeBack,
    );
    log.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.#move(event.target));
    log.addEventListener("pointerleave", () => log.contains(document.activeElement) || this.hide());
    log.addEventListener("focusin", (event) => this.#move(event.target));
    log.addEventListener("focusout", (event) => log.contains(event.relatedTarget) || this.hide());
    log.addEventListener("click", (event) => this.#clicked(event));
    log.addEventListener("keydown", (event) => this.#key(event));
  }

  hide() {
    if (!this.#element) return;
    this.#element = null;
    this.#bar.remove(); // which takes the focus from it, and so comes here again
  }

  #button(text, label, act) {
    return button(text, label, () => {
      const row = this.#element;
      row.focus({ preventScroll: true });
      this.hide();
      act(row.item);
    });
  }

  #move(target) {
    const element = target.closest?.("li.said");
    if (!element?.item?.id || element.item.isRedacted || element === this.#element) return;
    this.#element = element;
    this.#more.hidden = true;
    this.#takeBack.hidden = !this.on.canTakeBack(element.item);
    element.append(this.#bar);
  }

  /** A finger chooses a message by touching it. */
  #clicked(event) {
    if (event.target.closest("a, button") || String(getSelection())) return;
    event.target.closest("li.said")?.focus({ preventScroll: true });
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = event.target.closest("li.said");
    if (event.key === "Escape") this.on.onEscape();
    else if (event.key in FURTHER && !event.target.closest(".actions")) this.#step(row, FURTHER[event.key]);
    else if (event.key === "r" && row?.item.id) this.on.onReply(row.item);
    else if (event.key === "Enter" && row && event.target === row) this.#bar.querySelector("button").focus();
    else return;
    event.preventDefault();
  }

  #step(row, by) {
    const rows = [...this.log.querySelectorAll("li.said[tabindex]")];
    const at = row ? rows.indexOf(row) + by : by < 0 ? rows.length - 1 : 0;
    rows[Math.max(0, Math.min(at, rows.length - 1))]?.focus();
  }
}
