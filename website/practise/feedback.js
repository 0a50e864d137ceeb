// What a check has found, as the command prints it, and what the answer has printed.

export function element(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.append(...children);
  return one;
}

/** Show a result of Python.check in a live region; goTo(line) is called for its link. */
export function showResult(region, { passed, text, verdict, stages, line }, goTo) {
  const [title, ...rest] = text;
  const lines = rest.filter((one) => !one.startsWith("cause: "));
  const causes = rest.filter((one) => one.startsWith("cause: "));
  region.replaceChildren(element("h2", {}, title));
  if (!passed) region.append(stageBar(stages, verdict.stage));
  if (lines.length) region.append(element("pre", {}, lines.join("\n")));
  region.append(...causes.map((cause) => element("p", { class: "cause" }, cause)));
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

/** Says what a check waits for, and how long already, if that takes a moment. */
export class Waiting {
  constructor(region, text) {
    this.region = region;
    this.words = element("span", {}, text);
    this.seconds = element("span", { "aria-hidden": "true" }); // not to be read out each second
    this.began = Date.now();
    this.timer = setTimeout(() => this.show(), 300);
  }

  set text(text) {
    this.words.textContent = text;
  }

  show() {
    this.seconds.textContent = ` ${Math.floor((Date.now() - this.began) / 1000)} s`;
    if (!this.words.isConnected) {
      this.region.replaceChildren(element("p", {}, this.words, this.seconds));
      this.region.dataset.verdict = "none";
      this.region.scrollIntoView({ block: "nearest" });
    }
    this.timer = setTimeout(() => this.show(), 1000);
  }

  end() {
    clearTimeout(this.timer);
  }
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

/** Shows what an answer prints, as it prints: many lines a second are shown at once. */
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

  add(line) {
    if (!this.waiting.length) setTimeout(() => this.draw());
    this.waiting.push(`${line}\n`);
  }

  draw() {
    this.section.hidden = false;
    this.output.append(this.waiting.join(""));
    this.waiting = [];
  }
}
