"""The shared parts: random numbers, targets, diagnosis, and files that survive a kill or full disk.

The train scripts' behaviour that rests on them is in test_runs.py, test_resume.py and
test_bad_input.py.
"""

import csv
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

import train_numpy
from common.keeping import processor, run_folder
from common.keeping.diagnosis import first_non_finite
from common.mathematics import randomness
from common.mathematics.randomness import EPOCH_ORDER
from common.mathematics.targets import targets
from data.errors import UserError

KILLS = 50


# --- random numbers -------------------------------------------------------------------------------


def test_streams_are_pure_functions_of_seed_purpose_and_position():
    streams = [
        (seed, purpose, *position)
        for seed in (0, 1)
        for purpose in (EPOCH_ORDER, randomness.INITIAL_WEIGHTS, randomness.DROPOUT)
        for position in ((0,), (1,), (2,), (0, 1), (1, 0))
    ]
    assert len(set(streams)) == 30
    draws = [tuple(randomness.generator(*stream).random(2)) for stream in streams]
    assert len(set(draws)) == len(streams)
    assert draws == [tuple(randomness.generator(*stream).random(2)) for stream in streams]
    seeds = [randomness.torch_seed(*stream) for stream in streams]
    assert len(set(seeds)) == len(streams)
    assert seeds == [randomness.torch_seed(*stream) for stream in streams]
    assert all(0 <= seed < 2**63 for seed in seeds)  # what torch.manual_seed takes
    assert max(seeds) > 2**61  # and no fewer bits
    torch.manual_seed(max(seeds))


def test_random_numbers_stay_those_of_published_runs():
    expected = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(2, 5))).random(3)
    assert (randomness.generator(7, randomness.DROPOUT, 5).random(3) == expected).all()
    assert randomness.torch_seed(7, randomness.DROPOUT, 5) == 5512574323803392687


# --- targets and diagnosis ------------------------------------------------------------------------


def test_targets_have_the_form_that_each_loss_takes():
    labels = np.array([2, 0, 1])
    assert targets(labels, "softmax-cross-entropy", 3, "float32") is labels
    one_hot = targets(labels, "mean-squared-error", 3, "float32")
    assert one_hot.dtype == np.float32
    assert one_hot.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    column = targets(np.array([1, 0]), "sigmoid-cross-entropy", 2, "float64")
    assert column.dtype == np.float64
    assert column.tolist() == [[1], [0]]
    with pytest.raises(ValueError, match="unknown loss 'hinge'"):
        targets(labels, "hinge", 3, "float32")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("as_tensors", [False, True])
@pytest.mark.parametrize(
    "where, expected",
    [
        # The forward pass runs from W to V, and the backward pass from V to W.
        ({}, "in the loss alone"),
        ({"grad W"}, "first in the gradient of W"),
        ({"grad W", "grad V"}, "first in the gradient of V"),
        ({"out 1", "grad V"}, "first in the output of layers.1"),
        ({"out 0", "out 1"}, "first in the output of layers.0"),
        ({"W", "out 0"}, "first in W, by the update of the step before"),
        ({"W", "V"}, "first in V, by the update of the step before"),
    ],
)
def test_diagnosis_names_what_was_computed_first(where, expected, bad, as_tensors):
    def array(name):
        values = np.array([0.0, bad if name in where else 1.0, -1e300])
        return torch.from_numpy(values).requires_grad_() if as_tensors else values

    found = first_non_finite(
        {name: array(name) for name in ("W", "V")},
        ((f"layers.{i}", array(f"out {i}")) for i in (0, 1)),
        {name: array(f"grad {name}") for name in ("W", "V")},
    )
    assert found == expected


# --- the machine ----------------------------------------------------------------------------------

AVX512_FLAGS = "fpu avx2 avx512f avx512dq avx512cd avx512bw avx512vl"
ZEN_5 = {"vendor_id": "AuthenticAMD", "cpu family": "26", "flags": AVX512_FLAGS}


@pytest.mark.parametrize(
    "information, before, after",
    [
        (ZEN_5, None, "SkylakeX"),
        (ZEN_5 | {"cpu family": "27"}, None, "SkylakeX"),
        (ZEN_5, "Zen", "Zen"),
        (ZEN_5 | {"cpu family": "25"}, None, None),  # Zen 4
        (ZEN_5 | {"flags": "fpu avx2 avx512f"}, None, None),
        (ZEN_5 | {"vendor_id": "GenuineIntel"}, None, None),
        ({"vendor_id": "AuthenticAMD"}, None, None),
        ({}, None, None),
    ],
)
def test_openblas_kernels_are_chosen_where_they_gain_alone(information, before, after, monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    if before is not None:
        monkeypatch.setenv("OPENBLAS_CORETYPE", before)
    monkeypatch.setattr(processor, "processor_information", lambda: information)
    processor.choose_openblas_kernels()
    assert os.environ.get("OPENBLAS_CORETYPE") == after
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)


def test_processor_is_read_where_the_system_tells_it(monkeypatch):
    text = "vendor_id\t: AuthenticAMD\nmodel name\t: AMD: 9B14\n\nvendor_id\t: other\n"
    monkeypatch.setattr(Path, "read_text", lambda path: text)
    assert processor.processor_information()["vendor_id"] == "AuthenticAMD"
    assert processor.processor_name() == "AMD: 9B14"

    def no_file(path):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", no_file)
    assert processor.processor_information() == {}
    assert processor.processor_name() == processor.platform.processor()


# --- files ----------------------------------------------------------------------------------------


def test_tables_keep_every_bit_and_tensors_their_shapes(tmp_path):
    values = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, float("nan"), -0.0]
    run_folder.write_table(tmp_path / "table.csv", ("a", "b"), ([v, 7] for v in values))
    header, *rows = csv.reader((tmp_path / "table.csv").read_text().splitlines())
    assert header == ["a", "b"]
    assert np.array([float(a) for a, _ in rows]).tobytes() == np.array(values).tobytes()

    tensors = {
        "scalar": np.array(3),
        "transposed": np.arange(6.0).reshape(2, 3).T,
        "empty": np.zeros((0, 2), np.float32),
    }
    metadata = {"floats": values[:4], "nested": {"a": [1, "x"]}}
    run_folder.write_tensors(tmp_path / "tensors", tensors, metadata)
    found, found_metadata = run_folder.read_tensors(tmp_path / "tensors")
    assert found_metadata == metadata
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert (found[name].dtype, found[name].shape) == (tensor.dtype, tensor.shape)
        assert (found[name] == tensor).all()
    assert {path.name for path in tmp_path.iterdir()} == {"table.csv", "tensors"}


@contextmanager
def file_size_limit(count):
    """A disk that is full after `count` bytes of any file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "file"
    with file_size_limit(1000), pytest.raises(UserError, match=f"cannot write {path}: File too"):
        run_folder.write_file(path, bytes(1001))
    assert not list(tmp_path.iterdir())
    run_folder.write_file(path, b"before")
    with file_size_limit(1000), pytest.raises(UserError, match="make room or choose another"):
        run_folder.write_file(path, bytes(1001))
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"before"]
    run_folder.write_file(path, b"after")
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"after"]
    with pytest.raises(UserError, match=f"cannot write {path}/x: Not a directory"):
        run_folder.write_file(path / "x", b"")


# --- runs that survive ----------------------------------------------------------------------------

RECIPE = "--dataset digits --batch-norm --dropout 0.2 --optimizer adamw --schedule one-cycle"


def train(folder, *options, epochs=2):
    train_numpy.main([*RECIPE.split(), "--epochs", str(epochs), "--run-dir", str(folder), *options])


def continue_run(folder, epochs=2):
    """As a user does it: resume what can be resumed, and start anew what cannot."""
    if not (folder / run_folder.TEST).exists():
        resumable = (folder / run_folder.CHECKPOINT).exists()
        train(folder, "--resume" if resumable else "--overwrite", epochs=epochs)


def contents(folder):
    """All files but for times and places; each must load."""
    found = {}
    for name in {path.name for path in folder.glob("*")} & set(run_folder.FILES):
        path = folder / name
        if path.suffix == ".json":
            found[name] = json.loads(path.read_text())
        elif path.suffix == ".csv":
            rows = list(csv.reader(path.read_text().splitlines()))
            assert {len(row) for row in rows} == {len(rows[0])}
            seconds = rows[0].index("seconds") if "seconds" in rows[0] else len(rows[0])
            found[name] = [row[:seconds] for row in rows]
        else:
            tensors, _ = run_folder.read_tensors(path)
            found[name] = {key: tensor.tobytes() for key, tensor in tensors.items()}
    found.pop(run_folder.CONFIG, None)
    return found


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    train(folder)
    return contents(folder)


class Killed(BaseException):
    """Like SIGKILL, nothing catches it."""


# A run of two epochs writes: configuration, 2 x (history, checkpoint), model, steps, test.
@pytest.mark.parametrize("failure", [Killed(), OSError(errno.ENOSPC, "No space left on device")])
@pytest.mark.parametrize("moment", ["writing", "renaming", "renamed"])
@pytest.mark.parametrize("file", range(8))
def test_end_at_any_moment_of_any_file(file, moment, failure, tmp_path, monkeypatch, uninterrupted):
    write_bytes, replace, count = Path.write_bytes, os.replace, -1

    def failing_write(path, content):
        nonlocal count
        count += 1
        if (count, moment) == (file, "writing"):
            write_bytes(path, content[: len(content) // 2])
            raise failure
        return write_bytes(path, content)

    def failing_replace(*paths):
        if (count, moment) == (file, "renaming"):
            raise failure
        replace(*paths)
        if (count, moment) == (file, "renamed"):
            raise failure

    folder = tmp_path / "run"
    with monkeypatch.context() as patch, pytest.raises((Killed, UserError)) as error_info:
        patch.setattr(Path, "write_bytes", failing_write)
        patch.setattr(os, "replace", failing_replace)
        train(folder)
    if isinstance(failure, OSError):
        assert "No space left on device; make room" in str(error_info.value)
        assert not list(folder.glob("*.partial"))
    contents(folder)  # all that is there loads
    continue_run(folder)
    assert contents(folder) == uninterrupted


def test_full_disk_leaves_the_checkpoint_before(tmp_path, uninterrupted):
    train(tmp_path)
    size = (tmp_path / run_folder.CHECKPOINT).stat().st_size
    with file_size_limit(size - 100), pytest.raises(UserError, match=r"checkpoint.*: File too"):
        train(tmp_path, "--overwrite")
    assert not list(tmp_path.glob("*.partial"))
    found = contents(tmp_path)
    steps = np.frombuffer(found[run_folder.CHECKPOINT]["steps.loss"])
    assert len(steps) == 11  # the second epoch's checkpoint is the larger one, and did not fit
    continue_run(tmp_path)
    assert contents(tmp_path) == uninterrupted


def kill_at_random_moments(folder):
    """Kill a run again and again and resume it until it ends; then the next, until KILLS."""
    generator = np.random.default_rng(0)
    train(folder / "reference", epochs=40)
    reference = contents(folder / "reference")
    killed = ended = 0
    while killed < KILLS or not ended:
        child = os.fork()
        if child == 0:
            continue_run(folder / "run", epochs=40)
            os._exit(0)
        if killed < KILLS:
            time.sleep(generator.uniform(0, 0.2))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        found = contents(folder / "run")  # all files load at any time
        if os.WIFSIGNALED(status):
            killed, ended = killed + 1, 0
        else:
            assert status == 0
            assert found == reference
            ended += 1
            shutil.rmtree(folder / "run")
    print(f"killed {killed} times", file=sys.stderr)


def test_killed_at_random_moments_and_resumed(tmp_path):
    # In a process of its own, which may fork: nobody else's threads are in it.
    done = subprocess.run(
        [sys.executable, __file__, tmp_path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.stderr.splitlines()[-1:] == [f"killed {KILLS} times"], done.stderr


if __name__ == "__main__":
    kill_at_random_moments(Path(sys.argv[1]))
