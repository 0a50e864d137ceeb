// What the reader sets: a training begun anew, another learning rate, points, a link's set-up.

import { post } from "./api.js";
import { showMessage, hideMessage } from "./messages.js";

const DIVERGED = "The weights had diverged, so training starts again with these points.";
const COUNTED_ANEW = "The weights are kept. With these points, steps are counted from 0 again.";

export class Setups {
  /** @param options the answer of /api/options. */
  constructor(training, options) {
    Object.assign(this, { training, options });
    this.fewest = options.fields.find(({ kind }) => kind === "points").minimum_length;
    this.controls = null;
    this.draft = null; // what is wanted while there are too few points of one's own to train on
    this.drafted = () => {}; // called when the draft has changed
    this.own = { points: [] }; // those of the set "own", for when it is chosen again
  }

  /** What is set, whether it trains already or not. */
  get wanted() {
    return this.draft ?? this.training.wanted;
  }

  get points() {
    return this.wanted.points ?? [];
  }

  /** Begin anew with these options; true if the server took them. */
  apply(wanted, name = null) {
    return this.attempt(() => this.begin(wanted), name);
  }

  async begin(wanted) {
    const { training } = this;
    if (wanted.dataset !== "own" || (wanted.points ?? []).length >= this.fewest) {
      await training.setUp(wanted);
      this.began(wanted);
      return;
    }
    if (!training.frame) await training.setUp({ ...wanted, dataset: undefined, points: [] });
    this.draft = wanted;
    this.keepOwn(wanted);
    this.controls.write("dataset", "own");
    training.rest();
    this.drafted();
  }

  began(wanted) {
    this.draft = null;
    if (wanted.dataset === "own") this.keepOwn(wanted);
    this.drafted();
  }

  keepOwn({ points = [], classes }) {
    this.own = { points, classes };
  }

  /** Do what the server may refuse; then show why, and mark the option of this name. */
  async attempt(action, name = null) {
    try {
      await action();
      hideMessage("refusal");
      return true;
    } catch (error) {
      if (error.code === "unreachable") await this.training.recovery.waitForServer(error);
      else showMessage(error.message, "refusal");
      if (name) this.controls.complain(name);
      document.body.dataset.refused = Number(document.body.dataset.refused ?? 0) + 1;
      return false;
    }
  }

  /** An option's control has another value. */
  async changed(name) {
    const { training, controls } = this;
    const value = controls.values()[name];
    const { live } = this.options.fields.find((field) => field.name === name);
    if (live && !this.draft && training.session.id && training.frame.state === "ready") {
      await this.attempt(() => training.setRate(value), name);
      return;
    }
    const wanted = { ...this.wanted, ...controls.values() };
    // Points and classes of one's own stay with their set.
    if (name === "dataset") {
      Object.assign(wanted, value === "own" ? this.own : { points: [], classes: undefined });
    }
    const taken = await this.apply(wanted, name);
    if (!taken && name === "tier") {
      controls.show(training.setup, training.wanted, training.answer.usual);
    }
  }

  /** Train on with these points of the reader's own. */
  async setPoints(points) {
    const { training } = this;
    const { state, step } = training.frame ?? {};
    const wanted = { ...this.wanted, points };
    const tooFew = wanted.dataset === "own" && points.length < this.fewest;
    if (this.draft || tooFew || state === "diverged" || !training.session.id) {
      const taken = await this.apply(wanted);
      if (taken && state === "diverged" && !this.draft) showMessage(DIVERGED, "note");
      return;
    }
    await this.attempt(async () => {
      await training.setPoints(points);
      this.began(wanted);
      if (step > 0 && training.frame.step === 0) showMessage(COUNTED_ANEW, "note");
      else hideMessage("note");
    });
  }

  addPoint(point) {
    return this.setPoints([...this.points, point]);
  }

  undo() {
    if (this.points.length) this.setPoints(this.points.slice(0, -1));
  }

  /** Begin with what an address wants; what of it is impossible is left out, and said. */
  async follow(wanted) {
    try {
      await this.begin(wanted);
      hideMessage("refusal");
    } catch (error) {
      if (error.code === "unreachable") {
        await this.training.recovery.waitForServer(error);
        return;
      }
      const { values, refusals } = await post("api/link", wanted);
      if (await this.apply(values)) showMessage(refusals.join(" "), "refusal");
    }
  }

  /** Begin again with the same weights. */
  reset() {
    this.training.pause();
    return this.apply(this.wanted);
  }

  newSeed() {
    return this.apply({ ...this.wanted, seed: (this.training.setup.seed + 1) % 2 ** 32 });
  }
}
