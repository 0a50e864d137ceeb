// The training as the page knows it: its set-up, what it has measured, and the loop that asks for
// one frame after the other. The server trains only as far as a frame asks.

import { showMessage, hideMessage } from "./messages.js";
import { Recovery } from "./recovery.js";

const PATIENCE = 800; // ms, until a reader is told what takes so long
const SLOW = "Preparing the training …";
const LOADING = "Preparing the training. Loading torch takes some seconds the first time …";

export class Training {
  constructor(session) {
    this.session = session;
    this.listeners = { setup: [], rate: [], frame: [], state: [] };
    this.wanted = {}; // the options as they were asked for
    this.setup = null; // all options, as the server has them
    this.answer = null; // the server's whole answer to them
    this.frame = null;
    this.target = 0; // train to this step
    this.speed = 1; // steps a frame
    this.shown = null; // the tier whose units are shown
    this.changing = Promise.resolve(); // while a set-up is on its way
    this.changes = 0; // so many are on their way
    this.empty = false; // too few points to train on
    this.recovery = new Recovery(this);
    document.addEventListener("visibilitychange", () => {
      this.wake?.();
      this.loop();
    });
  }

  on(event, listener) {
    this.listeners[event].push(listener);
  }

  notify(event) {
    for (const listener of this.listeners[event]) listener(this);
  }

  /** Begin anew with these options. A refusal leaves the training as it was, and is thrown. */
  async setUp(fields) {
    const change = this.session.ask("setup", fields).catch((error) => {
      if (!["expired", "taken-over"].includes(error.code)) throw error;
      return this.session.ask("setup", fields);
    });
    const why = (fields.tier ?? "numpy") === "numpy" ? SLOW : LOADING;
    const patience = setTimeout(() => showMessage(why, "slow"), PATIENCE);
    const answer = await this.changed(change).finally(() => {
      clearTimeout(patience);
      hideMessage("slow");
    });
    if (this.target !== Infinity) this.target = 0; // a run goes on; a step or an epoch was made
    this.begin(fields, answer);
  }

  /** Train on with these points of the reader's own, from the same weights. */
  async setPoints(points) {
    const answer = await this.changed(this.session.ask("points", { points }));
    this.begin({ ...this.wanted, points }, answer);
  }

  /** Ask for no frame until the answer to a change has come. */
  async changed(change) {
    this.changes += 1;
    this.changing = change.catch(() => {});
    try {
      return await change;
    } finally {
      this.changes -= 1;
    }
  }

  begin(fields, answer) {
    hideMessage("lost");
    const goesOn = answer.frame.step > 0 && answer.frame.step === this.frame?.step;
    const { gradients, gradientSteps } = goesOn
      ? this.history : { gradients: {}, gradientSteps: [] };
    [this.wanted, this.answer, this.setup] = [fields, answer, answer.setup];
    if (!answer.frame.tiers.includes(this.shown)) this.shown = null;
    this.history = { loss: {}, drift: {}, epochs: {}, gradients, gradientSteps };
    this.frame = null;
    this.empty = false;
    this.notify("setup");
    this.take(answer.frame);
    this.show();
    this.loop();
  }

  /** Stand still while there are too few points to train on. */
  rest() {
    this.empty = true;
    this.target = 0;
    this.notify("state");
  }

  /** Show the units, gradients and activations of this tier, of all that train. */
  showTier(tier) {
    this.shown = tier;
    Object.assign(this.history, { gradients: {}, gradientSteps: [] });
    this.recovery.attempt(() => this.look()).then(() => this.show());
  }

  /** Ask for a frame, with the training moved to the step `until` if one is given. */
  async look(until) {
    const { history, shown } = this;
    const [loss] = Object.values(history.loss);
    const [epochs] = Object.values(history.epochs);
    const answer = await this.session.ask("frame", {
      ...(until == null ? {} : { until }),
      ...(shown ? { shown } : {}),
      steps_from: loss?.length ?? 0,
      epochs_from: epochs?.length ?? 0,
    });
    if (history === this.history) this.take(answer);
  }

  /** Draw the frame that has come last. */
  show() {
    if (!this.frame) return;
    this.warn(this.frame);
    this.notify("frame");
    this.notify("state");
  }

  take(frame) {
    this.frame = frame;
    this.shown = frame.shown;
    const { history } = this;
    for (const kind of ["loss", "drift", "epochs"]) {
      for (const [tier, entries] of Object.entries(frame.history[kind])) {
        const known = (history[kind][tier] ??= []);
        known.length = kind === "epochs" ? frame.history.epochs_from : frame.history.steps_from;
        known.push(...entries);
      }
    }
    if (frame.gradients.length && history.gradientSteps.at(-1) !== frame.step) {
      history.gradientSteps.push(frame.step);
      for (const { label, norm } of frame.gradients) (history.gradients[label] ??= []).push(norm);
    }
    if (frame.state !== "ready") this.target = 0;
  }

  /** Say once that a training goes wrong: a screen reader would read each frame's new figures. */
  warn({ message, state }) {
    if (message && (!this.warned || state === "diverged")) showMessage(message, "divergence");
    if (!message) hideMessage("divergence");
    this.warned = Boolean(message);
  }

  get running() {
    return this.target > (this.frame?.step ?? 0);
  }

  run() {
    this.to(Infinity);
  }

  pause() {
    this.to(0);
  }

  oneStep() {
    this.to(this.frame.step + 1);
  }

  oneEpoch() {
    const { step, steps_per_epoch: length } = this.frame;
    this.to((Math.floor(step / length) + 1) * length);
  }

  to(step) {
    this.target = step;
    this.notify("state");
    this.loop();
  }

  /** The loop: while there is something to train, and somebody to see it. The next frame is
   *  asked for before this one is drawn: so the server trains while the page draws. */
  async loop() {
    if (this.looping) return;
    this.looping = true;
    let coming = null;
    while (this.frame && (coming || this.goesOn)) {
      await this.changing;
      await this.recovery.attempt(() => coming ?? this.next());
      coming = this.frame && this.goesOn && !this.changes ? this.next() : null;
      coming?.catch(() => {}); // which the next turn reports
      this.show();
      await this.drawn();
    }
    this.looping = false;
    this.notify("state");
  }

  get goesOn() {
    return this.running && !document.hidden;
  }

  next() {
    return this.look(this.target === Infinity ? this.frame.step + this.speed : this.target);
  }

  /** Wait until the browser has drawn, or will not, as the tab is in the background. */
  async drawn() {
    if (document.hidden) return;
    await new Promise((resolve) => {
      this.wake = resolve;
      requestAnimationFrame(resolve);
    });
  }

  /** Change the learning rate of the training that runs; the weights stay. */
  async setRate(rate) {
    const answer = await this.session.ask("rate", { learning_rate: rate });
    this.setup = { ...this.setup, learning_rate: answer.learning_rate };
    this.wanted = { ...this.wanted, learning_rate: rate };
    Object.assign(this.answer, { command: answer.command, about_command: answer.about_command });
    this.answer.usual = { ...this.answer.usual, learning_rate: answer.learning_rate };
    this.notify("rate");
    await this.look();
    this.show();
  }
}
