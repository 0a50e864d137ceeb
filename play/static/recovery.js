// What the page does when its session or the server is gone, and so that its session stays.

import { get } from "./api.js";
import { showMessage } from "./messages.js";

const ALIVE_EVERY = 15_000; // ms; a session that is not heard of for three minutes ends
const TRY_AGAIN = 1_000; // ms
const RESTARTED =
  "The server was restarted or this session expired: training starts again with the same options.";

export class Recovery {
  constructor(training) {
    this.training = training;
    setInterval(() => this.stayAlive(), ALIVE_EVERY);
  }

  /** Do something with the session; if it or the server is gone, say so and begin anew. A session
   *  that another page has taken over is not begun anew unasked: the two would take turns. */
  async attempt(action) {
    const { training } = this;
    try {
      return await action();
    } catch (error) {
      if (error.code === "expired") await this.restart();
      else if (error.code === "unreachable") await this.waitForServer(error);
      else {
        training.target = 0;
        showMessage(error.message, error.code === "taken-over" ? "lost" : "refusal");
        training.notify("state");
      }
    }
    return null;
  }

  async waitForServer(error) {
    const { training } = this;
    training.lost = true;
    training.notify("state");
    showMessage(error.message, "lost");
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
      if (document.hidden) continue;
      try {
        await get("api/options");
        break;
      } catch (again) {
        if (again.code !== "unreachable") break;
      }
    }
    training.session.id = null;
    await this.restart();
  }

  async restart() {
    const { training } = this;
    await this.attempt(() => training.setUp(training.wanted));
    training.lost = false;
    training.notify("state");
    showMessage(RESTARTED, "lost");
  }

  async stayAlive() {
    const { training } = this;
    if (!training.frame || !training.session.id || training.lost) return;
    if (training.looping && !document.hidden) return;
    await this.attempt(() => training.session.ask("alive"));
  }
}
