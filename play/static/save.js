// Saving a figure as PNG, as it stands on the page: frames, pictures, charts and words.

import { make } from "./dom.js";
import { colour } from "./colours.js";

const ENLARGED = 2; // so that a saved chart is sharp
const LEFT_OUT = ".unsaved, .unseen, .pair, [popover]";

/** Give each figure with a data-file name a button that saves it. */
export function addSaveButtons() {
  for (const figure of document.querySelectorAll("figure[data-file]")) {
    const name = figure.dataset.title ?? figure.dataset.file;
    figure.querySelector("figcaption").append(make("button", {
      type: "button",
      class: "save unsaved",
      "aria-label": `Save the picture "${name}" as PNG`,
      title: "Save as PNG",
      onclick: () => save(figure),
    }, "PNG"));
  }
}

async function save(figure) {
  const picture = await figurePicture(figure);
  const blob = await new Promise((resolve) => picture.toBlob(resolve, "image/png"));
  const href = URL.createObjectURL(blob);
  const link = make("a", { href, download: `${figure.dataset.file}.png` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** A figure on one canvas: each of its parts and words where it stands on the page. */
export async function figurePicture(figure) {
  const { left, top, width } = figure.getBoundingClientRect();
  const seen = document.createTreeWalker(
    figure, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, accept,
  );
  const parts = [];
  while (seen.nextNode()) parts.push(seen.currentNode);
  const bottom = Math.max(...parts.filter(({ matches }) => matches).map(
    (part) => part.getBoundingClientRect().bottom,
  ));
  const padding = parseFloat(getComputedStyle(figure).paddingBottom);
  const height = bottom + padding - top;
  const picture = make("canvas", { width: ENLARGED * width, height: ENLARGED * height });
  const context = picture.getContext("2d");
  context.scale(ENLARGED, ENLARGED);
  context.translate(-left, -top);
  context.fillStyle = colour("paper");
  context.fillRect(left, top, width, height);
  for (const part of parts) {
    if (part.nodeType === Node.TEXT_NODE) drawWords(context, part);
    else await drawElement(context, part);
  }
  return picture;
}

function accept(node) {
  if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
  const leftOut = node.matches(LEFT_OUT) || !node.checkVisibility() || node.closest("svg *");
  return leftOut ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
}

async function drawElement(context, element) {
  const box = element.getBoundingClientRect();
  if (!box.width || !box.height) return;
  drawFrame(context, getComputedStyle(element), box);
  if (element.tagName === "CANVAS" || element.tagName === "svg") {
    const source = element.tagName === "svg" ? await imageOf(element, box) : element;
    context.imageSmoothingEnabled = element.tagName === "svg";
    context.drawImage(source, box.left, box.top, box.width, box.height);
  }
}

/** An element's background and border, which is the same on all sides. */
function drawFrame(context, style, box) {
  const border = parseFloat(style.borderTopWidth);
  const round = style.borderTopLeftRadius;
  const corner = parseFloat(round) * (round.endsWith("%") ? box.width / 100 : 1);
  context.beginPath();
  context.roundRect(
    box.left + border / 2, box.top + border / 2, box.width - border, box.height - border, corner,
  );
  context.fillStyle = style.backgroundColor;
  context.fill();
  if (!border) return;
  context.strokeStyle = style.borderTopColor;
  context.lineWidth = border;
  context.setLineDash(style.borderTopStyle === "dotted" ? [border, 1.5 * border] : []);
  context.stroke();
}

/** Each word at its own place: so lines break where they break on the page. */
function drawWords(context, text) {
  const style = getComputedStyle(text.parentElement);
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textBaseline = "middle";
  const range = document.createRange();
  for (const { index, 0: word } of text.data.matchAll(/\S+/g)) {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    const { left, top, height } = range.getBoundingClientRect();
    context.fillText(word, left, top + height / 2);
  }
}

async function imageOf(svg, box) {
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", ENLARGED * box.width);
  copy.setAttribute("height", ENLARGED * box.height);
  copy.setAttribute("font-family", getComputedStyle(document.body).fontFamily);
  const text = new XMLSerializer().serializeToString(copy);
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const image = new Image();
  image.src = address;
  await image.decode();
  URL.revokeObjectURL(address);
  return image;
}
