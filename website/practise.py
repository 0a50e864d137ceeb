"""The pages of the exercises: each a statement, an editor and what a check needs, set at build."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from common.cli.snippets import find_snippet
from common.runs.options import REPOSITORY
from exercises.checker.catalogue import LEVELS, Exercise, in_learning_order
from exercises.checker.progress import HINT_AFTER
from website.finish import header
from website.formulas import set_formulas

SOURCE = REPOSITORY / "website"
TIER = "numpy"
SCRIPTS = ("exercise.js", "installed.js", "overview.js")
# How a statement ends its first sentence of "Done when": the page's button stands for the command.
COMMAND = re.compile(r"`\S*python -m exercises check \d\d` says so(?: \(`--tier [^)]*\))?")
IN_NUMPY = (
    "Here you write it in NumPy, tier 1. What is said of tiers 2 and 3 is for the exercise on your"
    " own computer."
)
MARK = "\x02{}\x03"  # stands for a formula until all are set at once


@dataclass(frozen=True)
class Entry:
    """An exercise as the templates show it."""

    exercise: Exercise

    @property
    def name(self) -> str:
        return self.exercise.name

    @property
    def number(self) -> str:
        return self.exercise.number

    @property
    def title(self) -> str:
        """As its statement's heading has it, such as "Add dropout"."""
        heading = self.exercise.statement.read_text(encoding="utf-8").partition("\n")[0]
        title = heading.partition(": ")[2]
        return title[0].upper() + title[1:]

    @property
    def needs_torch(self) -> bool:
        return TIER not in self.exercise.tiers

    @property
    def in_network(self) -> bool:
        return hasattr(self.exercise.checks, "in_network")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.exercise.metadata, name)


class Renderer(RendererHTML):
    """Renders a formula as a mark, and remembers it."""

    def formula(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        """The method's name is that of the token."""
        token = tokens[index]
        env["formulas"].append((token.content.strip(), token.block))
        mark = MARK.format(len(env["formulas"]) - 1)
        return f"<p>{mark}</p>" if token.block else mark


class Statements:
    """Sets markdown as HTML, and all its formulas at the end."""

    def __init__(self) -> None:
        self.formulas: list[tuple[str, bool]] = []
        self.markdown = MarkdownIt("commonmark", renderer_cls=Renderer).enable("table")
        self.markdown.core.ruler.push("formulas", _find_formulas)
        self.markdown.core.ruler.push("links", _link_to_the_site)

    def html(self, text: str) -> Markup:
        """Markdown as HTML, with marks for the formulas."""
        return Markup(self.markdown.render(text, {"formulas": self.formulas}))

    def set_formulas(self, pages: dict[str, str]) -> dict[str, str]:
        """The pages with KaTeX's HTML in place of the marks."""
        html = set_formulas(self.formulas)
        mark = re.compile(MARK.format(r"(\d+)") + r"([,.;:)]*)")

        def with_punctuation(match: re.Match[str]) -> str:
            """A line must not begin with a comma."""
            formula = html[int(match[1])]
            return f'<span class="whole">{formula}{match[2]}</span>' if match[2] else formula

        return {name: mark.sub(with_punctuation, page) for name, page in pages.items()}


def _find_formulas(state: StateCore) -> None:
    """Make formulas of $`…`$ and of ```math, as GitHub does."""
    for token in state.tokens:
        if token.type == "fence" and token.info.strip() == "math":
            token.type, token.block = "formula", True
        children = token.children or []
        for before, code, after in zip(children, children[1:], children[2:], strict=False):
            texts = before.content.endswith("$") and after.content.startswith("$")
            if code.type == "code_inline" and texts:
                before.content, after.content = before.content[:-1], after.content[1:]
                code.type, code.block = "formula", False


def _link_to_the_site(state: StateCore) -> None:
    """Lead the links to code to the pages that show it."""
    for token in state.tokens:
        for child in token.children or []:
            address = str(child.attrs.get("href", ""))
            if child.type == "link_open" and address.startswith("../"):
                child.attrs["href"] = code_page(address.removeprefix("../"))


def code_page(file: str) -> str:
    """The address of the page that shows a file of the repository."""
    return f"../code/{file}.html"


def python(code: str) -> Markup:
    """Python code as a highlighted <pre>."""
    return Markup(highlight(code, PythonLexer(), HtmlFormatter(nowrap=False, cssclass="code")))


def statement_text(exercise: Exercise) -> str:
    """The statement, with the page's Check where it names the command."""
    text = exercise.statement.read_text(encoding="utf-8")
    if TIER not in exercise.tiers:
        return text
    text, count = COMMAND.subn("**Check** says so", text)
    assert count == 1, f"{exercise.statement.name}: does not end as the others do"
    notes = [IN_NUMPY] if exercise.tiers != (TIER,) else []
    notes += [exercise.metadata.in_browser] if exercise.metadata.in_browser else []
    heading, about, rest = text.split("\n\n", 2)
    return "\n\n".join((heading, about, *notes, rest))


def own_code(exercise: Exercise) -> list[dict[str, Any]]:
    """The tier's own lines that are shown after a pass."""
    parts = []
    for file, name in exercise.metadata.shown.get(TIER, ()):
        code = find_snippet(REPOSITORY / file, name)
        where, page = f"{file}:{code.first}-{code.last}", f"{code_page(file)}#L{code.first}"
        parts.append({"where": where, "page": page, "code": python(code.text)})
    return parts


def write_pages(folder: Path) -> None:
    """Write the overview and a page for each exercise into a folder."""
    environment = Environment(
        loader=FileSystemLoader(SOURCE / "practise"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    order = in_learning_order()
    entries = [Entry(exercise) for exercise in order]
    levels = [(level, [one for one in entries if one.level == level]) for level in LEVELS]
    titles = [{"name": one.name, "title": f"{one.number} {one.title}"} for one in entries]
    site = {"header": Markup(header("../", "practise")), "titles": titles}
    statements = Statements()
    pages = {"index.html": environment.get_template("overview.html").render(site, levels=levels)}
    for before, entry, after in zip([None, *entries], entries, [*entries[1:], None], strict=False):
        exercise = entry.exercise
        tier = exercise.tiers[0] if entry.needs_torch else TIER
        starter = exercise.starter(tier).read_text(encoding="utf-8")
        kind = "installed" if entry.needs_torch else "exercise"
        pages[f"{entry.name}.html"] = environment.get_template(f"{kind}.html").render(
            site,
            exercise=entry,
            before=before,
            after=after,
            script=f"{kind}.js",
            statement=statements.html(statement_text(exercise)),
            hints=[statements.html(f"### {hint}") for hint in exercise.hints()],
            starter=python(starter),
            solution=python(exercise.solution(tier).read_text(encoding="utf-8")),
            own=own_code(exercise),
            data={
                "name": entry.name,
                "file": f"{entry.name}_{TIER}.py",
                "starter": starter,
                "hintAfter": HINT_AFTER,
            },
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in statements.set_formulas(pages).items():
        (folder / name).write_text(page, encoding="utf-8")
