// The answers kept from before, each to be brought back.

import { element } from "./feedback.js";
import { read } from "./store.js";

/** List them in #kept; bringBack(text) is called with the one that is chosen. */
export function showKept(name, bringBack) {
  const { kept } = read(name);
  const entries = kept.map(({ when, text }) => {
    const lines = text.trimEnd().split("\n").length;
    const time = new Date(when).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const button = element("button", { type: "button" }, `Bring back ${time}, ${lines} lines`);
    button.addEventListener("click", () => bringBack(text));
    return element("li", {}, button);
  });
  document.querySelector("#kept ul").replaceChildren(...entries);
  document.querySelector("#kept").hidden = !kept.length;
}
