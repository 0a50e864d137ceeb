// Charts as SVG: lines on a linear or a logarithmic scale, and a histogram's bars.

import { makeSvg, number, powerOfTen } from "./dom.js";
import { colour } from "./colours.js";

const [WIDTH, SMALL] = [340, 190];
const PLOT = { left: 44, margin: 16, height: 140 };
const FEW = 15; // values of a line that are marked, as a line of one could not be seen
const [ROW, BELOW] = [15, 32]; // height of a legend's row, and of what stands below the plot

/** Draw lines into an <svg>.
 *
 * @param lines [{name, x, y, shade, dash, width}]: a null in y leaves a gap; on a log scale 0 has a
 *   place of its own below, marked "0". Without a name it is not in the legend. The shade is a
 *   share of ink, 1 if left out.
 * @param options {title, steps, log, low, high}: the last step on the axis; values that the other
 *   axis must hold.
 */
export function drawLines(svg, lines, options = {}) {
  const { title, steps, log = false } = options;
  const [top, bottom] = legend(svg, lines, title);
  const all = lines.flatMap((line) => line.y).filter((value) => value != null);
  const x = linear(0, Math.max(steps, 1), PLOT.left, WIDTH - PLOT.margin);
  const y = (log ? logarithmic : linear)(
    ...limits(all, options), bottom, top, !all.length, all.includes(0),
  );
  axes(svg, x, y, "step", top, bottom, WIDTH);
  if (!all.length) svg.append(words(WIDTH / 2, (top + bottom) / 2, "nothing yet", "middle"));
  for (const line of lines) drawLine(svg, line, x, y);
}

/** Draw a histogram's bars into an <svg>.
 *
 * @param bars {edges, counts}: one edge more than counts.
 * @param options {title, xLabel}.
 */
export function drawBars(svg, { edges, counts }, { title, xLabel }) {
  const [top, bottom] = legend(svg, [], title, SMALL);
  const x = linear(edges[0], edges.at(-1), PLOT.left, SMALL - PLOT.margin);
  const y = linear(0, Math.max(...counts, 1), bottom, top);
  axes(svg, x, y, xLabel, top, bottom, SMALL);
  counts.forEach((count, index) => {
    const left = x.place(edges[index]);
    svg.append(makeSvg("rect", {
      x: left + 0.5,
      y: y.place(count),
      width: Math.max(x.place(edges[index + 1]) - left - 1, 0.5),
      height: bottom - y.place(count),
      fill: colour("muted"),
    }));
  });
}

function limits(all, { log, low, high }) {
  const values = [...all, low, high].filter((value) => value != null && !(log && value <= 0));
  return [Math.min(...values), Math.max(...values)];
}

/** Empty the picture and write the legend; returns the top and the bottom of the plot below it. */
function legend(svg, lines, title, picture = WIDTH) {
  svg.replaceChildren();
  const named = lines.filter(({ name }) => name).map((line) => {
    const last = line.y.findLast((value) => value != null);
    return { line, text: last == null ? line.name : `${line.name} ${number(last)}` };
  });
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", [title, ...named.map(({ text }) => text)].join("; "));
  let [left, row] = [PLOT.left, 0];
  for (const { line, text } of named) {
    const width = 30 + 6.2 * text.length;
    if (left + width > WIDTH && left > PLOT.left) [left, row] = [PLOT.left, row + 1];
    const at = 10 + row * ROW;
    svg.append(
      makeSvg("path", { d: `M${left} ${at - 4}h18`, ...strokeOf(line) }),
      words(left + 24, at, text),
    );
    left += width;
  }
  const top = 8 + (named.length ? (row + 1) * ROW : 0);
  svg.setAttribute("viewBox", `0 0 ${picture} ${top + PLOT.height + BELOW}`);
  return [top, top + PLOT.height];
}

function strokeOf({ shade = 1, dash = "", width = 1.8 }) {
  const ends = dash && width > 2 ? "butt" : "round"; // wide round ends would fill the gaps
  const stroke = `color-mix(in srgb, ${colour("ink")} ${100 * shade}%, ${colour("paper")})`;
  return { stroke, "stroke-dasharray": dash, "stroke-width": width, "stroke-linecap": ends };
}

function drawLine(svg, line, x, y) {
  const style = strokeOf(line);
  let path = "";
  let before = null;
  line.y.forEach((value, index) => {
    if (value != null) {
      // Between 0, which is off a logarithmic scale, and a value on it there is nothing to draw.
      const goesOn = before != null && !(y.apart && (before === 0) !== (value === 0));
      const place = `${x.place(line.x[index]).toFixed(1)} ${y.place(value).toFixed(1)}`;
      path += goesOn ? `L${place}` : `M${place}h.01`;
    }
    before = value;
  });
  svg.append(makeSvg("path", {
    d: path, fill: "none", ...style, "stroke-linejoin": "round", class: "line",
  }));
  if (line.y.length > FEW) return;
  line.y.forEach((value, index) => {
    if (value == null) return;
    const [cx, cy] = [x.place(line.x[index]), y.place(value)];
    const r = style["stroke-width"] / 2 + 1.6;
    svg.append(makeSvg("circle", {
      cx, cy, r, stroke: style.stroke,
      fill: style["stroke-dasharray"] ? colour("paper") : style.stroke,
    }));
  });
}

function axes(svg, x, y, xLabel, top, bottom, picture) {
  const right = picture - PLOT.margin;
  for (const { at, text } of y.ticks) {
    svg.append(
      makeSvg("path", { d: `M${PLOT.left} ${at}H${right}`, stroke: colour("rule") }),
      words(PLOT.left - 5, at + 3.5, text, "end"),
    );
  }
  for (const { at, text } of x.ticks) {
    svg.append(
      makeSvg("path", { d: `M${at} ${bottom}v4`, stroke: colour("muted") }),
      words(at, bottom + 15, text, "middle"),
    );
  }
  svg.append(
    makeSvg("path", {
      d: `M${PLOT.left} ${top}V${bottom}H${right}`, fill: "none", stroke: colour("muted"),
    }),
    words(right, bottom + BELOW - 3, xLabel, "end"),
  );
}

function words(x, y, text, anchor = "start") {
  return makeSvg(
    "text", { x, y, "text-anchor": anchor, fill: colour("muted"), "font-size": 11 }, text,
  );
}

function linear(low, high, start, end, empty = false) {
  if (empty) return { ticks: [], place: () => start };
  if (low === high) {
    const room = (Math.abs(low) || 1) / 2;
    [low, high] = [low - room, high + room];
  }
  const place = (value) => start + ((value - low) / (high - low)) * (end - start);
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
    ticks.push({ at: place(i * step), text: number(Number((i * step).toPrecision(6)), 4) });
  }
  return { ticks, place };
}

function logarithmic(low, high, start, end, empty, zeros) {
  const bottom = zeros ? start - 16 : start;
  const floor = zeros ? [{ at: start - 4, text: "0" }] : [];
  if (empty || !(high > 0)) return { ticks: floor, place: () => start - 4, apart: true };
  const first = Math.floor(Math.log10(low));
  const last = Math.max(Math.ceil(Math.log10(high)), first + 1);
  const place = (value) => {
    if (value === 0) return start - 4;
    return bottom + ((Math.log10(value) - first) / (last - first)) * (end - bottom);
  };
  const every = Math.ceil((last - first) / 5);
  const ticks = [...floor];
  for (let power = first; power <= last; power += every) {
    ticks.push({ at: place(10 ** power), text: powerOfTen(power) });
  }
  return { ticks, place, apart: true };
}
