// The page's colours, for a light and a dark page: blue, orange, green and pink are the classes,
// yellow and purple are high and low, or positive and negative; curves are shades of grey. Whatever
// a colour says, a shape, a dash or a lightness says as well.

const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = [];
let known = new Map();

dark.addEventListener("change", () => {
  known = new Map();
  for (const listener of listeners) listener();
});

/** Call this whenever the page turns from light to dark or back. */
export function onColourChange(listener) {
  listeners.push(listener);
}

/** A colour that styles.css names, such as "ink" for --ink. */
export function colour(name) {
  if (!known.has(name)) {
    const style = getComputedStyle(document.documentElement);
    known.set(name, style.getPropertyValue(`--${name}`).trim());
  }
  return known.get(name);
}

/** Its red, green and blue, 0 to 255. */
export function rgb(name) {
  const key = `rgb ${name}`;
  if (!known.has(key)) {
    const text = colour(name);
    known.set(key, [1, 3, 5].map((start) => parseInt(text.slice(start, start + 2), 16)));
  }
  return known.get(key);
}
