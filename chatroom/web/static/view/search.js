// Finding what was said: the server looks through all rooms we are in.
//
// Sources: soju.im/search (a work in progress); without it the server's answer in words is shown.

import { itemOf } from "../chat/items.js";
import { byId, clockOf, dayOf, make, setText } from "./dom.js";
import { nameOf, nodesOf, plainOf } from "./text.js";
import { formatTags } from "../irc/message.js";

const MOST = 50;

export class Search {
  #dialog = byId("search");
  #words = byId("search-words");
  #found = byId("search-found");

  /** `on`: onGo(talk, id). */
  constructor(world, session, on) {
    Object.assign(this, { world, session, on });
    byId("search-open").addEventListener("click", () => this.open());
    byId("search-form").addEventListener("submit", (event) => (event.preventDefault(), this.#run()));
  }

  open(words = "") {
    if (words) this.#words.value = words;
    this.#dialog.showModal();
    this.#words.select();
    if (words) this.#run();
  }

  async #run() {
    const words = this.#words.value.trim();
    if (!words) return;
    setText(byId("search-said"), "Searching …");
    const isStructured = this.session.has("soju.im/search");
    const params = [isStructured ? formatTags({ text: words, limit: MOST }) : words];
    const answer = await this.session.ask("SEARCH", params).catch(() => null);
    if (!answer) return setText(byId("search-said"), "The connection is gone; try again in a moment.");
    this.#show(answer, words);
  }

  #show(answer, words) {
    const batch = answer.find((message) => message.kind === "soju.im/search");
    const rows = batch ? batch.items.map((message) => this.#hit(message)).filter(Boolean) : answer.map(lineOf);
    this.#found.replaceChildren(...rows.reverse());
    const said = rows.length === 1 ? "1 message" : `${rows.length} messages`;
    setText(byId("search-said"), batch ? (rows.length ? said : `Nothing was found for ${words}.`) : "");
  }

  #hit(message) {
    const talk = this.world.talk(message.params[0]);
    const item = talk && itemOf(message, talk, this.world);
    if (!item) return null;
    const act = () => {
      this.#dialog.close();
      this.on.onGo(talk, item.id);
    };
    const place = make("span", { class: "dim" }, `${talk.name}, ${dayOf(item.time)}, ${clockOf(item.time)}`);
    const words = make("span", { class: "text", dir: "auto" }, plainOf(item.text));
    return make("li", {}, make("button", { type: "button", onclick: act }, place, nameOf(item.nick), " ", words));
  }
}

const lineOf = ({ params }) => make("li", { dir: "auto" }, ...nodesOf(params.at(-1) ?? ""));
