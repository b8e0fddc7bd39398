// What the server says of itself in ISUPPORT, as far as the page needs it: which names are the same, what a room is
// called, which signs stand before privileges.
//
// Sources: Modern IRC "RPL_ISUPPORT Parameters", "Casemapping".

export class Names {
  casemapping = "ascii";
  roomSigils = "#";
  signs = "~&@%+"; // of privileges, the highest first
  letters = "qaohv"; // the modes that give them
  listModes = "beI"; // modes that always take a value
  valueModes = "k"; // those too
  settingModes = "fl"; // modes that take a value when they are set
  network = "";
  lobby = "#lobby"; // the room everybody lands in
  topicLength = 307;

  /** Take one ISUPPORT token. */
  take(token) {
    const [key, value = ""] = token.split(/=(.*)/s);
    const prefix = /^\((\w*)\)(.*)$/.exec(value);
    if (key === "CASEMAPPING") this.casemapping = value;
    else if (key === "CHANTYPES") this.roomSigils = value;
    else if (key === "NETWORK") this.network = value.replaceAll("_", " ");
    else if (key === "PREFIX" && prefix) [, this.letters, this.signs] = prefix;
    else if (key === "CHANMODES") [this.listModes, this.valueModes, this.settingModes] = value.split(",");
    else if (key === "chatroom/LOBBY" && this.isRoom(value)) this.lobby = value;
  }

  /** `name` so that two names are the same when this is. */
  fold(name) {
    if (this.casemapping === "precis") return name.normalize("NFC").toLowerCase();
    const lower = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    if (!this.casemapping.startsWith("rfc1459")) return lower;
    return lower.replace(/[[\]\\^]/g, (letter) => ({ "[": "{", "]": "}", "\\": "|", "^": "~" })[letter]);
  }

  isRoom(name) {
    return name !== "" && this.roomSigils.includes(name[0]) && !/[\s,\x07\0]/.test(name);
  }

  /** A member as "@+alice" gives it: {nick, signs}, without "user@host" where that follows. */
  member(word) {
    const count = [...word].findIndex((letter) => !this.signs.includes(letter));
    return { signs: word.slice(0, Math.max(count, 0)), nick: word.slice(Math.max(count, 0)).split("!", 1)[0] };
  }

  /** The changes in "+o-b alice *!*@x", as [{isSet, letter, value}]. */
  modeChanges([letters = "", ...values]) {
    const changes = [];
    let isSet = true;
    for (const letter of letters) {
      if (letter === "+" || letter === "-") {
        isSet = letter === "+";
        continue;
      }
      const always = (this.letters + this.listModes + this.valueModes).includes(letter);
      const takes = always || (isSet && this.settingModes.includes(letter));
      changes.push({ isSet, letter, value: takes ? (values.shift() ?? "") : "" });
    }
    return changes;
  }
}
