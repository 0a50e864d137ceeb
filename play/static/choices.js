// Choices to click: radio buttons that look like buttons, with a picture where there is one.

import { make } from "./dom.js";
import { CLASS_MARKS } from "./pictures.js";

/** Radio buttons in a fieldset that has its legend already.
 *
 * @param choices [{value, label, picture}]: picture is an element, or left out.
 */
export function radios(fieldset, name, choices, chosen) {
  for (const old of fieldset.querySelectorAll("label")) old.remove();
  for (const { value, label, picture } of choices) {
    fieldset.append(make("label", { title: picture ? label : null }, make("input", {
      type: "radio", name, value, checked: value === chosen,
    }), picture, make("span", {}, label)));
  }
}

/** How many classes' marks can be chosen: "● class 0", ... */
export function classChoices(count) {
  return Array.from({ length: count }, (_, label) => ({
    value: String(label), label: `${CLASS_MARKS[label]} class ${label}`,
  }));
}

/** The control of an option that is one of few. @param pictures an element for some values. */
export function buttons(field, id, commit, pictures = {}) {
  const input = make("fieldset", { id, class: "choices", "aria-label": field.label });
  radios(input, id, field.choices.map(({ value, label }) => ({
    value, label: label || value, picture: pictures[value],
  })), field.default);
  input.addEventListener("change", commit);
  return {
    input,
    parts: [input],
    read: () => input.querySelector(":checked")?.value,
    write: (value) => {
      for (const one of input.querySelectorAll("input")) one.checked = one.value === value;
    },
  };
}

/** The control of an option that is one of many. */
export function list(field, id, commit) {
  const input = make("select", { id, onchange: commit }, ...field.choices.map(
    ({ value, label }) => make("option", { value: String(value) }, label),
  ));
  return {
    input,
    label: id,
    parts: [input],
    read: () => field.choices.find(({ value }) => String(value) === input.value)?.value,
    write: (value) => (input.value = String(value)),
  };
}
