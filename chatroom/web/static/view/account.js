// The account: making one's name one's own, and logging in.
//
// Sources: IRCv3 account-registration, sasl-3.2.

import { byId, setText } from "./dom.js";

export class Account {
  #dialog = byId("account");
  #password = byId("account-password");

  /** `on`: onLoggedIn(password), so that a lost connection logs in again. */
  constructor(world, session, on) {
    Object.assign(this, { world, session, on });
    byId("account-open").addEventListener("click", () => this.open());
    byId("account-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(event.submitter?.value ?? "login");
    });
  }

  open() {
    const { account, nick } = this.world;
    setText(
      byId("account-state"),
      account ? `You are logged in as ${account}.` : `You are here as a guest, as ${nick}.`,
    );
    setText(byId("account-said"), "");
    byId("account-name").value = account || nick;
    this.#dialog.showModal();
    this.#password.focus();
  }

  async #submit(deed) {
    const password = this.#password.value;
    setText(byId("account-said"), "…");
    const [answer] = await this.#ask(deed, password).catch(() => []);
    if (!answer) return setText(byId("account-said"), "The connection is gone; try again in a moment.");
    const isDone = answer.verb !== "FAIL" && !/^[45]\d\d$/.test(answer.verb);
    setText(byId("account-said"), answer.params.at(-1));
    if (!isDone) return;
    this.#password.value = "";
    this.on.onLoggedIn(password);
    setText(byId("account-state"), `You are logged in as ${this.world.account || this.world.nick}.`);
  }

  #ask(deed, password) {
    if (deed === "register") return this.session.ask("REGISTER", ["*", "*", password]);
    return this.session.ask("LOGIN", [password]);
  }
}
