// The list of rooms and private talks, and what stands at the top of the open one.

import { byId, fill, make, setText } from "./dom.js";
import { nodesOf, plainOf } from "./text.js";

export class Talks {
  #list = byId("talk-list");
  #known = byId("join-known");

  /** `on`: onOpen(talk), onVisit(name), onClose(talk), rooms(): a promise of names. */
  constructor(world, on) {
    this.world = world;
    this.on = on;
    byId("join").addEventListener("submit", (event) => (event.preventDefault(), this.#visit()));
    byId("join-name").addEventListener("focus", () => this.#suggest());
    world.onChange(() => this.#update());
  }

  #visit() {
    const name = byId("join-name").value.trim();
    byId("join-name").value = "";
    if (name) this.on.onVisit(name);
  }

  async #suggest() {
    const rooms = await this.on.rooms();
    fill(
      this.#known,
      rooms,
      (room) => room.name,
      ({ name, text }) => make("option", { value: name }, text),
    );
  }

  #update() {
    const { world } = this;
    fill(
      this.#list,
      world.listed(),
      (talk) => keyOf(talk, world),
      (talk) => this.#row(talk),
    );
    const talk = world.current;
    setText(byId("title"), talk?.name ?? "");
    const topic = byId("topic");
    if (topic.dataset.text !== (talk?.topic ?? "")) {
      topic.dataset.text = talk?.topic ?? "";
      topic.replaceChildren(...nodesOf(topic.dataset.text));
      topic.title = plainOf(topic.dataset.text);
    }
    setText(byId("network"), world.names.network || "Chatroom");
    setText(byId("me"), world.account ? `${world.nick} ✓` : world.nick);
    byId("me").title = world.account ? `logged in to ${world.account}` : "a guest";
    this.#showElsewhere();
  }

  /** A dot at the button of the list, where that is closed: something was said in another talk. */
  #showElsewhere() {
    const others = this.world.listed().filter((talk) => talk !== this.world.current);
    const mentions = others.reduce((sum, talk) => sum + talk.mentions, 0);
    const isAny = others.some((talk) => talk.unread);
    byId("elsewhere").hidden = !isAny;
    setText(byId("elsewhere"), mentions ? String(mentions) : "•");
    byId("talks-open").setAttribute("aria-label", isAny ? `Rooms; unread, ${mentions} for you` : "Rooms");
  }

  #row(talk) {
    const isOpen = talk === this.world.current;
    const label = [talk.name, talk.unread && `${talk.unread} unread`, talk.mentions && `${talk.mentions} for you`];
    const count = talk.mentions || talk.unread;
    const link = make(
      "a",
      {
        href: addressOf(talk),
        "aria-current": isOpen ? "page" : null,
        "aria-label": label.filter(Boolean).join(", "),
        onclick: (event) => (event.preventDefault(), this.on.onOpen(talk)),
      },
      make("bdi", {}, talk.name),
      count > 0 &&
        make("span", { class: talk.mentions ? "count mention" : "count" }, count > 99 ? "99+" : String(count)),
    );
    const close = make(
      "button",
      { type: "button", class: "icon", "aria-label": `Leave ${talk.name}`, onclick: () => this.on.onClose(talk) },
      "✕",
    );
    return make("li", { class: talk.isRoom && !talk.isJoined ? "outside" : null }, link, close);
  }
}

const keyOf = (talk, world) => [talk.name, talk === world.current, talk.unread, talk.mentions, talk.isJoined].join(" ");

/** The part of the page's address that opens a talk: "#tea", or "#@bob". */
export const addressOf = (talk) =>
  talk.isRoom ? `#${encodeURIComponent(talk.name.slice(1))}` : `#@${encodeURIComponent(talk.name)}`;

/** The name of the talk that an address opens; "" for none. */
export function nameIn(hash) {
  const text = hash.slice(1);
  const decode = (word) => {
    try {
      return decodeURIComponent(word);
    } catch {
      return word;
    }
  };
  if (!text) return "";
  return text.startsWith("@") ? decode(text.slice(1)) : `#${decode(text)}`;
}
