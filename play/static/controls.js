// The options, built from the server's description of them: name, limits, meaning.

import { find, make } from "./dom.js";
import { CLASS_MARKS } from "./pictures.js";

const OPEN = ["data", "network", "training"];

export class Controls {
  /** @param options the answer of /api/options. @param changed called with the changed name. */
  constructor(options, changed) {
    const elsewhere = ["points", "tier"];
    this.fields = options.fields.filter(({ name }) => !elsewhere.includes(name));
    this.changed = changed;
    this.inputs = new Map();
    const wide = matchMedia("(min-width: 760px)").matches;
    for (const group of options.groups) {
      const fields = this.fields.filter((field) => field.group === group.name);
      if (!fields.length) continue;
      const open = wide && OPEN.includes(group.name);
      find("controls").append(make(
        "details", { open }, make("summary", {}, group.label), ...fields.map((f) => this.build(f)),
      ));
    }
    find("controls").addEventListener("submit", (event) => event.preventDefault());
  }

  build(field) {
    const id = `option-${field.name}`;
    const parts = { choice, switch: flag, widths, number: numeric, integer: numeric };
    const said = make("p", { class: "explanation", id: `${id}-explained` }, field.explanation);
    const commit = () => {
      this.explain(field, said);
      this.changed(field.name);
    };
    const control = parts[field.kind](field, id, commit);
    control.input.setAttribute("aria-describedby", said.id);
    this.inputs.set(field.name, { ...control, field, said });
    return make("div", { class: "option", "data-option": field.name }, ...control.parts, said);
  }

  /** Every option's value as it stands in the controls. */
  values() {
    return Object.fromEntries([...this.inputs].map(([name, { read }]) => [name, read()]));
  }

  /** Show the set-up that the server has made of the wanted values, and no complaint. */
  show(setup, wanted) {
    for (const [name, { input, read, write, field, said }] of this.inputs) {
      const left = field.optional && wanted[name] == null;
      const value = left ? null : setup[name];
      if (JSON.stringify(read()) !== JSON.stringify(value)) write(value);
      if (left) input.placeholder = setup[name] ?? field.null_label;
      input.removeAttribute("aria-invalid");
      const needs = Object.entries(field.needs ?? {});
      const meant = needs.every(([other, values]) => values.includes(setup[other]));
      input.closest(".option").hidden = !meant;
      this.explain(field, said);
    }
  }

  complain(name) {
    this.inputs.get(name)?.input.setAttribute("aria-invalid", "true");
  }

  explain(field, said) {
    const value = this.inputs.get(field.name)?.read() ?? field.default;
    const choice = field.choices?.find((one) => one.value === value);
    const more = [
      field.explanation,
      choice?.explanation && `${choice.label}: ${choice.explanation}`,
      field.optional && `If empty: ${field.null_label}`,
    ];
    said.textContent = more.filter(Boolean).join("\n");
  }
}

function title(id, text) {
  return make("label", { for: id }, text);
}

function choice(field, id, commit) {
  const input = make("select", { id, onchange: commit }, ...field.choices.map(
    ({ value, label }) => make("option", { value: String(value) }, label),
  ));
  return {
    input,
    parts: [title(id, field.label), input],
    read: () => field.choices.find(({ value }) => String(value) === input.value)?.value,
    write: (value) => (input.value = String(value)),
  };
}

function flag(field, id, commit) {
  const input = make("input", { id, type: "checkbox", onchange: commit });
  return {
    input,
    parts: [make("label", { class: "flag", for: id }, input, field.label)],
    read: () => input.checked,
    write: (value) => (input.checked = value),
  };
}

function widths(field, id, commit) {
  const input = make("input", { id, inputmode: "numeric", onchange: commit });
  const read = () => (input.value.match(/[^\s,;]+/g) ?? []).map(
    (text) => (Number.isNaN(Number(text)) ? text : Number(text)),
  );
  const set = (list) => {
    input.value = list.join(" ");
    commit();
  };
  const fewer = () => set(read().slice(0, -1));
  const more = () => set([...read(), read().at(-1) ?? 4]);
  const button = (text, label, onclick) =>
    make("button", { type: "button", "aria-label": label, title: label, onclick }, text);
  return {
    input,
    parts: [title(id, field.label), make(
      "div", { class: "pair" },
      input, button("−", "Remove a hidden layer", fewer), button("+", "Add a hidden layer", more),
    )],
    read,
    write: (list) => (input.value = list.join(" ")),
  };
}

function numeric(field, id, commit) {
  const input = make("input", {
    id, type: "number", step: "any", min: field.minimum, max: field.maximum,
    placeholder: field.optional ? field.null_label : null, onchange: commit,
  });
  const read = () => (input.value.trim() === "" ? null : Number(input.value));
  const move = (direction) => {
    input.value = next(field, read() ?? (parseFloat(input.placeholder) || null), direction);
    commit();
  };
  const button = (text, label, direction) => make("button", {
    type: "button", tabindex: -1, "aria-label": label, onclick: () => move(direction),
  }, text);
  input.addEventListener("keydown", (event) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    move(direction);
  });
  return {
    input,
    parts: [title(id, field.label), make(
      "div", { class: "pair" }, input,
      button("−", `${field.label}: less`, -1), button("+", `${field.label}: more`, 1),
    )],
    read,
    write: (value) => (input.value = value ?? ""),
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

/** Radio buttons in a fieldset that has its legend already. */
export function radios(fieldset, name, choices, chosen) {
  for (const old of fieldset.querySelectorAll("label")) old.remove();
  for (const { value, label, disabled } of choices) {
    fieldset.append(make("label", {}, make("input", {
      type: "radio", name, value, disabled, checked: value === chosen,
    }), label));
  }
}

/** How many classes' marks can be chosen: "● class 0", ... */
export function classChoices(count) {
  return Array.from({ length: count }, (_, label) => ({
    value: String(label), label: `${CLASS_MARKS[label]} class ${label}`,
  }));
}
