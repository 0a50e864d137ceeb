// One minibatch, step by step: what each line of a tier computes, with its numbers.

import { find, make, number } from "./dom.js";
import { radios } from "./choices.js";
import { showMessage, hideMessage } from "./messages.js";

const PHASES = {
  forward: "Forward", loss: "Loss", backward: "Backward", clip: "Clipping", update: "Update",
};
const ROLES = {
  in: "input", out: "output", parameter: "parameter", gradient: "gradient",
  before: "before", after: "after",
};

export class StepsView {
  constructor(training, options) {
    this.training = training;
    this.titles = Object.fromEntries(options.tiers.map(({ name, title }) => [name, title]));
    this.answer = null;
    this.at = 0;
    find("trace").addEventListener("click", () => this.trace());
    find("back").addEventListener("click", () => this.go(this.at - 1));
    find("next").addEventListener("click", () => this.go(this.at + 1));
    find("steps").addEventListener("keydown", (event) => {
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (move && !event.target.closest("input, .scrolls")) this.go(this.at + move);
    });
    find("steps-tier").addEventListener("change", (event) => {
      this.tier = event.target.value;
      this.build();
    });
    training.on("setup", () => this.clear());
  }

  open() {
    find("steps-empty").hidden = Boolean(this.answer);
  }

  clear() {
    this.answer = null;
    this.at = 0;
    find("traced").hidden = true;
    find("steps-empty").hidden = false;
    delete document.body.dataset.stage;
  }

  async trace() {
    const { training } = this;
    training.pause();
    try {
      const answer = await training.session.ask("steps");
      hideMessage("refusal");
      this.answer = answer;
      if (!(this.tier in answer.tiers)) [this.tier] = Object.keys(answer.tiers);
      this.at = 0;
      this.build();
    } catch (error) {
      if (["expired", "taken-over", "unreachable"].includes(error.code)) {
        await training.recovery.attempt(() => Promise.reject(error));
        return;
      }
      if (error.code !== "diverged") showMessage(error.message, "refusal");
    }
    await training.recovery.attempt(() => training.look());
    training.show();
  }

  get stages() {
    return this.answer.tiers[this.tier].stages;
  }

  build() {
    const { answer } = this;
    const tiers = Object.keys(answer.tiers);
    find("steps-empty").hidden = true;
    find("traced").hidden = false;
    find("steps-tier").hidden = tiers.length < 2;
    radios(find("steps-tier"), "steps-tier", tiers.map((value) => ({
      value, label: this.titles[value],
    })), this.tier);
    find("steps-what").textContent = `Step ${answer.step}: a minibatch of ${answer.rows} points, `
      + `loss ${number(answer.tiers[this.tier].loss, 4)}.`;
    const list = [];
    let phase = null;
    this.stages.forEach((stage, at) => {
      if (stage.phase !== phase) {
        list.push(make("li", { class: "phase" }, PHASES[stage.phase]));
        phase = stage.phase;
      }
      list.push(make("li", {}, make("button", {
        type: "button", "data-stage": at, onclick: () => this.go(at),
      }, stage.title)));
    });
    find("stages").replaceChildren(...list);
    this.go(Math.min(this.at, this.stages.length - 1));
  }

  go(at) {
    if (!this.answer || at < 0 || at >= this.stages.length) return;
    this.at = at;
    const stage = this.stages[at];
    for (const button of find("stages").querySelectorAll("button")) {
      const here = Number(button.dataset.stage) === at;
      button.toggleAttribute("aria-current", here);
      if (here) button.setAttribute("aria-current", "step");
      if (here) this.keepInSight(button);
    }
    find("back").disabled = at === 0;
    find("next").disabled = at === this.stages.length - 1;
    find("stage-title").textContent = `${at + 1} of ${this.stages.length} · `
      + `${PHASES[stage.phase]}: ${stage.title}`;
    find("stage").replaceChildren(
      make("p", { class: "formula" }, stage.formula),
      make("p", {}, stage.explanation),
      stage.code ? code(stage.code) : "",
      make("div", { class: "arrays" }, ...stage.arrays.map(array)),
    );
    document.body.dataset.stage = at;
  }

  /** Scroll the list, and not the page, so that the button is seen. */
  keepInSight(button) {
    const list = find("stages");
    const from = button.offsetTop - list.offsetTop;
    if (from < list.scrollTop) list.scrollTop = from;
    const beyond = from + button.offsetHeight - list.clientHeight;
    if (beyond > list.scrollTop) list.scrollTop = beyond;
  }
}

function code({ file, name, lines }) {
  const rows = lines.map(({ number: line, text, computed }) => make(
    "span", { class: computed ? "line computed" : "line" },
    make("span", { class: "line-number" }, `${computed ? "▸" : " "}${String(line).padStart(4)} `),
    make("span", {}, text || " "),
  ));
  const marked = lines.filter(({ computed }) => computed).length;
  return make(
    "figure", { class: "code" },
    make("figcaption", {}, make("span", {}, `${file}, `, make("code", {}, name),
      marked === 1 ? ": the marked line computes it" : ": the marked lines compute it")),
    make("pre", { tabindex: 0, class: "scrolls", "aria-label": `Code of ${name}` }, ...rows),
  );
}

function array({ name, role, shape, values, cut }) {
  const rows = !Array.isArray(values) ? [[values]] : Array.isArray(values[0]) ? values : [values];
  const largest = Math.max(...rows.flat().map(Math.abs), 0) || 1;
  const size = shape.length ? `(${shape.join(", ")}${shape.length === 1 ? "," : ""})` : "a number";
  const kinds = shape.length > 1 ? ["rows", "columns"] : ["numbers"];
  const there = shape.length > 1 ? [rows.length, rows[0].length] : [rows[0].length];
  const shown = kinds.map((kind, axis) => `${there[axis]} of ${shape[axis]} ${kind}`)
    .filter((_, axis) => there[axis] < shape[axis]).join(", ");
  return make(
    "figure", { class: "array", "data-name": name, "data-role": role },
    make("figcaption", {}, make("span", {},
      make("strong", {}, name), ` ${size}, ${ROLES[role]}`,
      cut ? `; shown: the first ${shown}` : "")),
    make(
      "div", { class: "scrolls", tabindex: 0, role: "region", "aria-label": `Values of ${name}` },
      make("table", {}, ...rows.map((row) => make("tr", {}, ...row.map((value) => {
        const cell = make("td", { class: value < 0 ? "negative" : "" }, number(value));
        cell.style.setProperty("--share", `${Math.round((60 * Math.abs(value)) / largest)}%`);
        return cell;
      }))))),
  );
}
