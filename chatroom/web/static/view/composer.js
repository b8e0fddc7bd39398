// Where one writes: a box that grows, completion, what is being answered, who else is typing.
//
// Strategy: what is not sent yet belongs to its talk and is there again when one comes back to it. The list of choices
// follows the pattern of a combobox: the keyboard stays in the text.
//
// Sources: WAI-ARIA Authoring Practices, "Combobox"; IRCv3 typing, reply.

import { choices } from "../chat/complete.js";
import { byId, fill, make, setText } from "./dom.js";
import { short } from "./rows.js";

const TALLEST = 12; // rows of text before the box scrolls

export class Composer {
  #form = byId("composer");
  #text = byId("say");
  #list = byId("choices");
  #talk = null;
  #choice = null; // {from, to, items}
  #chosen = 0;
  #past = []; // what was sent, the newest last
  #pastAt = 0;

  /** `on`: onSend(talk, text), onTyping(talk), onEscape(), onPage(direction). */
  constructor(world, on) {
    this.world = world;
    this.on = on;
    this.#form.addEventListener("submit", (event) => (event.preventDefault(), this.#send()));
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("blur", () => this.#offer(null));
    byId("replying-stop").addEventListener("click", () => this.reply(null));
    world.onChange(() => this.#update());
    setInterval(() => this.#showTypists(), 1000);
  }

  focus() {
    this.#text.focus();
  }

  /** Answer `item` with what is sent next. */
  reply(item) {
    if (this.#talk) this.#talk.replyTo = item;
    this.world.touch();
    this.focus();
  }

  #update() {
    const talk = this.world.current;
    if (talk !== this.#talk) {
      const early = this.#talk ? "" : this.#text.value; // typed before there was a talk
      if (this.#talk) this.#talk.draft = this.#text.value;
      this.#talk = talk;
      this.#text.value = talk?.draft || early;
      this.#fit();
    }
    const { replyTo } = talk ?? {};
    byId("replying").hidden = !replyTo;
    if (replyTo) setText(byId("replying-text"), `replying to ${replyTo.nick}: ${short(replyTo.text, 80)}`);
    this.#text.setAttribute("aria-label", talk ? `Message to ${talk.name}` : "Message");
    this.#showTypists();
  }

  #showTypists() {
    const nicks = this.#talk?.typists() ?? [];
    const few =
      nicks.length > 3 ? "several people are typing" : `${nicks.join(", ")} ${nicks.length > 1 ? "are" : "is"} typing`;
    setText(byId("typing"), nicks.length ? `${few} …` : "");
  }

  #changed() {
    this.#fit();
    this.#offer(choices(this.world, this.#text.value, this.#text.selectionEnd, false));
    if (this.#talk && this.#text.value && !this.#text.value.startsWith("/")) this.on.onTyping(this.#talk);
  }

  #fit() {
    this.#text.rows = 1;
    const row = parseFloat(getComputedStyle(this.#text).lineHeight) || 24;
    this.#text.rows = Math.min(TALLEST, Math.max(1, Math.floor(this.#text.scrollHeight / row)));
  }

  #send() {
    const text = this.#text.value.replace(/\s+$/, "");
    if (!text || !this.#talk) return;
    this.#past.push(text);
    this.#pastAt = this.#past.length;
    this.#set("");
    this.on.onSend(this.#talk, text);
  }

  #set(text) {
    this.#text.value = text;
    this.#offer(null);
    this.#fit();
  }

  // ---- keys

  #key(event) {
    if (event.isComposing) return;
    const name = [
      event.shiftKey && "Shift",
      event.altKey && "Alt",
      (event.ctrlKey || event.metaKey) && "Ctrl",
      event.key,
    ];
    const act =
      (this.#choice ? this.#choosing() : {})[name.filter(Boolean).join("+")] ??
      this.#writing()[name.filter(Boolean).join("+")];
    if (act && act() !== false) event.preventDefault();
  }

  #writing() {
    return {
      Enter: () => this.#send(),
      Tab: () => this.#complete(),
      Escape: () => this.on.onEscape(),
      PageUp: () => this.on.onPage(-1),
      PageDown: () => this.on.onPage(1),
      ArrowUp: () => this.#recall(-1),
      ArrowDown: () => this.#recall(1),
    };
  }

  #choosing() {
    const step = (by) => () =>
      this.#offer(this.#choice, (this.#chosen + by + this.#choice.items.length) % this.#choice.items.length);
    return {
      ArrowUp: step(-1),
      ArrowDown: step(1),
      Tab: () => this.#take(this.#chosen),
      Enter: () => (this.#isWanted() ? this.#take(this.#chosen) : this.#send()),
      Escape: () => this.#offer(null),
    };
  }

  /** Whether Enter means the choice: it was gone to, or is a command that is not typed whole. */
  #isWanted() {
    const { from, to, items } = this.#choice;
    const word = this.#text.value.slice(from, to);
    return this.#chosen > 0 || (word.startsWith("/") && word !== items[0].value.trim());
  }

  /** Complete a name, or offer those it may be; with nothing to complete, Tab goes on as ever. */
  #complete() {
    const found = choices(this.world, this.#text.value, this.#text.selectionEnd, true);
    if (!found) return false;
    this.#offer(found);
    if (found.items.length === 1) this.#take(0);
    return true;
  }

  #take(index) {
    const { from, to, items } = this.#choice;
    const { value } = items[index];
    const rest = this.#text.value.slice(to);
    this.#text.setRangeText(rest.startsWith(" ") ? value.trimEnd() : value, from, to, "end");
    this.#offer(null);
    this.#fit();
  }

  /** What was sent before, in an empty box or one that shows such. */
  #recall(by) {
    const isEmpty = this.#text.value === (this.#past[this.#pastAt] ?? "");
    if (!isEmpty || !this.#past.length) return false;
    this.#pastAt = Math.max(0, Math.min(this.#past.length, this.#pastAt + by));
    this.#set(this.#past[this.#pastAt] ?? "");
    return true;
  }

  // ---- choices

  #offer(choice, chosen = 0) {
    this.#choice = choice;
    this.#chosen = chosen;
    this.#list.hidden = !choice;
    this.#text.setAttribute("aria-expanded", String(Boolean(choice)));
    if (!choice) return this.#text.removeAttribute("aria-activedescendant");
    const named = choice.items.map((item, index) => ({ ...item, index }));
    fill(
      this.#list,
      named,
      ({ value, index }) => `${index} ${value} ${index === chosen}`,
      (item) => this.#option(item, chosen),
    );
    this.#text.setAttribute("aria-activedescendant", `choice-${chosen}`);
  }

  #option({ label, hint, index }, chosen) {
    const props = { role: "option", id: `choice-${index}`, "aria-selected": String(index === chosen) };
    const onpointerdown = (event) => (event.preventDefault(), this.#take(index));
    return make(
      "li",
      { ...props, onpointerdown },
      make("bdi", {}, label),
      hint && make("span", { class: "dim" }, hint),
    );
  }
}
