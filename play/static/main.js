// Puts the page together: the options, the views, the training and what is around it.

import { get, Session } from "./api.js";
import { readAddress, writeAddress } from "./address.js";
import { Controls, radios } from "./controls.js";
import { DigitView } from "./digit.js";
import { find, make, number, percent } from "./dom.js";
import { Measures } from "./measures.js";
import { showMessage, hideMessage } from "./messages.js";
import { Network } from "./network.js";
import { Plane } from "./plane.js";
import { addSaveButtons } from "./save.js";
import { StepsView } from "./stepwise.js";
import { Training } from "./training.js";

const VIEWS = ["points", "steps", "digit"];
const TITLES = { all: "all three in lockstep" };
const training = new Training(new Session());
let options, controls, steps, digit;
let view = "points";
let waiting = []; // own points that are too few to train on

async function start() {
  options = await get("api/options").catch(async (error) => {
    showMessage(error.message, "lost");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return start().then(() => null);
  });
  if (!options) return;
  hideMessage("lost");
  controls = new Controls(options, changed);
  new Plane(training, options, addPoint, undo);
  new Network(training);
  new Measures(training, options);
  steps = new StepsView(training, options);
  digit = new DigitView();
  buildToolbar();
  buildTabs();
  addSaveButtons();
  training.on("setup", () => {
    showSetup();
    document.body.dataset.setups = Number(document.body.dataset.setups ?? 0) + 1;
  });
  training.on("state", showState);
  addEventListener("hashchange", () => {
    const address = readAddress(options.fields);
    show(address.view);
    apply(address.wanted);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) apply(training.wanted);
  });
  const address = readAddress(options.fields);
  show(address.view);
  if ((await apply(address.wanted)) || !training.session.id) return;
  const why = find("message").querySelector("span").textContent;
  await apply({});
  showMessage(why, "refusal");
}

/** Begin anew with these options; true if the server took them. */
async function apply(wanted, name = null) {
  try {
    await training.setUp(wanted);
    hideMessage("refusal");
    return true;
  } catch (error) {
    if (error.code === "unreachable") await training.waitForServer(error);
    else showMessage(error.message, "refusal");
    if (name) controls.complain(name);
    document.body.dataset.refused = Number(document.body.dataset.refused ?? 0) + 1;
    return false;
  }
}

async function changed(name) {
  const value = controls.values()[name];
  const field = options.fields.find((one) => one.name === name);
  const live = field.live && training.session.id && training.frame.state === "ready";
  if (!live || value === null) {
    await apply({ ...training.wanted, ...controls.values() }, name);
    return;
  }
  try {
    await training.setRate(value);
    hideMessage("refusal");
    showSetup();
  } catch (error) {
    showMessage(error.message, "refusal");
    controls.complain(name);
  }
}

/** Train on one more point. Where own points alone are asked for and are still too few to train
 *  on, it is kept until there are enough. */
async function addPoint(point) {
  const points = [...(training.wanted.points ?? []), ...waiting, point];
  const { dataset } = controls.values();
  const tooFew = !(await apply({ ...training.wanted, dataset, points }, "dataset"));
  waiting = tooFew && dataset === "own" ? [...waiting, point] : [];
}

function undo() {
  const points = training.wanted.points ?? [];
  if (waiting.length) waiting.pop();
  else if (points.length) apply({ ...training.wanted, points: points.slice(0, -1) });
}

function buildShown() {
  const { tiers } = training.answer.frame;
  const titled = options.tiers.filter(({ name }) => tiers.includes(name));
  find("shown").hidden = tiers.length < 2;
  radios(find("shown"), "shown", titled.map(({ name: value, title: label }) => ({ value, label })),
    training.shown ?? tiers[0]);
}

function buildToolbar() {
  const tier = options.fields.find(({ name }) => name === "tier");
  find("tiers-explained").textContent = options.torch ? tier.explanation : options.torch_remedy;
  radios(find("tiers"), "tier", tier.choices.map(({ value, label }) => ({
    value,
    label: label ?? TITLES[value],
    disabled: !options.torch && value !== "numpy",
  })), tier.default);
  find("tiers").addEventListener("change", async (event) => {
    if (!(await apply({ ...training.wanted, tier: event.target.value }))) showSetup();
  });
  const speeds = options.speeds.map(({ value, label }) => make("option", { value }, label));
  find("speed").append(...speeds);
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
  find("reset").addEventListener("click", () => {
    training.pause();
    apply(training.wanted);
  });
  find("new-seed").addEventListener("click", () =>
    apply({ ...training.wanted, seed: (training.setup.seed + 1) % 2 ** 32 }));
  find("shown").addEventListener("change", (event) => {
    training.show(event.target.value);
  });
  find("clear-points").addEventListener("click", () => apply({ ...training.wanted, points: [] }));
  find("copy").addEventListener("click", copyCommand);
}

function buildTabs() {
  for (const name of VIEWS) {
    find(`tab-${name}`).addEventListener("click", () => {
      show(name);
      remember();
    });
  }
  document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    const next = VIEWS[(VIEWS.indexOf(view) + move + VIEWS.length) % VIEWS.length];
    find(`tab-${next}`).click();
    find(`tab-${next}`).focus();
  });
}

function show(name) {
  view = VIEWS.includes(name) ? name : "points";
  for (const one of VIEWS) {
    find(one).hidden = one !== view;
    find(`tab-${one}`).setAttribute("aria-selected", String(one === view));
    find(`tab-${one}`).tabIndex = one === view ? 0 : -1;
  }
  find("training").hidden = view === "digit";
  document.body.dataset.view = view;
  if (view === "points") training.notify("frame"); // which is not drawn where nobody sees it
  if (view === "digit") digit.open();
  if (view === "steps") steps.open();
}

function remember() {
  writeAddress(view, training.wanted, options.fields);
}

function showSetup() {
  const { setup, wanted, answer } = training;
  controls.show(setup, wanted);
  for (const input of find("tiers").querySelectorAll("input")) {
    input.checked = input.value === setup.tier;
  }
  find("command-line").textContent = answer.command ?? "";
  find("command-explained").textContent = answer.about_command;
  find("with-command").hidden = !answer.command;
  find("reset").disabled = find("new-seed").disabled = false;
  find("clear-points").disabled = !setup.points.length;
  buildShown();
  find("note").textContent = answer.validation_note ?? "";
  remember();
}

function showState() {
  const { frame, running, looping, lost } = training;
  if (!frame) return;
  let state = frame.state;
  if (lost || !training.session.id) state = "lost";
  else if (looping) state = "running";
  else if (running) state = "waiting"; // until the tab is seen again
  find("run").textContent = running ? "Pause" : "Run";
  for (const id of ["run", "one-step", "one-epoch"]) find(id).disabled = frame.state !== "ready";
  const test = Object.values(frame.test ?? {})[0];
  find("progress").textContent = [
    `step ${frame.step} of ${frame.total_steps}, epoch ${frame.epoch}`,
    `learning rate ${number(frame.learning_rate)}`,
    test ? `finished: test accuracy ${percent(test.accuracy)}` : null,
    frame.state === "diverged" ? "diverged" : null,
  ].filter(Boolean).join(" · ");
  Object.assign(document.body.dataset, { state, step: frame.step });
}

async function copyCommand() {
  const text = find("command-line").textContent;
  try {
    await navigator.clipboard.writeText(text);
    showMessage("The command is copied.", "note");
  } catch {
    getSelection().selectAllChildren(find("command-line"));
    showMessage("The command is selected: press Ctrl+C to copy it.", "note");
  }
}

start();
