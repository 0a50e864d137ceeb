// A number's field: what is typed, or reached by arrow keys, holds after Enter or on leaving it.

import { make } from "./dom.js";

/** The control of an option that is a number. @param commit called when its value has changed. */
export function numeric(field, id, commit) {
  const input = make("input", {
    id, type: "number", step: "any", min: field.minimum, max: field.maximum,
    placeholder: field.optional ? field.null_label : null,
  });
  let held = { text: "", value: null }; // what the training has
  const read = () => (input.value === held.text ? held.value : Number(input.value));
  const finish = () => {
    const empties = field.optional && !field.live && !input.validity.badInput;
    if (input.value.trim() === "" && !empties) input.value = held.text;
    if (input.value === held.text) return;
    held = { text: input.value, value: input.value.trim() === "" ? null : Number(input.value) };
    commit();
  };
  const move = (direction) => {
    const value = input.value.trim() === "" ? null : Number(input.value);
    input.value = next(field, value, direction);
  };
  const button = (text, label, direction) => make("button", {
    type: "button", tabindex: -1, "aria-label": label,
    onclick: () => {
      move(direction);
      finish();
    },
  }, text);
  const keys = {
    ArrowUp: () => move(1), ArrowDown: () => move(-1), Enter: finish,
    Escape: () => (input.value = held.text),
  };
  input.addEventListener("keydown", (event) => {
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  input.addEventListener("blur", finish);
  return {
    input,
    label: id,
    parts: [make(
      "div", { class: "pair" }, button("−", `${field.label}: less`, -1), input,
      button("+", `${field.label}: more`, 1),
    )],
    read,
    /** @param usual the number that holds where none is set. */
    write: (value, usual) => {
      const text = String(value ?? usual ?? "");
      if (document.activeElement !== input || input.value === held.text) input.value = text;
      held = { text, value };
    },
  };
}

/** The next stop of a number: of its suggestions where it has some, else the next integer. */
function next(field, value, direction) {
  const stops = field.suggestions ?? [];
  const now = value ?? field.default ?? stops[0] ?? field.minimum ?? 0;
  const beyond = stops.filter((stop) => (stop - now) * direction > 1e-12);
  if (beyond.length) return direction > 0 ? Math.min(...beyond) : Math.max(...beyond);
  if (stops.length) return now;
  const limits = [field.minimum ?? -Infinity, field.maximum ?? Infinity];
  return Math.min(Math.max(now + direction, limits[0]), limits[1]);
}
