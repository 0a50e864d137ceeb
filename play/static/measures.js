// What the training has measured, as charts beside the pictures.

import { radios } from "./choices.js";
import { find, make, makeSvg, number } from "./dom.js";
import { onColourChange } from "./colours.js";
import { drawBars, drawLines } from "./chart.js";

const POINTS = 240; // of a curve; more would not be seen
// Curves that coincide are still all seen: a wide, pale one under a narrower under a narrow one.
const [WIDTHS, SHADES] = [[6, 3.4, 1.4], [0.3, 0.6, 1]];
const VALIDATION = { name: "dashed: validation", x: [], y: [], dash: "7 5" };
const DASHES = ["", "6 3", "2 2.5"]; // of neighbouring layers
const CHARTS = ["accuracy", "gradients", "activations", "drift"]; // one of them beside the loss

export class Measures {
  /** @param chosen called when the reader has chosen another chart. */
  constructor(training, options, chosen) {
    this.training = training;
    this.numbers = Object.fromEntries(options.tiers.map(({ name }, at) => [name, at + 1]));
    radios(find("charts"), "chart", CHARTS.map((value) => ({
      value, label: find(`figure-${value}`).dataset.short,
    })));
    find("charts").addEventListener("change", ({ target }) => {
      this.choose(target.value);
      chosen();
    });
    find("shown").addEventListener("change", ({ target }) => {
      training.showTier(target.value);
      this.nameShown();
    });
    this.choose(null);
    training.on("setup", () => this.buildShown(options.tiers));
    training.on("frame", () => this.draw());
    onColourChange(() => this.draw());
  }

  /** Show this chart beside the loss. */
  choose(chart) {
    this.chart = CHARTS.includes(chart) ? chart : CHARTS[0];
    for (const one of CHARTS) find(`figure-${one}`).hidden = one !== this.chart;
    find("charts").querySelector(`[value=${this.chart}]`).checked = true;
    this.draw();
  }

  /** Where several tiers train, one of them is drawn in full. */
  buildShown(tiers) {
    const { frame } = this.training.answer;
    const training = tiers.filter(({ name }) => frame.tiers.includes(name));
    find("shown").hidden = training.length < 2;
    radios(find("shown"), "shown", training.map(({ name: value, title: label }) => ({
      value, label,
    })), this.training.shown ?? frame.tiers[0]);
    this.nameShown();
  }

  /** Name the tier that is drawn in full where it is drawn. */
  nameShown() {
    const name = find("shown").hidden ? "" : find("shown").querySelector("label:has(:checked)");
    for (const place of document.querySelectorAll(".of-tier")) {
      place.textContent = name && `of ${name.textContent}`;
    }
  }

  draw() {
    const { frame, history } = this.training;
    if (!frame || find("points").hidden) return;
    const together = frame.tiers.length > 1;
    this.drawLoss(frame, history, together);
    const others = {
      accuracy: () => this.drawAccuracy(frame, history, together),
      gradients: () => this.drawGradients(frame, history),
      activations: () => frame.histograms && this.drawHistograms(frame),
      drift: () => this.drawDrift(frame, history),
    };
    others[this.chart]();
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
        { name: "minibatches", ...thinned(loss[tiers[0]] ?? []), shade: 0.3, width: 1.2 },
        { name: "training", ...ofEpochs(epochs[tiers[0]], "train_loss", length) },
        { name: "validation", ...validation(tiers[0]), dash: "7 5" },
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
        { name: "training", ...training(tiers[0]) },
        { name: "validation", ...validation(tiers[0]), dash: "7 5" },
      ];
    drawLines(find("chart-accuracy"), lines, { title: "Accuracy", steps, high: 1 });
  }

  drawDrift({ step: steps }, { drift }) {
    const lines = Object.entries(drift).map(([tier, values], at) => ({
      name: `tier ${this.numbers[tier]} from tier 1`, ...thinned(values), ...styleOf(at + 1),
    }));
    drawLines(find("chart-drift"), lines, { title: "Drift between the tiers", steps, log: true });
  }

  drawGradients({ step: steps }, { gradients, gradientSteps }) {
    const layers = Object.entries(gradients);
    const lines = layers.map(([label, norms], at) => ({
      name: label, ...thinned(norms, gradientSteps),
      shade: (at + 1) / layers.length, dash: DASHES[at % DASHES.length],
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
    find("no-histograms").hidden = histograms.length > 0;
  }

  /** The look of a tier's curve that others may coincide with. */
  together(tier, at) {
    return { name: `tier ${this.numbers[tier]}`, ...styleOf(at) };
  }
}

function styleOf(tier) {
  return { shade: SHADES[tier], width: WIDTHS[tier] };
}

function dashed(at) {
  return { ...styleOf(at), dash: "7 5" };
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
