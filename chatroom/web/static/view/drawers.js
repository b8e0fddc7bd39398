// The lists at the sides, which a narrow screen shows only when asked, and the dialogs: how all of them close.

import { byId } from "./dom.js";

export class Drawers {
  #talks = byId("talks");
  #button = byId("talks-open");

  constructor() {
    this.#button.addEventListener("click", () => this.#show(true));
    this.#talks.querySelector("[data-close]").addEventListener("click", () => this.#show(false));
    addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    for (const dialog of document.querySelectorAll("dialog")) {
      dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    }
  }

  /** Close what a narrow screen shows over the talk. */
  close() {
    if (this.#talks.classList.contains("open")) this.#show(false);
    if (!matchMedia("(min-width: 64rem)").matches && !byId("people").hidden) byId("people-open").click();
  }

  #show(isShown) {
    this.#talks.classList.toggle("open", isShown);
    this.#button.setAttribute("aria-expanded", String(isShown));
    (isShown ? this.#talks.querySelector("a, input") : this.#button).focus();
  }
}
