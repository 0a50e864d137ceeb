// What a check has found, as the command prints it, and what the answer has printed.

const PROMPT = /^(next hint: |Stuck\? )/; // the page's hint button stands for the command

export function element(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.append(...children);
  return one;
}

/** Show a result of Python.check in a live region; goTo(line) is called for its link. */
export function showResult(region, { passed, text, verdict, stages, line }, goTo) {
  const end = text.indexOf("");
  const [title, ...rest] = text.slice(0, end < 0 ? text.length : end);
  const lines = rest.filter((one) => !PROMPT.test(one) && !one.startsWith("cause: "));
  const cause = rest.find((one) => one.startsWith("cause: "));
  region.replaceChildren(element("h2", {}, title));
  if (!passed) region.append(stageBar(stages, verdict.stage));
  if (lines.length) region.append(element("pre", {}, lines.join("\n")));
  if (cause) region.append(element("p", { class: "cause" }, cause));
  if (line) {
    const button = element("button", { type: "button" }, `Go to line ${line}`);
    button.addEventListener("click", () => goTo(line));
    region.append(button);
  }
  region.dataset.verdict = passed ? "passed" : "failed";
}

/** One line, such as an error that is not the answer's. */
export function showLine(region, text, ...buttons) {
  region.replaceChildren(element("p", {}, text), ...buttons);
  region.dataset.verdict = "none";
}

/** How far an answer came: a segment for each stage. The title says it in words. */
function stageBar(stages, failed) {
  const reached = stages.indexOf(failed);
  const segments = stages.map((stage, number) => {
    const state = number < reached ? "done" : number === reached ? "failed" : "ahead";
    return element("span", { class: state, title: stage });
  });
  return element("div", { class: "stages", "aria-hidden": "true" }, ...segments);
}

/** Shows what an answer prints, as it prints: many pieces a second, one update a frame. */
export class Printed {
  constructor(section) {
    this.section = section;
    this.output = section.querySelector("pre");
    this.clear();
  }

  clear() {
    this.waiting = [];
    this.output.replaceChildren();
    this.section.hidden = true;
  }

  add(text) {
    if (!this.waiting.length) setTimeout(() => this.draw());
    this.waiting.push(text);
  }

  draw() {
    this.section.hidden = false;
    this.output.append(this.waiting.join(""));
    this.waiting = [];
  }
}
