"""Keeps the code that the documents show as it is: python docs/cuttings.py

A link names what it leads to in its title, and gets the lines where that stands today:

    [a layer](../numpy/layers_numpy.py#L1-L2 "Linear.forward")

A block of Python right below a line that ends in such a link gets that code, docstring left out.
"""

import argparse
import ast
import re
import textwrap
from pathlib import Path

DOCS = Path(__file__).resolve().parent
LINK = re.compile(r'\]\((?P<path>[^()#"\s]+\.py)#L\d+-L\d+ "(?P<name>[\w.]+)"\)')
BLOCK = re.compile(rf"(?P<link>{LINK.pattern}:?)\n```python\n.*?```", re.DOTALL)


def cutting(path: Path, name: str) -> tuple[int, int, str]:
    """First line, last line and text of what stands under a name, such as "Linear.forward".

    Args:
        path: of a Python file.
        name: of a function, class or constant; of a method after its class.

    Raises:
        KeyError: where the file has nothing of this name.
    """
    first, last, numbered = numbered_cutting(path, name)
    return first, last, textwrap.dedent("\n".join(numbered.values())).strip()


def numbered_cutting(path: Path, name: str) -> tuple[int, int, dict[int, str]]:
    """First line, last line, and the text of each line by its number, docstring left out.

    Args and raises as `cutting`.
    """
    source = path.read_text(encoding="utf-8")
    node: ast.AST = ast.parse(source)
    for part in name.split("."):
        node = _named(node, part)
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    docstring = _docstring_lines(node)
    lines = source.splitlines()
    shown = {i: lines[i - 1] for i in range(first, node.end_lineno + 1) if i not in docstring}
    return first, node.end_lineno, shown


def _named(parent: ast.AST, name: str) -> ast.AST:
    for node in getattr(parent, "body", []):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if name in (ast.unparse(target) for target in targets):
                return node
        elif getattr(node, "name", None) == name:
            return node
    raise KeyError(name)


def _docstring_lines(node: ast.AST) -> range:
    body = getattr(node, "body", None)
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return range(body[0].lineno, body[0].end_lineno + 1)
    return range(0)


def renewed(document: Path) -> str:
    """The document's text with today's lines and code."""

    def link(match: re.Match) -> str:
        first, last, _ = cutting(document.parent / match["path"], match["name"])
        return f'](%s#L{first}-L{last} "%s")' % (match["path"], match["name"])

    def block(match: re.Match) -> str:
        *_, code = cutting(document.parent / match["path"], match["name"])
        return f"{match['link']}\n```python\n{code}\n```"

    text = document.read_text(encoding="utf-8")
    return LINK.sub(link, BLOCK.sub(block, text))


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    for markdown in sorted(DOCS.glob("*.md")):
        markdown.write_text(renewed(markdown), encoding="utf-8")
