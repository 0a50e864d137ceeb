// How requests reach the tiers on the static site: by messages to Python, in a worker of this page.

import { hideMessage, showMessage } from "./messages.js";
import { Python } from "../../runtime/python.js";

export const UNREACHABLE = "Python did not load. Reload the page to try again.";

const python = new Python(new URL("../../", import.meta.url), {
  purpose: "request",
  onProgress({ loaded, total }) {
    showMessage(`Loading Python and NumPy: ${Math.floor((100 * loaded) / total)} %`, "loading");
  },
});
const loaded = python.ready.finally(() => hideMessage("loading"));

/** The status and the content of the answer to a request; throws where there is none. */
export async function send(method, address, body) {
  if (address === "api/options") { // always the same: the build has asked for it
    const response = await fetch(new URL("../options.json", import.meta.url));
    return { status: response.status, content: await response.json() };
  }
  await loaded;
  const { status, json } = await python.request(method, address, JSON.stringify(body ?? {}));
  return { status, content: JSON.parse(json) };
}

/** A page that closes ends its worker: there is nothing to send. */
export function sendAtEnd() {}
