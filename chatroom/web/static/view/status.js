// How the connection does, where it is not well.

import { byId, setText } from "./dom.js";

export class Status {
  constructor(world, session) {
    byId("status-now").addEventListener("click", () => session.link.open());
    const show = () => {
      const isOff = world.status === "waiting" || world.status === "connecting";
      byId("status").hidden = !isOff;
      if (!isOff) return;
      const seconds = Math.max(0, Math.ceil((world.retryAt - Date.now()) / 1000));
      const next = seconds > 1 ? `trying again in ${seconds} s` : "trying again";
      setText(byId("status-text"), `Not connected; ${next}. What you write is kept and sent then.`);
    };
    world.onChange(show);
    setInterval(show, 1000);
  }
}
