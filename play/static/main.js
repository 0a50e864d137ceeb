// Puts the page together: the options, the views, the training and what is around it.

import { readAddress, writeAddress } from "./address.js";
import { get, Session } from "./api.js";
import { Command } from "./command.js";
import { Controls } from "./controls.js";
import { DigitView } from "./digit.js";
import { addHelp } from "./help.js";
import { Measures } from "./measures.js";
import { hideMessage, showMessage } from "./messages.js";
import { Network } from "./network.js";
import { OwnPoints } from "./own_points.js";
import { Plane } from "./plane.js";
import { Presets } from "./presets.js";
import { addSaveButtons } from "./save.js";
import { Setups } from "./setups.js";
import { StepsView } from "./stepwise.js";
import { thumbnails } from "./thumbnails.js";
import { Toolbar } from "./toolbar.js";
import { Training } from "./training.js";
import { Views } from "./views.js";

const CALM = matchMedia("(prefers-reduced-motion: reduce)");

async function start() {
  const options = await reachOptions();
  const { fields } = options;
  const training = new Training(new Session());
  const setups = new Setups(training, options);
  const controls = new Controls(options, (name) => setups.changed(name), {
    dataset: thumbnails(options.sets),
  });
  setups.controls = controls;
  const own = new OwnPoints(training, setups);
  const plane = new Plane(training, options, setups, own);
  new Network(training, controls.head, (unit) => plane.enlarge(unit));
  const measures = new Measures(training, options, remember);
  const [steps, digit] = [new StepsView(training, options), new DigitView()];
  new Toolbar(training, setups, options);
  new Command(training);
  new Presets(training, options);
  const views = new Views({
    points: () => training.notify("frame"), // which is not drawn where nobody sees it
    steps: () => steps.open(),
    digit: () => digit.open(),
  }, remember);
  addHelp();
  addSaveButtons();

  function remember() {
    writeAddress({ view: views.view, chart: measures.chart, wanted: training.wanted }, fields);
  }

  async function follow() {
    const { view, chart, wanted } = readAddress(fields);
    views.show(view);
    measures.choose(chart);
    await setups.follow(wanted);
    // Whoever wants little motion begins it; a page that moves at once shows what it is for.
    if (views.view === "points" && !CALM.matches && !setups.draft) training.run();
  }

  function showSetup() {
    controls.show(training.setup, training.wanted, training.answer.usual);
    remember();
  }

  training.on("rate", showSetup);
  training.on("setup", () => {
    showSetup();
    document.body.dataset.setups = Number(document.body.dataset.setups ?? 0) + 1;
  });
  addEventListener("hashchange", follow);
  addEventListener("pageshow", (event) => {
    if (event.persisted) setups.apply(training.wanted);
  });
  await follow();
}

async function reachOptions() {
  for (;;) {
    try {
      const options = await get("api/options");
      hideMessage("lost");
      return options;
    } catch (error) {
      showMessage(error.message, "lost");
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

start();
