"""Training as a function: what it returns, who may watch, and how it refuses arrays.

Every test runs over the three tiers.
"""

import os
import signal
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from lockstep import call
from train_scripts import read_csv, read_tensors, train_watched

from common.configuration import Configuration
from common.recorder import DivergenceError, Recorder
from data.datasets import Dataset, Split, load_dataset
from data.errors import UserError
from tiers import TIERS
from train_numpy import predict

STEPS_PER_EPOCH = 8  # of xor's 1,000 points in minibatches of 128
CONFIGURATION = Configuration(hidden=(4,), epochs=3, learning_rate=0.1)


@pytest.fixture
def train(tier):
    return TIERS[tier].train


@pytest.fixture(scope="module")
def xor():
    return load_dataset("xor")


def four_points(dtype="float32"):
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype)
    split = Split(X, np.array([0, 1, 1, 0]))
    return Dataset("the four points", split, split, split, classes=2)


def test_model_and_history_are_returned_and_nothing_else_happens(
    train, xor, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    errors = np.geterr()
    model, history = train(CONFIGURATION, xor)
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert np.geterr() == errors
    assert capfd.readouterr() == ("", "")
    assert os.listdir(tmp_path) == []

    assert len(history.losses) == len(history.right) == 3 * STEPS_PER_EPOCH
    assert history.losses[-1] < history.losses[0]
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3]
    accuracy = (predict(call(model, xor.test.images)) == xor.test.labels).mean()
    assert history.test_accuracy == pytest.approx(accuracy)


def test_it_works_in_a_thread(train, xor):
    results = []
    thread = threading.Thread(target=lambda: results.append(train(CONFIGURATION, xor)[1]))
    thread.start()
    thread.join()
    assert results[0].losses == train(CONFIGURATION, xor)[1].losses


def test_any_arrays_can_be_trained_on(train):
    configuration = Configuration(
        hidden=(8,), activation="tanh", epochs=200, batch_size=4, learning_rate=0.5, seed=1
    )
    model, history = train(configuration, four_points())
    assert history.test_accuracy == 1
    assert predict(call(model, four_points().test.images)).tolist() == [0, 1, 1, 0]


def test_a_kept_run_measures_what_the_function_returns(tier, train, xor, tmp_path):
    arguments = "--dataset xor --hidden 4 --epochs 3 --learning-rate 0.1 --run-dir"
    train_watched(tier, [*arguments.split(), str(tmp_path)])
    _, history = train(CONFIGURATION, xor)
    steps = [float(row["loss"]) for row in read_csv(tmp_path / "steps.csv")]
    assert steps == history.losses
    for row, epoch in zip(read_csv(tmp_path / "history.csv"), history.epochs, strict=True):
        kept = {name: float(value) for name, value in row.items() if name != "seconds"}
        measured = {name: getattr(epoch, name) for name in kept}
        np.testing.assert_equal(kept, measured)


# --- watching -------------------------------------------------------------------------------------


def test_a_watcher_sees_each_step_and_each_epoch(train, xor):
    steps, epochs = [], []

    def after_step(recorder):
        (name, gradient), *_ = recorder.model.gradients().items()
        steps.append((recorder.steps_made, recorder.epoch, recorder.loss, name, gradient.shape))

    def after_epoch(recorder):
        epochs.append((recorder.steps_made, len(recorder.history.epochs)))

    _, history = train(CONFIGURATION, xor, Recorder(after_step, after_epoch))
    assert steps == [
        (step + 1, step // STEPS_PER_EPOCH + 1, loss, "layers.0.weight", (4, 2))
        for step, loss in enumerate(history.losses)
    ]
    assert epochs == [(8, 1), (16, 2), (24, 3)]


def test_a_watcher_may_evaluate_the_model_and_changes_nothing(train, xor):
    configuration = CONFIGURATION.model_copy(update={"batch_norm": True, "dropout": 0.2})

    def evaluate(recorder):
        call(recorder.model, xor.validation.images)

    watched, history = train(configuration, xor, Recorder(evaluate, evaluate))
    alone, expected = train(configuration, xor)
    assert history.losses == expected.losses
    for name, array in watched.state_dict().items():
        np.testing.assert_array_equal(
            array.detach() if torch.is_tensor(array) else array,
            alone.state_dict()[name].detach()
            if torch.is_tensor(array)
            else alone.state_dict()[name],
        )


@pytest.mark.parametrize("after, steps", [("after_step", 11), ("after_epoch", 16)])
def test_a_watcher_can_stop(after, steps, train, xor):
    def stop(recorder):
        if recorder.steps_made == steps:
            recorder.stop()

    model, history = train(CONFIGURATION, xor, Recorder(**{after: stop}))
    assert len(history.losses) == steps
    assert len(history.epochs) == steps // STEPS_PER_EPOCH
    assert history.test_accuracy is None  # the test set was not touched
    _, expected = train(CONFIGURATION, xor)
    assert history.losses == expected.losses[:steps]
    assert np.isfinite(call(model, xor.test.images)).all()


def test_a_recorder_can_be_used_again(train, xor):
    def stop(recorder):
        if recorder.steps_made == steps:
            recorder.stop()

    recorder = Recorder(after_step=stop)
    for steps in (1, 3):
        _, history = train(CONFIGURATION, xor, recorder)
        assert len(history.losses) == steps


def test_a_watcher_that_raises_leaves_the_run_whole(tier, tmp_path):
    arguments = ["--dataset", "xor", "--hidden", "4", "--epochs", "3", "--run-dir"]

    def fail(recorder):
        if recorder.steps_made == 11:
            raise ZeroDivisionError("the watcher's own error")

    with pytest.raises(ZeroDivisionError, match="the watcher's own"):
        train_watched(tier, [*arguments, str(tmp_path / "run")], after_step=fail)
    assert len(read_csv(tmp_path / "run" / "history.csv")) == 1
    train_watched(tier, ["--resume", "--run-dir", str(tmp_path / "run")])
    train_watched(tier, [*arguments, str(tmp_path / "whole")])
    found, expected = (
        read_tensors(tmp_path / name / "model.safetensors")[0] for name in ("run", "whole")
    )
    assert {n: a.tobytes() for n, a in found.items()} == {
        n: a.tobytes() for n, a in expected.items()
    }


def test_divergence_is_an_error_that_names_the_step(train, xor):
    # Squared errors of a linear network have no bound.
    diverging = Configuration(
        hidden=(4,), activation="identity", loss="mean-squared-error", learning_rate=1000
    )
    message = r"the loss is (inf|nan) at epoch \d+, step \d \(.*\); try a learning_rate s"
    with pytest.raises(DivergenceError, match=message):
        train(diverging, xor)


# --- arrays that do not fit -----------------------------------------------------------------------


def unchecked(images, labels):
    """A Split as readers make it, whose shapes are not checked as they are in the tests."""
    split = object.__new__(Split)
    vars(split).update(images=images, labels=labels)
    return split


def test_arrays_that_do_not_fit_are_named(train):
    good = four_points()
    X, y = good.train.images, good.train.labels
    for part, bad, message in (
        ("train", unchecked(X[:, 0], y), r"dataset.train.images has shape \(4,\): must be \(n, d"),
        ("train", unchecked(X[:0], y[:0]), r"dataset.train.images has shape \(0, 2\): must be"),
        ("test", unchecked(X[:, :1], y), r"dataset.test.images has shape \(4, 1\): .* same d"),
        ("train", unchecked(X.astype("float64"), y), "images is float64: must be float32, the con"),
        ("validation", unchecked(X, y[:3]), r"validation.labels is int64 of shape \(3,\): must"),
        ("train", unchecked(X, y.astype("int32")), "train.labels is int32 of shape .* must be int"),
        ("train", unchecked(X, y * 2), "train.labels holds 2: must be from 0 to 1, as dataset.cla"),
        ("test", unchecked(X, y - 1), "test.labels holds -1: must be from 0 to 1"),
        ("train", unchecked(X, y.astype("float32")), "float32 of shape .* int64 .*0 is for regre"),
    ):
        with pytest.raises(UserError, match=message) as error_info:
            train(Configuration(hidden=(3,), batch_size=4), replace(good, **{part: bad}))
        assert "\n" not in str(error_info.value)


@pytest.mark.parametrize(
    "options, message",
    [
        ({}, "--batch-size 128: the four points has 4 training examples; choose a batch size"),
        ({"batch_size": 3, "batch_norm": True}, "--batch-norm with --batch-size 3: .* minibatch"),
    ],
)
def test_a_configuration_that_does_not_fit_the_data_is_refused(options, message, train):
    with pytest.raises(UserError, match=message):
        train(Configuration(hidden=(3,), **options), four_points())
