// The page of one exercise: statement, editor, check, hints, solution.

import { Python } from "../runtime/python.js";
import { Editor, definition, highlighted } from "./editor.js";
import { Printed, element, showLine, showResult } from "./feedback.js";
import { showKept } from "./kept.js";
import { showProgress } from "./progress.js";
import { download, forgetLink, linkWith, textOfFile, textOfLink } from "./share.js";
import * as store from "./store.js";

const { name, file, starter, shown, hintAfter } = JSON.parse(find("#exercise").textContent);
const feedback = find("#feedback");
const printed = new Printed(find("#printed"));
const saved = store.read(name);
const editor = new Editor(find("#editor"), saved.answer ?? starter, {
  onChange: saveAnswer,
  onCheck: check,
});
const python = new Python("../", { onProgress: showLoading });
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

function showLoading({ loaded, total, what }) {
  const bar = find("#loading progress");
  if (total) [bar.max, bar.value] = [total, loaded];
  const amount = total ? `: ${(loaded / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB` : "";
  find("#loading span").textContent = `Loading ${what ?? "Python"}${amount}`;
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
  feedback.scrollIntoView({ block: "nearest" });
  try {
    if (document.body.dataset.state === "loading") {
      showLine(feedback, "Waiting for Python: your answer is checked as soon as it is loaded.");
      await python.ready;
    }
    showLine(feedback, "Checking …");
    const result = await python.check(name, source, { onPrint: (text) => printed.add(text) });
    show(result, source);
  } catch (error) {
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
    showAfterPass(source);
  } else if (failures + 1 >= hintAfter && !find("#hint").disabled) {
    feedback.append(element("p", {}, "Stuck? The Hint button has the next hint for you."));
  }
  showProgress();
  feedback.scrollIntoView({ block: "nearest" });
}

function showAfterPass(source) {
  const code = shown.map((one) => definition(source, one)).filter(Boolean).join("\n\n\n");
  find("#yours").replaceChildren(highlighted(code));
  find("#after").hidden = false;
  const next = showProgress();
  const links = [element("a", { href: "#after" }, "To think over, and the tier's own code")];
  if (next) links.push(element("a", { href: `${next.name}.html` }, `Next: ${next.title}`));
  feedback.append(...links.map((link) => element("p", {}, link)));
}

// ---- hints and solution

function showHints() {
  const hints = document.querySelectorAll("#hints > li");
  const { hints: count } = store.read(name);
  hints.forEach((hint, number) => (hint.hidden = number >= count));
  find("#hints").hidden = count === 0;
  const button = find("#hint");
  button.disabled = count >= hints.length;
  button.textContent = button.disabled ? "No more hints" : `Hint ${count + 1} of ${hints.length}`;
}

function nextHint() {
  change({ hints: store.read(name).hints + 1 });
  showHints();
  [...document.querySelectorAll("#hints > li:not([hidden])")].at(-1).scrollIntoView({
    block: "nearest",
  });
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
