// The page of an exercise that is done on one's own computer: the reader says when it is done.

import { showProgress } from "./progress.js";
import * as store from "./store.js";

const { name } = JSON.parse(document.querySelector("#exercise").textContent);
const box = document.querySelector("#done");
box.checked = store.read(name).passed;
box.addEventListener("change", () => {
  store.write(name, { passed: box.checked });
  showProgress();
});
showProgress();
