// Rasters from the server, drawn on canvases: decision regions, what a unit gives, digits.

import { colour, onColourChange, rgb } from "./colours.js";

/** A place's colour as the canvas keeps it: one number, alpha first. */
function packed([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function table(colourOf) {
  return Uint32Array.from({ length: 256 }, (_, value) => packed(colourOf(value)));
}

// From dark purple over grey to yellow: the lightness only rises, so that it can be read in grey.
const STOPS = [[52, 20, 92], [104, 72, 128], [146, 124, 136], [200, 174, 116], [255, 226, 84]];
const VALUES = table((value) => {
  const place = (value / 255) * (STOPS.length - 1);
  const left = Math.min(Math.floor(place), STOPS.length - 2);
  return blend(STOPS[left], STOPS[left + 1], place - left);
});
const INK = table((value) => [255 - value, 255 - value, 255 - value]);
const ENLARGED = 5; // so that the boundary is a thin line
let regions = null;
onColourChange(() => (regions = null));

function blend(from, to, share) {
  return from.map((part, index) => Math.round(part + share * (to[index] - part)));
}

function regionTables() {
  return [0, 1, 2, 3].map((label) => {
    const [paper, full] = [rgb("paper"), rgb(`region-${label}`)];
    return table((confidence) => blend(paper, full, 0.25 + (0.75 * confidence) / 255));
  });
}

/** Draw which class is predicted where: the class's colour, paler where the network is unsure, and
 *  a dark line on the boundary, which is seen in grey as well.
 *
 * @param classes, confidence a byte for each place, row by row from the top.
 */
export function drawRegions(canvas, width, height, classes, confidence) {
  regions ??= regionTables();
  const raster = new OffscreenCanvas(width, height);
  paint(raster, width, height, (at) => regions[classes[at]][confidence[at]]);
  if (canvas.width !== ENLARGED * width || canvas.height !== ENLARGED * height) {
    canvas.width = ENLARGED * width;
    canvas.height = ENLARGED * height;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ENLARGED, 0, 0, ENLARGED, 0, 0);
  context.drawImage(raster, 0, 0);
  context.strokeStyle = colour("ink");
  context.lineWidth = 0.5;
  context.lineCap = "round";
  context.beginPath();
  drawBoundary(context, width, height, classes);
  context.stroke();
}

/** Between the centres of four neighbours: a line from each side whose ends differ in class to the
 *  next such side. */
function drawBoundary(path, width, height, classes) {
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const at = y * width + x;
      const [a, b] = [classes[at], classes[at + 1]];
      const [c, d] = [classes[at + width], classes[at + width + 1]];
      if (a === b && a === c && a === d) continue;
      const sides = [];
      if (a !== b) sides.push([x + 1, y + 0.5]);
      if (b !== d) sides.push([x + 1.5, y + 1]);
      if (c !== d) sides.push([x + 1, y + 1.5]);
      if (a !== c) sides.push([x + 0.5, y + 1]);
      const ends = sides.length === 2 ? [sides[1]] : sides;
      for (const end of ends) {
        path.moveTo(...(sides.length === 2 ? sides[0] : [x + 1, y + 1]));
        path.lineTo(...end);
      }
    }
  }
}

/** Draw a byte for each place on the scale from dark purple to yellow. */
export function drawValues(canvas, width, height, values) {
  paint(canvas, width, height, (at) => VALUES[values[at]]);
}

/** The same, as large as the canvas is, with smooth transitions between the places. */
export function drawLarge(canvas, width, height, values) {
  const raster = new OffscreenCanvas(width, height);
  drawValues(raster, width, height, values);
  const context = canvas.getContext("2d");
  context.resetTransform();
  context.drawImage(raster, 0, 0, canvas.width, canvas.height);
}

/** Draw a byte for each place: 0 is paper, 255 is ink. */
export function drawInk(canvas, width, height, ink) {
  paint(canvas, width, height, (at) => INK[ink[at]]);
}

/** Draw numbers of both signs: grey is 0, yellow the largest `size`, dark purple its negative. */
export function drawSigned(canvas, width, height, values, size) {
  const share = (value) => Math.round(127.5 * (1 + value / (size || 1)));
  paint(canvas, width, height, (at) => VALUES[share(values[at])]);
}

function paint(canvas, width, height, colourAt) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const picture = new ImageData(width, height);
  const places = new Uint32Array(picture.data.buffer);
  for (let at = 0; at < places.length; at++) places[at] = colourAt(at);
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

export const CLASS_MARKS = ["●", "■", "▲", "◆"];
const SHAPES = [
  (path, r) => path.arc(0, 0, r, 0, 2 * Math.PI),
  (path, r) => path.rect(-0.87 * r, -0.87 * r, 1.74 * r, 1.74 * r),
  (path, r) => polygon(path, [[0, -1.2 * r], [1.1 * r, 0.8 * r], [-1.1 * r, 0.8 * r]]),
  (path, r) => polygon(path, [[0, -1.3 * r], [1.3 * r, 0], [0, 1.3 * r], [-1.3 * r, 0]]),
];

/** Draw one point as its class's mark: circle, square, triangle, diamond. */
export function drawMark(context, x, y, label, radius, filled = true) {
  context.save();
  context.translate(x, y);
  context.beginPath();
  SHAPES[label](context, radius);
  context.fillStyle = colour(filled ? `class-${label}` : "paper");
  context.strokeStyle = colour(filled ? "paper" : `class-${label}`);
  context.lineWidth = filled ? 0.9 : 1.4;
  context.fill();
  context.stroke();
  context.restore();
}

function polygon(path, corners) {
  for (const corner of corners) path.lineTo(...corner);
  path.closePath();
}
