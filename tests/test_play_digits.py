"""The digit view: drawings made into images, models of run folders, and their predictions."""

import base64
import shlex

import numpy as np
import pytest
from train_scripts import TRAIN_SCRIPTS

import compare
from common.diagnosis import to_array
from common.runs.run_folder import CHECKPOINT, CONFIG, TEST, FinishedRun
from play.digit_models import ModelUnavailable
from play.digits import Digits, read_test_images
from play.drawing import DRAWING, SIDE, centre_drawing
from play.encoding import to_plain
from play.run_models import RunModels
from play.sessions import Refusal
from tiers import TIERS

NETWORK = "--hidden 16 --batch-norm --dropout 0.1 --epochs 1 --batch-size 500 --threads 1"


@pytest.fixture(scope="module")
def runs(mnist_root, tmp_path_factory):
    """A finished run of each tier on MNIST, as its script leaves it."""
    folder = tmp_path_factory.mktemp("runs")
    for name, script in TRAIN_SCRIPTS.items():
        device = [] if name == "numpy" else ["--device", "cpu"]
        where = ["--run-dir", str(folder / name), "--data-root", str(mnist_root)]
        script.main([*NETWORK.split(), *where, *device])
    return folder


def digits_of(runs, data_root):
    return Digits(RunModels(runs), lambda: read_test_images(data_root))


@pytest.fixture(scope="module")
def digits(runs, mnist_root):
    return digits_of(runs, mnist_root)


@pytest.fixture(scope="module")
def pixels(digits):
    """MNIST's test images and labels."""
    return digits.test_images()


def drawn(image):
    """A test image as a drawing of the page: each pixel 5 x 5."""
    return np.kron(image, np.ones((DRAWING // SIDE, DRAWING // SIDE), np.uint8))


def sent(drawing):
    return base64.b64encode(np.ascontiguousarray(drawing).tobytes()).decode()


def unpack(array):
    data = base64.b64decode(array["data"])
    return np.frombuffer(data, np.dtype(array["type"])).reshape(array["shape"])


def test_mnist_drawn_anew_is_mnist(pixels):
    """Which holds box, proportions, rounding and centre of mass to those of MNIST's makers."""
    for image in pixels[0][:500]:
        np.testing.assert_array_equal(centre_drawing(drawn(image)), image)


def test_where_and_how_large_a_digit_is_drawn_does_not_matter(pixels):
    for image in pixels[0][:50]:
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        corner = np.zeros((DRAWING, DRAWING), np.uint8)
        corner[: 2 * len(cut), -2 * cut.shape[1] :] = np.kron(cut, np.ones((2, 2), np.uint8))
        np.testing.assert_array_equal(centre_drawing(corner), image)


def test_a_dot_and_a_line_are_images_too():
    for rows, columns in ((1, 1), (140, 1), (1, 140), (140, 140)):
        ink = np.zeros((DRAWING, DRAWING), np.uint8)
        ink[:rows, :columns] = 255
        image = centre_drawing(ink)
        height, width = (int(image.any(axis=axis).sum()) for axis in (1, 0))
        assert max(height, width) == 20
        assert (min(height, width) == 20) == (rows == columns)


def test_a_digit_of_each_class_is_classified_as_the_train_scripts_model_does(
    digits, pixels, runs, mnist
):
    images, labels = pixels
    for digit in range(10):
        number = int(np.flatnonzero(labels == digit)[3])
        reply = digits.classify_drawing(sent(drawn(images[number])))
        assert to_plain(reply) == to_plain(digits.classify_image(number) | {"label": None})
        for name, prediction in reply["tiers"].items():
            logits = script_model(name, runs).forward(
                own_array(name, mnist.test.images[number : number + 1])
            )
            logits = to_array(logits)[0].astype(float)
            expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
            np.testing.assert_allclose(prediction["probabilities"], expected, atol=1e-5)
            assert sum(prediction["probabilities"]) == pytest.approx(1, abs=1e-6)
            assert prediction["prediction"] == logits.argmax()
            assert unpack(prediction["hidden"][0]["values"]).shape == (16,)


def own_array(name, array):
    if name == "numpy":
        return array
    import torch

    return torch.from_numpy(array)


def script_model(name, runs):
    """The model of a run, put together by hand, in evaluation."""
    run, train = FinishedRun(runs / name), TIERS[name].module("train")
    options = dict(hidden=(16,), batch_norm=True, dropout=0.1)
    configuration = TIERS[name].options(**options)
    on_cpu = () if name == "numpy" else (own_array(name, np.zeros(1)).device,)
    model = train.make_model(configuration, 784, 10, *on_cpu)
    model.load_state_dict({key: own_array(name, array) for key, array in run.weights.items()})
    model.eval()
    return model


def slopes(model, image, digit):
    """By how much each pixel moves the digit's logit, from differences."""
    step = 0.01 * np.eye(784, dtype=np.float32)
    before, after = (model.logits(X)[:, digit].astype(float) for X in (image - step, image + step))
    return (after - before) / 0.02


def test_the_saliency_is_the_slope_of_the_predictions_logit(runs, digits, mnist):
    """Against differences, of normalization's and dropout's evaluation."""
    image = mnist.test.images[7]
    for name in TIERS:
        model = RunModels(runs).find(name)
        prediction = model.classify(image)
        slope = slopes(model, image, prediction.digit)
        scale = np.abs(slope).max()
        assert np.median(np.abs(prediction.saliency - slope)) < 1e-3 * scale
        assert (
            np.mean(np.abs(prediction.saliency - slope) < 0.01 * scale) > 0.97
        )  # kinks of the ReLU
        reply = digits.classify_image(7)["tiers"][name]["saliency"]
        np.testing.assert_allclose(
            unpack(reply).ravel() * np.abs(prediction.saliency).max(),
            prediction.saliency,
            rtol=1e-5,
            atol=1e-7,
        )


def test_the_wrong_images_come_first(digits, pixels, runs, mnist):
    _, labels = pixels
    about = digits.about()
    first = digits.images(0, 24, "wrong")["images"]
    assert all(set(image["predictions"].values()) != {image["label"]} for image in first)
    last = digits.images(about["images"]["wrong"], 24, "wrong")["images"]
    assert all(set(image["predictions"].values()) == {image["label"]} for image in last)
    assert [i["image"] for i in digits.images(40, 3, "all")["images"]] == [40, 41, 42]
    models = RunModels(runs)
    for name in TIERS:
        seen = models.find(name).predictions(mnist.test.images)
        assert (seen == labels).mean() == FinishedRun(runs / name).test.test_accuracy
    assert len(digits.images(9_990, 100, "all")["images"]) == 10
    assert len(digits.images(0, 10_000, "all")["images"]) == 100


def test_each_tier_is_listed_with_its_network(digits):
    for tier in digits.about()["tiers"]:
        assert tier["available"]
        assert tier["trained"].startswith("784-16-10, relu, batch normalization, dropout 0.1, test")


@pytest.mark.parametrize("tier", TIERS)
def test_a_missing_run_is_reported_with_the_command_that_makes_it(tier, tmp_path, mnist_root):
    reply = digits_of(tmp_path, mnist_root).about()
    (about,) = (about for about in reply["tiers"] if about["name"] == tier)
    assert not about["available"] and "holds no run yet" in about["reason"]
    _, script, *words = shlex.split(about["command"])
    assert TIERS[tier].script.match(script)
    assert words == ["--run-dir", str(tmp_path / tier)]
    assert reply["images"]["wrong"] is None


def test_each_kind_of_unusable_run_has_its_reason_and_command(runs, tmp_path, mnist_root):
    def reason_and_option(folder):
        with pytest.raises(ModelUnavailable) as missing:
            RunModels(folder).find("numpy")
        return str(missing.value), missing.value.command.split("numpy ")[-1]

    script = TRAIN_SCRIPTS["numpy"].main
    other = tmp_path / "other"
    quick = "--dataset xor --hidden 4 --epochs 1 --threads 1"
    script([*quick.split(), "--run-dir", str(other / "numpy")])
    assert reason_and_option(other) == (
        f"{other / 'numpy'} holds a run of numpy on xor.",
        "--overwrite",
    )
    (other / "numpy" / TEST).unlink()
    assert reason_and_option(other) == (f"The run in {other / 'numpy'} isn't finished.", "--resume")
    (other / "numpy" / CHECKPOINT).unlink()
    assert reason_and_option(other) == (f"{other / 'numpy'} holds no run yet.", "--overwrite")
    damaged = tmp_path / "damaged" / "numpy"
    damaged.mkdir(parents=True)
    for file in (runs / "numpy").iterdir():
        (damaged / file.name).write_bytes(file.read_bytes())
    (damaged / CONFIG).write_text("{}")
    reason, option = reason_and_option(damaged.parent)
    assert "damaged" in reason and option == "--overwrite"
    (damaged.parent / "paper").symlink_to(runs / "paper")
    about = digits_of(damaged.parent, mnist_root).about()
    assert [tier["available"] for tier in about["tiers"]] == [False, False, True]


def test_a_comparisons_runs_are_used_where_there_are_no_others(runs, tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "run_jobs", lambda jobs, at_once: None)
    comparison = compare.Comparison(run_dir=tmp_path / "compare", seeds=(3, 4))
    folders = compare.train_all(comparison, comparison.run_dir)
    (first,) = (folder for folder in folders if folder.name.startswith("paper-float32-seed3"))
    first.parent.mkdir(exist_ok=True)
    first.symlink_to(runs / "paper")
    assert RunModels(tmp_path).find("paper").tier == "paper"
    with pytest.raises(ModelUnavailable, match="holds no run yet"):
        RunModels(tmp_path).find("numpy")


def test_what_cannot_be_classified_is_refused(digits, tmp_path):
    blank = np.zeros((DRAWING, DRAWING), np.uint8)
    for drawing, sentence in (
        (sent(blank), "Draw a digit first."),
        (sent(blank[1:]), "The drawing is not 140 x 140 bytes."),
        ("§", "The drawing is not 140 x 140 bytes."),
    ):
        with pytest.raises(Refusal) as refusal:
            digits.classify_drawing(drawing)
        assert str(refusal.value) == sentence
    with pytest.raises(Refusal, match="10,000 test images"):
        digits.classify_image(10_000)
    about = digits_of(tmp_path, tmp_path).about()
    assert not about["images"]["available"] and "aren't here yet" in about["images"]["reason"]
    with pytest.raises(Refusal, match="aren't here yet"):
        digits_of(tmp_path, tmp_path).images(0, 1, "wrong")
