// The buttons of the training, and beside them how it stands: loss, accuracy, step.

import { find, make, number, percent } from "./dom.js";

export class Toolbar {
  /** @param setups begins the training anew. @param options the answer of /api/options. */
  constructor(training, setups, options) {
    Object.assign(this, { training, setups });
    find("speed").append(...options.speeds.map(
      ({ value, label }) => make("option", { value }, label),
    ));
    find("speed").value = training.speed = options.default_speed;
    find("speed").addEventListener("change", (event) => {
      training.speed = Number(event.target.value);
    });
    find("run").addEventListener("click", () => {
      if (training.running) training.pause();
      else training.run();
    });
    find("one-step").addEventListener("click", () => training.oneStep());
    find("one-epoch").addEventListener("click", () => training.oneEpoch());
    find("reset").addEventListener("click", () => setups.reset());
    find("new-seed").addEventListener("click", () => setups.newSeed());
    training.on("state", () => this.show());
  }

  show() {
    const { frame, running, looping, lost, empty, session } = this.training;
    if (!frame) return;
    let state = frame.state;
    if (empty) state = "empty";
    else if (lost || !session.id) state = "lost";
    else if (looping) state = "running";
    else if (running) state = "waiting"; // until the tab is seen again
    find("run").setAttribute("aria-pressed", String(running));
    find("run").querySelector(".word").textContent = running ? "Pause" : "Run";
    for (const id of ["run", "one-step", "one-epoch", "trace"]) {
      find(id).disabled = empty || frame.state !== "ready";
    }
    find("reset").disabled = find("new-seed").disabled = empty;
    find("progress").textContent = empty ? "too few points" : [
      `step ${frame.step.toLocaleString("en")}`,
      `epoch ${frame.epoch} of ${frame.total_steps / frame.steps_per_epoch}`,
    ].join("\n");
    this.showFigures(frame, empty);
    Object.assign(document.body.dataset, { state, step: frame.step });
  }

  /** Loss and accuracy of the last epoch; before its end, the last minibatch's loss. */
  showFigures({ shown, state, test }, empty) {
    const { loss, epochs } = this.training.history;
    const last = (empty ? [] : epochs[shown] ?? []).at(-1);
    const losses = empty ? [] : loss[shown] ?? [];
    find("loss-now").textContent = number(last?.train_loss ?? losses.at(-1));
    find("validation-loss").textContent = number(last?.validation_loss);
    find("accuracy-now").textContent = percent(last?.train_accuracy);
    find("validation-accuracy").textContent = percent(last?.validation_accuracy);
    const tested = test?.[shown];
    find("test").textContent = tested ? `finished: test accuracy ${percent(tested.accuracy)}`
      : state === "diverged" ? "diverged" : "";
  }
}
