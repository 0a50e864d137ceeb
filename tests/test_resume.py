"""A run that was stopped, and resumed, ends with the bits of one that was not."""

import re
import shlex
import signal
import sys
from typing import get_args

import pytest
from train_scripts import TRAIN_SCRIPTS, read_csv, read_json, read_tensors, train_watched

from common.cli.command_line import run_script
from common.configuration import ScheduleName
from data.errors import UserError

EPOCHS, STEPS_PER_EPOCH = 3, 11
CONSTANT = "--schedule constant --learning-rate 0.1 --weight-decay 0"
DIGITS = [*["--dataset", "digits", "--hidden", "12", "7", "--epochs", "3"], *CONSTANT.split()]
RECIPES = {
    "everything": "--batch-norm --dropout 0.3 --optimizer adamw --weight-decay 0.1"
    " --schedule one-cycle --clip-norm 1 --learning-rate 0.01",
    "sgd": "--momentum 0.9 --nesterov --weight-decay 0.01",
}
WARMUP_STEPS = int(0.3 * EPOCHS * STEPS_PER_EPOCH)


@pytest.fixture(autouse=True)
def _handlers_as_before():
    """Every run gives the signals back to whoever handled them before it."""
    # A shell starts background jobs with Ctrl-C ignored; here it is to be heard.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    yield
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    signal.signal(signal.SIGINT, ours)


def train(tier, folder, *options, **watched):
    train_watched(tier, [*DIGITS, "--run-dir", str(folder), *options], **watched)


def signal_in_step(step, number=signal.SIGINT, times=1):
    """Sends a signal to this process after a step (0, 1, ...) of those that this process makes."""
    count = 0

    def watch(training):
        nonlocal count
        if count == step:
            for _ in range(times):
                signal.raise_signal(number)
        count += 1

    return watch


def signal_in_evaluation(monkeypatch, tier, epoch, number=signal.SIGINT):
    """Send a signal to this process in the evaluation after the given epoch (1, 2, ...)."""
    evaluate, count = TRAIN_SCRIPTS[tier].evaluate, 0

    def noted(*arguments):
        nonlocal count
        count += 1
        if count == epoch:
            signal.raise_signal(number)
        return evaluate(*arguments)

    monkeypatch.setattr(TRAIN_SCRIPTS[tier], "evaluate", noted)


def stop(monkeypatch, tier, folder, where, *options, number=signal.SIGINT):
    """Train, and be stopped at (what, when); return the exit code."""
    what, when = where
    with monkeypatch.context() as patch, pytest.raises(SystemExit) as exit_info:
        if what == "step":
            train(tier, folder, *options, after_step=signal_in_step(when, number))
        else:
            signal_in_evaluation(patch, tier, when, number)
            train(tier, folder, *options)
    return exit_info.value.code


def resume(tier, folder, *options):
    TRAIN_SCRIPTS[tier].main(["--resume", "--run-dir", str(folder), *options])


def assert_same_bits(folder, reference):
    """The two runs ended with the same history (but for its seconds), steps, weights and test."""
    rows = [read_csv(f / "history.csv") for f in (folder, reference)]
    assert [{**row, "seconds": ""} for row in rows[0]] == [{**r, "seconds": ""} for r in rows[1]]
    assert all(float(row["seconds"]) > 0 for row in rows[0])
    assert (folder / "steps.csv").read_bytes() == (reference / "steps.csv").read_bytes()
    found, expected = (read_json(f / "test.json") for f in (folder, reference))
    for name in ("test_loss", "test_accuracy"):
        assert found[name] == expected[name]
    for name in ("model.safetensors", "checkpoint.safetensors"):
        (found, _), (expected, _) = (read_tensors(f / name) for f in (folder, reference))
        assert found.keys() == expected.keys()
        for key, tensor in expected.items():
            assert (found[key].dtype, found[key].shape) == (tensor.dtype, tensor.shape)
            assert found[key].tobytes() == tensor.tobytes(), f"{key} in {name}"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_same_options_give_the_same_bits(tier, dtype, tmp_path):
    options = (*RECIPES["everything"].split(), "--dtype", dtype)
    first, second, other = (tmp_path / name for name in ("first", "second", "other"))
    for folder, seed in ((first, "3"), (second, "3"), (other, "4")):
        train(tier, folder, *options, "--seed", seed)
    assert_same_bits(first, second)
    assert (first / "steps.csv").read_bytes() != (other / "steps.csv").read_bytes()


class Clock:
    """Stands in for the module time, and goes on only where it is told to."""

    def __init__(self):
        self.seconds = 0.0

    def perf_counter(self):
        return self.seconds

    def pass_by(self, seconds):
        self.seconds += seconds


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr("common.training.time", clock := Clock())
    return clock


def test_seconds_are_those_of_the_training_steps(tier, tmp_path, monkeypatch, clock):
    evaluate = TRAIN_SCRIPTS[tier].evaluate

    def slow_evaluate(*arguments):
        clock.pass_by(1000)
        return evaluate(*arguments)

    monkeypatch.setattr(TRAIN_SCRIPTS[tier], "evaluate", slow_evaluate)
    train(tier, tmp_path, "--epochs", "1", after_step=lambda training: clock.pass_by(1))
    (row,) = read_csv(tmp_path / "history.csv")
    assert float(row["seconds"]) == STEPS_PER_EPOCH - 1  # the last one's comes after the epoch


def test_seconds_of_an_epoch_are_those_between_its_stops(tier, tmp_path, clock):
    def stop_slowly(step):
        interrupt = signal_in_step(step)

        def watch(training):
            clock.pass_by(1)
            interrupt(training)

        return watch

    for options, step in ((("--epochs", "1"), 2), (("--epochs", "1", "--resume"), 1)):
        with pytest.raises(SystemExit):
            train(tier, tmp_path, *options, after_step=stop_slowly(step))
        clock.pass_by(1000)
    resume(tier, tmp_path)
    (row,) = read_csv(tmp_path / "history.csv")
    assert float(row["seconds"]) == 3 + 2  # three steps, and two more


# --- stopped and resumed --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Folders of runs that nobody stopped, each trained once."""
    folders = {}

    def folder_of(tier, *options):
        if (tier, options) not in folders:
            folders[tier, options] = tmp_path_factory.mktemp(tier)
            train(tier, folders[tier, options], *options)
        return folders[tier, options]

    return folder_of


@pytest.mark.parametrize(
    "where",
    [
        ("evaluation", 1),
        ("step", 0),
        ("step", STEPS_PER_EPOCH + 4),  # in mid-epoch
        ("step", 2 * STEPS_PER_EPOCH - 1),  # the last of an epoch
        ("step", 2 * STEPS_PER_EPOCH),  # the first of one
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("recipe", RECIPES)
def test_resumed_run_has_the_bits_of_an_uninterrupted_one(
    tier, recipe, dtype, where, tmp_path, monkeypatch, uninterrupted
):
    options = (*RECIPES[recipe].split(), "--dtype", dtype)
    assert stop(monkeypatch, tier, tmp_path, where, *options) == 130
    assert not (tmp_path / "test.json").exists()
    resume(tier, tmp_path)
    assert_same_bits(tmp_path, uninterrupted(tier, *options))


@pytest.mark.parametrize("schedule", get_args(ScheduleName))
def test_every_schedule_goes_on_where_it_was(tier, schedule, tmp_path, monkeypatch, uninterrupted):
    """Stopped within the warm-up, in its last step, and after it."""
    options = ("--schedule", schedule, "--warmup", "0.3")
    stop(monkeypatch, tier, tmp_path, ("step", 3), *options)
    for steps in (WARMUP_STEPS - 4, STEPS_PER_EPOCH):
        stop(monkeypatch, tier, tmp_path, ("step", steps - 1), "--resume", *options)
    resume(tier, tmp_path)
    assert_same_bits(tmp_path, uninterrupted(tier, *options))


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_optimizers_without_a_buffer_of_the_recipes(
    tier, optimizer, tmp_path, monkeypatch, uninterrupted
):
    options = ("--optimizer", optimizer, "--momentum", "0", "--learning-rate", "0.01")
    stop(monkeypatch, tier, tmp_path, ("step", STEPS_PER_EPOCH + 4), *options)
    resume(tier, tmp_path)
    assert_same_bits(tmp_path, uninterrupted(tier, *options))


def test_run_may_be_stopped_again_and_again(tier, tmp_path, monkeypatch, uninterrupted):
    options = RECIPES["everything"].split()
    codes = [stop(monkeypatch, tier, tmp_path, ("step", 5), *options)]
    for number in (signal.SIGTERM, signal.SIGINT):
        where = ("step", 7)
        codes.append(stop(monkeypatch, tier, tmp_path, where, "--resume", *options, number=number))
    assert codes == [130, 143, 130]
    resume(tier, tmp_path)
    assert_same_bits(tmp_path, uninterrupted(tier, *options))


def test_step_in_which_the_signal_came_is_finished(tier, tmp_path, monkeypatch):
    stop(monkeypatch, tier, tmp_path, ("step", 4))
    tensors, metadata = read_tensors(tmp_path / "checkpoint.safetensors")
    assert len(tensors["steps.loss"]) == tensors["optimizer.step"] == 5
    assert metadata["epochs"] == []
    assert not list(tmp_path.glob("*.partial"))


def test_stop_in_the_last_evaluation_lets_the_run_end(tier, tmp_path, monkeypatch, uninterrupted):
    signal_in_evaluation(monkeypatch, tier, EPOCHS)
    train(tier, tmp_path)
    assert_same_bits(tmp_path, uninterrupted(tier))


def test_ctrl_c_twice_leaves_at_once(tier, tmp_path, monkeypatch, capsys, uninterrupted):
    def main(arguments):
        train_watched(tier, arguments, after_step=signal_in_step(STEPS_PER_EPOCH + 4, times=2))

    monkeypatch.setattr(sys, "argv", ["script", *DIGITS, "--run-dir", str(tmp_path)])
    with pytest.raises(SystemExit) as exit_info:
        run_script(main)
    assert exit_info.value.code == 130
    assert capsys.readouterr().err == ""
    # It did not wait to keep what it had; the checkpoint is that of the epoch before.
    assert len(read_tensors(tmp_path / "checkpoint.safetensors")[0]["steps.loss"]) == 11
    resume(tier, tmp_path)
    assert_same_bits(tmp_path, uninterrupted(tier))


def test_second_sigterm_is_left_to_the_system(tmp_path):
    before, during = signal.getsignal(signal.SIGTERM), []

    def watch(training):
        signal.raise_signal(signal.SIGTERM)
        during.append(signal.getsignal(signal.SIGTERM))

    with pytest.raises(SystemExit):
        train("numpy", tmp_path, after_step=watch)
    assert during == [before]


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_message_says_how_to_resume(number, code, tier, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "a folder's :smiley: name"
    where = ("step", STEPS_PER_EPOCH + 4)
    assert stop(monkeypatch, tier, folder, where, number=number) == code
    output = capsys.readouterr()
    assert output.err == ""
    last = output.out.splitlines()[-1]
    said = re.fullmatch(r"stopped in epoch 2; continue with (--resume --run-dir .*)", last)
    TRAIN_SCRIPTS[tier].main(shlex.split(said[1]))
    assert (folder / "test.json").exists()


# --- what --resume refuses ------------------------------------------------------------------------


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    stop(monkeypatch, "numpy", tmp_path / "run", ("step", STEPS_PER_EPOCH + 4))
    return tmp_path / "run"


@pytest.mark.parametrize(
    "options, message",
    [
        ("--learning-rate 0.2", "--learning-rate 0.2: the run in .* has 0.1, and --resume"),
        ("--hidden 12", r"--hidden 12: the run in .* has 12 7, and --resume"),
        ("--hidden", r"--hidden '': the run in .* has 12 7, and --resume"),
        ("--epochs 4", "--epochs 4: the run in .* has 3, and --resume"),
        ("--dtype float64", "--dtype float64: the run in .* has float32"),
        ("--dataset xor", "--dataset xor: the run in .* has digits"),
        ("--batch-norm", "--batch-norm True: the run in .* has False"),
        ("--clip-norm 2", "--clip-norm 2.0: the run in .* has None"),
        ("--seed 1", "--seed 1: the run in .* has 0"),
    ],
)
def test_changed_options_are_refused(options, message, stopped):
    before = {path: path.read_bytes() for path in stopped.iterdir()}
    with pytest.raises(UserError, match=message) as error_info:
        resume("numpy", stopped, *options.split())
    assert "\n" not in str(error_info.value)
    assert {path: path.read_bytes() for path in stopped.iterdir()} == before


def test_options_that_change_nothing_are_allowed(tmp_path, monkeypatch, uninterrupted):
    stop(monkeypatch, "lowlevel", tmp_path, ("step", STEPS_PER_EPOCH + 4))
    resume("lowlevel", tmp_path, *DIGITS, "--data-root", str(tmp_path), "--device", "cpu")
    assert_same_bits(tmp_path, uninterrupted("lowlevel"))


@pytest.mark.parametrize("other", ["lowlevel", "paper"])
def test_run_of_another_tier_is_refused(other, stopped):
    with pytest.raises(UserError, match="is one of tier numpy; continue it with that tier's"):
        resume(other, stopped)


def test_finished_run_is_not_resumed(stopped):
    resume("numpy", stopped)
    with pytest.raises(UserError, match=r"--resume: the run in .* is finished; start another"):
        resume("numpy", stopped)


def test_folder_without_a_run_is_not_resumed(stopped, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "missing", stopped / "config.json"):
        with pytest.raises(UserError, match=r"config\.json does not exist: .* holds no such run"):
            resume("numpy", folder)
    assert not (tmp_path / "missing").exists()
    (stopped / "checkpoint.safetensors").unlink()
    with pytest.raises(UserError, match="holds no checkpoint yet; start anew with --overwrite"):
        resume("numpy", stopped)
