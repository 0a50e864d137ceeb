"""Writes constraints.txt, the versions of this environment: python tools/update_constraints.py

Run it once `make lint` and `make test` have passed. Each package that pyproject.toml names has a
line there, and each that those need; pip and uv take the file with --constraint.
"""

import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution
from itertools import chain

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from common.runs.options import REPOSITORY

CONSTRAINTS = REPOSITORY / "constraints.txt"
HEADER = "# Versions with which all tests passed, written by tools/update_constraints.py\n"
# CUDA's parts have the versions that torch asks for; torch for CPUs has none of them.
LEFT_TO_TORCH = ("cuda-", "nvidia-", "triton")


def own_requirements() -> list[Requirement]:
    """What pyproject.toml names, with all extras, besides the project itself."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    requirements = map(Requirement, chain.from_iterable(groups))
    return [requirement for requirement in requirements if requirement.name != project["name"]]


def installed_versions(requirements: Iterable[Requirement]) -> dict[str, str]:
    """The versions of these, and of all that they need on this system.

    Raises:
        PackageNotFoundError: where one of them is not installed.
    """
    versions: dict[str, str] = {}
    waiting = list(requirements)
    seen = set()
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen or name.startswith(LEFT_TO_TORCH):
            continue
        seen.add((name, extras))
        found = distribution(name)
        versions[name] = found.version.partition("+")[0]  # without +cpu and the like
        for needed in map(Requirement, found.requires or ()):
            wanted = [{"extra": extra} for extra in (*extras, "")]
            if needed.marker is None or any(map(needed.marker.evaluate, wanted)):
                waiting.append(needed)
    return versions


def main() -> None:
    versions = installed_versions(own_requirements())
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    CONSTRAINTS.write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{CONSTRAINTS.name}: {len(lines)} versions")


if __name__ == "__main__":
    main()
