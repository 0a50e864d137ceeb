"""The code that stands under a name in a file today: what documents, page and exercises show."""

import ast
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Snippet:
    """The code under a name, without its docstring.

    Attributes:
        first, last: numbers of its first and last line, with decorators.
        lines: text by line number.
    """

    first: int
    last: int
    lines: dict[int, str]

    @property
    def text(self) -> str:
        """Its lines, from the margin."""
        return textwrap.dedent("\n".join(self.lines.values())).strip()


def find_snippet(path: Path, name: str) -> Snippet:
    """What stands under a name, such as "Linear.forward".

    Args:
        path: of a Python file.
        name: of a function, class or constant; of a method after its class.

    Raises:
        KeyError: where the file has nothing of this name.
    """
    source = path.read_text(encoding="utf-8")
    node: Any = ast.parse(source)
    for part in name.split("."):
        node = _named(node, part)
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    docstring = _docstring_lines(node)
    lines = source.splitlines()
    shown = {i: lines[i - 1] for i in range(first, node.end_lineno + 1) if i not in docstring}
    return Snippet(first, node.end_lineno, shown)


def _named(parent: ast.AST, name: str) -> Any:
    for node in getattr(parent, "body", []):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if name in (ast.unparse(target) for target in targets):
                return node
        elif getattr(node, "name", None) == name:
            return node
    raise KeyError(name)


def _docstring_lines(node: Any) -> range:
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return range(first.lineno, (first.end_lineno or first.lineno) + 1)
    return range(0)
