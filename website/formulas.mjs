// Reads [[formula, whether it stands alone], …] as JSON, and writes the HTML of each.
import { readFileSync, writeSync } from "node:fs";
import katex from "katex";

const html = ([formula, displayMode]) =>
  katex.renderToString(formula, { displayMode, strict: true, output: "htmlAndMathml" });
writeSync(1, JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(html)));
