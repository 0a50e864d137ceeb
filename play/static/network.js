// The network: a picture for each unit, its weights as lines, and one unit's numbers.

import { find, make, number, unpack } from "./dom.js";
import { colour, onColourChange } from "./colours.js";
import { CLASS_MARKS, drawValues } from "./pictures.js";

const IN_A_COLUMN = 16; // units; wider layers take several columns
const FAINTEST = 0.06; // of the layer's largest weight; lines thinner than that are not drawn

export class Network {
  constructor(training) {
    this.training = training;
    this.chosen = null; // [column, unit]
    this.columns = [];
    this.lines = make("canvas");
    new ResizeObserver(() => this.resized()).observe(find("network"));
    training.on("frame", () => this.draw());
    onColourChange(() => this.draw());
    find("network").addEventListener("keydown", (event) => this.key(event));
  }

  draw() {
    const { units, weights } = this.training.frame ?? {};
    if (!units || find("points").hidden) return;
    const shape = units.map(({ label, width }) => `${label} ${width}`).join();
    const changed = shape !== this.shape;
    if (changed) this.build(units);
    this.shape = shape;
    this.units = units;
    this.matrices = weights.filter(({ values }) => values.shape.length === 2);
    this.weights = weights.map(({ name, values }) => ({ name, values: unpack(values) }));
    units.forEach((layer, column) => {
      const pictures = unpack(layer.pictures);
      const [, height, width] = layer.pictures.shape;
      this.columns[column].canvases.forEach((canvas, unit) => {
        const from = unit * width * height;
        drawValues(canvas, width, height, pictures.subarray(from, from + width * height));
      });
      const dead = this.training.frame.dead.find(({ layer: name }) => name === layer.layer);
      this.columns[column].buttons.forEach((button, unit) => {
        button.classList.toggle("dead", dead?.units.includes(unit) ?? false);
      });
    });
    if (changed) this.measure();
    else this.drawLines();
    this.describe();
  }

  build(units) {
    this.places = null;
    this.chosen = null;
    this.columns = units.map((layer, column) => this.column(layer, column));
    this.ends = [make("span", { class: "end" }, "x₁"), make("span", { class: "end" }, "x₂")];
    const inputs = make(
      "div", { class: "column" }, make("h3", {}, "input"),
      make("div", { class: "units inputs" }, ...this.ends),
    );
    find("network").replaceChildren(
      this.lines, inputs, ...this.columns.map(({ element }) => element),
    );
    const first = this.columns[0]?.buttons[0];
    if (first) first.tabIndex = 0;
  }

  column(layer, column) {
    const canvases = Array.from({ length: layer.width }, () => make("canvas"));
    const output = column === this.training.frame.units.length - 1 && layer.label === "output";
    const buttons = canvases.map((canvas, unit) => make("button", {
      type: "button",
      class: "unit",
      tabindex: -1,
      "aria-pressed": "false",
      "aria-label": `${layer.label}, unit ${unit + 1}`,
      "aria-describedby": "unit",
      onclick: () => this.choose(column, unit),
      onfocus: () => this.choose(column, unit),
    }, canvas));
    const places = make("div", { class: "units" }, ...buttons.map((button, unit) =>
      output ? make("div", { class: "logit" }, button, CLASS_MARKS[unit] ?? "") : button));
    const rows = Math.ceil(layer.width / Math.ceil(layer.width / IN_A_COLUMN));
    places.style.gridTemplateRows = `repeat(${rows}, auto)`;
    places.style.setProperty("--unit", rows <= 5 ? "44px" : rows <= 8 ? "34px" : "22px");
    const element = make(
      "div", { class: "column" }, make("h3", {}, layer.label.replace("hidden layer", "hidden")),
      places,
    );
    return { element, buttons, canvases };
  }

  key(event) {
    const moves = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    };
    if (!(event.key in moves) || !this.chosen) return;
    event.preventDefault();
    const [right, down] = moves[event.key];
    const column = Math.min(Math.max(this.chosen[0] + right, 0), this.columns.length - 1);
    const { buttons } = this.columns[column];
    buttons[Math.min(Math.max(this.chosen[1] + down, 0), buttons.length - 1)].focus();
  }

  choose(column, unit) {
    for (const { buttons } of this.columns) {
      for (const button of buttons) {
        button.tabIndex = -1;
        button.setAttribute("aria-pressed", "false");
      }
    }
    const button = this.columns[column].buttons[unit];
    button.tabIndex = 0;
    button.setAttribute("aria-pressed", "true");
    this.chosen = [column, unit];
    this.drawLines();
    this.describe();
  }

  /** The numbers of the chosen unit, as text. */
  describe() {
    if (!this.chosen) {
      find("unit").textContent = "Select a unit to read its weights.";
      return;
    }
    const [column, unit] = this.chosen;
    const layer = this.units[column];
    const matrix = this.matrices[column];
    const [, inputs] = matrix.values.shape;
    const list = this.incoming(column).slice(unit * inputs, (unit + 1) * inputs);
    const bias = this.weights.find(({ name }) => name === matrix.name.replace("weight", "bias"));
    const parts = [
      `${layer.label}, unit ${unit + 1}: `,
      `weights ${Array.from(list, (weight) => number(weight)).join(", ")}`,
      bias ? `; bias ${number(bias.values[unit])}` : "",
      `. This layer's pictures range from ${number(layer.low)} to ${number(layer.high)}.`,
    ];
    find("unit").textContent = parts.join("");
  }

  incoming(column) {
    const { name } = this.matrices[column];
    return this.weights.find((one) => one.name === name).values;
  }

  resized() {
    if (this.measured !== sizeOf(find("network"))) this.measure();
  }

  /** Where the units stand: asked for only when that may have changed, as it takes a layout. */
  measure() {
    const box = find("network");
    if (!this.columns.length || !box.clientWidth) return;
    const dense = devicePixelRatio || 1;
    this.lines.style.width = 0; // else the box would never become narrower
    const [width, height] = [box.scrollWidth, box.clientHeight];
    this.lines.style.width = `${width}px`;
    this.lines.width = width * dense;
    this.lines.height = height * dense;
    this.lines.getContext("2d").scale(dense, dense);
    const origin = this.lines.getBoundingClientRect();
    const sides = (elements) => elements.map((element) => {
      const { left, right, top, height: size } = element.getBoundingClientRect();
      return [left - origin.left, right - origin.left, top - origin.top + size / 2];
    });
    this.places = [this.ends, ...this.columns.map(({ buttons }) => buttons)].map(sides);
    this.measured = sizeOf(box);
    this.drawLines();
  }

  drawLines() {
    if (!this.places) return;
    const context = this.lines.getContext("2d");
    context.clearRect(0, 0, this.lines.width, this.lines.height);
    this.columns.forEach((_, column) => {
      this.drawWeights(context, column, this.places[column], this.places[column + 1]);
    });
  }

  drawWeights(context, column, before, here) {
    const weights = this.incoming(column);
    const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
    here.forEach(([left, , y], unit) => {
      const chosen = this.chosen?.[0] === column && this.chosen[1] === unit;
      before.forEach(([, right, from], input) => {
        const weight = weights[unit * before.length + input];
        const size = Math.abs(weight) / largest;
        if (size < FAINTEST && !chosen) return;
        context.strokeStyle = colour(weight < 0 ? "line-1" : "line-0");
        context.globalAlpha = chosen ? 1 : 0.25 + 0.55 * size;
        context.lineWidth = 0.4 + 3.2 * size;
        context.setLineDash(weight < 0 ? [5, 4] : []);
        const bend = (left - right) / 2;
        context.beginPath();
        context.moveTo(right, from);
        context.bezierCurveTo(right + bend, from, left - bend, y, left, y);
        context.stroke();
      });
    });
  }
}

function sizeOf({ clientWidth, clientHeight }) {
  return `${clientWidth} x ${clientHeight}`;
}
