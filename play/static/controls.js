// The options, built from the server's description of them: name, limits, meaning.

import { buttons, list } from "./choices.js";
import { find, make } from "./dom.js";
import { helpButton } from "./help.js";
import { numeric } from "./numbers.js";
import { widths } from "./widths.js";

const PARTS = { switch: flag, widths, number: numeric, integer: numeric };

export class Controls {
  /** An option stands at the page's element with its name as data-place; where there is none, in
   *  the fold of its group.
   *
   * @param options the answer of /api/options.
   * @param changed called with the changed name.
   * @param pictures for the choices of an option, by its name.
   */
  constructor(options, changed, pictures) {
    this.changed = changed;
    this.inputs = new Map();
    const folds = new Map(options.groups.map(({ name, label }) => [
      name, make("details", {}, make("summary", {}, label)),
    ]));
    for (const field of options.fields.filter(({ kind }) => kind !== "points")) {
      const place = document.querySelector(`[data-place="${field.name}"]`);
      const option = this.build(field, Boolean(place), pictures[field.name]);
      if (place) place.replaceWith(option);
      else folds.get(field.group).append(option);
    }
    const used = [...folds.values()].filter(({ children }) => children.length > 1);
    find("controls").append(...used);
    find("options").addEventListener("submit", (event) => event.preventDefault());
  }

  build(field, placed, pictures) {
    const id = `option-${field.name}`;
    const said = make("p", { class: "explanation", id: `${id}-explained` }, field.explanation);
    const commit = () => {
      this.explain(field, said);
      this.changed(field.name);
    };
    const choice = placed ? buttons : list;
    const control = (PARTS[field.kind] ?? choice)(field, id, commit, pictures);
    control.input.setAttribute("aria-describedby", said.id);
    this.inputs.set(field.name, { ...control, field, said });
    const title = control.label
      ? make("label", { for: control.label }, field.label)
      : make("span", { class: "label" }, field.kind === "switch" ? "" : field.label);
    const head = make("div", { class: "head" }, field.kind === "switch" ? control.parts[0] : title,
      helpButton(field.label, said), said);
    const parts = field.kind === "switch" ? [] : control.parts;
    return make("div", { class: "option", "data-option": field.name }, head, ...parts);
  }

  /** Every option's value as it stands in the controls. */
  values() {
    return Object.fromEntries([...this.inputs].map(([name, { read }]) => [name, read()]));
  }

  /** Show the set-up that the server has made of the wanted values, and no complaint.
   *
   * @param usual the numbers that hold where none is set.
   */
  show(setup, wanted, usual) {
    for (const [name, { input, write, field, said }] of this.inputs) {
      const value = field.optional && wanted[name] == null ? null : setup[name];
      write(value, usual[name]);
      input.removeAttribute("aria-invalid");
      const needs = Object.entries(field.needs ?? {});
      const meant = needs.every(([other, values]) => values.includes(setup[other]));
      input.closest(".option").hidden = !meant;
      this.explain(field, said);
    }
  }

  /** (index) => the field with a hidden layer's number of units. */
  get head() {
    return this.inputs.get("hidden").head;
  }

  write(name, value) {
    this.inputs.get(name).write(value);
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
      field.optional && !field.live && `If empty: ${field.null_label}`,
    ];
    said.textContent = more.filter(Boolean).join("\n");
  }
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
