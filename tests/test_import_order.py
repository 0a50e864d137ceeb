"""Who may import whom, and what tier 1 does without."""

import ast
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
COMMON = {"common", "common/runs", "common/distributed", "common/cli"}
SHARED = COMMON | {"data"}
TIERS = {"numpy", "pytorch_lowlevel", "paper"}
# Each place, and the places below it, which it may import besides itself.
BELOW = {
    "data": set(),
    "common": {"data"},
    "common/runs": {"common", "data"},
    "common/distributed": {"common", "common/runs", "data"},
    "common/cli": {"common", "common/runs", "common/distributed", "data"},
    **dict.fromkeys(TIERS, SHARED),
    "tiers.py": SHARED | TIERS,
}
# These may import anything, and nothing in BELOW may import them.
TOP = ["compare.py", "compared_figures.py", "compared_runs.py", "conftest.py", "notebooks"]
TOP += ["experiments", "exercises", "play", "website", "benchmarks", "docs", "tests", "tools"]
NEVER_IN_TIER_1 = {"torch", "torchvision", "matplotlib"}


def files(place: str) -> list[Path]:
    if place.endswith(".py"):
        return [ROOT / place]
    # The root of common/ is one place, and each of its rooms another.
    return sorted((ROOT / place).glob("*.py" if place == "common" else "**/*.py"))


PLACES = {path: place for place in (*BELOW, *TOP) for path in files(place)}
# By the names they are imported by: a file of a folder that is no package, by its own.
MODULES: dict[str, Path] = {}
for path in PLACES:
    parts = path.relative_to(ROOT).with_suffix("").parts
    MODULES[".".join(parts).removesuffix(".__init__")] = path
    if not (path.parent / "__init__.py").exists():
        MODULES.setdefault(parts[-1], path)


def imports(path: Path, when_loaded: bool = False) -> Iterator[tuple[int, str]]:
    """The line and the full name of each import; `when_loaded`, only of those run on loading."""

    def nodes(parent: ast.AST) -> Iterator[ast.AST]:
        for node in ast.iter_child_nodes(parent):
            later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
                isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            )
            if not (when_loaded and later):
                yield node
                yield from nodes(node)

    for node in nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            base = ".".join([*package, *filter(None, [node.module])])
            for name in (f"{base}.{alias.name}" for alias in node.names):
                yield node.lineno, name if name in MODULES else base


def test_every_file_has_a_place():
    paths = [*ROOT.glob("*.py"), *ROOT.glob("[!.]*/*.py")]
    without = {path.relative_to(ROOT).parts[0] for path in paths if path not in PLACES}
    assert not without, "give it a place in the lists above"


@pytest.mark.parametrize("place", sorted(BELOW))
def test_no_import_points_upwards(place):
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}, of {PLACES[MODULES[name]]}"
        for path in files(place)
        for line, name in imports(path)
        if name in MODULES and PLACES[MODULES[name]] not in BELOW[place] | {place}
    ]
    assert not wrong, f"{place} may import only {sorted(BELOW[place])}:\n" + "\n".join(wrong)


def test_no_imports_go_in_a_circle():
    graph = {
        path: {MODULES[name] for _, name in imports(path, when_loaded=True) if name in MODULES}
        for path in PLACES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " imports ".join(str(path.relative_to(ROOT)) for path in reversed(error.args[1]))
        pytest.fail(circle)


def test_nothing_that_tier_1_imports_imports_torch():
    found = files("numpy")
    for path in found:  # grows as it goes: what they import, and what those import
        for line, name in imports(path):
            library = name.partition(".")[0]
            assert library not in NEVER_IN_TIER_1, f"{path.relative_to(ROOT)}:{line}: {name}"
            if name in MODULES and MODULES[name] not in found:
                found.append(MODULES[name])
    assert ROOT / "data/datasets.py" in found


def test_the_core_dependencies_bring_no_torch():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [(text, "pyproject.toml") for text in project["dependencies"]]
    seen = {}
    for text, by in wanted:  # grows as it goes
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        assert requirement.name not in NEVER_IN_TIER_1, f"{by} requires {text}"
        if requirement.name not in seen:
            seen[requirement.name] = by
            wanted += [(inner, requirement.name) for inner in requires(requirement.name) or ()]


def test_the_folder_numpy_is_no_package():
    """With an __init__.py, `import numpy` from the root would find the folder, not the library."""
    assert not list((ROOT / "numpy").rglob("__init__.py"))
