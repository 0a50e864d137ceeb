// Talking to the server: JSON to and fro, one request at a time in a session.

/** A request that the server has refused, or that did not reach it ("unreachable").
 *  The message is a sentence for the reader. */
export class Refused extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

export function get(address) {
  return ask(address);
}

export function post(address, body) {
  return ask(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Refused(
      "The server is not responding. Start it again with “make play”, and this page continues.",
      "unreachable",
    );
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Refused(answer.error ?? `The server answered ${response.status}.`, answer.code);
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
    if (this.id) navigator.sendBeacon(`api/sessions/${this.id}/end`, "{}");
    this.id = null;
  }
}
