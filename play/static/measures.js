// What the training has measured, as charts beside the pictures.

import { find, make, makeSvg, number } from "./dom.js";
import { onColourChange } from "./colours.js";
import { drawBars, drawLines } from "./chart.js";

const POINTS = 240; // of a curve; more would not be seen
// Curves that coincide are still all seen: a wide one under a narrower one under a narrow one.
const WIDTHS = [6, 3.4, 1.4];
const VALIDATION = { name: "dashed: validation", x: [], y: [], look: 6, dash: "7 5" };

export class Measures {
  constructor(training, options) {
    this.training = training;
    this.numbers = Object.fromEntries(options.tiers.map(({ name }, at) => [name, at + 1]));
    training.on("frame", () => this.draw());
    onColourChange(() => this.draw());
  }

  draw() {
    const { frame, history } = this.training;
    if (!frame || find("points").hidden) return;
    const { tiers } = frame;
    const together = tiers.length > 1;
    this.drawLoss(frame, history, together);
    this.drawAccuracy(frame, history, together);
    find("drift").hidden = !together;
    if (together) this.drawDrift(frame, history);
    this.drawGradients(frame, history);
    if (frame.histograms) this.drawHistograms(frame);
  }

  drawLoss({ tiers, step: steps, steps_per_epoch: length }, { loss, epochs }, together) {
    const validation = (tier) => ofEpochs(epochs[tier], "validation_loss", length);
    const lines = together
      ? [
        ...tiers.map((tier, at) => ({ ...this.together(tier, at), ...thinned(loss[tier] ?? []) })),
        ...tiers.map((tier, at) => ({ ...dashed(at), ...validation(tier) })),
        VALIDATION,
      ]
      : [
        { name: "minibatches", ...thinned(loss[tiers[0]] ?? []), look: 5, dash: "", width: 1.2 },
        { name: "training", ...ofEpochs(epochs[tiers[0]], "train_loss", length), look: 0 },
        { name: "validation", ...validation(tiers[0]), look: 1 },
      ];
    drawLines(find("chart-loss"), lines, { title: "Loss", steps, low: 0 });
  }

  drawAccuracy({ tiers, step: steps, steps_per_epoch: length }, { epochs }, together) {
    const [training, validation] = ["train_accuracy", "validation_accuracy"].map(
      (column) => (tier) => ofEpochs(epochs[tier], column, length),
    );
    const lines = together
      ? [
        ...tiers.map((tier, at) => ({ ...this.together(tier, at), ...training(tier) })),
        ...tiers.map((tier, at) => ({ ...dashed(at), ...validation(tier) })),
        VALIDATION,
      ]
      : [
        { name: "training", ...training(tiers[0]), look: 0 },
        { name: "validation", ...validation(tiers[0]), look: 1 },
      ];
    drawLines(find("chart-accuracy"), lines, { title: "Accuracy", steps, high: 1 });
  }

  drawDrift({ step: steps }, { drift }) {
    const lines = Object.entries(drift).map(([tier, values], at) => ({
      name: `tier ${this.numbers[tier]} from tier 1`, ...thinned(values), look: at + 1,
      width: WIDTHS[at + 1],
    }));
    drawLines(find("chart-drift"), lines, { title: "Drift between the tiers", steps, log: true });
  }

  drawGradients({ step: steps }, { gradients, gradientSteps }) {
    const lines = Object.entries(gradients).map(([label, norms], look) => ({
      name: label, ...thinned(norms, gradientSteps), look,
    }));
    const title = "Gradient norm per layer";
    drawLines(find("chart-gradients"), lines, { title, steps, log: true });
  }

  drawHistograms({ histograms, dead }) {
    const place = find("histograms");
    if (place.children.length !== histograms.length) {
      place.replaceChildren(...histograms.map(() => make("div", {}, make("p"), makeSvg("svg"))));
    }
    histograms.forEach(({ layer, label, low, high, counts }, at) => {
      const [text, svg] = place.children[at].children;
      const gone = dead.find((one) => one.layer === layer);
      text.textContent = gone ? `${label}: ${gone.count} of ${gone.width} units dead` : label;
      text.dataset.dead = gone?.count ?? 0;
      const width = (high - low || 1) / counts.length;
      const edges = [...counts.map((_, bar) => low + bar * width), high > low ? high : low + 1];
      drawBars(svg, { edges, counts }, {
        title: `${label}: values from ${number(low)} to ${number(high)}`, xLabel: "activation",
      });
    });
    place.hidden = !histograms.length;
  }

  /** The look of a tier's curve that others may coincide with. */
  together(tier, at) {
    return { name: `tier ${this.numbers[tier]}`, look: at, dash: "", width: WIDTHS[at] };
  }
}

function dashed(at) {
  return { look: at, dash: "7 5", width: WIDTHS[at] };
}

function thinned(values, steps = null) {
  const every = Math.ceil(values.length / POINTS) || 1;
  const chosen = [];
  for (let at = 0; at < values.length; at += every) chosen.push(at);
  if (values.length && chosen.at(-1) !== values.length - 1) chosen.push(values.length - 1);
  return {
    x: chosen.map((at) => steps?.[at] ?? at + 1),
    y: chosen.map((at) => values[at]),
  };
}

function ofEpochs(epochs = [], column, length) {
  return thinned(epochs.map((epoch) => epoch[column]), epochs.map((_, at) => (at + 1) * length));
}
