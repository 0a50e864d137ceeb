// The hidden layers: one more, one fewer, and the number of units of each, above its column.

import { make } from "./dom.js";
import { numeric } from "./numbers.js";

/** The control of the option "hidden". */
export function widths(field, id, commit) {
  let list = [];
  const heads = []; // of each layer there has been, so that a field keeps its focus
  const layers = make("output", {});
  const set = (changed) => {
    list = changed;
    show();
    commit();
  };
  const fewer = make("button", {
    type: "button", "aria-label": "Remove a hidden layer", onclick: () => set(list.slice(0, -1)),
  }, "−");
  const more = make("button", {
    type: "button", "aria-label": "Add a hidden layer",
    onclick: () => set([...list, list.at(-1) ?? field.default.at(-1)]),
  }, "+");
  const input = make("div", { class: "pair", id, role: "group", "aria-label": field.label },
    fewer, layers, more);
  const show = () => {
    layers.textContent = list.length;
    fewer.disabled = !list.length;
    more.disabled = list.length === field.maximum_length;
    list.forEach((width, index) => head(index).write(width));
  };
  const head = (index) => {
    const label = `Units in hidden layer ${index + 1}`;
    heads[index] ??= numeric({ ...field, label, default: 1 }, `${id}-${index + 1}`, () => {
      list = list.with(index, heads[index].read() ?? list[index]);
      commit();
    });
    heads[index].input.setAttribute("aria-label", label);
    return heads[index];
  };
  return {
    input,
    parts: [input],
    read: () => list,
    write: (given) => {
      list = given;
      show();
    },
    /** The field with a layer's number of units, which the network puts above its column. */
    head: (index) => head(index).parts[0],
  };
}
