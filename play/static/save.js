// Saving a picture as PNG: what stands in a <figure>, charts and canvases alike.

import { make } from "./dom.js";
import { colour } from "./colours.js";

const ENLARGED = 2; // so that a saved chart is sharp

/** Give each figure with a data-file name a button that saves it. */
export function addSaveButtons() {
  for (const figure of document.querySelectorAll("figure[data-file]")) {
    const name = figure.dataset.title ?? figure.dataset.file;
    figure.querySelector("figcaption").append(make("button", {
      type: "button",
      class: "save",
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

/** All charts and canvases of a figure on one canvas, each where it stands on the page. */
export async function figurePicture(figure) {
  const parts = [...figure.querySelectorAll("canvas, svg")].filter((part) => part.clientWidth);
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const picture = make("canvas");
  picture.width = ENLARGED * (Math.max(...boxes.map((box) => box.right)) - left);
  picture.height = ENLARGED * (Math.max(...boxes.map((box) => box.bottom)) - top);
  const context = picture.getContext("2d");
  context.fillStyle = colour("paper");
  context.fillRect(0, 0, picture.width, picture.height);
  context.scale(ENLARGED, ENLARGED);
  for (const [index, part] of parts.entries()) {
    const box = boxes[index];
    const source = part.tagName === "CANVAS" ? part : await imageOf(part, box);
    context.imageSmoothingEnabled = part.tagName !== "CANVAS";
    context.drawImage(source, box.left - left, box.top - top, box.width, box.height);
  }
  return picture;
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
