// How many exercises are done: the same on every page.

import { read } from "./store.js";

const exercises = JSON.parse(document.querySelector("#exercises").textContent);

/** Show it in #progress, and mark what is done; returns the first that is not: {name, title}. */
export function showProgress() {
  const done = new Set(exercises.map(({ name }) => name).filter((name) => read(name).passed));
  const box = document.querySelector("#progress");
  box.querySelector("progress").value = done.size;
  box.querySelector("span").textContent = `${done.size} of ${exercises.length} done`;
  for (const mark of document.querySelectorAll("[data-done]")) {
    mark.hidden = !done.has(mark.dataset.done);
  }
  return exercises.find(({ name }) => !done.has(name));
}
