// Coming in: capabilities, name, password, and the server's word that we are there.
//
// Strategy: a ritual with an end. It answers the few verbs that belong to it and calls `onIn` or `onRefused`; who is
// asked what, and what happens then, is the page's business.
//
// Sources: IRCv3 capability-negotiation, sasl-3.2 (PLAIN, pieces of 400 bytes); Modern IRC "Connection Registration".

import { format } from "./message.js";

const WANTED = [
  ...["server-time", "message-tags", "batch", "labeled-response", "echo-message", "standard-replies", "sasl"],
  ...["account-tag", "account-notify", "away-notify", "extended-join", "multi-prefix", "setname", "chghost"],
  ...["draft/chathistory", "draft/event-playback", "draft/read-marker", "draft/multiline", "draft/channel-rename"],
  ...["draft/message-redaction", "draft/account-registration", "invite-notify", "cap-notify", "soju.im/search"],
  "chatroom/once",
];
const PIECE = 400; // bytes of one AUTHENTICATE
const NAME_REFUSED = new Set(["432", "433", "436", "437"]);
const SASL_FAILED = new Set(["902", "904", "905", "906", "908"]);

export class Registration {
  offered = new Map(); // capabilities, with their values
  enabled = new Set();
  #send;
  #on;
  #wish;
  #asked = 0; // lines of CAP REQ that were not answered yet

  /** `wish`: {nick, account, password, serverPassword}. `on`: onIn(), onRefused({what, text, verb}). */
  constructor(send, wish, on) {
    this.#send = send;
    this.#wish = wish;
    this.#on = on;
  }

  begin() {
    const { nick, serverPassword } = this.#wish;
    this.#send("CAP LS 302");
    if (serverPassword) this.#send(format("PASS", [serverPassword]));
    this.#send(format("NICK", [nick]));
    this.#send(format("USER", [nick.replace(/[^A-Za-z0-9]/g, "") || "web", "0", "*", nick]));
  }

  /** The limits of messages in several lines; null when there are no such messages. */
  get multiline() {
    if (!this.enabled.has("draft/multiline")) return null;
    const value = this.offered.get("draft/multiline") ?? "";
    const number = (key) => Number(new RegExp(`${key}=(\\d+)`).exec(value)?.[1]);
    return { bytes: number("max-bytes") || 4096, lines: number("max-lines") || 24 };
  }

  /** Take a message; whether it was one of the ritual's. */
  take({ verb, params }) {
    if (verb === "CAP") this.#cap(params);
    else if (verb === "AUTHENTICATE") this.#authenticate();
    else if (verb === "903") this.#send("CAP END");
    else if (SASL_FAILED.has(verb)) this.#on.onRefused({ what: "password", text: params.at(-1) });
    else if (NAME_REFUSED.has(verb)) this.#on.onRefused({ what: "name", text: params.at(-1), verb });
    else if (verb === "464") this.#on.onRefused({ what: "server password", text: params.at(-1) });
    else if (verb === "376" || verb === "422")
      this.#on.onIn(); // all that is said on entry has been said
    else return false;
    return true;
  }

  /** Ask for another name. */
  rename(nick) {
    this.#wish.nick = nick;
    this.#send(format("NICK", [nick]));
  }

  #cap([, subcommand, ...rest]) {
    const words = (rest.at(-1) ?? "").split(" ").filter(Boolean);
    if (subcommand === "LS" || subcommand === "NEW") this.#offer(words, rest.length > 1, subcommand === "LS");
    else if (subcommand === "ACK" || subcommand === "NAK") this.#answered(subcommand === "ACK" ? words : []);
    else if (subcommand === "DEL") words.forEach((name) => this.enabled.delete(name));
  }

  #offer(words, hasMore, isFirst) {
    for (const word of words) {
      const [name, value = ""] = word.split(/=(.*)/s);
      this.offered.set(name, value);
    }
    if (hasMore || !isFirst) return;
    const names = WANTED.filter((name) => this.offered.has(name));
    for (let at = 0; at < names.length; at += 12) {
      this.#asked += 1;
      this.#send(format("CAP", ["REQ", names.slice(at, at + 12).join(" ")]));
    }
    if (!names.length) this.#send("CAP END");
  }

  #answered(names) {
    names.forEach((name) => this.enabled.add(name));
    if (--this.#asked) return;
    if (!this.#wish.password) this.#send("CAP END");
    else if (this.enabled.has("sasl")) this.#send("AUTHENTICATE PLAIN");
    else this.#on.onRefused({ what: "password", text: "Nobody can log in here." });
  }

  #authenticate() {
    const { account, password } = this.#wish;
    const bytes = new TextEncoder().encode(`\0${account}\0${password}`);
    const text = btoa(String.fromCharCode(...bytes));
    for (let at = 0; at < text.length; at += PIECE) this.#send(`AUTHENTICATE ${text.slice(at, at + PIECE)}`);
    if (text.length % PIECE === 0) this.#send("AUTHENTICATE +");
  }
}
