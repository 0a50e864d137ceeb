// The views behind the tabs: points, step by step, digit.

import { find } from "./dom.js";

const VIEWS = ["points", "steps", "digit"];

export class Views {
  /** @param opened for each view, what is called when it is shown. @param changed called when the
   *    reader has chosen another. */
  constructor(opened, changed) {
    Object.assign(this, { opened, changed, view: "points" });
    for (const name of VIEWS) {
      find(`tab-${name}`).addEventListener("click", () => {
        this.show(name);
        changed();
      });
    }
    document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!move) return;
      const at = VIEWS.indexOf(this.view) + move + VIEWS.length;
      const next = find(`tab-${VIEWS[at % VIEWS.length]}`);
      next.click();
      next.focus();
    });
  }

  show(name) {
    this.view = VIEWS.includes(name) ? name : "points";
    for (const one of VIEWS) {
      find(one).hidden = one !== this.view;
      find(`tab-${one}`).setAttribute("aria-selected", String(one === this.view));
      find(`tab-${one}`).tabIndex = one === this.view ? 0 : -1;
    }
    find("tools").hidden = this.view === "digit";
    document.body.dataset.view = this.view;
    this.opened[this.view]();
  }
}
