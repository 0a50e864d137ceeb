"""Brings the code that the documents show up to date: python docs/update_snippets.py

A link names what it leads to in its title, and gets the lines where that stands today:

    [a layer](../numpy/layers_numpy.py#L1-L2 "Linear.forward")

A block of Python right below a line that ends in such a link gets that code, docstring left out.
"""

import argparse
import re
from pathlib import Path

from common.cli.snippets import find_snippet

DOCS = Path(__file__).resolve().parent
LINK = re.compile(r'\]\((?P<path>[^()#"\s]+\.py)#L\d+-L\d+ "(?P<name>[\w.]+)"\)')
BLOCK = re.compile(rf"(?P<link>{LINK.pattern}:?)\n```python\n.*?```", re.DOTALL)


def updated(document: Path) -> str:
    """The document's text with today's lines and code."""

    def link(match: re.Match) -> str:
        snippet = find_snippet(document.parent / match["path"], match["name"])
        lines = f"#L{snippet.first}-L{snippet.last}"
        return f'](%s{lines} "%s")' % (match["path"], match["name"])

    def block(match: re.Match) -> str:
        snippet = find_snippet(document.parent / match["path"], match["name"])
        return f"{match['link']}\n```python\n{snippet.text}\n```"

    text = document.read_text(encoding="utf-8")
    return LINK.sub(link, BLOCK.sub(block, text))


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    for markdown in sorted(DOCS.glob("*.md")):
        markdown.write_text(updated(markdown), encoding="utf-8")
