// Answers that travel: as a file, or in the fragment of a link, #code=…, compressed.

export const MAX_BYTES = 200_000;

/** A link to this page with the text in it. */
export async function linkWith(text) {
  const bytes = await through(new Blob([text]).stream(), new CompressionStream("deflate-raw"));
  const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const code = letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${location.href.split("#")[0]}#code=${code}`;
}

/** The text that the page's own address brings; null where it brings none.
 *  Throws an Error whose message is one line for the reader. */
export async function textOfLink() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code === null) return null;
  try {
    const letters = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream();
    return decoded(await through(stream, new DecompressionStream("deflate-raw")));
  } catch (error) {
    const reason = error instanceof RangeError ? error.message : "it is damaged or cut off";
    throw new Error(`The link's code cannot be read: ${reason}.`);
  }
}

/** Forget the link's code, so that it does not come back when the page is loaded again. */
export function forgetLink() {
  history.replaceState(null, "", location.href.split("#")[0]);
}

async function through(stream, change) {
  const reader = stream.pipeThrough(change).getReader();
  const parts = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > MAX_BYTES) throw new RangeError(`it has more than ${MAX_BYTES / 1000} kB`);
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function decoded(bytes) {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
}

/** Hand the reader a text as a file. */
export function download(text, file) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/x-python" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file;
  link.click();
  URL.revokeObjectURL(address);
}

/** The text of a file that the reader has chosen; wanted is its usual name, 01_…_numpy.py.
 *  Throws an Error whose message is one line for the reader. */
export async function textOfFile(file, wanted) {
  const number = file.name.match(/^(\d\d)_/)?.[1] ?? wanted.slice(0, 2);
  if (number !== wanted.slice(0, 2)) {
    throw new Error(`${file.name} is an answer to exercise ${number}; here it is ${wanted.slice(0, 2)}.`);
  }
  if (/_(lowlevel|paper)\.py$/.test(file.name)) {
    throw new Error(`${file.name} is written in torch; in the browser choose the one in NumPy.`);
  }
  if (file.size > MAX_BYTES) {
    throw new Error(`${file.name} has more than ${MAX_BYTES / 1000} kB; choose a smaller file.`);
  }
  try {
    return decoded(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} is not a text in UTF-8; choose a .py file.`);
  }
}
