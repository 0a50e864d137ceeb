"""Training as a function and as a loop, and how it refuses arrays.

Every test runs over the three tiers.
"""

import gc
import os
import signal
import threading
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from lockstep import arrays, call, loss_and_gradient
from train_scripts import read_csv, train_watched

from common.configuration import Configuration
from common.diagnosis import to_array
from common.examples import targets
from common.training import DivergenceError, StateMismatch
from data.datasets import Dataset, Split, load_dataset
from data.errors import UserError
from tiers import TIERS
from train_numpy import predict

STEPS_PER_EPOCH = 8  # of xor's 1,000 points in minibatches of 128
CONFIGURATION = Configuration(hidden=(4,), epochs=3, learning_rate=0.1)


@pytest.fixture
def train(tier):
    return TIERS[tier].train


@pytest.fixture
def train_steps(tier):
    return TIERS[tier].train_steps


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


# --- standing in the loop -------------------------------------------------------------------------


def test_the_loop_sees_each_step_and_each_epoch(train_steps, xor):
    steps, epochs = [], []
    for training in train_steps(CONFIGURATION, xor):
        (name, gradient), *_ = training.gradients.items()
        steps.append((training.step, training.epoch, training.loss, name, gradient.shape))
        epochs.append(len(training.history.epochs))
        assert training.epoch_is_over == (training.step in (8, 16, 24))
        assert training.is_over == (training.history.test_loss is not None) == (training.step == 24)
    assert steps == [
        (step + 1, step // STEPS_PER_EPOCH + 1, loss, "layers.0.weight", (4, 2))
        for step, loss in enumerate(training.history.losses)
    ]
    assert epochs == [step // STEPS_PER_EPOCH for step in range(1, 25)]


def test_the_model_may_be_evaluated_in_the_loop_which_changes_nothing(train, train_steps, xor):
    configuration = CONFIGURATION.replace(batch_norm=True, dropout=0.2)
    for training in train_steps(configuration, xor):
        call(training.model, xor.validation.images)
    model, expected = train(configuration, xor)
    assert training.history.losses == expected.losses
    np.testing.assert_equal(arrays(training.model.state_dict()), arrays(model.state_dict()))


@pytest.mark.parametrize("last", [11, 16])
def test_leaving_the_loop_ends_the_training(last, train, train_steps, xor):
    errors, threads = np.geterr(), threading.active_count()
    steps = train_steps(CONFIGURATION, xor)
    for training in steps:
        if training.step == last:
            break
    assert np.geterr() == errors  # in the loop, too
    history = training.history
    assert len(history.losses) == last and len(history.epochs) == last // STEPS_PER_EPOCH
    assert history.test_accuracy is None  # the test set was not touched
    assert history.losses == train(CONFIGURATION, xor)[1].losses[:last]
    assert np.isfinite(call(training.model, xor.test.images)).all()

    left = weakref.ref(training)
    steps.close()
    assert threading.active_count() == threads
    del training
    gc.collect()
    assert left() is None  # with its model: nothing holds them


def test_a_pause_before_each_update(tier, train, train_steps, xor):
    configuration = CONFIGURATION.replace(clip_norm=0.1)
    steps = train_steps(configuration, xor, pause_before_update=True)
    for training in steps:
        before, gradients = arrays(training.model.state_dict()), arrays(training.gradients)
        step = training.step
        norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
        assert norm == pytest.approx(training.history.gradient_norms[-1], rel=1e-5)
        assert next(steps).step == step
        clipped = min(1, 0.1 / norm)
        for name, gradient in training.gradients.items():
            np.testing.assert_allclose(to_array(gradient), gradients[name] * clipped, 1e-5, 1e-8)
        assert any(
            (array != before[name]).any()
            for name, array in arrays(training.model.state_dict()).items()
        )
    assert training.history.losses == train(configuration, xor)[1].losses


def test_a_model_can_be_handed_in(tier, train, train_steps, xor):
    module = TIERS[tier].module("train")
    other = module.make_model(CONFIGURATION.replace(seed=1), 2, 2)
    first = next(train_steps(CONFIGURATION, xor, model=other))
    assert first.model is other
    assert first.loss != train(CONFIGURATION, xor)[1].losses[0]


@pytest.mark.parametrize("last", [11, 16, 24])
def test_a_state_goes_on_elsewhere_with_the_same_bits(last, train, train_steps, xor):
    configuration = CONFIGURATION.replace(
        batch_norm=True, dropout=0.2, optimizer="adamw", schedule="step"
    )
    for training in train_steps(configuration, xor):
        if training.step == last:
            state = training.state()
    *_, training = train_steps(configuration, xor, resume_from=state)
    model, expected = train(configuration, xor)
    assert training.history.losses == expected.losses
    assert training.history.test_loss == expected.test_loss
    np.testing.assert_equal(arrays(training.model.state_dict()), arrays(model.state_dict()))
    with pytest.raises(StateMismatch, match=r"layers\.0\.weight is float32 of shape"):
        next(train_steps(configuration.replace(hidden=(5,)), xor, resume_from=state))


def test_probabilities_belong_to_the_losses_gradient(tier):
    """That of the cross-entropies with respect to the logits is (p - t) / n."""
    module = TIERS[tier].module("train")
    logits = np.random.default_rng(0).normal(0, 100, size=(7, 3))
    labels = np.arange(7) % 3
    for loss, some in (("softmax-cross-entropy", logits), ("sigmoid-cross-entropy", logits[:, :1])):
        t = targets(np.minimum(labels, some.shape[1]), loss, max(2, some.shape[1]), "float64")
        _, gradient = loss_and_gradient(tier, loss, some, t)
        given = torch.tensor(some) if tier != "numpy" else some
        found = to_array(module.probabilities(given, loss))
        np.testing.assert_allclose(found.sum(axis=1), 1)
        one_hot = np.eye(3)[labels] if loss.startswith("softmax") else t
        np.testing.assert_allclose(found[:, -some.shape[1] :], gradient * 7 + one_hot, atol=1e-12)
    outputs = torch.tensor(logits) if tier != "numpy" else logits
    assert module.probabilities(outputs, "mean-squared-error") is outputs


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
