// The way in: a name, and a password for those who have one.
//
// Strategy: passwords are never kept; the browser's own keeper of passwords knows this form. Who reloads the page
// without a password comes in again under the same name.

import { recall, remember } from "../chat/kept.js";
import { byId, setText } from "./dom.js";

const TAB = "chatroom.in"; // the tab's own storage: the name under which somebody is in

export class Entry {
  #section = byId("entry");
  #nick = byId("entry-nick");
  #password = byId("entry-password");
  #server = byId("entry-server-password");

  /** `onEnter({nick, password, serverPassword})`. */
  constructor(world, onEnter) {
    this.world = world;
    this.onEnter = onEnter;
    this.#nick.value = recall("nick", "");
    world.onChange(() => this.#update());
    byId("entry-form").addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
  }

  /** Show the form, or go straight in where this tab was in a moment ago. */
  begin(room) {
    setText(byId("entry-room"), room ? `to ${room}` : "");
    const nick = sessionStorage.getItem(TAB);
    if (nick) this.onEnter({ nick, password: "", serverPassword: "", isBack: true });
    else this.show();
  }

  show(refusal = null) {
    this.#section.hidden = false;
    byId("chat").hidden = true;
    setText(byId("entry-error"), refusal ? sentenceFor(refusal) : "");
    byId("entry-server").hidden = refusal?.what !== "server password";
    const field = { password: this.#password, "server password": this.#server }[refusal?.what] ?? this.#nick;
    field.focus();
    this.#setBusy(false);
  }

  hide() {
    this.#section.hidden = true;
    byId("chat").hidden = false;
    remember("nick", this.world.nick);
    this.#password.value = "";
    this.#setBusy(false);
  }

  /** Come in again by itself when the page is reloaded, unless that takes a password. */
  stay(isIn) {
    if (isIn) sessionStorage.setItem(TAB, this.world.nick);
    else sessionStorage.removeItem(TAB);
  }

  #submit() {
    const nick = this.#nick.value.trim();
    if (!nick) return;
    this.#setBusy(true);
    setText(byId("entry-error"), "");
    this.onEnter({ nick, password: this.#password.value, serverPassword: this.#server.value });
  }

  #update() {
    if (this.#section.hidden || this.world.status !== "waiting") return;
    setText(byId("entry-error"), "The server can't be reached; trying again …");
  }

  #setBusy(isBusy) {
    byId("entry-form").querySelector("button").disabled = isBusy;
  }
}

function sentenceFor({ what, text, verb }) {
  if (what === "password") return `That did not work: ${text}`;
  if (what === "server password") return "This server asks everybody for a password.";
  if (verb === "433") return "Somebody has that name. If it is yours, give its password; otherwise choose another.";
  return text;
}
