// What the reader has done, in the browser's storage: answers, answers kept from before, progress.

const MAX_KEPT = 20;
const FOLDER = new URL("./", location.href).pathname; // as other sites may share the host
const NOTHING = { answer: null, kept: [], passed: false, failures: 0, hints: 0 };

const unsaved = new Map(); // what the storage has refused

/** What is known of an exercise; a damaged entry counts as none. */
export function read(name) {
  if (unsaved.has(name)) return unsaved.get(name);
  try {
    const saved = JSON.parse(localStorage.getItem(FOLDER + name)) ?? {};
    const usable = Object.entries(NOTHING).filter(
      ([key, usual]) => key in saved && (usual === null || typeof saved[key] === typeof usual),
    );
    const known = Object.fromEntries(usable.map(([key]) => [key, saved[key]]));
    if (!Array.isArray(known.kept)) delete known.kept;
    if (typeof known.answer !== "string") delete known.answer;
    return { ...NOTHING, ...known };
  } catch {
    return { ...NOTHING };
  }
}

/** Change some of it. False where the storage refuses, and it lasts only as long as the page. */
export function write(name, changes) {
  const all = { ...read(name), ...changes };
  try {
    localStorage.setItem(FOLDER + name, JSON.stringify(all));
    unsaved.delete(name);
    return true;
  } catch {
    unsaved.set(name, all);
    return false;
  }
}

/** Keep a text among the earlier answers, the latest first and none twice. */
export function keep(name, text) {
  const others = read(name).kept.filter((one) => one.text !== text);
  return write(name, { kept: [{ when: Date.now(), text }, ...others].slice(0, MAX_KEPT) });
}

/** Call a function with the answer that another tab has saved. */
export function onOtherTab(name, changed) {
  window.addEventListener("storage", (event) => {
    if (event.key === FOLDER + name) changed(read(name));
  });
}
