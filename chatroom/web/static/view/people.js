// Who is in the open room.

import { byId, fill, make, setText } from "./dom.js";
import { nameOf } from "./text.js";

const MOST = 500; // names shown; a list of thousands is of no use to anybody
const MOST_ASKED = 200; // people of a room of whom it is asked who is away

export class People {
  #panel = byId("people");
  #button = byId("people-open");
  #asked = null; // the talk whose people were asked about
  #wasNarrow;

  /** `on`: onTalkTo(nick). */
  constructor(world, session, on) {
    Object.assign(this, { world, session, on });
    this.#button.addEventListener("click", () => this.show(this.#panel.hidden));
    this.#panel.querySelector("[data-close]").addEventListener("click", () => this.show(false));
    const wide = matchMedia("(min-width: 64rem)");
    wide.addEventListener("change", () => this.show(wide.matches));
    this.show(wide.matches);
    world.onChange(() => this.#update());
  }

  show(isShown) {
    this.#panel.hidden = !isShown || this.#isAlone();
    this.#button.setAttribute("aria-expanded", String(!this.#panel.hidden));
    this.#wanted = isShown;
    if (isShown) this.#update();
  }

  #wanted = false;

  #isAlone() {
    return Boolean(this.world?.current && !this.world.current.isRoom);
  }

  #update() {
    const talk = this.world.current;
    const members = talk?.isRoom ? this.#sorted(talk) : [];
    this.#button.hidden = !members.length;
    setText(byId("people-count"), String(members.length));
    this.#button.setAttribute("aria-label", `${members.length} people here`);
    this.#panel.hidden = !this.#wanted || this.#isAlone();
    if (this.#panel.hidden) return;
    setText(byId("people-title"), members.length === 1 ? "1 person" : `${members.length} people`);
    fill(byId("people-list"), members.slice(0, MOST), keyOf, (member) => this.#row(member));
    this.#ask(talk);
  }

  /** Who is away is asked once for each room; from then on it is told. */
  #ask(talk) {
    if (!talk?.isLevel || this.#asked === talk || talk.members.size > MOST_ASKED) return;
    this.#asked = talk;
    this.session.send("WHO", [talk.name, "%tcnfa,1"]);
  }

  #sorted(talk) {
    const rank = ({ signs }) => (signs ? this.world.names.signs.indexOf(signs[0]) : this.world.names.signs.length);
    return [...talk.members.values()].sort(
      (one, other) => rank(one) - rank(other) || one.nick.localeCompare(other.nick),
    );
  }

  #row(member) {
    const { nick, signs, isAway, account } = member;
    const title = [account && `account ${account}`, isAway && "away"].filter(Boolean).join(", ");
    const label = [nick, NAMES[signs[0]], isAway && "away"].filter(Boolean).join(", ");
    const props = { type: "button", class: isAway ? "away" : null, title, "aria-label": label };
    const onclick = () => this.world.isMe(nick) || this.on.onTalkTo(nick);
    return make(
      "li",
      {},
      make("button", { ...props, onclick }, make("span", { class: "signs" }, signs.slice(0, 1)), nameOf(nick)),
    );
  }
}

const NAMES = { "~": "founder", "&": "protected", "@": "operator", "%": "half operator", "+": "voice" };
const keyOf = ({ nick, signs, isAway, account }) => `${nick} ${signs} ${isAway} ${account}`;
