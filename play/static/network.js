// The network: a picture for each unit, the number of units above each layer, one unit's numbers.

import { find, make, number, unpack } from "./dom.js";
import { onColourChange } from "./colours.js";
import { NetworkCanvas } from "./network_canvas.js";
import { CLASS_MARKS } from "./pictures.js";
import { layersOf, weightsOf } from "./weights.js";

const IN_A_COLUMN = 16; // units; wider layers take several columns
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Network {
  /** @param head (index) => the field with a hidden layer's number of units.
   *  @param enlarge called with {name, low, high, width, height, values} of the unit that is
   *    pointed at or focused, and with null. */
  constructor(training, head, enlarge) {
    Object.assign(this, { training, head, enlarge });
    this.chosen = null; // [column, unit]: whose numbers are read
    this.pointed = null; // [column, unit]: whose picture is large
    this.columns = [];
    this.picture = new NetworkCanvas(find("network"));
    this.ends = [make("span", { class: "end" }, "x₁"), make("span", { class: "end" }, "x₂")];
    training.on("frame", () => this.draw());
    onColourChange(() => this.draw());
    find("network").addEventListener("keydown", (event) => this.key(event));
    this.focused = null; // [column, unit]
    find("network").addEventListener("pointerleave", () => this.point(this.focused));
    find("network").addEventListener("focusout", () => {
      this.focused = null;
      this.point(null);
    });
  }

  draw() {
    const { units, weights, dead } = this.training.frame ?? {};
    if (!units || find("points").hidden) return;
    const shape = units.map(({ label, width }) => `${label} ${width}`).join();
    const changed = shape !== this.shape;
    if (changed) this.build(units);
    this.shape = shape;
    this.units = units;
    this.layers = layersOf(weights);
    this.pictures = units.map(({ layer, pictures }) => {
      const [, height, width] = pictures.shape;
      const off = dead.find(({ layer: name }) => name === layer)?.units ?? [];
      return { width, height, values: unpack(pictures), dead: off };
    });
    this.columns.forEach(({ buttons }, column) => buttons.forEach((button, unit) =>
      button.classList.toggle("dead", this.pictures[column].dead.includes(unit))));
    if (changed) this.picture.measure([this.ends, ...this.columns.map(({ buttons }) => buttons)]);
    this.drawPicture();
    this.describe();
    if (this.pointed) this.point(this.pointed);
  }

  drawPicture() {
    const lines = this.picture.draw(this.layers, this.pictures, this.chosen);
    find("weights-shown").textContent = lines;
  }

  build(units) {
    this.chosen = this.focused = null;
    this.point(null);
    const inputs = make("div", { class: "column" }, make("h3", {}, "inputs"),
      make("div", { class: "units inputs" }, ...this.ends));
    // Columns that stay keep their element, in which a field may have the focus.
    const heads = units.map((layer, index) => this.columns[index]?.output === isOutput(layer)
      ? this.columns[index].element : null);
    this.columns = units.map((layer, column) => this.column(layer, column, heads[column]));
    const elements = this.columns.map(({ element }) => element);
    const place = find("network");
    for (const old of [...place.children]) {
      if (old !== this.picture.canvas && !elements.includes(old)) old.remove();
    }
    place.prepend(this.picture.canvas, inputs);
    elements.forEach((element, index) => {
      const next = place.children[index + 2];
      if (next !== element) place.insertBefore(element, next);
    });
    this.columns[0].buttons[0].tabIndex = 0;
  }

  column(layer, column, old) {
    const output = isOutput(layer);
    const buttons = Array.from({ length: layer.width }, (_, unit) => make("button", {
      type: "button",
      class: "unit",
      tabindex: -1,
      "aria-pressed": "false",
      "aria-label": `${layer.label}, unit ${unit + 1}`,
      "aria-describedby": "unit",
      onclick: () => this.choose(column, unit),
      onfocus: () => {
        this.choose(column, unit);
        this.focused = [column, unit];
        this.point(this.focused);
      },
      onpointerenter: () => this.point([column, unit]),
    }));
    const places = make("div", { class: "units" }, ...buttons.map((button, unit) =>
      output ? make("div", { class: "logit" }, button, CLASS_MARKS[unit] ?? "") : button));
    const across = Math.ceil(layer.width / IN_A_COLUMN);
    const rows = Math.ceil(layer.width / across);
    const side = rows <= 5 ? 44 : rows <= 8 ? 34 : across < 3 ? 22 : 16;
    places.style.gridTemplateRows = `repeat(${rows}, auto)`;
    places.style.setProperty("--unit", `${side}px`);
    const element = old ?? make("div", { class: "column" },
      make("h3", {}, layer.label.replace("hidden layer", "hidden")),
      output ? null : this.head(column));
    element.querySelector(".units")?.remove();
    element.append(places);
    return { element, buttons, output };
  }

  key(event) {
    if (!(event.key in MOVES) || !event.target.matches(".unit")) return;
    event.preventDefault();
    const [right, down] = MOVES[event.key];
    const column = Math.min(Math.max(this.chosen[0] + right, 0), this.columns.length - 1);
    const { buttons } = this.columns[column];
    buttons[Math.min(Math.max(this.chosen[1] + down, 0), buttons.length - 1)].focus();
  }

  /** Show this unit's picture large; none with null. */
  point(place) {
    this.pointed = place;
    if (!place) {
      this.enlarge(null);
      return;
    }
    const [column, unit] = place;
    const { label, low, high } = this.units[column];
    const { width, height, values } = this.pictures[column];
    const from = unit * width * height;
    this.enlarge({
      name: `${label}, unit ${unit + 1}`, low: low[unit], high: high[unit], width, height,
      values: values.subarray(from, from + width * height),
    });
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
    this.drawPicture();
    this.describe();
  }

  /** The numbers of the chosen unit, as text. */
  describe() {
    if (!this.chosen) {
      find("unit").textContent = "Select a unit to read its weights.";
      return;
    }
    const [column, unit] = this.chosen;
    const { label, low, high } = this.units[column];
    const { weights, bias } = weightsOf(this.layers[column], unit);
    find("unit").textContent = [
      `${label}, unit ${unit + 1}: weights ${Array.from(weights, (one) => number(one)).join(", ")}`,
      bias == null ? "" : `; bias ${number(bias)}`,
      `. Its output ranges from ${number(low[unit])} to ${number(high[unit])}.`,
    ].join("");
  }
}

function isOutput({ label }) {
  return label === "output";
}
