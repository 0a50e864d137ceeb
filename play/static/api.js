// Talking to the tiers: JSON to and fro, one request at a time in a session.

import { send, sendAtEnd, UNREACHABLE } from "./transport.js";

/** A request that the server has refused, or that did not reach it ("unreachable").
 *  The message is a sentence for the reader. */
export class Refused extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

export function get(address) {
  return ask("GET", address);
}

export function post(address, body) {
  return ask("POST", address, body);
}

async function ask(method, address, body) {
  let answer;
  try {
    answer = await send(method, address, body);
  } catch {
    throw new Refused(UNREACHABLE, "unreachable");
  }
  const { status, content } = answer;
  if (status === 200) return content;
  throw new Refused(content.error ?? `The server answered ${status}.`, content.code);
}

/** One session at the server. Requests wait for each other, so that answers come in order. */
export class Session {
  constructor() {
    this.id = null;
    this.before = Promise.resolve();
    addEventListener("pagehide", () => this.end());
  }

  /** Ask the session; the first time, or after it has ended, only `setup` opens a new one. */
  ask(what, body = {}) {
    const answer = this.before.then(() => this.send(what, body));
    this.before = answer.catch(() => {});
    return answer;
  }

  async send(what, body) {
    if (!this.id) {
      if (what !== "setup") throw new Refused("This session has expired.", "expired");
      this.id = (await post("api/sessions", {})).session;
    }
    try {
      return await post(`api/sessions/${this.id}/${what}`, body);
    } catch (error) {
      if (["expired", "taken-over"].includes(error.code)) this.id = null;
      throw error;
    }
  }

  end() {
    if (this.id) sendAtEnd(`api/sessions/${this.id}/end`);
    this.id = null;
  }
}
