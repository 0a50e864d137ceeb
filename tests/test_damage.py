"""Whatever happens to the files of a run or to MNIST's: the same result, or one line. No third.

30 damages of each kind; 2,000 of each by
`make test ARGS="tests/test_damage.py --hypothesis-profile=thorough"`.
"""

import contextlib
import io
import json
import re
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from train_scripts import stop_after, train_watched

from common.runs import files, run_folder
from data import mnist
from data.datasets import load_dataset
from data.errors import UserError
from tools.chaos import contents

EPOCHS = 3
OPTIONS = "--dataset digits --hidden 6 5 --epochs 3 --optimizer adamw --batch-norm --dropout 0.1"
WORDS = [None, True, -5, 2.5, 10**30, "3", "", "x\ny", float("nan"), float("inf"), [], {}, [{}]]
quick = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="module", params=["numpy", "paper"])
def runs(request, tmp_path_factory):
    """The tier, a stopped run of it, the same one finished, and a finished one of another seed."""
    tier, folder = request.param, tmp_path_factory.mktemp("runs")
    for name, watched in (
        ("stopped", {"after_step": stop_after(15)}),
        ("finished", {}),
        ("other", {}),
    ):
        arguments = [*OPTIONS.split(), "--run-dir", str(folder / name)]
        arguments += ["--seed", "1"] * (name == "other")
        train_watched(tier, arguments, **watched)
    return tier, folder


def json_places(content, place=()):
    """Where a value stands in a JSON object."""
    yield place
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from json_places(value, (*place, key))
        else:
            yield (*place, key)


def changed_json(content, place, value):
    if not place:
        return value
    copy = json.loads(json.dumps(content))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return copy


@st.composite
def damages(draw, folder, other):
    """A function that damages one file of a run folder."""
    path = draw(st.sampled_from(sorted(path for path in folder.iterdir() if path.is_file())))
    content = path.read_bytes()
    kinds = ["flip", "cut", "grow", "zeros", "remove", "directory", "text", "other"]
    kinds += ["json"] * 3 if path.suffix == ".json" else []
    kinds += ["cell", "column"] if path.suffix == ".csv" else []
    kind = draw(st.sampled_from(kinds))
    position = draw(st.integers(0, max(0, len(content) - 1)))
    match kind:
        case "flip":
            damaged = bytearray(content)
            for _ in range(draw(st.integers(1, 3))) if content else ():
                damaged[draw(st.integers(0, len(content) - 1))] ^= 1 << draw(st.integers(0, 7))
        case "cut":
            damaged = content[:position]
        case "grow":
            damaged = content + draw(st.binary(min_size=1, max_size=50))
        case "zeros":
            damaged = content[:position] + bytes(len(content) - position)
        case "text":
            damaged = draw(
                st.sampled_from([b"", b"[" * 100_000, b"\xff\xfe", b"null", b"{}", b"0"])
            )
        case "other":
            damaged = (other / path.name).read_bytes() if (other / path.name).exists() else b"?"
        case "json":
            parsed = json.loads(content)
            place = draw(st.sampled_from(list(json_places(parsed))))
            damaged = json.dumps(changed_json(parsed, place, draw(st.sampled_from(WORDS)))).encode()
        case "cell":
            cells = re.split(r"([,\n])", content.decode())
            number = draw(st.integers(0, (len(cells) - 1) // 2)) * 2
            cells[number] = draw(st.sampled_from(["inf", "nan", "x", "", "-1", "1e400", '"']))
            damaged = "".join(cells).encode()
        case "column":
            damaged = b"\n".join(line.partition(b",")[2] for line in content.split(b"\n"))
        case _:
            damaged = kind
    return path.name, bytes(damaged) if not isinstance(damaged, str) else damaged


def apply(folder, name, damaged):
    path = folder / name
    path.unlink()
    if damaged == "directory":
        path.mkdir()
    elif damaged != "remove":
        path.write_bytes(damaged)


def outcome(action):
    """What the action returns, or the one line that it raises."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return action()
    except UserError as error:
        assert len(str(error).splitlines()) == 1 and len(str(error)) < 600, str(error)
        return "refused"


@quick
@given(data=st.data())
def test_a_damaged_run_is_resumed_to_the_same_end_or_refused(runs, data, tmp_path_factory):
    tier, folder = runs
    run = tmp_path_factory.mktemp("damaged")
    shutil.copytree(folder / "stopped", run, dirs_exist_ok=True)
    name, damaged = data.draw(damages(folder / "stopped", folder / "other"))
    apply(run, name, damaged)

    def resume():
        train_watched(tier, ["--resume", "--run-dir", str(run)])
        run_folder.FinishedRun(run)
        return contents(run)

    result = outcome(resume)
    assert result in ("refused", contents(folder / "finished")), f"{name} was believed"
    shutil.rmtree(run)


@quick
@given(data=st.data())
def test_a_damaged_finished_run_reads_the_same_or_is_refused(runs, data, tmp_path_factory):
    _, folder = runs
    run = tmp_path_factory.mktemp("damaged")
    shutil.copytree(folder / "finished", run, dirs_exist_ok=True)
    apply(run, *data.draw(damages(folder / "finished", folder / "other")))

    def read(path):
        finished = run_folder.FinishedRun(path)
        weights = {name: array.tobytes() for name, array in finished.weights.items()}
        # Without what may be NaN, which is not equal to itself.
        return finished.test, finished.steps["loss"], finished.history["train_loss"], weights

    result = outcome(lambda: read(run))
    assert result in ("refused", read(folder / "finished"))
    shutil.rmtree(run)


@quick
@given(data=st.data())
def test_a_checkpoint_with_other_numbers_and_a_right_checksum_ends_without_a_traceback(
    runs, data, tmp_path_factory
):
    """Made by hand, it may be another run's start; but it is read through the same checks."""
    tier, folder = runs
    run = tmp_path_factory.mktemp("damaged")
    shutil.copytree(folder / "stopped", run, dirs_exist_ok=True)
    path = run / run_folder.CHECKPOINT
    tensors, parsed = files.read_tensors(path, "is missing")
    if data.draw(st.booleans()):
        place = data.draw(st.sampled_from(list(json_places(parsed))[1:]))
        parsed = changed_json(parsed, place, data.draw(st.sampled_from(WORDS)))
    else:
        name = data.draw(st.sampled_from(sorted(tensors)))
        change = data.draw(st.sampled_from(["drop", "shape", "dtype", "nan", "zero"]))
        match change:
            case "drop":
                del tensors[name]
            case "shape":
                tensors[name] = np.append(tensors[name], tensors[name])
            case "dtype":
                other = np.float64 if tensors[name].dtype == np.int64 else np.int64
                tensors[name] = np.zeros(tensors[name].shape, other)
            case "nan":
                tensors[name] = tensors[name] + np.nan
            case "zero":
                tensors[name] = tensors[name] * 0
    files.write_tensors(path, tensors, parsed)
    with np.errstate(all="ignore"):
        outcome(lambda: train_watched(tier, ["--resume", "--run-dir", str(run)]))
    shutil.rmtree(run)


@pytest.fixture(scope="module")
def mnist_copy(mnist_root, tmp_path_factory):
    """The extracted files of MNIST alone, and the arrays that are read of them."""
    root = tmp_path_factory.mktemp("data")
    (root / "MNIST" / "raw").mkdir(parents=True)
    for name in mnist.SHAPES:
        shutil.copy(mnist_root / "MNIST" / "raw" / name, root / "MNIST" / "raw" / name)
    return root, load_dataset("mnist", mnist_root)


@quick
@given(data=st.data())
def test_damaged_mnist_is_refused(mnist_copy, data):
    root, _ = mnist_copy
    path = root / "MNIST" / "raw" / data.draw(st.sampled_from(sorted(mnist.SHAPES)))
    size = path.stat().st_size
    position = data.draw(st.integers(0, size - 1))
    cut = data.draw(st.booleans())
    with path.open("r+b") as file:
        file.seek(position)
        rest = file.read() if cut else file.read(1)
        file.seek(position)
        if cut:
            file.truncate()
        else:
            file.write(bytes([rest[0] ^ (1 << data.draw(st.integers(0, 7)))]))
    try:
        assert outcome(lambda: load_dataset("mnist", root, download=False)) == "refused"
    finally:
        with path.open("r+b") as file:
            file.seek(position)
            file.write(rest)


def test_a_sparse_file_of_40_gigabytes_is_refused_at_once(runs, tmp_path):
    _, folder = runs
    for name in run_folder.FILES:
        run = tmp_path / name
        shutil.copytree(folder / "finished", run)
        with (run / name).open("r+b") as file:
            file.truncate(40 * 2**30)
        assert outcome(lambda run=run: run_folder.FinishedRun(run)) == "refused"
        shutil.rmtree(run)
