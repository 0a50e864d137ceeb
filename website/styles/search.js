// In the excerpts of what the search finds, a formula stands once. Its page has it three times: as
// the glyphs that are seen, as MathML for screen readers, and in LaTeX.
const textOfPage = Search.htmlToText;
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll(".katex-mathml").forEach((formula) => formula.remove());
  return textOfPage(page.documentElement.outerHTML, anchor);
};
