"""The run folder: files that are whole or not there, one process at a time, and nothing believed
that was changed.
"""

import csv
import errno
import io
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from train_scripts import TRAIN_SCRIPTS

import train_numpy
from common.runs import files, run_folder
from common.runs.options import REPOSITORY, TorchRunOptions
from common.training import check_state, to_arrays
from data.errors import UserError
from tools.chaos import contents, continue_run, train

resource = pytest.importorskip("resource")  # which Windows lacks

# With KILLS=40 in the environment, a comparison is killed with all its runs, too.
KILLS = int(os.environ.get("KILLS", "8"))


# --- files ----------------------------------------------------------------------------------------


def test_tables_keep_every_bit_and_tensors_their_shapes(tmp_path):
    values = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, float("nan"), -0.0]
    files.write_table(tmp_path / "table.csv", ("a", "b"), ([v, 7] for v in values))
    header, *rows = csv.reader((tmp_path / "table.csv").read_text().splitlines())
    assert header == ["a", "b"]
    assert np.array([float(a) for a, _ in rows]).tobytes() == np.array(values).tobytes()
    found = files.read_table(tmp_path / "table.csv", ("a", "b"), "is missing")
    assert np.array(found["a"]).tobytes() == np.array(values).tobytes()

    tensors = {
        "scalar": np.array(3),
        "transposed": np.arange(6.0).reshape(2, 3).T,
        "empty": np.zeros((0, 2), np.float32),
    }
    metadata = {"floats": values[:4], "nested": {"a": [1, "x"]}}
    files.write_tensors(tmp_path / "tensors", tensors, metadata)
    found, found_metadata = files.read_tensors(tmp_path / "tensors", "is missing")
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
        files.write_file(path, [bytes(1001)])
    assert not list(tmp_path.iterdir())
    files.write_file(path, [b"before"])
    with file_size_limit(1000), pytest.raises(UserError, match="make room or choose another"):
        files.write_file(path, [bytes(1001)])
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"before"]
    digest = files.write_file(path, [b"after"])
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"after"]
    assert path.stat().st_mode & 0o777 == 0o666 & ~current_umask()
    assert digest == files.file_digest(path)
    with pytest.raises(UserError, match=f"cannot write {path}/x: Not a directory"):
        files.write_file(path / "x", [b""])


def current_umask():
    umask = os.umask(0)
    os.umask(umask)
    return umask


def test_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_next_file(
    tmp_path, monkeypatch
):
    calls = []
    sync, replace = os.fsync, os.replace

    def noted_sync(descriptor):
        kind = "folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file"
        calls.append((kind, os.fstat(descriptor).st_size if kind == "file" else None))
        sync(descriptor)

    def noted_replace(*paths):
        calls.append(("replace", None))
        replace(*paths)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "replace", noted_replace)
    files.write_file(tmp_path / "file", [b"123", b"45"])
    assert calls == [("file", 5), ("replace", None), ("folder", None)]


def test_a_file_that_another_process_reads_is_replaced_a_moment_later(tmp_path, monkeypatch):
    """Windows refuses until then."""
    replace, refusals = os.replace, [PermissionError(13, "Permission denied")] * 3

    def refusing(*paths):
        if refusals:
            raise refusals.pop()
        replace(*paths)

    monkeypatch.setattr(os, "replace", refusing)
    files.write_file(tmp_path / "file", [b"1"])
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"1"]
    refusals += [PermissionError(13, "Permission denied")] * 10
    with pytest.raises(UserError, match=r"cannot write .*/file: Permission denied; make room"):
        files.write_file(tmp_path / "file", [b"2"])
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"1"]


@pytest.fixture
def refuse_to_open(monkeypatch):
    """Have files of a name refuse to be opened, as Windows does if locked and Linux if not ours."""

    def refuse(name):
        def refusing(path, *arguments, **keywords):
            if isinstance(path, Path) and path.name == name:
                raise PermissionError(errno.EACCES, "Permission denied")
            return open(path, *arguments, **keywords)

        monkeypatch.setattr(io, "open", refusing)

    return refuse


def test_a_file_that_may_not_be_read_is_reported_as_such(folder, refuse_to_open):
    refuse_to_open(run_folder.MODEL)
    with pytest.raises(UserError, match=r"cannot read .*: Permission denied; check the path"):
        files.read_tensors(folder / run_folder.MODEL, "is missing")


def test_links_are_replaced_and_never_followed(tmp_path):
    """Under every name that the run writes, and the partial names that older versions wrote."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    folder = tmp_path / "run"
    folder.mkdir()
    for name in run_folder.FILES:
        (folder / f"{name}.partial").symlink_to(precious)
    (folder / "probe.partial").symlink_to(precious)
    train(folder)
    for name in run_folder.FILES:
        (folder / name).unlink()
        (folder / name).symlink_to(precious)
    train(folder, "--overwrite")
    assert precious.read_text() == "precious"
    assert not any((folder / name).is_symlink() for name in run_folder.FILES)

    (folder / run_folder.LOCK).unlink()
    (folder / run_folder.LOCK).symlink_to(precious)
    with pytest.raises(UserError, match=r"--run-dir .*: cannot be written \(.*\); choose a folder"):
        train(folder, "--overwrite")
    assert precious.read_text() == "precious"


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    train(tmp_path)
    left = tmp_path / ".checkpoint.safetensors.0123456789abcdef.partial"
    others = tmp_path / "mine.partial"
    for path in (left, others):
        path.write_text("half")
    stuck = tmp_path / ".steps.csv.0123456789abcdef.partial"
    stuck.mkdir()
    train(tmp_path, "--overwrite")
    assert not left.exists()
    assert others.exists() and stuck.exists()


# --- one process at a time ------------------------------------------------------------------------


def test_a_second_process_is_refused_and_the_first_is_named(tmp_path):
    folder = tmp_path / "run"
    train(folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with run_folder.lock(folder):
        message = (
            f"--run-dir {folder}: process {os.getpid()} is using it; wait until it has ended, or"
            " choose another folder"
        )
        script = [sys.executable, train_numpy.__file__, "--dataset", "digits", "--overwrite"]
        second = subprocess.run([*script, "--run-dir", folder], capture_output=True, text=True)
        assert (second.returncode, second.stderr) == (2, f"error: {message}\n")
        for options in (["--overwrite"], ["--resume"], []):
            with pytest.raises(UserError) as error:
                train(folder, *options)
            assert str(error.value) == message
    assert {p: p.read_bytes() for p in folder.iterdir() if p.name != ".lock"} == {
        p: content for p, content in before.items() if p.name != ".lock"
    }


def test_the_lock_goes_with_its_process(tmp_path):
    program = f"""
import os, signal
from pathlib import Path
from common.runs import run_folder
with run_folder.lock(Path({str(tmp_path)!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -9
    with run_folder.lock(tmp_path):
        assert (tmp_path / run_folder.HOLDER).read_text() == f"{os.getpid()}\n"
    assert [path.name for path in tmp_path.iterdir()] == [run_folder.LOCK]


def test_a_locked_file_need_not_be_read_or_written(tmp_path, refuse_to_open):
    refuse_to_open(run_folder.LOCK)
    folder = tmp_path / "run"
    with run_folder.lock(folder):
        with (
            pytest.raises(UserError, match=f"process {os.getpid()} is using it; wait"),
            run_folder.lock(folder),
        ):
            pass
        (folder / run_folder.HOLDER).unlink()
        with (
            pytest.raises(UserError, match="another process is using it; wait"),
            run_folder.lock(folder),
        ):
            pass
    assert not folder.exists()


def test_a_hard_linked_copy_keeps_to_itself(tmp_path):
    """As `cp -al` makes one."""
    (tmp_path / "copy").mkdir()
    for name in (run_folder.LOCK, run_folder.HOLDER):
        (tmp_path / name).write_text("precious")
        os.link(tmp_path / name, tmp_path / "copy" / name)
    train(tmp_path / "copy")
    for name in (run_folder.LOCK, run_folder.HOLDER):
        assert (tmp_path / name).read_text() == "precious"


# --- what was changed is not believed -------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folders = [tmp_path_factory.mktemp("finished") for _ in range(2)]
    for folder, seed in zip(folders, "01", strict=True):
        train(folder, "--seed", seed)
    return folders


@pytest.fixture
def folder(finished, tmp_path):
    """A copy of a finished run."""
    for name in run_folder.FILES:
        (tmp_path / name).write_bytes((finished[0] / name).read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", run_folder.FILES)
def test_a_file_of_another_run_does_not_belong(name, folder, finished):
    run_folder.FinishedRun(folder)
    (folder / name).write_bytes((finished[1] / name).read_bytes())
    with pytest.raises(UserError, match=r"is damaged \(.*\); delete .* and train again"):
        run_folder.FinishedRun(folder)


def test_edited_options_are_refused_before_anything_is_done(folder):
    (folder / run_folder.TEST).unlink()
    path = folder / run_folder.CONFIG
    config = json.loads(path.read_text())
    elsewhere = folder / "elsewhere"
    config["options"] |= {"dataset": "mnist", "data_root": str(elsewhere)}
    path.write_text(json.dumps(config))
    with pytest.raises(
        UserError, match=r"config\.json is damaged \(its SHA-256 is wrong\); delete"
    ):
        train_numpy.main(["--resume", "--run-dir", str(folder)])
    assert not elsewhere.exists()


def with_new_digests(folder):
    """The folder, with a test.json that vouches for all files as they are."""
    test = json.loads((folder / run_folder.TEST).read_text())
    digests = {name: files.file_digest(folder / name) for name in test["files"]}
    figures = test["test_loss"], test["test_accuracy"]
    run_folder.write_result(folder / run_folder.TEST, *figures, digests)
    return folder


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda w: {"layers.0.weight": w["layers.0.weight"] * np.nan}, "layers.0.weight is not fi"),
        (lambda w: {"layers.0.weight": w["layers.0.weight"].T}, "layers.0.weight is float32 of sh"),
        (lambda w: {"layers.8.bias": w["layers.8.bias"].astype(float)}, "layers.8.bias is float64"),
        (lambda w: {"layers.9.bias": w["layers.8.bias"]}, "it has an unexpected tensor layers.9.b"),
    ],
)
def test_weights_that_do_not_fit_the_options_are_refused(change, reason, folder):
    path = folder / run_folder.MODEL
    weights, about = files.read_tensors(path, "is missing")
    files.write_tensors(path, weights | change(weights), about)
    with pytest.raises(UserError, match=rf"{run_folder.MODEL} is damaged \({reason}"):
        run_folder.FinishedRun(with_new_digests(folder))


def test_options_of_a_network_too_wide_for_memory_are_refused_at_once(folder):
    path = folder / run_folder.CONFIG
    config = json.loads(path.read_text())
    del config["sha256"]
    config["options"]["hidden"] = [1_000_000, 1_000_000]
    files.write_checked_json(path, config)
    with pytest.raises(UserError, match=r"of shape \(256, 64\) instead of .* \(1000000, 64\)\)"):
        run_folder.FinishedRun(with_new_digests(folder))


@pytest.mark.parametrize("hidden", [(), (6, 5)])
@pytest.mark.parametrize("batch_norm, dropout", [(False, 0), (True, 0), (False, 0.5), (True, 0.5)])
def test_expected_weights_are_the_models_own(tier, hidden, batch_norm, dropout):
    layers = {"batch_norm": batch_norm, "dropout": dropout} if hidden else {}
    options = TorchRunOptions(dataset="digits", dtype="float64", hidden=hidden, **layers)
    device = () if tier == "numpy" else (torch.device("cpu"),)
    model = TRAIN_SCRIPTS[tier].make_model(options, 64, 10, *device)
    check_state(to_arrays(model.state_dict()), run_folder.expected_weights(options))


# --- runs that survive ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    train(folder)
    return contents(folder)


class Killed(BaseException):
    """Like SIGKILL, nothing catches it."""


FULL = OSError(errno.ENOSPC, "No space left on device")


# A run of two epochs writes: configuration, 2 x (history, checkpoint), model, steps, test.
@pytest.mark.parametrize(
    "moment, failure", [("writing", Killed()), ("renamed", Killed()), ("renaming", FULL)]
)
@pytest.mark.parametrize("file", range(8))
def test_end_at_any_moment_of_any_file(file, moment, failure, tmp_path, monkeypatch, uninterrupted):
    sync, replace, counts = os.fsync, os.replace, Counter(files=-1)

    def failing_sync(descriptor):
        if not os.path.isdir(f"/proc/self/fd/{descriptor}"):
            counts["files"] += 1
            if (counts["files"], moment) == (file, "writing"):
                os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
                raise failure
        sync(descriptor)

    def failing_replace(*paths):
        if (counts["files"], moment) == (file, "renaming"):
            raise failure
        replace(*paths)
        if (counts["files"], moment) == (file, "renamed"):
            raise failure

    folder = tmp_path / "run"
    with monkeypatch.context() as patch, pytest.raises((Killed, UserError)) as error_info:
        patch.setattr(os, "fsync", failing_sync)
        patch.setattr(os, "replace", failing_replace)
        train(folder)
    if isinstance(failure, OSError):
        message = str(error_info.value)
        assert "No space left on device; make room" in message
        # What it promises is so.
        assert ("--resume" in message) == (folder / run_folder.CHECKPOINT).exists()
    contents(folder)  # all that is there loads
    continue_run(folder)
    assert contents(folder) == uninterrupted
    assert {path.name for path in folder.iterdir()} == {*run_folder.FILES, run_folder.LOCK}


def test_a_disk_that_is_full_from_the_start(tmp_path):
    folder = tmp_path / "run"
    with file_size_limit(0), pytest.raises(UserError, match=r"cannot write .*/config.json: File t"):
        train(folder)
    assert not folder.exists()


def test_killed_at_random_moments_and_resumed(tmp_path):
    # In a process of its own, which may fork: nobody else's threads are in it.
    script = REPOSITORY / "tools" / "chaos.py"
    done = subprocess.run(
        [sys.executable, script, tmp_path, f"--kills={KILLS}", f"--comparisons={KILLS // 40}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(f"'killed': {KILLS // 2}") == 2  # of tiers 1 and 3
    assert done.stderr.count("'ended with the same bytes'") == 2
    assert ("'comparisons killed'" in done.stderr) == (KILLS >= 40)
