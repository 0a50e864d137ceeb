// What the page has to say, in one place that screen readers read aloud.

import { find, make } from "./dom.js";

/** Show one sentence; it stays until it is closed, or `unsay` with the same kind. */
export function say(text, kind = "note") {
  const place = find("message");
  if (place.dataset.kind === kind && place.querySelector("span")?.textContent === text) return;
  place.dataset.kind = kind;
  place.replaceChildren(make("p", {}, make("span", {}, text), " ", make("button", {
    type: "button", onclick: () => unsay(kind),
  }, "Close")));
}

/** Take back what was said of this kind. */
export function unsay(...kinds) {
  const place = find("message");
  if (!kinds.includes(place.dataset.kind)) return;
  place.replaceChildren();
  delete place.dataset.kind;
}
