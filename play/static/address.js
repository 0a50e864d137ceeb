// The state of the page in its address, after the #, so that one can link to a set-up.

/** What differs from the defaults, as #view=points&hidden=8,4&...; own points as x,y,class;...
 *
 * @param chart the chart beside the loss.
 */
export function addressOf({ view = "points", chart, wanted }, fields) {
  const parts = new URLSearchParams();
  parts.set("view", view);
  for (const { name, kind, default: usual } of fields) {
    const value = wanted[name];
    if (value === undefined || JSON.stringify(value) === JSON.stringify(usual)) continue;
    if (kind === "points") parts.set(name, value.map((point) => point.join(",")).join(";"));
    else parts.set(name, value === null ? "" : String(value));
  }
  if (chart && chart !== "accuracy") parts.set("chart", chart);
  return `#${parts.toString().replaceAll("%2C", ",").replaceAll("%3B", ";")}`;
}

export function writeAddress(state, fields) {
  const text = addressOf(state, fields);
  if (location.hash !== text) history.replaceState(null, "", text);
}

/** {view, chart, wanted} of the address. Whether a name or a value is possible, the server says. */
export function readAddress(fields) {
  const parts = new URLSearchParams(location.hash.slice(1));
  const wanted = {};
  for (const [name, text] of parts) {
    if (["view", "chart"].includes(name)) continue;
    const { kind, choices } = fields.find((field) => field.name === name) ?? {};
    wanted[name] = {
      switch: () => ({ true: true, false: false })[text] ?? text,
      choice: () => choices.find(({ value }) => String(value) === text)?.value ?? text,
      widths: () => text.split(",").filter(Boolean).map(numberOrText),
      points: () => text.split(";").filter(Boolean).map((one) => one.split(",").map(numberOrText)),
      number: () => (text === "" ? null : numberOrText(text)),
      integer: () => (text === "" ? null : numberOrText(text)),
    }[kind]?.() ?? text;
  }
  return { view: parts.get("view"), chart: parts.get("chart"), wanted };
}

function numberOrText(text) {
  const value = Number(text);
  return text === "" || Number.isNaN(value) ? text : value;
}
