// How requests reach the tiers: by HTTP. The static site has another file in this one's place.

export const UNREACHABLE =
  "The server is not responding. Start it again with “make play”, and this page continues.";

/** The status and the content of the answer to a request; throws where there is none. */
export async function send(method, address, body) {
  const json = { "Content-Type": "application/json" };
  const options = method === "POST" ? { method, headers: json, body: JSON.stringify(body) } : {};
  const response = await fetch(address, options);
  return { status: response.status, content: await response.json().catch(() => ({})) };
}

/** Send a request while the page closes, without waiting for an answer. */
export function sendAtEnd(address) {
  navigator.sendBeacon(address, "{}");
}
