// Explanations behind a "?", which opens by mouse and by key, and closes by Escape.

import { make } from "./dom.js";

const [WIDTH, ROOM] = [340, 220]; // pixels of an explanation; below less room, it opens upwards
let count = 0;

/** A button that shows this element, which then is no longer seen without it. */
export function helpButton(about, element) {
  element.id ||= `help-${(count += 1)}`;
  element.popover = "auto";
  element.classList.add("help");
  const button = make("button", {
    type: "button", class: "ask unsaved", popovertarget: element.id,
    "aria-label": `Explain: ${about}`,
  }, "?");
  element.addEventListener("beforetoggle", ({ newState }) => {
    if (newState !== "open") return;
    const { left, top, bottom } = button.getBoundingClientRect();
    const below = innerHeight - bottom > ROOM;
    element.style.left = `${Math.max(Math.min(left, innerWidth - WIDTH), 8)}px`;
    element.style.top = below ? `${bottom + 6}px` : "auto";
    element.style.bottom = below ? "auto" : `${innerHeight - top + 6}px`;
  });
  return button;
}

/** Put each explanation of the document behind its button. */
export function addHelp() {
  for (const element of document.querySelectorAll("[data-help]")) {
    element.before(helpButton(element.dataset.help, element));
  }
}
