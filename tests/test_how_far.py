"""experiments/how_far.py: distortions, adversarial gradients, the rows and what is kept of them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from experiment_checks import check_experiment
from idx_files import tells

from common.configuration import Configuration
from data.datasets import load_dataset
from data.errors import UserError
from experiments import how_far
from train_numpy import make_model
from train_paper import LOSSES
from train_paper import make_model as make_torch_model

SMALL = {"hidden": (64,), "learning_rate": 0.1, "batch_size": 32}
ROWS = {
    "linear": how_far.Row("softmax regression", {"hidden": (), "batch_size": 32}),
    "default": how_far.Row("a hidden layer", SMALL | {"epochs": 30}),
    "distorted": how_far.Row("distorted", SMALL | {"epochs": 60}, distortion=how_far.Distortion()),
}


def generator():
    return np.random.default_rng(0)


def test_an_image_is_distorted_in_another_way_each_time_and_stays_in_its_range():
    images = load_dataset("digits").test.images[:2].repeat(3, axis=0)
    distorted = how_far.distort(images, how_far.Distortion(), generator())
    assert (distorted.shape, distorted.dtype) == (images.shape, images.dtype)
    assert len(np.unique(distorted, axis=0)) == len(images)
    assert images.min() <= distorted.min() and distorted.max() <= images.max()
    # Still nearer to its own image than to the other one.
    to_own, to_other = (np.linalg.norm(distorted - of, axis=1) for of in (images, images[::-1]))
    assert (to_own < to_other).all()


def test_a_map_moves_the_pixels_it_says(monkeypatch):
    images = load_dataset("digits").test.images[:4]
    none = how_far.Distortion(0, 0, 0, 0, 0)
    assert np.allclose(how_far.distort(images, none, generator()), images, atol=1e-6)
    quarter = np.array([[0.0, 1.0], [-1.0, 0.0]])
    monkeypatch.setattr(how_far, "affine_maps", lambda n, *_: np.broadcast_to(quarter, (n, 2, 2)))
    turned = np.rot90(images.reshape(-1, 8, 8), axes=(1, 2)).reshape(images.shape)
    assert np.allclose(how_far.distort(images, none, generator()), turned, atol=1e-5)


def test_the_root_mean_square_of_the_elastic_displacements_is_as_said():
    moved = how_far.displacements(50, 28, how_far.Distortion(), generator())
    assert moved.shape == (50, 2, 28, 28)
    assert np.sqrt(np.mean(moved**2)) == pytest.approx(1, rel=1e-5)  # pixel
    neighbours = moved[:, :, 1:] - moved[:, :, :-1]
    assert np.abs(neighbours).max() < 1  # smooth: no two pixels change places


def test_every_epoch_has_distortions_of_its_own_and_the_data_set_keeps_its_images():
    dataset = load_dataset("digits")
    before = dataset.train.images.copy()
    configuration = Configuration(hidden=(5,), batch_size=1297, epochs=3)
    model = make_model(configuration, 64, 10)
    seen = []
    for training in how_far.steps_on_distorted(configuration, dataset, model, how_far.Distortion()):
        assert np.array_equal(training.examples.labels, dataset.train.labels)
        seen.append(training.examples.images.copy())
    assert np.array_equal(dataset.train.images, before)
    # Between two steps the images of the next epoch are drawn; after the last one none are.
    assert len(np.unique([images[0] for images in seen], axis=0)) == 2
    assert np.array_equal(seen[1], seen[2]) and not np.array_equal(seen[0], before)


def test_an_adversarial_step_takes_the_mean_of_two_gradients():
    dataset, epsilon = load_dataset("digits", dtype="float64"), 0.3
    configuration = Configuration(
        hidden=(7, 5), batch_size=16, momentum=0.0, weight_decay=0.0, schedule="constant",
        learning_rate=0.5, epochs=1, dtype="float64",
    )  # fmt: skip
    model = make_model(configuration, 64, 10)
    before = {name: array.copy() for name, array in model.parameters().items()}
    training = next(how_far.adversarial_steps(configuration, dataset, model, epsilon))
    moved = model.parameters().values()

    # The same by tier 3 and autograd.
    network = make_torch_model(configuration, 64, 10)
    X = torch.from_numpy(dataset.train.images[training.indices]).requires_grad_()
    y = torch.from_numpy(dataset.train.labels[training.indices])
    loss = LOSSES["softmax-cross-entropy"]
    clean = loss(network(X), y)
    (grad_X,) = torch.autograd.grad(clean, X, retain_graph=True)
    adversarial = loss(network(X + epsilon * grad_X.sign()), y)
    ((clean + adversarial) / 2).backward()
    gradients = network.gradients()
    assert [*before] == [*gradients]
    for (name, old), new in zip(before.items(), moved, strict=True):
        expected = old - 0.5 * gradients[name].numpy()
        assert np.abs(new - expected).max() < 1e-12, name


def test_noise_has_its_deviation_in_training_and_is_gone_in_evaluation():
    configuration = Configuration(hidden=(7, 5), batch_norm=True, dtype="float64")
    X = np.random.default_rng(1).normal(size=(4000, 64))
    clean = make_model(configuration, 64, 10)
    noisy = make_model(configuration, 64, 10)
    how_far.add_noise(noisy, 0.3, generator())
    kinds = [type(layer).__name__ for layer in noisy.layers]
    hidden = ["Linear", "BatchNorm1d", "Noise", "Activation"]
    assert kinds == ["Noise", *hidden, *hidden, "Linear"]

    outputs = [output for _, output in noisy.outputs(X)]
    for place, (before, deviation) in {0: (X, 0.3 / 0.3081), 3: (outputs[2], 0.3)}.items():
        assert np.std(outputs[place] - before) == pytest.approx(deviation, rel=0.02)
    for buffer, other in zip(noisy.buffers().values(), clean.buffers().values(), strict=True):
        other[...] = buffer
    clean.eval()
    noisy.eval()
    assert np.array_equal(noisy.forward(X), clean.forward(X))


def test_each_row_gains_and_is_kept_for_the_next_command(tmp_path, monkeypatch):
    monkeypatch.setattr(how_far, "ROWS", ROWS)
    options = how_far.Options(
        dataset="digits", rows=("linear", "default"), seeds=2, folder=tmp_path
    )
    first = how_far.run(options)
    numbers = how_far.run(options.replace(rows=("distorted",)))
    assert list(numbers["rows"]) == ["linear", "default", "distorted"]
    assert {row: numbers["rows"][row] for row in first["rows"]} == first["rows"]
    check_experiment(how_far, numbers)
    errors = {row: 1 - np.mean(measured["test"]) for row, measured in numbers["rows"].items()}
    assert errors["distorted"] < 0.8 * errors["default"] < 0.8**2 * errors["linear"]

    # Of other settings, or of another number of seeds, nothing is taken over.
    monkeypatch.setitem(ROWS, "linear", replace(ROWS["linear"], epsilon=0.1))
    assert how_far.kept(options, "digits", "linear") is None
    assert how_far.kept(options, "digits", "default") == first["rows"]["default"]
    assert how_far.kept(options.replace(seeds=3), "digits", "default") is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"made_by": 1'])
def test_a_damaged_row_is_named_before_anything_is_trained(tmp_path, content):
    path = tmp_path / "how_far_distorted.json"
    path.write_text(content)
    with tells(UserError, f"{path} cannot be read; delete it, and measure the row again"):
        how_far.run(how_far.Options(dataset="digits", folder=tmp_path))


def test_all_rows_and_some_of_them_exclude_each_other():
    with tells(UserError, "--full with --rows linear default: --full measures all rows; give one"):
        how_far.Options(full=True, rows=("linear", "default"))
