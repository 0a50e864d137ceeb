// What the page has to say, in one place that screen readers read aloud.

import { find, make } from "./dom.js";

/** Show one sentence; it stays until it is closed, or `hideMessage` with the same kind. */
export function showMessage(text, kind = "note") {
  const place = find("message");
  if (place.dataset.kind === kind && place.querySelector("span")?.textContent === text) return;
  place.dataset.kind = kind;
  place.replaceChildren(make("p", {}, make("span", {}, text), " ", make("button", {
    type: "button", onclick: () => hideMessage(kind),
  }, "Close")));
}

/** Take back what was said of this kind. */
export function hideMessage(...kinds) {
  const place = find("message");
  if (!kinds.includes(place.dataset.kind)) return;
  place.replaceChildren();
  delete place.dataset.kind;
}
