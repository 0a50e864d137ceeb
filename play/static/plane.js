// The plane of the two inputs, once for each tier: regions, points, and a cross to work with.

import { find, make, number, percent, unpack } from "./dom.js";
import { colour, onColourChange } from "./colours.js";
import { CLASS_MARKS, drawLarge, drawMark, drawRegions } from "./pictures.js";

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const [STEP, FAR_STEP] = [0.1, 0.5];
const [OWN_MARK, MARK, MARK_OF_MANY] = [5, 3.6, 2.6]; // radius in the page's pixels
const MANY = 400; // points

export class Plane {
  /** @param own takes points of one's own. */
  constructor(training, options, setups, own) {
    Object.assign(this, { training, setups, own, emptyExtent: options.extent });
    this.titles = Object.fromEntries(options.tiers.map(({ name, title }) => [name, title]));
    this.panels = [];
    this.cross = null; // [x, y]
    this.unit = null; // the one whose picture is drawn instead of the regions
    this.resized = new ResizeObserver(() => {
      if (!this.panels.every(({ points }) => fits(points))) this.drawPoints();
    });
    own.redraw = () => this.setUp();
    training.on("frame", () => this.drawFrame());
    onColourChange(() => {
      this.drawFrame();
      this.drawPoints();
    });
  }

  setUp() {
    const { answer } = this.training;
    const { draft, points, fewest } = this.setups;
    this.extent = draft ? this.emptyExtent : answer.extent;
    const { tiers } = answer.frame;
    if (tiers.join() !== this.panels.map(({ tier }) => tier).join()) this.build(tiers);
    const { train_labels: train, validation_labels: validation } = answer.points;
    find("counts").textContent = draft
      ? `Own points: ${points.length}. Training needs at least ${fewest}: click the plane.`
      : `${train.shape[0]} training points (filled), ${validation.shape[0]} validation points `
        + `(open). ${answer.validation_note ?? ""}`;
    if (draft) this.clearRegions();
    this.drawPoints();
    if (this.cross) this.askAt();
  }

  build(tiers) {
    this.resized.disconnect();
    this.panels = tiers.map((tier) => this.panel(tier, tiers.length > 1));
    find("regions").replaceChildren(...this.panels.map(({ element }) => element));
    for (const { points } of this.panels) this.resized.observe(points);
  }

  panel(tier, named) {
    const [regions, points, cross] = [make("canvas"), make("canvas"), make("canvas")];
    const layers = make("div", {
      class: "layers",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "plane of points",
      "aria-label": `Decision regions of ${this.titles[tier]}`,
      "aria-describedby": "points-explained",
    }, regions, points, cross);
    const place = (event) => {
      const box = layers.getBoundingClientRect();
      const across = (event.clientX - box.left) / box.width;
      const down = (event.clientY - box.top) / box.height;
      return this.within((2 * across - 1) * this.extent, (1 - 2 * down) * this.extent);
    };
    layers.addEventListener("pointermove", (event) => this.moveTo(place(event)));
    layers.addEventListener("pointerleave", () => {
      if (document.activeElement !== layers) this.moveTo(null);
    });
    layers.addEventListener("click", (event) => this.own.add(place(event)));
    layers.addEventListener("keydown", (event) => this.key(event));
    layers.addEventListener("focus", () => this.moveTo(this.cross ?? [0, 0]));
    const name = named ? make("p", { class: "name" }, this.titles[tier]) : null;
    const element = make("div", { class: "plane" }, name, layers);
    return { tier, layers, regions, points, cross, element };
  }

  within(x, y) {
    const limit = this.extent;
    return [x, y].map((at) => Number(Math.min(Math.max(at, -limit), limit).toFixed(2)));
  }

  key(event) {
    const [x, y] = this.cross ?? [0, 0];
    if (event.key in MOVES) {
      const [right, up] = MOVES[event.key];
      const step = event.shiftKey ? FAR_STEP : STEP;
      this.moveTo(this.within(x + right * step, y + up * step));
    } else if (!this.own.key(event.key, [x, y])) return;
    event.preventDefault();
  }

  moveTo(place) {
    this.cross = place;
    for (const { cross } of this.panels) this.drawCross(cross);
    if (place) this.askAt();
  }

  get focused() {
    return this.panels.some(({ layers }) => layers === document.activeElement);
  }

  /** Ask what the place under the cross does in the network; of many questions, the last counts. */
  async askAt() {
    const seen = find("through").open || this.focused;
    if (this.setups.draft || !seen) return;
    this.asked = this.cross;
    if (this.asking) return;
    this.asking = true;
    while (this.asked) {
      const [x, y] = this.asked;
      this.asked = null;
      const { training } = this;
      await training.session.ask("point", { x, y, shown: training.shown }).then(
        (answer) => this.showPlace(answer),
        // Of all else that is wrong, a frame will tell.
        (error) => error.code === "taken-over"
          && training.recovery.attempt(() => Promise.reject(error)),
      );
    }
    this.asking = false;
  }

  showPlace({ x, y, class: label, probabilities, probabilities_label: meaning, layers }) {
    const write = meaning === "probabilities" ? percent : number;
    if (this.focused) {
      find("at-cross").textContent = `x₁ ${number(x)}, x₂ ${number(y)}: class ${label}`;
    }
    const shares = probabilities.map((share, index) => `${CLASS_MARKS[index]} ${write(share)}`);
    find("place").replaceChildren(
      make("p", {}, `At x₁ = ${number(x)}, x₂ = ${number(y)} the network predicts class ${label}; `
        + `${meaning}: ${shares.join(", ")}. What each layer outputs, a number per unit:`),
      make("table", {}, ...layers.map((layer) => make(
        "tr", {}, make("th", { scope: "row" }, layer.label),
        make("td", {}, layer.values.map((value) => number(value, 2)).join("  ")),
      ))),
    );
    document.body.dataset.place = `${x} ${y}`;
  }

  /** Draw this unit's picture instead of the regions of the tier that is shown; null ends it. */
  enlarge(unit) {
    const before = this.unit;
    this.unit = unit;
    if (unit || before) this.drawFrame();
  }

  drawFrame() {
    const { frame, shown } = this.training;
    if (!frame?.regions || find("points").hidden || this.setups.draft) return;
    for (const { tier, regions } of this.panels) {
      if (this.unit && tier === shown) {
        drawLarge(regions, this.unit.width, this.unit.height, this.unit.values);
        continue;
      }
      const { classes, confidence } = frame.regions[tier];
      const [height, width] = classes.shape;
      drawRegions(regions, width, height, unpack(classes), unpack(confidence));
    }
    find("counts").hidden = Boolean(this.unit);
    const { name = "Decision regions", low, high } = this.unit ?? {};
    find("regions-title").textContent = name;
    find("unit-range").textContent = this.unit
      ? `Output from ${number(low)} (purple) to ${number(high)} (yellow).` : "";
    if (this.cross) this.askAt();
  }

  clearRegions() {
    for (const { regions } of this.panels) {
      regions.getContext("2d").clearRect(0, 0, regions.width, regions.height);
    }
  }

  drawPoints() {
    const { answer } = this.training;
    if (!answer) return;
    const { points } = answer;
    const { draft } = this.setups;
    for (const panel of this.panels) {
      const context = fitted(panel.points);
      if (!context) continue;
      const onCanvas = this.scale(panel.points);
      if (!draft) {
        drawSet(context, onCanvas, points.validation, points.validation_labels, false);
        drawSet(context, onCanvas, points.train, points.train_labels, true);
      }
      for (const [x, y, label] of this.setups.points) {
        drawMark(context, ...onCanvas(x, y), label, OWN_MARK);
      }
      this.drawCross(panel.cross);
    }
  }

  /** Where a place of the plane stands on the canvas. The canvas is measured here, once for all of
   *  its points, as each look may take a layout. */
  scale(canvas) {
    const [across, down] = [canvas.clientWidth, canvas.clientHeight].map(
      (size) => size / (2 * this.extent),
    );
    return (x, y) => [(x + this.extent) * across, (this.extent - y) * down];
  }

  drawCross(canvas) {
    const context = fitted(canvas);
    if (!context || !this.cross) return;
    const [x, y] = this.scale(canvas)(...this.cross);
    for (const [line, width] of [["paper", 4], ["ink", 1.5]]) {
      context.strokeStyle = colour(line);
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(x - 9, y);
      context.lineTo(x + 9, y);
      context.moveTo(x, y - 9);
      context.lineTo(x, y + 9);
      context.stroke();
    }
  }
}

/** The canvas's context in the page's pixels, emptied; null while it is not shown. */
function fitted(canvas) {
  const dense = devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * dense;
  canvas.height = canvas.clientHeight * dense;
  if (!canvas.width) return null;
  const context = canvas.getContext("2d");
  context.scale(dense, dense);
  return context;
}

function drawSet(context, onCanvas, packedPoints, packedLabels, filled) {
  const [points, labels] = [unpack(packedPoints), unpack(packedLabels)];
  const radius = labels.length > MANY ? MARK_OF_MANY : MARK;
  labels.forEach((label, index) => {
    const place = onCanvas(points[2 * index], points[2 * index + 1]);
    drawMark(context, ...place, label, radius, filled);
  });
}

function fits(canvas) {
  return canvas.width === Math.floor(canvas.clientWidth * (devicePixelRatio || 1));
}
