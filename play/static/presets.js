// Set-ups to try, as links, and what is to be seen in the one that is set.

import { addressOf } from "./address.js";
import { find, make } from "./dom.js";

export class Presets {
  /** @param options the answer of /api/options. */
  constructor(training, { presets, fields }) {
    this.links = presets.map(({ label, sentence, chart, values }) => {
      const href = addressOf({ chart, wanted: values }, fields);
      const link = make("a", { href }, label);
      return { link, sentence, wanted: withoutDefaults(values, fields) };
    });
    find("presets").append(...this.links.map(({ link }) => link));
    for (const event of ["setup", "rate"]) {
      training.on(event, () => this.show(withoutDefaults(training.wanted, fields)));
    }
  }

  show(wanted) {
    find("preset-sentence").textContent = "";
    for (const { link, sentence, wanted: own } of this.links) {
      const chosen = own === wanted;
      if (chosen) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      if (chosen) find("preset-sentence").textContent = sentence;
    }
  }
}

/** A set-up as text that is the same for the same training. */
function withoutDefaults(wanted, fields) {
  return addressOf({ wanted: { ...wanted, seed: undefined } }, fields);
}
