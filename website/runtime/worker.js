// The worker that Python runs in: Pyodide, NumPy, and this repository's own modules.
// It reads messages { id, kind: "judge" | "request", … }, and posts what happens meanwhile.

import { loadPyodide } from "./pyodide.mjs";

const SITE_DATA = "/site_data";
const here = new URL("./", import.meta.url);

/** The bytes of a file of the site. */
async function read(name) {
  const response = await fetch(new URL(name, here));
  if (!response.ok) throw new Error(`${name} could not be loaded (${response.status})`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Fetch at once all files that Python needs, telling how much has arrived. Pyodide asks for them
 *  one after the other, and gets what is on its way already. */
async function fetchAll() {
  const sizes = await (await fetch(new URL("files.json", here))).json();
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  let loaded = 0;
  const count = async (body) => {
    for (const reader = body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      loaded += value.length;
      postMessage({ kind: "progress", loaded, total });
    }
  };
  const arriving = new Map(Object.keys(sizes).map((name) => {
    const { href } = new URL(name, here);
    return [href, fetch(href).then((response) => {
      if (!response.ok) throw new Error(`${name} could not be loaded (${response.status})`);
      // Its own response, with which the browser keeps what it has compiled for the next visit.
      count(response.clone().body).catch(() => {}); // told to who reads the response
      return response;
    })];
  }));
  const fetchAnew = self.fetch;
  self.fetch = (address, options) => {
    const { href } = new URL(address.url ?? address, here);
    const response = arriving.get(href);
    arriving.delete(href);
    return response ?? fetchAnew(address, options);
  };
}

async function start() {
  await fetchAll();
  const archive = read("python.zip");
  const pyodide = await loadPyodide({ indexURL: here.href });
  await pyodide.loadPackage("numpy", { messageCallback: () => {} });
  for (const folder of ["/project", "/answers", SITE_DATA]) pyodide.FS.mkdirTree(folder);
  pyodide.unpackArchive((await archive).buffer, "zip", { extractDir: "/project" });
  pyodide.runPython("import sys; sys.path[:0] = ['/project', '/project/numpy']");
  return pyodide;
}

const starting = start();
const kinds = {
  judge: (pyodide) => pyodide.pyimport("exercises.checker.in_browser").judge_json,
  request: (pyodide) => pyodide.pyimport("play.in_browser").make_answer(SITE_DATA),
};
const functions = {};

/** A Python function, imported the first time. */
async function python(kind) {
  const pyodide = await starting;
  return (functions[kind] ??= kinds[kind](pyodide));
}

/** Put files of the site where Python finds them; what the build did not have stays away. */
async function fetchData(folder, ...names) {
  const pyodide = await starting;
  await Promise.all(names.map(async (name) => {
    const bytes = await read(`../data/${name}`).catch(() => null);
    if (bytes) pyodide.FS.writeFile(`${folder}/${name}`, bytes);
  }));
}
let digits = null;

const handlers = {
  /** Import now what a message of this kind needs. */
  async prepare({ kind }) {
    await python(kind);
    return {};
  },

  async judge({ name, source }) {
    if (name.startsWith("07")) await fetchData("/project/data", "few_images.npz");
    (await python("judge"))(name, source, "/answers", (text) => postMessage(JSON.parse(text)));
    return {};
  },

  async request({ method, address, body }) {
    if (address.startsWith("api/digits")) {
      await (digits ??= fetchData(SITE_DATA, "digit_model.npz", "test_images.npz"));
    }
    const answer = (await python("request"))(method, address, body);
    const [status, json] = answer.toJs();
    answer.destroy();
    return { status, json };
  },
};

addEventListener("message", async ({ data: { id, task, ...asked } }) => {
  try {
    postMessage({ kind: "done", id, ...(await handlers[task](asked)) });
  } catch (error) {
    const lines = `${error.message ?? error}`.trim().split("\n");
    postMessage({ kind: "failed", id, message: lines.at(-1) });
  }
});
