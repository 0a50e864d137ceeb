"""Whole runs of the three train scripts, side by side; and what they load."""

import numpy as np
import pytest
from lockstep import Case, build, call, differences, load
from train_scripts import TRAIN_SCRIPTS, read_csv, read_json, read_tensors, run_child

from data.datasets import load_dataset
from tiers import TIERS
from train_numpy import predict


def train_all(folder, *options):
    """Train the three tiers with the same options; their run folders, by tier."""
    for name, script in TRAIN_SCRIPTS.items():
        device = [] if name == "numpy" else ["--device", "cpu"]
        script.main(["--run-dir", str(folder / name), *map(str, options), *device])
    return {name: folder / name for name in TIERS}


def assert_same_run(folder, other, tolerance):
    """Weights and whatever was recorded of every step and epoch; accuracies exactly."""
    model, other_model = (read_tensors(f / "model.safetensors")[0] for f in (folder, other))
    for name, difference in differences(other_model, model).items():
        assert difference <= tolerance, f"{name} differs by {difference:.1e} in {other}"
    for table in ("history.csv", "steps.csv"):
        rows, other_rows = read_csv(folder / table), read_csv(other / table)
        for name in rows[0].keys() - {"seconds"}:
            column, found = ([float(row[name]) for row in part] for part in (rows, other_rows))
            rtol = 0 if name.endswith("accuracy") else tolerance
            np.testing.assert_allclose(found, column, rtol, err_msg=f"{other} {name}")
    test, other_test = (read_json(f / "test.json") for f in (folder, other))
    assert other_test["test_accuracy"] == test["test_accuracy"]
    assert other_test["test_loss"] == pytest.approx(test["test_loss"], rel=tolerance)


def test_an_epoch_of_mnist_in_lockstep(mnist_root, tmp_path):
    """The default configuration in float64: every weight to 1e-12, every prediction the same."""
    options = ("--data-root", mnist_root, "--epochs", 1, "--dtype", "float64")
    folders = train_all(tmp_path, *options)
    for tier in ("lowlevel", "paper"):
        assert_same_run(folders["numpy"], folders[tier], 1e-12)

    images = load_dataset("mnist", mnist_root, "float64").test.images
    predictions = {}
    for name, folder in folders.items():
        model = build(name, Case(inputs=784, hidden=(256, 128), classes=10))
        load(model, read_tensors(folder / "model.safetensors")[0])
        predictions[name] = predict(call(model, images))
    for tier in ("lowlevel", "paper"):
        different = (predictions[tier] != predictions["numpy"]).sum()
        assert different == 0, f"{different} of 10,000 predictions of {tier} differ from tier 1's"


@pytest.mark.parametrize(
    "options",
    [
        "--dataset digits --hidden 20 --batch-norm --optimizer adamw --learning-rate 1e-5"
        " --weight-decay 0.1 --schedule warmup-cosine --clip-norm 0.5",
        "--dataset xor --hidden 8 6 --loss sigmoid-cross-entropy --nesterov --activation softsign"
        " --batch-size 300 --learning-rate 0.02 --schedule step --weight-decay 0.01",
    ],
)
def test_the_scripts_pass_their_options_on_alike(options, tmp_path):
    folders = train_all(tmp_path, "--epochs", 2, "--dtype", "float64", *options.split())
    for tier in ("lowlevel", "paper"):
        assert_same_run(folders["numpy"], folders[tier], 1e-10)


def test_dropout_of_tiers_2_and_3_is_the_same_on_the_cpu(tmp_path):
    """Both draw with torch, from the same seed for each step; tier 1 draws with NumPy."""
    options = "--dataset digits --hidden 30 20 --dropout 0.3 --epochs 10 --dtype float64"
    folders = train_all(tmp_path, *options.split())
    assert_same_run(folders["lowlevel"], folders["paper"], 1e-12)
    # Other masks, the same law: all of them learn. (Guessing is right in 10 of 100.)
    for folder in folders.values():
        assert read_json(folder / "test.json")["test_accuracy"] > 0.6


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """One run of each tier: batch norm, two epochs, float32."""
    options = "--dataset digits --hidden 20 15 --batch-norm --epochs 2 --seed 5"
    return train_all(tmp_path_factory.mktemp("checkpoints"), *options.split())


@pytest.mark.parametrize("reader", TIERS)
@pytest.mark.parametrize("writer", TIERS)
def test_a_checkpoint_crosses_from_any_tier_to_any(writer, reader, checkpoints):
    state, metadata = read_tensors(checkpoints[writer] / "model.safetensors")
    assert (metadata["tier"], metadata["options"]["hidden"]) == (writer, [20, 15])
    case = Case(inputs=64, hidden=(20, 15), classes=10, batch_norm=True, dtype="float32")
    writing, reading = build(writer, case), build(reader, case)
    own = writing.state_dict()
    assert {name: (tuple(array.shape), str(array.dtype)) for name, array in state.items()} == {
        name: (tuple(array.shape), str(array.dtype).removeprefix("torch."))
        for name, array in own.items()
    }
    assert state["layers.1.num_batches_tracked"] == 22  # 2 epochs of 11 minibatches
    assert state["layers.1.running_var"].std() > 0

    load(writing, state)
    load(reading, state)
    test = load_dataset("digits").test
    logits, found_logits = call(writing, test.images), call(reading, test.images)
    predictions = predict(found_logits)
    np.testing.assert_array_equal(predictions, predict(logits))
    np.testing.assert_allclose(found_logits, logits, atol=1e-4)
    # What the writer said of itself.
    kept = read_json(checkpoints[writer] / "test.json")
    assert (predictions == test.labels).mean() == kept["test_accuracy"]


def test_tier_1_loads_neither_torch_nor_matplotlib_nor_scikit_learn(mnist_root, tmp_path):
    """From the command line to the end of a run, with MNIST read on the way."""
    program = """
import sys
import train_numpy
from data.datasets import load_dataset
load_dataset("mnist", sys.argv[1])
train_numpy.main("--dataset xor --hidden 4 --epochs 1 --run-dir".split() + [sys.argv[2]])
print(sorted({"torch", "torchvision", "matplotlib", "sklearn", "scipy"} & sys.modules.keys()))
"""
    assert run_child(program, mnist_root, tmp_path) == "[]"
    assert (tmp_path / "test.json").exists()
