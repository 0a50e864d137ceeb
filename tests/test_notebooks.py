"""The notebooks: made of their sources, run to their end, with the pictures they promise."""

import nbclient
import nbformat
import pytest

from common.runs.options import REPOSITORY
from common.training import History
from notebooks.__main__ import ADDRESS, FOLDER, make_notebook, sources
from notebooks.patients import train_patient

NOTEBOOKS = {source.stem: source.with_suffix(".ipynb") for source in sources()}
PICTURES = {
    "one_step_by_hand": 3,
    "train_and_watch": 4,
    "three_tiers": 1,
    "your_own_data": 2,
    "when_it_does_not_learn": 4,
}


def test_the_notebooks_are_made_of_their_sources():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == NOTEBOOKS.keys()
    for name, path in NOTEBOOKS.items():
        made = nbformat.writes(make_notebook(path.with_suffix(".py")))
        assert path.read_text(encoding="utf-8") == made + "\n", f"{name}: run python -m notebooks"
        nbformat.validate(nbformat.reads(made, 4))


def test_the_documents_link_to_the_notebooks_in_colab():
    folder = f"https://colab.research.google.com/github/{ADDRESS}/blob/main/notebooks"
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in NOTEBOOKS:
        assert f"]({name}.ipynb)" in listed and f"]({folder}/{name}.ipynb)" in listed
    assert f"]({folder}/" in (REPOSITORY / "README.md").read_text(encoding="utf-8")


# Windows: zmq says that it takes a thread for what the event loop lacks.
@pytest.mark.filterwarnings("ignore:Proactor event loop:RuntimeWarning")
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_and_draws(name):
    notebook = nbformat.read(NOTEBOOKS[name], 4)
    nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}}
    ).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == PICTURES[name]


def history_of(patient: str) -> History:
    *_, training = train_patient(patient)
    return training.history


def test_the_patients_have_the_faults_that_the_answers_name():
    healthy, *broken = (history_of(letter) for letter in "HABCDEF")
    assert healthy.test_accuracy > 0.9
    assert all(history.test_accuracy < 0.8 for history in broken)
    guesses = [abs(history.epochs[-1].train_loss - 2.303) < 0.05 for history in broken]
    assert guesses == [True, False, False, True, True, False]
    softmax_twice, apart, forgets_nothing = broken[1].epochs[-1], broken[2].epochs[-1], broken[5]
    assert 1.4612 < softmax_twice.train_loss < 2 and softmax_twice.validation_accuracy > 0.5
    assert apart.train_accuracy > 0.15 > apart.validation_accuracy
    lowest = min(epoch.train_loss for epoch in forgets_nothing.epochs)
    assert lowest < 1 < forgets_nothing.epochs[-1].train_loss
    with pytest.raises(ValueError, match="A to F"):
        train_patient("G")
