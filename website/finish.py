"""What every page of the site gets at the end: its policy, the site's script, the header."""

import base64
import hashlib
import json
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from common.runs.options import REPOSITORY

SOURCE = REPOSITORY / "website"
TEMPLATES = Environment(loader=FileSystemLoader(SOURCE / "templates"), autoescape=True)
# What runs on a page, without the data that stands in a script element.
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
VERSION = "VERSION_OF_THE_BUILD"
FILES_OF_PYTHON = "FILES_OF_PYTHON"
WORKER = "service_worker.js"


def policy(page: str, path: Path) -> str:
    """The Content-Security-Policy of a page: nothing from elsewhere, no script but the site's."""
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in INLINE_SCRIPT.findall(page)
    ]
    # KaTeX places its glyphs by style attributes, and CodeMirror writes a style element.
    styled = path.parts[0] == "practise" or re.search(r"<style|\bstyle=", page)
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'", *(f"'sha256-{one}'" for one in hashes)],
        "style-src": ["'self'", *(["'unsafe-inline'"] if styled else [])],
        "img-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


def header(root: str, current: str) -> Markup:
    """The header of all pages. `root` leads to the site's root; `current` is its own section."""
    return Markup(TEMPLATES.get_template("header.html").render(root=root, current=current))


def finish_pages(site: Path) -> int:
    """Complete all pages; returns how many there are."""
    pages = sorted(site.rglob("*.html"))
    for file in pages:
        path = file.relative_to(site)
        page = finished(file.read_text(encoding="utf-8"), path)
        file.write_text(page, encoding="utf-8")
    return len(pages)


def finished(page: str, path: Path) -> str:
    """A page with what all pages have; `path` is its place in the site."""
    root = "../" * (len(path.parts) - 1)
    page = page.replace(
        "</head>", f'<script type="module" src="{root}site.js"></script>\n</head>', 1
    )
    if path.as_posix() == "play/index.html":
        style = f'<link rel="stylesheet" href="{root}header.css">\n</head>'
        page = page.replace("</head>", style, 1)
        page = insert_after("<body", header(root, "play"), page)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(page, path)}">'
    return insert_after("<meta charset", meta, page)


def insert_after(tag: str, text: str, page: str) -> str:
    """The page with a text after the first tag that begins like this."""
    end = page.index(">", page.index(tag)) + 1
    return f"{page[:end]}\n{text}{page[end:]}"


def write_service_worker(site: Path) -> None:
    """Write the service worker of just this build, known by what all its files contain."""
    digest = hashlib.sha256()
    files = [path for path in sorted(site.rglob("*")) if path.is_file()]
    for path in files:
        digest.update(path.relative_to(site).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    names = [path.relative_to(site).as_posix() for path in files]
    version = digest.hexdigest()[:16]
    text = (SOURCE / "runtime" / WORKER).read_text(encoding="utf-8")
    python = [name for name in names if name.startswith("runtime/")]
    text = text.replace(VERSION, version).replace(f"[/* {FILES_OF_PYTHON} */]", json.dumps(python))
    (site / WORKER).write_text(text, encoding="utf-8")
    (site / "version.txt").write_text(version, encoding="utf-8")
