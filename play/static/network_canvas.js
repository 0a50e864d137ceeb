// What is drawn behind the units' buttons, on one canvas: a canvas for each unit would be slow.

import { make } from "./dom.js";
import { drawValues } from "./pictures.js";
import { drawWeights } from "./weights.js";

const [BORDER, FAINT] = [1.5, 0.55]; // of a unit: its frame's width; how a dead one is drawn

export class NetworkCanvas {
  /** @param box the element that holds the units. */
  constructor(box) {
    this.box = box;
    this.canvas = make("canvas");
    this.elements = null; // of each column, inputs first, those of its units
    this.rasters = [];
    new ResizeObserver(() => {
      if (this.elements && this.measured !== sizeOf(box)) {
        this.measure(this.elements);
        this.redraw();
      }
    }).observe(box);
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
  }

  /** Draw the weights and the units' pictures; returns what the lines are.
   *
   * @param layers as `layersOf` gives them.
   * @param columns [{width, height, values, dead}]: the pictures of a column, one below the other.
   * @param chosen [column, unit] whose lines are all drawn, or null.
   */
  draw(layers, columns, chosen) {
    this.last = [layers, columns, chosen];
    if (!this.places) return "";
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const lines = drawWeights(context, layers, this.places, chosen);
    columns.forEach((column, index) => this.drawColumn(context, column, index));
    return lines;
  }

  redraw() {
    if (this.last) this.draw(...this.last);
  }

  drawColumn(context, { width, height, values, dead }, index) {
    const raster = (this.rasters[index] ??= new OffscreenCanvas(1, 1));
    drawValues(raster, width, values.length / width, values);
    this.places[index + 1].forEach(([left, right, middle], unit) => {
      const side = right - left - 2 * BORDER;
      context.globalAlpha = dead.includes(unit) ? FAINT : 1;
      context.drawImage(
        raster, 0, unit * height, width, height, left + BORDER, middle - side / 2, side, side,
      );
    });
    context.globalAlpha = 1;
  }
}

function sizeOf({ clientWidth, clientHeight }) {
  return `${clientWidth} x ${clientHeight}`;
}
