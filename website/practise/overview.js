// The list of the exercises: what is done, and what comes next.

import { showProgress } from "./progress.js";
import { read } from "./store.js";

function show() {
  const next = showProgress();
  for (const row of document.querySelectorAll("[data-exercise]")) {
    const { passed, answer } = read(row.dataset.exercise);
    const isNext = row.dataset.exercise === next?.name;
    row.classList.toggle("next", isNext);
    row.querySelector(".begun").hidden = passed || answer === null;
    row.querySelector(".comes-next").hidden = !isNext || answer !== null;
  }
  const link = document.querySelector("#next");
  link.hidden = !next;
  document.querySelector("#all-done").hidden = Boolean(next);
  if (!next) return;
  link.href = `${next.name}.html`;
  link.textContent = `${read(next.name).answer === null ? "Next" : "Go on"}: ${next.title}`;
}

window.addEventListener("storage", show);
window.addEventListener("pageshow", show); // also when the reader comes back to it
