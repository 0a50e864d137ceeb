// The pad for a digit: drawn with a mouse, a finger, or the arrow keys.

import { colour } from "./colours.js";

const SIZE = 140; // the pad's own dots, and what the server takes
const PEN = 11;
const KEY_STEP = 5;
const MOVES = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

export class Pad {
  /** @param canvas the pad. @param changed called after each change of the drawing.
   *  @param said an element that tells where the pen is, for who moves it by keys. */
  constructor(canvas, changed, said) {
    Object.assign(this, { canvas, changed, said });
    this.drawing = new OffscreenCanvas(SIZE, SIZE);
    canvas.width = canvas.height = SIZE;
    this.pen = { x: SIZE / 2, y: SIZE / 4, down: false };
    this.last = null; // where the pointer was, while it is down
    this.listen();
    this.clear(false);
  }

  clear(tell = true) {
    const context = this.drawing.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "white";
    context.fillRect(0, 0, SIZE, SIZE);
    this.empty = true;
    this.pen.down = false;
    this.show();
    if (tell) this.changed();
  }

  /** The drawing as the server takes it: bytes row by row, 0 for paper and 255 for ink. */
  ink() {
    const { data } = this.drawing.getContext("2d").getImageData(0, 0, SIZE, SIZE);
    return Uint8Array.from({ length: SIZE * SIZE }, (_, at) => 255 - data[4 * at]);
  }

  stroke(from, to) {
    const context = this.drawing.getContext("2d");
    context.lineWidth = PEN;
    context.lineCap = "round";
    context.strokeStyle = "black";
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
    this.empty = false;
    this.show();
    this.changed();
  }

  show() {
    const context = this.canvas.getContext("2d");
    context.drawImage(this.drawing, 0, 0);
    if (!this.keys) return;
    context.strokeStyle = context.fillStyle = colour("class-1");
    context.beginPath();
    context.arc(this.pen.x, this.pen.y, PEN / 2, 0, 2 * Math.PI);
    if (this.pen.down) context.fill();
    context.stroke();
  }

  listen() {
    const { canvas } = this;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      return { x: (x / box.width) * SIZE, y: (y / box.height) * SIZE };
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (this.last) return; // a second finger
      canvas.setPointerCapture(event.pointerId);
      this.pointer = event.pointerId;
      this.keys = false;
      this.last = place(event);
      this.stroke(this.last, this.last);
      canvas.focus();
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.last || event.pointerId !== this.pointer) return;
      for (const part of event.getCoalescedEvents?.() ?? [event]) {
        const next = place(part);
        this.stroke(this.last, next);
        this.last = next;
      }
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => {
        if (event.pointerId === this.pointer) this.last = null;
      });
    }
    canvas.addEventListener("blur", () => {
      this.keys = this.pen.down = false;
      this.show();
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const { pen } = this;
    if (event.key === " ") pen.down = !pen.down;
    else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else if (!(event.key in MOVES)) return;
    event.preventDefault();
    this.keys = true;
    const before = { ...pen };
    const [right, down] = MOVES[event.key] ?? [0, 0];
    pen.x = Math.min(Math.max(pen.x + KEY_STEP * right, PEN / 2), SIZE - PEN / 2);
    pen.y = Math.min(Math.max(pen.y + KEY_STEP * down, PEN / 2), SIZE - PEN / 2);
    const [across, below] = [pen.x, pen.y].map((place) => Math.round((100 * place) / SIZE));
    this.said.textContent = `Pen ${pen.down ? "down" : "up"}, ${across} % from the left, `
      + `${below} % from the top`;
    if (pen.down) this.stroke(before, pen);
    else this.show();
  }
}
