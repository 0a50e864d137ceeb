"""What a training run leaves in its folder and shows on the way, in each tier."""

import math
import re

import numpy as np
import pytest
import torch
from train_scripts import (
    TRAIN_SCRIPTS,
    read_csv,
    read_json,
    read_tensors,
    stop_after,
    train_watched,
)

import train_numpy
from common.cli import command_line
from common.diagnosis import to_array
from common.minibatches import shuffled_indices
from common.runs import progress, run_folder
from common.runs.options import RunOptions
from common.runs.run_folder import CONFIG
from common.training import DivergenceError
from data.datasets import load_dataset
from losses_numpy import softmax_cross_entropy
from mlp_numpy import MLP

# 1,297 training examples: 10 minibatches of 128 and one of 17; 200 validate, 300 test.
CONSTANT = "--schedule constant --learning-rate 0.1 --weight-decay 0"
DIGITS = ["--dataset", "digits", "--hidden", "12", "7", *CONSTANT.split()]
STEPS_PER_EPOCH = 11


def train(tier, folder, *options, **watched):
    arguments = [*DIGITS, "--run-dir", str(folder), *map(str, options)]
    if watched:
        train_watched(tier, arguments, **watched)
    else:
        TRAIN_SCRIPTS[tier].main(arguments)
    return folder


def column(folder, name, file="history.csv"):
    return [float(row[name]) for row in read_csv(folder / file)]


def options_of(folder) -> RunOptions:
    """What the tiers' options have in common."""
    options = read_json(folder / CONFIG)["options"]
    return RunOptions(**{name: options[name] for name in RunOptions.option_fields()})


def still_model(options: RunOptions) -> MLP:
    """Tier 1's model with the initial weights, which a learning rate of 1e-300 leaves alone."""
    return train_numpy.make_model(options, 64, 10)


# --- the run folder -------------------------------------------------------------------------------


def test_config_says_which_run_this_is(tier, tmp_path):
    folder = train(tier, tmp_path / "run", "--epochs", 1, "--learning-rate", 0.05)
    content = read_json(folder / CONFIG)
    assert content["tier"] == tier
    assert {"python", "numpy", "torch", "processor"} <= content["environment"].keys()
    libraries = content["environment"]["libraries"]
    openblas = [library for library in libraries if library["internal_api"] == "openblas"]
    assert openblas  # NumPy's; SciPy brings one of its own
    for library in openblas:
        assert library["architecture"]
        assert library["num_threads"] == 1  # conftest.py's choice
    options = options_of(folder)
    assert options.layer_sizes(64, 10) == (64, 12, 7, 10)
    assert (options.learning_rate, options.epochs) == (0.05, 1)
    assert options.run_dir == folder


def test_history_has_one_row_per_epoch(tmp_path):
    folder = train("numpy", tmp_path / "run", "--epochs", 3)
    header, *rows = (folder / "history.csv").read_text().splitlines()
    assert header == (
        "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,"
        "gradient_norm,seconds"
    )
    assert len(rows) == 3
    assert column(folder, "epoch") == [1, 2, 3]
    first, second, third = column(folder, "train_loss")
    assert first > second > third  # it learns
    for name, examples in (("train_accuracy", 1297), ("validation_accuracy", 200)):
        rights = np.array(column(folder, name)) * examples
        np.testing.assert_allclose(rights, rights.round(), atol=1e-6)


def test_steps_have_one_row_each(tmp_path):
    rows = read_csv(train("numpy", tmp_path, "--epochs", 2) / "steps.csv")
    assert [int(row["step"]) for row in rows] == list(range(1, 2 * STEPS_PER_EPOCH + 1))
    assert [int(row["epoch"]) for row in rows] == [1] * STEPS_PER_EPOCH + [2] * STEPS_PER_EPOCH
    assert rows[0].keys() == {"step", "epoch", "loss", "gradient_norm"}


def test_train_loss_and_accuracy_are_means_over_examples(tier, tmp_path):
    # Without an update that counts, they are those of the initial model on the training set;
    # a plain mean over the 11 minibatches would give the last, of 17, too much weight.
    folder = train(
        tier, tmp_path / "run", "--epochs", 2, "--learning-rate", 1e-300, "--dtype", "float64"
    )
    dataset = load_dataset("digits", tmp_path, "float64")
    model = still_model(options_of(folder))
    for split, name in ((dataset.train, "train"), (dataset.validation, "validation")):
        logits = model.forward(split.images)
        loss, _ = softmax_cross_entropy(logits, split.labels)
        accuracy = np.mean(logits.argmax(axis=1) == split.labels)
        assert column(folder, f"{name}_loss") == pytest.approx([loss] * 2, rel=1e-12)
        assert column(folder, f"{name}_accuracy") == pytest.approx([accuracy] * 2, rel=1e-12)
    sizes = [128] * 10 + [17]
    losses = column(folder, "loss", "steps.csv")[:STEPS_PER_EPOCH]
    assert abs(np.mean(losses) / np.average(losses, weights=sizes) - 1) > 1e-4  # tells them apart


def test_learning_rate_is_that_of_the_last_step(tmp_path):
    schedule = "--epochs 3 --schedule exponential --decay-factor 0.5 --learning-rate 0.08"
    folder = train("numpy", tmp_path / "run", *schedule.split())
    expected = [0.08 * 0.5 ** ((11 * epoch - 1) / 11) for epoch in (1, 2, 3)]
    assert column(folder, "learning_rate") == pytest.approx(expected, rel=1e-12)


def test_gradient_norm_is_recorded_before_clipping(tier, tmp_path):
    options = ("--epochs", 1, "--batch-size", 1297, "--dtype", "float64", "--clip-norm", 1e-3)
    folder = train(tier, tmp_path / "run", *options)
    dataset = load_dataset("digits", tmp_path, "float64")
    model = still_model(options_of(folder))
    _, grad_logits = softmax_cross_entropy(
        model.forward(dataset.train.images), dataset.train.labels
    )
    model.backward(grad_logits)
    norm = math.sqrt(sum((gradient**2).sum() for gradient in model.gradients().values()))
    assert norm > 1e-3
    assert column(folder, "gradient_norm") == pytest.approx([norm], rel=1e-12)
    assert column(folder, "gradient_norm", "steps.csv") == pytest.approx([norm], rel=1e-12)
    assert np.isnan(column(train(tier, tmp_path / "not", "--epochs", 1), "gradient_norm")).all()


def test_history_gives_the_mean_gradient_norm_of_the_epoch(tmp_path):
    folder = train("numpy", tmp_path / "run", "--epochs", 2, "--clip-norm", 0.5)
    norms = np.array(column(folder, "gradient_norm", "steps.csv")).reshape(2, STEPS_PER_EPOCH)
    assert column(folder, "gradient_norm") == pytest.approx(norms.mean(axis=1), rel=1e-12)


def test_test_set_is_touched_once_at_the_end(tier, tmp_path, monkeypatch):
    evaluate, seen = TRAIN_SCRIPTS[tier].evaluate, []

    def noted(model, examples, loss):
        measured = evaluate(model, examples, loss)
        seen.append((len(examples), any(layer.training for layer in model.layers)))
        return measured

    monkeypatch.setattr(TRAIN_SCRIPTS[tier], "evaluate", noted)
    train(tier, tmp_path / "run", "--epochs", 3)
    assert seen == [(200, False), (200, False), (200, False), (300, False)]  # (examples, training)


# --- what is shown --------------------------------------------------------------------------------


def test_log_has_one_line_per_epoch_and_one_for_the_test_set(tmp_path, capsys):
    # Such a name is an emoji to rich, and text to everyone else.
    folder = train("numpy", tmp_path / "a :smiley: [bold] b", "--epochs", 2)
    output = capsys.readouterr()
    assert output.err == ""
    *epochs, last = output.out.splitlines()
    for row, line in zip(read_csv(folder / "history.csv"), epochs, strict=True):
        assert re.fullmatch(
            r"epoch +\d+/2  train loss \d\.\d{4}  validation loss \d\.\d{4}"
            r"  validation accuracy \d+\.\d\d%  \d+\.\d\d s",
            line,
        )
        for name in ("train_loss", "validation_loss"):
            assert f"{name.replace('_', ' ')} {float(row[name]):.4f}" in line
        assert f"validation accuracy {float(row['validation_accuracy']):.2%}" in line
    test = read_json(folder / "test.json")
    shown = f"test loss {test['test_loss']:.4f}  test accuracy {test['test_accuracy']:.2%}"
    assert last == f"{shown}  ->  {folder}"


def test_terminal_shows_a_bar(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # for rich, this is a terminal
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(progress, "REFRESH_SECONDS", 0)
    folder = train("numpy", tmp_path / "run", "--epochs", 2)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().out)
    losses = column(folder, "loss", "steps.csv")
    for epoch in (1, 2):
        bars = re.findall(rf"epoch {epoch}/2 [^\n]*? (\d+)/11 [^\n]*?loss (-|\d\.\d+)", shown)
        of_epoch = losses[(epoch - 1) * STEPS_PER_EPOCH : epoch * STEPS_PER_EPOCH]
        expected = [(str(step), f"{loss:.4f}") for step, loss in enumerate(of_epoch, start=1)]
        assert [bar for bar in dict.fromkeys(bars) if bar[0] != "0"] == expected
        assert re.search(rf"epoch  {epoch}/2  train loss", shown)


def test_the_bar_of_a_resumed_epoch_begins_where_it_was(tmp_path, monkeypatch):
    train("numpy", tmp_path, "--epochs", 3, after_step=stop_after(15))
    begun = []
    monkeypatch.setattr(
        progress.ProgressDisplay, "start_epoch", lambda _, *arguments: begun.append(arguments)
    )
    train_numpy.main(["--resume", f"--run-dir={tmp_path}"])
    assert begun == [(2, STEPS_PER_EPOCH, 4), (3, STEPS_PER_EPOCH, 0)]


# --- divergence -----------------------------------------------------------------------------------


def before_step(step, action):
    """Calls action(model) before a step (1, 2, ...), but not before the first."""

    def watch(training):
        if training.step == step - 1:
            action(training.model)

    return watch


def poison(model, name="layers.2.weight", value=np.nan):
    """Put a number that is not finite into one entry of a parameter."""
    to_array(model.state_dict()[name]).reshape(-1)[0] = value


def poison_gradient(model, value):
    """Have the backward pass fill the gradient of layers.2.weight with it."""
    layer = model.layers[2]
    if isinstance(model, MLP):
        backward = layer.backward
        layer.backward = lambda grad_Z: (backward(grad_Z), layer.grad_W.fill(value))[0]
    else:
        weight = layer.W if hasattr(layer, "W") else layer.weight
        weight.register_hook(lambda gradient: torch.full_like(gradient, value))


def diverge(tier, folder, message, *options, **watched):
    """Train until the error; the history and the checkpoint of the first epoch are kept."""
    with pytest.raises(DivergenceError, match=message) as error_info:
        train(tier, folder, "--epochs", 3, *options, **watched)
    assert "\n" not in str(error_info.value)
    assert "try a smaller --learning-rate than 0.1" in str(error_info.value)
    assert column(folder, "epoch")[0] == 1
    tensors, metadata = read_tensors(folder / "checkpoint.safetensors")
    assert (len(metadata["epochs"]), len(tensors["steps.loss"])) == (1, STEPS_PER_EPOCH)
    assert all(np.isfinite(a).all() for name, a in tensors.items() if "norm" not in name)
    assert not (folder / "model.safetensors").exists()


def test_parameter_that_is_not_finite(tier, tmp_path):
    message = r"loss is nan at epoch 2, step 4 \(first in layers\.2\.weight, by the update of the"
    diverge(tier, tmp_path, message, after_step=before_step(STEPS_PER_EPOCH + 4, poison))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_gradient_that_is_not_finite(value, tier, tmp_path):
    watch = before_step(STEPS_PER_EPOCH + 4, lambda model: poison_gradient(model, value))
    message = f"norm of the gradient is {value} at epoch 2, step 4 .first in the gradient of layers"
    diverge(tier, tmp_path, message + r"\.2\.weight\)", "--clip-norm", 1, after_step=watch)


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("layers.2.weight", np.nan, r"validation loss is nan after epoch 2, step 11 \(first"),
        # A hidden unit that is off hides it from the loss.
        ("layers.0.bias", -np.inf, "layers.0.bias is not finite after epoch 2, step 11; try"),
    ],
)
def test_last_update_of_an_epoch_that_is_not_finite(
    name, value, message, tier, tmp_path, monkeypatch
):
    evaluate, count = TRAIN_SCRIPTS[tier].evaluate, 0

    def poisoned(model, split, loss):
        nonlocal count
        count += 1
        if count == 2:
            poison(model, name, value)
        return evaluate(model, split, loss)

    monkeypatch.setattr(TRAIN_SCRIPTS[tier], "evaluate", poisoned)
    diverge(tier, tmp_path, message)


def test_input_that_is_not_finite(tier, tmp_path):
    dataset = load_dataset("digits")
    dataset.train.images[shuffled_indices(1297, 0, 1)[3 * 128 + 5], 7] = np.inf
    with pytest.raises(DivergenceError, match=r"1, step 4 \(first in the output of layers\.0\)"):
        train(tier, tmp_path, dataset=dataset)


def test_a_run_is_kept_under_the_name_of_its_tier(tier, tmp_path, monkeypatch):
    assert (command_line.REPOSITORY / "README.md").exists()
    monkeypatch.setattr(command_line, "REPOSITORY", tmp_path)
    TRAIN_SCRIPTS[tier].main(["--dataset", "xor", "--hidden", "2", "--epochs", "1"])
    assert run_folder.FinishedRun(tmp_path / "runs" / tier).tier == tier
