// The weights as lines between the units: the strongest of them, and all of a chosen unit.

import { unpack } from "./dom.js";
import { colour } from "./colours.js";

const MOST_LINES = 300;
const FAINTEST = 0.06; // of the layer's largest weight; lines thinner than that are not drawn

/** The server's parameters as layers: [{inputs, weights, biases, largest}]. */
export function layersOf(parameters) {
  const biases = new Map(parameters.map(({ name, values }) => [name, values]));
  return parameters.filter(({ values }) => values.shape.length === 2).map(({ name, values }) => {
    const [bias, weights] = [biases.get(name.replace("weight", "bias")), unpack(values)];
    const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
    return { inputs: values.shape[1], weights, biases: bias ? unpack(bias) : null, largest };
  });
}

/** The weights that lead to a unit, and its bias, null if it has none. */
export function weightsOf({ inputs, weights, biases }, unit) {
  return {
    weights: weights.slice(unit * inputs, (unit + 1) * inputs), bias: biases?.[unit] ?? null,
  };
}

/** Draw the lines, and say how many of all weights they are.
 *
 * @param places of each column, inputs first, its units' [left, right, middle].
 * @param chosen [column, unit] whose lines are all drawn, or null.
 */
export function drawWeights(context, layers, places, chosen) {
  const faintest = threshold(layers);
  let [drawn, all] = [0, 0];
  layers.forEach(({ inputs, weights, largest }, column) => {
    const [before, here] = [places[column], places[column + 1]];
    weights.forEach((weight, index) => {
      const unit = Math.floor(index / inputs);
      const size = Math.abs(weight) / largest;
      const ofChosen = chosen?.[0] === column && chosen[1] === unit;
      if (size < faintest && !ofChosen) return;
      drawLine(context, before[index % inputs], here[unit], weight, size, ofChosen);
      drawn += 1;
    });
    all += weights.length;
  });
  context.globalAlpha = 1;
  const [some, whole] = [drawn, all].map((count) => count.toLocaleString("en"));
  return some === whole ? `Lines: all ${whole} weights.`
    : `Lines: the ${some} strongest of ${whole} weights.`;
}

/** The size, as a share of its layer's largest, from which on a weight is drawn. */
function threshold(layers) {
  const count = layers.reduce((sum, { weights }) => sum + weights.length, 0);
  if (count <= MOST_LINES) return FAINTEST;
  const sizes = new Float32Array(count);
  let at = 0;
  for (const { weights, largest } of layers) {
    for (const weight of weights) sizes[at++] = Math.abs(weight) / largest;
  }
  return Math.max(sizes.sort().at(-MOST_LINES), FAINTEST);
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
