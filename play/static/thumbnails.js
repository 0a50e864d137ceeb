// Small pictures of the sets of points, from points of each set.

import { make, unpack } from "./dom.js";
import { onColourChange } from "./colours.js";
import { drawMark } from "./pictures.js";

const [SIDE, RADIUS] = [56, 2.2]; // pixels

/** A canvas for each set, by its name. @param sets {name: {points, labels, extent}}. */
export function thumbnails(sets) {
  const canvases = {};
  for (const [name, set] of Object.entries(sets)) {
    const canvas = make("canvas", { class: "thumbnail", "aria-hidden": "true" });
    canvases[name] = canvas;
    draw(canvas, set);
    onColourChange(() => draw(canvas, set));
  }
  return canvases;
}

function draw(canvas, { points: packed, labels: packedLabels, extent }) {
  const [points, labels] = [unpack(packed), unpack(packedLabels)];
  const dense = devicePixelRatio || 1;
  canvas.width = canvas.height = SIDE * dense;
  const context = canvas.getContext("2d");
  context.scale(dense, dense);
  labels.forEach((label, index) => {
    const [x, y] = [points[2 * index], points[2 * index + 1]];
    const half = SIDE / (2 * extent);
    drawMark(context, (x + extent) * half, (extent - y) * half, label, RADIUS);
  });
}
