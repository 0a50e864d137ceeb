"""What Sphinx does not do by itself: the site's addresses, and pages that show the code.

The markdown links to files and folders of the repository, as GitHub shows them. Here such a link
leads to the document made of that file, to an exercise's page, or to a page that shows the code.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.project import Project
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from common.runs.options import REPOSITORY
from data.errors import UserError
from website.formulas import set_formulas

logger = logging.getLogger(__name__)

# Documents whose address is not that of the markdown file.
ADDRESSES = {
    "README": "lesson",
    "website/start": "index",
    "exercises/README": "exercises/index",
    "experiments/README": "experiments/index",
}
# In markdown: the address of a link, without a fragment and with one.
LINK = re.compile(r"(?<=\]\()(?P<path>[^)\s#:]+)(?:#(?P<fragment>[^)\s]*))?")
# Their files are shown even where no document links to them: the exercises' pages do.
FOLDERS = ("numpy", "pytorch_lowlevel", "paper", "common", "data", "experiments")
# What a folder's page lists.
CODE = {".py", ".js", ".css", ".html", ".toml"}
STATEMENT = re.compile(r"exercises/(\d\d_\w+)\.md")


# Where the lesson's topics can be watched: by its first words, a set-up and what it shows.
PLAYGROUND = {
    "Forward.": ("dataset=xor&hidden=8,8&activation=identity", "two hidden layers without f"),
    "Backward.": (
        "view=steps&dataset=moons&hidden=4&activation=tanh",
        "one minibatch forward and backward, number by number",
    ),
    "Activations.": (
        "dataset=circles&hidden=8,8,8,8,8,8&activation=sigmoid&initializer=xavier-normal",
        "six layers of sigmoids, and their gradients",
    ),
    "Initialization.": (
        "dataset=spiral&hidden=16,16&initializer=zeros",
        "weights that all start at zero",
    ),
    "Training.": (
        "dataset=moons&count=60&noise=0.3&hidden=32,32",
        "a network that overfits 60 points",
    ),
}


class Documents(Project):
    """Knows the documents by the addresses that they have in the site."""

    def path2doc(self, filename: Any) -> str | None:
        """The document made of a file."""
        name = super().path2doc(filename)
        return ADDRESSES.get(name, name) if name else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("builder-inited", _prepare)
    app.connect("source-read", _link_to_the_site)
    app.connect("html-collect-pages", _code_pages)
    app.connect("html-page-context", _name_the_section)
    app.connect("env-updated", _set_formulas)
    app.add_html_math_renderer(
        "katex", (_write_formula, lambda *_: None), (_write_formula, lambda *_: None)
    )
    app.add_transform(_Formulas)
    app.add_transform(_PlaygroundLinks)
    app.add_transform(_SiteLinks)
    return {"parallel_read_safe": False}


def _prepare(app: Sphinx) -> None:
    documents = Documents(app.srcdir, app.config.source_suffix)
    app.project = app.env.project = documents
    app.env.site_code = {REPOSITORY / folder for folder in FOLDERS}  # type: ignore[attr-defined]


def _link_to_the_site(app: Sphinx, document: str, source: list[str]) -> None:
    """Give each link to what is no document the address that it has in the site, as site:…"""
    folder = app.env.doc2path(document).parent
    shown = app.env.site_code  # type: ignore[attr-defined]

    def address(link: re.Match[str]) -> str:
        target = (folder / link["path"]).resolve()
        if not target.is_relative_to(REPOSITORY) or not target.exists():
            return link[0]  # Sphinx reports what leads nowhere
        path = target.relative_to(REPOSITORY).as_posix()
        if exercise := STATEMENT.fullmatch(path):
            return f"site:practise/{exercise[1]}.html"
        if target.suffix in (".md", ".png", ".svg"):
            return link[0]
        if target.suffix == ".ipynb":
            target = target.with_suffix(".py")  # which can be read
        shown.add(target)
        line = re.match(r"L\d+", link["fragment"] or "")
        return f"site:{code_page(target)}.html" + (f"#{line[0]}" if line else "")

    source[0] = LINK.sub(address, source[0])


class _Formulas(SphinxTransform):
    """GitHub's inline formulas have backticks within the dollars."""

    default_priority = 300

    def apply(self, **_: Any) -> None:
        for node in self.document.findall(nodes.math):
            text = nodes.Text(node.astext().removeprefix("`").removesuffix("`"))
            node.children = []
            node += text


def _set_formulas(app: Sphinx, env: BuildEnvironment) -> None:
    """Set all formulas at once."""
    formulas = sorted(
        {
            (node.astext(), isinstance(node, nodes.math_block))
            for document in env.found_docs
            for node in env.get_doctree(document).findall(
                lambda node: isinstance(node, nodes.math | nodes.math_block)
            )
        }
    )
    html = [""] * len(formulas)
    try:
        html = set_formulas(formulas)
    except UserError as error:
        logger.warning("%s", error)
    env.site_formulas = dict(zip(formulas, html, strict=True))  # type: ignore[attr-defined]


def _write_formula(translator: Any, node: nodes.math | nodes.math_block) -> None:
    alone = isinstance(node, nodes.math_block)
    html = translator.builder.env.site_formulas[node.astext(), alone]
    translator.body.append(f'<div class="math">{html}</div>' if alone else html)
    raise nodes.SkipNode


class _PlaygroundLinks(SphinxTransform):
    """Let the lesson's topics end with a set-up of the playground."""

    default_priority = 290  # before the links are made relative

    def apply(self, **_: Any) -> None:
        if self.env.docname != "lesson":
            return
        topics = {_topic(one): one for one in self.document.findall(nodes.paragraph)}
        for topic, (setup, text) in PLAYGROUND.items():
            if topic not in topics:
                logger.warning("the lesson has no paragraph that begins with %s", topic)
                continue
            section = topics[topic].parent
            after = section.children[section.index(topics[topic]) + 1 :]
            end = next((section.index(one) for one in after if _topic(one)), len(section))
            link = nodes.reference("", text, refuri=f"site:play/index.html#{setup}")
            sentence = [nodes.Text("In the playground: "), link, nodes.Text(".")]
            section.insert(end, nodes.paragraph("", "", *sentence))


def _topic(node: nodes.Node) -> str:
    """The bold words that a paragraph begins with, or nothing."""
    first = next((child for child in node.children if child.astext()), None)
    is_topic = isinstance(node, nodes.paragraph) and isinstance(first, nodes.strong)
    return first.astext() if is_topic else ""


class _SiteLinks(SphinxTransform):
    """Make site:… relative to the page that it is on."""

    default_priority = 300

    def apply(self, **_: Any) -> None:
        for node in self.document.findall(nodes.reference):
            address = node.get("refuri", "")
            if address.startswith("site:"):
                up = "../" * self.env.docname.count("/")
                node["refuri"] = up + address.removeprefix("site:")
                node["internal"] = True


def code_page(path: Path) -> str:
    """The address, without .html, of the page that shows a file or a folder's files."""
    page = PurePosixPath("code", path.relative_to(REPOSITORY).as_posix())
    return str(page / "index" if path.is_dir() else page)


def _code_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yields (address, what the template gets, the template) of each page that shows code."""
    shown: set[Path] = app.env.site_code  # type: ignore[attr-defined]
    folders = sorted(path for path in shown if path.is_dir())
    files = {path for path in shown if path.is_file()}
    for folder in folders:
        content = sorted(path for path in folder.iterdir() if path.suffix in CODE)
        files.update(content)
        page = {
            "title": f"{folder.relative_to(REPOSITORY)}/",
            "files": [(f"{path.name}.html", path.name, _purpose(path)) for path in content],
        }
        yield code_page(folder), page, "folder.html"
    for path in sorted(files):
        folder = (f"{path.parent.name}/", "index.html") if path.parent in folders else None
        page = {
            "title": path.relative_to(REPOSITORY).as_posix(),
            "folder": folder,
            "lines": _highlighted_lines(path),
        }
        yield code_page(path), page, "code.html"


def _purpose(path: Path) -> str:
    """The first line of a module's docstring."""
    if path.suffix != ".py":
        return ""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def _highlighted_lines(path: Path) -> list[str]:
    """HTML of each line; no element reaches into the next line."""
    try:
        lexer = get_lexer_for_filename(path.name, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    text = path.read_text(encoding="utf-8")
    return highlight(text, lexer, HtmlFormatter(nowrap=True)).splitlines()


def _name_the_section(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    context["root"] = "../" * page.count("/")
    context["current"] = "lesson" if page == "lesson" else ""
