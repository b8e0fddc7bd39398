// The connection: lines in and out over a WebSocket, opened again whenever it breaks.
//
// Strategy: each attempt has a socket of its own, and one that was given up is not listened to any more. The wait
// before the next grows to half a minute and is never quite the same for two pages, so that a server that comes back
// is not run over. A link that has gone silent is asked, and taken for dead when it doesn't answer.
//
// Sources: IRCv3 websocket; RFC 6455 section 7.2.3 (backing off).

const SUBPROTOCOL = "text.ircv3.net";
const FIRST_WAIT = 500; // ms, doubled with each attempt
const LONGEST_WAIT = 30_000;
const SILENCE = 45_000; // ms without a line after which the server is asked
const PATIENCE = 15_000; // ms it may take to answer, or to let us in
const WATCH_EVERY = 5_000;

export class Link {
  #url;
  #on;
  #socket = null;
  #attempts = 0;
  #timer = 0;
  #heard = 0; // when anything came last
  #asked = 0; // when we asked, 0: not since

  /** `on` has onOpen(), onLine(text) and onClose({wait}): ms until the next attempt. */
  constructor(url, on) {
    this.#url = url;
    this.#on = on;
    setInterval(() => this.#watch(), WATCH_EVERY);
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  /** Whether lines can be sent. */
  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Connect now. */
  open() {
    this.close();
    const socket = new WebSocket(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    this.#heard = Date.now();
    this.#asked = 0;
    const mine = (act) => (event) => this.#socket === socket && act(event);
    socket.onopen = mine(() => this.#on.onOpen());
    socket.onmessage = mine((event) => this.#receive(event.data));
    socket.onclose = mine(() => this.#lost());
  }

  /** Close it and stay closed. */
  close() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** The server has let us in: the next loss begins with a short wait. */
  settle() {
    this.#attempts = 0;
  }

  send(line) {
    if (this.isOpen) this.#socket.send(line);
  }

  #receive(data) {
    this.#heard = Date.now();
    this.#asked = 0;
    for (const line of String(data).split("\n")) if (line) this.#on.onLine(line);
  }

  #lost() {
    this.close();
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempts++) * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.open(), wait);
    this.#on.onClose({ wait });
  }

  /** There may be a network again, or somebody who looks: don't wait, and ask a silent link at once. */
  #hurry() {
    if (this.#timer) this.open();
    else if (this.isOpen && Date.now() - this.#heard > WATCH_EVERY) this.#ask();
  }

  #watch() {
    const now = Date.now();
    if (!this.#socket) return;
    if (!this.isOpen && now - this.#heard > PATIENCE) this.#lost();
    else if (this.#asked && now - this.#asked > PATIENCE) this.#lost();
    else if (this.isOpen && !this.#asked && now - this.#heard > SILENCE) this.#ask();
  }

  #ask() {
    this.#asked ||= Date.now();
    this.send("PING :there?");
  }
}
