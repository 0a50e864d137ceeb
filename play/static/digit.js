// A digit, drawn or chosen, and what each tier's trained model makes of it.

import { get, post } from "./api.js";
import { base64, find, make, number, percent, unpack } from "./dom.js";
import { onColourChange } from "./colours.js";
import { showMessage, hideMessage } from "./messages.js";
import { Pad } from "./pad.js";
import { drawInk, drawSigned, drawValues } from "./pictures.js";

const PAGE = 12; // test images at a time

export class DigitView {
  constructor() {
    this.pad = new Pad(find("pad"), () => this.classifyDrawing(), find("pen"));
    this.offset = 0;
    this.order = "wrong";
    find("clear-pad").addEventListener("click", () => {
      this.pad.clear();
      find("pad").focus();
    });
    find("earlier").addEventListener("click", () => this.browse(this.offset - PAGE));
    find("later").addEventListener("click", () => this.browse(this.offset + PAGE));
    find("order").addEventListener("change", (event) => {
      this.order = event.target.value;
      this.browse(0);
    });
    onColourChange(() => this.answer && this.show(this.answer));
  }

  /** Ask which models there are, whenever the view is opened: a run may have ended meanwhile. */
  async open() {
    try {
      this.description = await get("api/digits");
    } catch (error) {
      showMessage(error.message, "refusal");
      return;
    }
    const { tiers, images, folder } = this.description;
    find("models").replaceChildren(...tiers.map(model));
    const classified = images.wrong != null;
    if (!classified) find("order").value = this.order = "all";
    find("order").disabled = !classified;
    find("browsing-controls").hidden = !images.available;
    find("about-images").textContent = !images.available ? images.reason
      : classified ? `No model was trained on these ${images.count} images; at least one model `
        + `misclassifies ${images.wrong} of them. Select one to see every model's prediction.`
        : "There is no trained model yet: see below.";
    find("about-models").textContent = `From the finished runs in ${folder}.`;
    if (images.available) await this.browse(this.offset);
    document.body.dataset.models = tiers.filter((tier) => tier.available).length;
  }

  /** Judge the drawing; of many strokes while an answer is on its way, the last counts. */
  async classifyDrawing() {
    if (this.pad.empty) {
      this.clear();
      return;
    }
    this.waiting = true;
    if (this.asking) return;
    this.asking = true;
    document.body.dataset.classifying = "";
    while (this.waiting) {
      this.waiting = false;
      await this.classify({ drawing: base64(this.pad.ink()) });
    }
    this.asking = false;
    delete document.body.dataset.classifying;
  }

  async classify(what) {
    try {
      this.show(await post("api/digits/classify", what));
      hideMessage("refusal");
    } catch (error) {
      if (!this.pad.empty || what.image != null) showMessage(error.message, "refusal");
    }
  }

  clear() {
    this.answer = null;
    find("predictions").replaceChildren();
    const centred = find("centred");
    centred.getContext("2d").clearRect(0, 0, centred.width, centred.height);
    delete document.body.dataset.classified;
  }

  show(answer) {
    this.answer = answer;
    const [height, width] = answer.centred.shape;
    drawInk(find("centred"), width, height, unpack(answer.centred));
    const { tiers } = this.description;
    const titles = Object.fromEntries(tiers.map(({ name, title }) => [name, title]));
    find("predictions").replaceChildren(...Object.entries(answer.tiers).map(
      ([name, prediction]) => this.prediction(name, titles[name], prediction, answer.label),
    ));
    find("predicted").textContent = Object.entries(answer.tiers).map(
      ([name, { prediction }]) => `${titles[name]}: ${prediction}`,
    ).join("; ");
    if (!Object.keys(answer.tiers).length) {
      find("predictions").append(make("p", {}, "There is no trained model yet: see below."));
    }
    document.body.dataset.classified = Number(document.body.dataset.classified ?? 0) + 1;
  }

  prediction(name, title, { prediction, probabilities, hidden, saliency }, label) {
    const right = label === prediction ? ", correct" : `, wrong: it is a ${label}`;
    const known = label == null ? "" : right;
    const rows = probabilities.map((share, digit) => {
      const bar = make("span", { class: "bar" });
      bar.style.setProperty("--share", percent(share).replace(" ", ""));
      return make(
        "tr", { class: digit === prediction ? "predicted" : "", "data-digit": digit },
        make("th", { scope: "row" }, digit), make("td", { class: "share" }, percent(share)),
        make("td", { class: "bars", "aria-hidden": "true" }, bar),
      );
    });
    const picture = make("canvas", { role: "img", "aria-label": `Saliency of ${title}` });
    const [height, width] = saliency.shape;
    drawSigned(picture, width, height, unpack(saliency), 1);
    return make(
      "figure", { class: "prediction", "data-tier": name },
      make("figcaption", {}, make("h3", {}, `${title}: ${prediction}${known}`)),
      make("table", { class: "probabilities" },
        make("caption", { class: "unseen" }, `Probability of each digit, ${title}`), ...rows),
      make("h4", {}, "Saliency"),
      make("p", { class: "explanation" }, `More ink raises the logit of ${prediction} where it is `
        + "yellow, lowers it where it is dark purple, and has no effect where it is grey."),
      make("div", { class: "saliency" }, picture),
      make("h4", {}, "Hidden activations"),
      make("p", { class: "explanation" }, "One pixel per unit: the yellower, the larger."),
      make("div", { class: "hidden-layers" }, ...hidden.map(activations)),
    );
  }

  async browse(offset) {
    const { count } = this.description.images;
    this.offset = Math.min(Math.max(offset, 0), Math.max(count - 1, 0));
    try {
      const address = `api/digits/images?offset=${this.offset}&count=${PAGE}&order=${this.order}`;
      this.showImages(await get(address));
    } catch (error) {
      showMessage(error.message, "refusal");
    }
  }

  showImages({ offset, total, images }) {
    find("earlier").disabled = offset === 0;
    find("later").disabled = offset + PAGE >= total;
    find("which-images").textContent = `${offset + 1} to ${offset + images.length} of ${total}`;
    find("test-images").replaceChildren(...images.map(({ image, label, pixels, predictions }) => {
      const canvas = make("canvas");
      drawInk(canvas, 28, 28, unpack(pixels));
      const digits = [...new Set(Object.values(predictions))];
      const wrong = digits.filter((one) => one !== label);
      const text = wrong.length ? `${label}, classified as ${wrong.join(" or ")}` : String(label);
      const marked = wrong.length ? `${label} ✗ ${wrong.join(", ")}` : `${label} ✓`;
      return make("button", {
        type: "button",
        class: "test-image",
        "data-image": image,
        "aria-label": `Test image: ${text}`,
        onclick: () => this.classify({ image }),
      }, canvas, make("span", {}, digits.length ? marked : text));
    }));
    document.body.dataset.images = offset;
  }
}

function model({ name, title, available, trained, reason, command }) {
  return make(
    "li", { "data-tier": name, "data-available": String(available) },
    make("strong", {}, title), available ? `: ${trained}` : `: ${reason} Train it with `,
    available ? null : make("code", {}, command),
  );
}

function activations({ label, values: packed }) {
  const values = unpack(packed);
  const across = Math.ceil(Math.sqrt(values.length * 2));
  const down = Math.ceil(values.length / across);
  const low = values.reduce((least, value) => Math.min(least, value), 0);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  const shades = new Uint8Array(across * down);
  values.forEach((value, unit) => {
    shades[unit] = Math.round((255 * (value - low)) / (high - low || 1));
  });
  const text = `${label}, ${values.length} units: ${number(low)} to ${number(high)}`;
  const canvas = make("canvas", { role: "img", "aria-label": text });
  drawValues(canvas, across, down, shades);
  return make("div", {}, make("p", { class: "explanation" }, text), canvas);
}
