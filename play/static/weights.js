// The weights as lines between the units: the strongest of them, and all of a chosen unit.

import { make, unpack } from "./dom.js";
import { colour } from "./colours.js";

const MOST_LINES = 400;
const FAINTEST = 0.06; // of the layer's largest weight; lines thinner than that are not drawn

export class WeightLines {
  /** @param box the element that holds the units. @param shown says how many lines are drawn. */
  constructor(box, shown) {
    Object.assign(this, { box, shown });
    this.canvas = make("canvas");
    this.layers = []; // [{inputs, weights, biases, sizes}]
    this.elements = null; // of each column, those of its units
    this.chosen = null;
    new ResizeObserver(() => {
      if (this.elements && this.measured !== sizeOf(box)) this.measure(this.elements);
    }).observe(box);
  }

  /** Take the server's weights: matrices (units, inputs) and biases by their names. */
  take(parameters) {
    const biases = new Map(parameters.map(({ name, values }) => [name, values]));
    this.layers = parameters.filter(({ values }) => values.shape.length === 2).map(
      ({ name, values }) => {
        const bias = biases.get(name.replace("weight", "bias"));
        return {
          inputs: values.shape[1], weights: unpack(values), biases: bias ? unpack(bias) : null,
        };
      },
    );
  }

  /** The weights that lead to a unit, and its bias, null if it has none. */
  of(column, unit) {
    const { inputs, weights, biases } = this.layers[column];
    return {
      weights: weights.slice(unit * inputs, (unit + 1) * inputs), bias: biases?.[unit] ?? null,
    };
  }

  /** Where the units stand: asked for only when that may have changed, as it takes a layout. */
  measure(elements) {
    const { box, canvas } = this;
    this.elements = elements;
    if (!box.clientWidth) return;
    const dense = devicePixelRatio || 1;
    canvas.style.width = 0; // else the box would never become narrower
    const [width, height] = [box.scrollWidth, box.clientHeight];
    canvas.style.width = `${width}px`;
    canvas.width = width * dense;
    canvas.height = height * dense;
    canvas.getContext("2d").scale(dense, dense);
    const origin = canvas.getBoundingClientRect();
    this.places = elements.map((column) => column.map((element) => {
      const { left, right, top, height: size } = element.getBoundingClientRect();
      return [left - origin.left, right - origin.left, top - origin.top + size / 2];
    }));
    this.measured = sizeOf(box);
    this.draw(this.chosen);
  }

  /** Draw the lines. @param chosen [column, unit] whose lines are all drawn, or null. */
  draw(chosen) {
    this.chosen = chosen;
    if (!this.places) return;
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const largest = this.layers.map(({ weights }) => largestOf(weights));
    const faintest = this.threshold(largest);
    let drawn = 0;
    this.layers.forEach(({ inputs, weights }, column) => {
      const [before, here] = [this.places[column], this.places[column + 1]];
      weights.forEach((weight, index) => {
        const unit = Math.floor(index / inputs);
        const size = Math.abs(weight) / largest[column];
        const ofChosen = chosen?.[0] === column && chosen[1] === unit;
        if (size < faintest && !ofChosen) return;
        drawLine(context, before[index % inputs], here[unit], weight, size, ofChosen);
        drawn += 1;
      });
    });
    const all = this.layers.reduce((sum, { weights }) => sum + weights.length, 0);
    this.shown.textContent = drawn < all
      ? `Lines: the ${drawn.toLocaleString("en")} strongest of ${all.toLocaleString("en")} weights.`
      : `Lines: all ${all} weights.`;
  }

  /** The size, as a share of its layer's largest, from which on a weight is drawn. */
  threshold(largest) {
    const sizes = this.layers.flatMap(({ weights }, column) =>
      Array.from(weights, (weight) => Math.abs(weight) / largest[column]));
    if (sizes.length <= MOST_LINES) return FAINTEST;
    return Math.max(Float32Array.from(sizes).sort().at(-MOST_LINES), FAINTEST);
  }
}

function largestOf(weights) {
  return weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
}

function drawLine(context, [, right, from], [left, , to], weight, size, ofChosen) {
  context.strokeStyle = colour(weight < 0 ? "negative" : "positive");
  context.globalAlpha = ofChosen ? 1 : 0.3 + 0.6 * size;
  context.lineWidth = 0.6 + 3.4 * size;
  context.setLineDash(weight < 0 ? [5, 4] : []);
  const bend = (left - right) / 2;
  context.beginPath();
  context.moveTo(right, from);
  context.bezierCurveTo(right + bend, from, left - bend, to, left, to);
  context.stroke();
}

function sizeOf({ clientWidth, clientHeight }) {
  return `${clientWidth} x ${clientHeight}`;
}
