// Telling somebody who looks elsewhere: the title of the page, and notifications for those who asked for them.

import { recall, remember } from "../chat/kept.js";
import { byId } from "./dom.js";
import { short } from "./rows.js";

export class Notify {
  #button = byId("notify");

  /** `on`: onOpen(talk), when a notification is clicked. */
  constructor(world, on) {
    Object.assign(this, { world, on });
    this.#button.hidden = !("Notification" in window);
    this.#button.addEventListener("click", () => this.#toggle());
    world.onChange(() => this.#title());
    this.#show();
  }

  get isOn() {
    return "Notification" in window && Notification.permission === "granted" && recall("notify", false);
  }

  /** Somebody said something; tell of it, if it is for us and we don't look. */
  said(item, talk) {
    const isSeen = this.world.isLookedAt && talk === this.world.current;
    if (!this.isOn || isSeen || !this.world.isMention(item)) return;
    const title = talk.isRoom ? `${item.nick} in ${talk.name}` : item.nick;
    try {
      const notification = new Notification(title, { body: short(item.text, 200), tag: talk.name });
      notification.onclick = () => {
        window.focus();
        this.on.onOpen(talk);
        notification.close();
      };
    } catch {
      // some phones have them for service workers only
    }
  }

  async #toggle() {
    const isOn = !this.isOn && (await Notification.requestPermission()) === "granted";
    remember("notify", isOn);
    this.#show();
  }

  #show() {
    this.#button.setAttribute("aria-pressed", String(this.isOn));
    this.#button.title = this.isOn ? "You are told of what is for you" : "Be told of what is for you";
  }

  #title() {
    const { world } = this;
    const mentions = world.listed().reduce((sum, talk) => sum + talk.mentions, 0);
    const isUnread = world.listed().some((talk) => talk.unread);
    const name = [world.current?.name, world.names.network].filter(Boolean).join(" · ") || "Chatroom";
    const start = mentions ? `(${mentions}) ` : isUnread ? "• " : "";
    if (document.title !== start + name) document.title = start + name;
  }
}
