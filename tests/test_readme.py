"""What the README and the docs show is in the code."""

import re
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import train_numpy
from mlp_paper import MLP

from benchmarks.parts import PartsOptions
from benchmarks.speed import SpeedOptions
from benchmarks.start_up import StartUpOptions
from benchmarks.time_to_accuracy import AccuracyOptions
from common.configuration import PaperConfiguration, option_name
from common.run_folder import read_tensors

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "tests/README.md"]
SCRIPTS = (
    "numpy/train_numpy.py",
    "pytorch_lowlevel/train_lowlevel.py",
    "paper/train_paper.py",
)


def squeezed(text: str) -> str:
    """Without the white space, of which a shown line has less than the line of the code."""
    return re.sub(r"\s", "", text)


def test_every_line_of_code_shown_is_in_the_tiers():
    sources = [*ROOT.glob("*/*.py")]
    code = squeezed("\n".join(source.read_text() for source in sources))
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(blocks) >= 6
    for block in blocks:
        assert squeezed(block) in code, block


def test_the_steps_shown_side_by_side_are_those_of_the_scripts():
    section = (ROOT / "README.md").read_text().split("## The three tiers side by side")[1]
    rows = re.findall(r"^\| (?:`.*|\| .*)\|$", section.split("###")[0], re.MULTILINE)
    assert len(rows) >= 7
    columns = zip(*(row.strip("|").split("|") for row in rows), strict=True)
    for script, column in zip(SCRIPTS, columns, strict=True):
        code = squeezed((ROOT / script).read_text())
        position = 0
        for cell in column:
            line = squeezed(cell).strip("`")
            position = code.find(line, position)
            assert position >= 0, f"{line} is not in {script}, or not in this place"


def test_a_model_of_tier_1_loads_into_tier_3_as_shown(tmp_path, monkeypatch):
    options = ["--dataset", "xor", "--epochs", "1", "--hidden", "3", "--run-dir"]
    train_numpy.main([*options, str(tmp_path / "runs" / "numpy")])
    monkeypatch.chdir(tmp_path)
    model = MLP((2, 3, 2))
    model.load_state_dict(safetensors.torch.load_file("runs/numpy/model.safetensors"))
    saved, _ = read_tensors(Path("runs/numpy/model.safetensors"))
    np.testing.assert_array_equal(model.layers[0].weight.detach(), saved["layers.0.weight"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text()):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_formula_stands_apart_from_the_words_around_it(document):
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    for line in text.splitlines():
        words = re.sub(r"(?<![^\s(|])\$`[^`]+`\$(?![^\s),.:;|])", "", line)
        assert "$" not in re.sub(r"`[^`]*`", "", words), f"no formula to a browser: {line}"


def test_every_option_named_is_one():
    options = (PaperConfiguration, PartsOptions, SpeedOptions, StartUpOptions, AccuracyOptions)
    known = {option_name(field) for model in options for field in model.model_fields}
    known |= {"--no-momentum", "--help", "--editable"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / "README.md").read_text()))
    assert named <= known
