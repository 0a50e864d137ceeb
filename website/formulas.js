// Sets formulas, [[text, display], …] as JSON on standard input, with KaTeX; writes HTML as JSON.

import { text } from "node:stream/consumers";
import katex from "katex";

const formulas = JSON.parse(await text(process.stdin));
const html = formulas.map(([formula, displayMode]) =>
  katex.renderToString(formula, { displayMode, strict: "error", throwOnError: true }),
);
process.stdout.write(JSON.stringify(html));
