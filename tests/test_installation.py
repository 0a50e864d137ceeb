"""The versions that constraints.txt gives, and the dev container."""

import json

from packaging.requirements import Requirement

from common.runs.options import REPOSITORY
from play.command import PlayOptions
from tools.update_constraints import CONSTRAINTS, own_requirements


def test_the_constraints_are_versions_that_pyproject_allows():
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()[1:]
    fixed = {}
    for line in lines:
        constraint = Requirement(line)
        (one,) = constraint.specifier
        assert one.operator == "==" and not constraint.url, line
        fixed[constraint.name] = one.version
    for wanted in own_requirements():
        assert wanted.name in fixed, f"{wanted}: run python tools/update_constraints.py"
        assert fixed[wanted.name] in wanted.specifier, f"{wanted}: {fixed[wanted.name]}"


def test_the_dev_container_forwards_the_port_of_the_page():
    text = (REPOSITORY / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    (port,) = json.loads(text)["forwardPorts"]
    assert port == PlayOptions().port
