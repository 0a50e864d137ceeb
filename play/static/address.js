// The state of the page in its address, after the #, so that one can link to a set-up.

/** What differs from the defaults, as #view=points&hidden=8,4&...; own points as x,y,class;... */
export function writeAddress(view, wanted, fields) {
  const parts = new URLSearchParams();
  parts.set("view", view);
  for (const { name, kind, default: usual } of fields) {
    const value = wanted[name];
    if (value === undefined || JSON.stringify(value) === JSON.stringify(usual)) continue;
    if (kind === "points") parts.set(name, value.map((point) => point.join(",")).join(";"));
    else parts.set(name, value === null ? "" : String(value));
  }
  const text = `#${parts.toString().replaceAll("%2C", ",").replaceAll("%3B", ";")}`;
  if (location.hash !== text) history.replaceState(null, "", text);
}

/** {view, wanted} of the address. What no option is named after is passed over; whether a value
 *  is possible, the server says. */
export function readAddress(fields) {
  const parts = new URLSearchParams(location.hash.slice(1));
  const wanted = {};
  for (const { name, kind, choices } of fields) {
    if (!parts.has(name)) continue;
    const text = parts.get(name);
    wanted[name] = {
      switch: () => text === "true",
      choice: () => choices.find(({ value }) => String(value) === text)?.value ?? text,
      widths: () => text.split(",").filter(Boolean).map(numberOrText),
      points: () => text.split(";").filter(Boolean).map((one) => one.split(",").map(numberOrText)),
      number: () => (text === "" ? null : numberOrText(text)),
      integer: () => (text === "" ? null : numberOrText(text)),
    }[kind]();
  }
  return { view: parts.get("view") ?? "points", wanted };
}

function numberOrText(text) {
  const value = Number(text);
  return text === "" || Number.isNaN(value) ? text : value;
}
