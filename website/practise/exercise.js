// The page of one exercise: statement, editor, check, hints, solution.

import { Python } from "../runtime/python.js";
import { Editor, highlighted } from "./editor.js";
import { Printed, Waiting, element, showLine, showResult } from "./feedback.js";
import { showKept } from "./kept.js";
import { showProgress } from "./progress.js";
import { download, forgetLink, linkWith, textOfFile, textOfLink } from "./share.js";
import * as store from "./store.js";

const { name, file, starter, hintAfter } = JSON.parse(find("#exercise").textContent);
const feedback = find("#feedback");
const printed = new Printed(find("#printed"));
const saved = store.read(name);
const editor = new Editor(find("#editor"), saved.answer ?? starter, {
  onChange: saveAnswer,
  onCheck: check,
});
const python = new Python("../", { purpose: "judge", onProgress: showLoading });
let checking = false;

function find(selector) {
  return document.querySelector(selector);
}

function change(changes) {
  if (!store.write(name, changes)) {
    find("#unsaved").hidden = false;
  }
}

function saveAnswer(text) {
  change({ answer: text === starter ? null : text });
}

/** Put a text into the editor; what stood there is kept, unless it is the starter. */
function replaceAnswer(text, said) {
  const old = editor.text;
  if (old !== text && old !== starter) {
    store.keep(name, old);
    said += " Your answer from before is kept, below Files and links.";
  }
  editor.text = text;
  showKept(name, (kept) => replaceAnswer(kept, "Brought back."));
  say(said);
}

/** One line about what a button has done. */
function say(text) {
  find("#said").textContent = text;
}

// ---- Python and the check

function showLoading({ loaded, total }) {
  const bar = find("#loading progress");
  [bar.max, bar.value] = [total, loaded];
  const [part, whole] = [loaded, total].map((bytes) => (bytes / 1e6).toFixed(1));
  find("#loading span").textContent =
    loaded < total ? `Loading Python: ${part} of ${whole} MB` : "Starting Python";
}

python.ready.then(
  () => {
    find("#loading").hidden = true;
    document.body.dataset.state = "ready";
  },
  (error) => {
    find("#loading").hidden = true;
    document.body.dataset.state = "failed";
    const again = element("button", { type: "button" }, "Load the page again");
    again.addEventListener("click", () => location.reload());
    showLine(feedback, `Python could not be loaded: ${error.message}`, again);
  },
);

async function check() {
  if (checking || document.body.dataset.state === "failed") return;
  checking = true;
  const button = find("#check");
  const source = editor.text;
  button.setAttribute("aria-disabled", "true");
  printed.clear();
  editor.markLine(null);
  const waiting = new Waiting(feedback, "Waiting for Python; then your answer is checked …");
  try {
    await python.ready;
    waiting.text = "Checking …";
    const result = await python.check(name, source, { onPrint: (line) => printed.add(line) });
    waiting.end();
    show(result, source);
  } catch (error) {
    waiting.end();
    if (document.body.dataset.state !== "failed") {
      showLine(feedback, `The check has failed: ${error.message}`);
    }
  }
  button.removeAttribute("aria-disabled");
  checking = false;
  document.body.dataset.checks = Number(document.body.dataset.checks ?? 0) + 1;
}

function show(result, source) {
  showResult(feedback, result, (line) => editor.goTo(line));
  if (result.line && editor.text === source) editor.markLine(result.line);
  const { passed, failures } = store.read(name);
  change({ passed: passed || result.passed, failures: result.passed ? 0 : failures + 1 });
  if (result.passed) {
    showAfterPass(result.code);
  } else if (failures + 1 >= hintAfter && find("#hint").ariaDisabled !== "true") {
    feedback.append(element("p", {}, "Stuck? The Hint button has the next hint for you."));
  }
  showProgress();
  feedback.scrollIntoView({ block: "nearest" });
}

function showAfterPass(code) {
  const yours = code.filter(([title]) => title.startsWith("Yours"));
  find("#yours").replaceChildren(...yours.map(([, text]) => highlighted(text)));
  find("#after").hidden = false;
  const next = showProgress();
  const links = [element("a", { href: "#after" }, "To think over, and the tier's own code")];
  if (next) links.push(element("a", { href: `${next.name}.html` }, `Next: ${next.title}`));
  feedback.append(...links.map((link) => element("p", {}, link)));
}

// ---- hints and solution

function showHints() {
  const hints = [...document.querySelectorAll("#hints li")];
  const { hints: count } = store.read(name);
  hints.forEach((hint, number) => (hint.hidden = number >= count));
  const button = find("#hint");
  const more = count < hints.length;
  button.setAttribute("aria-disabled", String(!more)); // a disabled one would lose the focus
  button.textContent = more ? `Hint ${count + 1} of ${hints.length}` : "No more hints";
  return hints[count - 1];
}

function nextHint() {
  if (find("#hint").ariaDisabled === "true") return;
  change({ hints: store.read(name).hints + 1 });
  showHints().scrollIntoView({ block: "nearest" });
}

function showSolution() {
  const section = find("#solution-text");
  section.hidden = false;
  section.focus();
}

function askForSolution() {
  if (store.read(name).passed) showSolution();
  else find("#sure").showModal();
}

// ---- files and links

async function upload({ target }) {
  const [chosen] = target.files;
  target.value = ""; // so that the same file can be chosen again
  if (!chosen) return;
  try {
    replaceAnswer(await textOfFile(chosen, file), `${chosen.name} is in the editor.`);
  } catch (error) {
    say(error.message);
  }
}

async function share() {
  const link = await linkWith(editor.text);
  const field = find("#link");
  field.hidden = false;
  field.querySelector("input").value = link;
  field.querySelector("input").select();
  try {
    await navigator.clipboard.writeText(link);
    say("The link is copied. Whoever opens it sees your code, and may take it over.");
  } catch {
    say("Copy the link. Whoever opens it sees your code, and may take it over.");
  }
}

async function offerLinkedCode() {
  const box = find("#linked");
  try {
    const text = await textOfLink();
    box.hidden = text === null || text === editor.text;
    if (box.hidden) return;
    box.querySelector("div").replaceChildren(highlighted(text));
    find("#take").onclick = () => {
      leaveLink();
      replaceAnswer(text, "The link's code is in the editor.");
    };
  } catch (error) {
    say(error.message);
  }
}

function leaveLink() {
  find("#linked").hidden = true;
  forgetLink();
}

// ---- what is to be clicked and pressed

const CLICKS = {
  "#check": check,
  "#hint": nextHint,
  "#solution": askForSolution,
  "#reset": () => replaceAnswer(starter, "The editor holds the starter again."),
  "#download": () => download(editor.text, file),
  "#upload": () => find("#file").click(),
  "#share": share,
  "#leave": leaveLink,
};
for (const [selector, act] of Object.entries(CLICKS)) find(selector).addEventListener("click", act);
find("#file").addEventListener("change", upload);
find("#sure").addEventListener("close", ({ target }) => {
  if (target.returnValue === "yes") showSolution();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) check();
});
window.addEventListener("hashchange", offerLinkedCode);
window.addEventListener("storage", showProgress);
store.onOtherTab(name, ({ answer }) => {
  if (!editor.view.hasFocus && (answer ?? starter) !== editor.text) editor.text = answer ?? starter;
});
if (/Mac|iP(hone|ad)/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("kbd.modifier")) key.textContent = "Cmd";
}
showProgress();
showHints();
showKept(name, (kept) => replaceAnswer(kept, "Brought back."));
offerLinkedCode();
