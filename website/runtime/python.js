// Python in the browser, as a page uses it: checks of answers, and the requests of the playground.

/** One worker, and its answers by the number of what was asked. */
class PythonWorker {
  /** @param purpose what it is for: "judge" or "request". @param onProgress see Python. */
  constructor(root, purpose, onProgress) {
    this.asked = new Map(); // what is not answered yet, by its number
    this.count = 0;
    this.listen = () => {};
    this.worker = new Worker(new URL("runtime/worker.js", root), { type: "module" });
    this.worker.addEventListener("message", ({ data }) => this.hear(data, onProgress));
    this.worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.fail(event.message || "The browser ended Python.");
    });
    this.ready = this.ask({ task: "prepare", kind: purpose });
    this.ready.catch(() => {}); // told to whoever asks next
  }

  /** The answer to a message. What is posted meanwhile goes to `listen`. */
  ask(message) {
    const id = this.count++;
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject });
      this.worker.postMessage({ id, ...message });
    });
  }

  hear(data, onProgress) {
    const asked = this.asked.get(data.id);
    this.asked.delete(data.id);
    if (data.kind === "progress") onProgress(data);
    else if (data.kind === "done") asked.resolve(data);
    else if (data.kind === "failed") asked.reject(new Error(data.message));
    else this.listen(data);
  }

  fail(message) {
    for (const { reject } of this.asked.values()) reject(new Error(message));
  }

  end() {
    this.worker.terminate();
  }
}

/** Python, for a page of the site. */
export class Python {
  /** @param root address of the site's root, relative to the page or whole.
   *  @param purpose "judge" for checks, "request" for the playground.
   *  @param onProgress called with { loaded, total } in bytes while Python is loaded. */
  constructor(root, { purpose = "judge", onProgress = () => {} } = {}) {
    this.root = new URL(root, location.href);
    this.purpose = purpose;
    this.onProgress = onProgress;
    this.workers = []; // the next one, and for checks another that is kept ready after it
    this.stock();
  }

  /** Start what is missing of the workers, one after the other. */
  stock() {
    const wanted = this.purpose === "judge" ? 2 : 1;
    if (this.workers.length >= wanted) return;
    const progress = (loaded) => this.onProgress(loaded);
    const worker = new PythonWorker(this.root, this.purpose, progress);
    this.workers.push(worker);
    worker.ready.then(() => this.stock(), () => {}); // a failure is told to whoever asks for it
  }

  /** Resolves when the next check can begin at once; rejects where Python cannot be loaded. */
  get ready() {
    return this.workers[0].ready;
  }

  /** Judge an answer: what `exercises.checker.in_browser.result` says of it. Each answer has a
   *  worker of its own, as it has a process on the command line. */
  async check(name, source, { onPrint = () => {} } = {}) {
    const worker = this.workers.shift();
    this.stock();
    try {
      await worker.ready;
      return await judged(worker, name, source, onPrint);
    } finally {
      worker.end();
    }
  }

  /** The playground's answer to a request: { status, json }. */
  request(method, address, body = "") {
    return this.workers[0].ask({ task: "request", method, address, body });
  }
}

/** The result of one check, or of an answer that had to be ended. */
function judged(worker, name, source, onPrint) {
  return new Promise((resolve, reject) => {
    let ended = null; // what is the result if the answer is ended at this check
    const timers = [];
    const end = (ending) => {
      const lines = (texts) => texts.map((text) => text.replace("{ending}", ending));
      ended.text = lines(ended.text);
      ended.verdict.lines = lines(ended.verdict.lines);
      timers.forEach(clearTimeout);
      resolve(ended);
    };
    worker.listen = (message) => {
      if (message.kind === "printed") onPrint(message.line);
      else if (message.kind === "end") end(message.ending);
      else if (message.kind === "began") {
        const { seconds, result } = message;
        ended = result;
        timers[0] ??= setTimeout(() => end(`stopped after ${seconds} s,`), 1000 * seconds);
      } else if (message.kind === "limit") {
        const { line, seconds } = message;
        timers[1] = setTimeout(() => {
          const [title] = ended.text;
          Object.assign(ended, { text: [title, `  ${line}`] });
          ended.verdict.lines = [line];
          end("");
        }, 1000 * seconds);
      } else if (message.kind === "unlimited") clearTimeout(timers[1]);
      else if (message.kind === "judged") {
        timers.forEach(clearTimeout);
        resolve(message.result);
      }
    };
    worker.ask({ task: "judge", name, source }).catch((error) => {
      if (ended) end(`stopped: ${error.message}`);
      else reject(error);
    });
  });
}
