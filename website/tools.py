"""What the site is built with and from, and does not lie in the repository: node, npm, Pyodide."""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pooch

from common.runs.options import REPOSITORY
from data.errors import UserError, one_line

SOURCE = REPOSITORY / "website"
PACKAGES = SOURCE / "node_modules"
WHEELS = SOURCE / "wheels"
NODE = 20  # the oldest version that the site is built with
INSTALL_NODE = f"install node {NODE} or newer, which brings npm (https://nodejs.org)"
# Pyodide's own release of the packages, file by file.
RELEASE = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
INTERPRETER = (
    "pyodide.mjs",
    "pyodide.asm.js",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
WHEEL_SECONDS = 30.0  # a server that stays silent for so long has failed


def check_node() -> str:
    """The version of node. Raises UserError where node or npm is missing or too old."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise UserError(f"{program} is not found: {INSTALL_NODE}")
    version = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < NODE:
        raise UserError(f"node {version} is too old: {INSTALL_NODE}")
    return version


def install_packages() -> str:
    """Install what package.json names, where it is not there yet; says what was done.

    Raises:
        UserError: where npm cannot.
    """
    wanted: dict[str, str] = json.loads((SOURCE / "package.json").read_text())["dependencies"]
    if all(_installed_version(name) == version for name, version in wanted.items()):
        return "there already"
    flags = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(
        [shutil.which("npm") or "npm", "install", *flags],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        raise UserError(f"npm install, in {SOURCE}: {one_line((told or [done.stderr])[-1])}")
    return f"{len(wanted)} installed"


def _installed_version(name: str) -> str | None:
    try:
        return json.loads((PACKAGES / name / "package.json").read_text())["version"]
    except FileNotFoundError:
        return None


def bundle(entries: Iterable[Path], folder: Path) -> None:
    """Put each entry, with all that it imports, into one file of its name in the folder.

    Fonts come along as .woff2, which every browser that runs WebAssembly reads. The runtime is
    left where it is: the exercises and the page load the same one.
    """
    subprocess.run(
        [
            "node",
            PACKAGES / "esbuild" / "bin" / "esbuild",
            *entries,
            "--bundle",
            "--format=esm",
            "--minify",
            "--log-level=warning",
            "--external:../runtime/*",
            "--loader:.woff2=file",
            "--loader:.woff=empty",
            "--loader:.ttf=empty",
            "--asset-names=[name]",
            f"--outdir={folder}",
        ],
        cwd=SOURCE,
        check=True,
    )


def copy_interpreter(folder: Path) -> None:
    """Copy Pyodide, and NumPy's wheel for it. Raises UserError where the wheel cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in INTERPRETER:
        shutil.copyfile(PACKAGES / "pyodide" / name, folder / name)
    wheel = numpy_wheel()
    shutil.copyfile(wheel, folder / wheel.name)


def numpy_wheel() -> Path:
    """NumPy built for this Pyodide, downloaded where it is not there.

    Raises:
        UserError: where it cannot be downloaded, or is not the one that Pyodide names.
    """
    lock = json.loads((PACKAGES / "pyodide" / "pyodide-lock.json").read_text())
    name, digest = (lock["packages"]["numpy"][key] for key in ("file_name", "sha256"))
    path = WHEELS / name
    if not path.exists():
        address = RELEASE.format(version=lock["info"]["version"]) + name
        downloader: Any = pooch.HTTPDownloader(progressbar=False, timeout=WHEEL_SECONDS)
        try:
            pooch.retrieve(address, f"sha256:{digest}", name, WHEELS, downloader=downloader)
        except (OSError, ValueError) as error:
            raise UserError(
                f"{path} is missing, and {address} cannot be had ({one_line(error, 120)}):"
                " copy the file there"
            ) from None
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != digest:
        raise UserError(
            f"{path} has the SHA-256 {found}, and Pyodide's lock names {digest}: delete the file"
        )
    return path


def licences() -> str:
    """Who wrote what the site brings along, and under which terms."""
    parts = [f"This repository\n\n{(REPOSITORY / 'LICENSE').read_text(encoding='utf-8')}"]
    packages = json.loads((SOURCE / "package.json").read_text())["dependencies"]
    for name in sorted(packages.keys() - {"esbuild"}):
        about = json.loads((PACKAGES / name / "package.json").read_text())
        files = sorted((PACKAGES / name).glob("LICENSE"))
        texts = [file.read_text(encoding="utf-8") for file in files]
        heading = f"{name} {about['version']}, {about['license']}, {about['repository']['url']}"
        parts.append("\n\n".join([heading, *texts]))
    for name in ("sphinx", "furo"):
        found = distribution(name)
        texts = [
            Path(str(file.locate())).read_text(encoding="utf-8")
            for file in found.files or ()
            if "licenses" in file.parts
        ]
        parts.append("\n\n".join([f"{name} {found.version}", *texts]))
    return f"\n\n{'=' * 80}\n\n".join(part.strip() for part in parts) + "\n"


def first_error(text: str) -> str:
    """The first line of a tool's output that reports an error or a warning."""
    lines = [line for line in text.splitlines() if re.search("warning|error", line, re.IGNORECASE)]
    return one_line((lines or text.strip().splitlines() or ["no word"])[0])
