// Small helpers to build and find elements, and to write numbers.

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id; fails loudly where the page has none. */
export function find(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}`);
  return element;
}

/** A new element: attributes by name, `on...` as listeners, children as nodes or text. */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for a picture's parts. */
export function makeSvg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A number for people: three digits, a true minus sign, powers of ten where it is far from 1. */
export function number(value, digits = 3) {
  if (value == null) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e-3 && size < 1e5
      ? String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size))))))
      : value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  return text.replaceAll("-", "−");
}

const RAISED = { "-": "⁻", ..."⁰¹²³⁴⁵⁶⁷⁸⁹".split("") };

/** 10 to this power, as one writes it. */
export function powerOfTen(exponent) {
  return "10" + [...String(exponent)].map((digit) => RAISED[digit]).join("");
}

/** 0.9731 -> 97.3 % */
export function percent(share) {
  return share == null ? "–" : `${(100 * share).toFixed(1)} %`;
}

/** A server's array {shape, type, data} as a flat typed array, row after row. */
export function unpack({ type, data }) {
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return type === "float32" ? new Float32Array(bytes.buffer) : bytes;
}

/** The base64 text of bytes. */
export function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
