// Points of one's own: a mode in which the plane takes them, and a table to paste them into.

import { post } from "./api.js";
import { classChoices, radios } from "./choices.js";
import { find, make } from "./dom.js";

const SHOWN_ROWS = 20; // bad rows that are named

export class OwnPoints {
  /** @param setups begins and changes the training. */
  constructor(training, setups) {
    Object.assign(this, { training, setups });
    this.adding = false;
    this.label = 0; // the class of the next point
    find("add-points").addEventListener("click", () => this.setMode(!this.adding));
    find("undo").addEventListener("click", () => setups.undo());
    find("clear-points").addEventListener("click", () => setups.setPoints([]));
    find("classes").addEventListener("change", (event) => {
      this.label = Number(event.target.value);
    });
    find("paste-points").addEventListener("click", () => find("table").showModal());
    find("table-close").addEventListener("click", () => find("table").close());
    find("table-use").addEventListener("click", () => this.useTable());
    training.on("setup", () => this.show());
    setups.drafted = () => this.show();
    this.setMode(false);
  }

  /** While the mode is on, the plane adds points; the button shows it. */
  setMode(adding) {
    this.adding = adding;
    this.automatic = false; // whether the mode is on because a set of own points begins
    find("add-points").setAttribute("aria-pressed", String(adding));
    find("regions").classList.toggle("adding", adding);
    find("classes").hidden = find("undo").hidden = find("clear-points").hidden = !adding;
  }

  show() {
    const { training, setups } = this;
    const wanted = setups.draft ?? training.setup;
    const count = Math.max(wanted.classes ?? 2, training.answer?.classes ?? 2);
    this.label = Math.min(this.label, count - 1);
    if (find("classes").querySelectorAll("input").length !== count) {
      radios(find("classes"), "class", classChoices(count), String(this.label));
    }
    find("undo").disabled = find("clear-points").disabled = !setups.points.length;
    if (setups.draft && !this.adding) {
      this.setMode(true);
      this.automatic = true;
    } else if (this.automatic && wanted.dataset !== "own") this.setMode(false);
    this.redraw?.();
  }

  /** A key in the plane: true if it was one of this mode's. */
  key(key, place) {
    if (!this.adding) return false;
    const choices = find("classes").querySelectorAll("input");
    if (key === "Enter" || key === " ") this.add(place);
    else if (key === "Backspace") this.setups.undo();
    else if (Number(key) >= 1 && Number(key) <= choices.length) choices[Number(key) - 1].click();
    else return false;
    return true;
  }

  add([x, y]) {
    if (this.adding) this.setups.addPoint([x, y, this.label]);
  }

  async useTable() {
    const { points, refusals } = await post("api/table", { text: find("table-text").value })
      .catch((error) => ({ points: [], refusals: [error.message] }));
    const rest = refusals.length - SHOWN_ROWS;
    const lines = refusals.slice(0, SHOWN_ROWS);
    if (rest > 0) lines.push(`And ${rest} more.`);
    const { fewest } = this.setups;
    const tooFew = points.length < fewest;
    lines.push(tooFew ? `Too few points: ${points.length} of at least ${fewest}.`
      : `The network trains on ${points.length} points.`);
    find("table-rows").replaceChildren(...lines.map((line) => make("li", {}, line)));
    if (tooFew) return;
    const classes = Math.max(2, ...points.map(([, , label]) => label + 1));
    const wanted = { ...this.setups.wanted, dataset: "own", points, classes };
    if ((await this.setups.apply(wanted)) && !refusals.length) find("table").close();
  }
}
