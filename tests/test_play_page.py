"""The page in a real Chromium: what a reader does, and what the page then shows."""

import math
import shlex
from pathlib import Path

import numpy as np
import pytest
from browsing import ActionChains, Keys, Page, browsing, serving
from safetensors.numpy import load_file

from common.cli.command_line import parse
from common.runs.run import Run
from data.datasets import Dataset, load_dataset
from data.splits import Split
from mlp_numpy import MLP
from tiers import TIERS

DARK = 2.3  # of an image as the models see it, where paper is -0.4 and ink is 2.8
CORNER = 3  # dots from the middle


@pytest.fixture(scope="module")
def runs(tmp_path_factory, mnist: Dataset) -> Path:
    """A small run of each tier on the first of MNIST's images."""
    folder = tmp_path_factory.mktemp("runs")
    parts = ((mnist.train, 6400), (mnist.validation, 500), (mnist.test, 500))
    few = Dataset(
        mnist.name, *(Split(part.images[:n], part.labels[:n]) for part, n in parts), mnist.classes
    )
    for tier in TIERS:
        arguments = ["--run-dir", str(folder / tier), "--hidden", "32", "--epochs", "2"]
        options = parse(TIERS[tier].options, tier, "", arguments)
        with Run(options, tier) as run:
            for _ in run.steps(TIERS[tier].train_steps, few):
                pass
    return folder


@pytest.fixture(scope="module")
def browser(runs: Path):
    with serving(runs) as address, browsing(address) as page:
        yield page


@pytest.fixture
def page(browser: Page) -> Page:
    browser.open()
    return browser


def test_is_ready_without_complaint_or_foreign_request(browser):
    browser.requests(), browser.complaints()  # those of other tests
    browser.open("tier=numpy")
    browser.train("#one-step")
    browser.click("#tab-steps")
    browser.click("#trace")
    browser.wait("document.body.dataset.stage")
    browser.click("#tab-digit")
    browser.wait("document.querySelector('.test-image')")
    assert browser.complaints() == []
    asked = [url for url in browser.requests() if not url.startswith(("data:", "about:"))]
    assert len(asked) > 10
    assert all(url.startswith(f"{browser.address}/") for url in asked), asked


def test_every_data_set_has_its_picture_and_count(page):
    pictures = {page.picture(".plane canvas:nth-child(2)")}
    for dataset in ("moons", "circles", "xor"):
        page.choose("dataset", dataset)
        pictures.add(page.picture(".plane canvas:nth-child(2)"))
    page.choose("count", 50)
    pictures.add(page.picture(".plane canvas:nth-child(2)"))
    assert len(pictures) == 5
    assert page.text("#counts").startswith("50 training points")


def test_a_click_in_the_plane_does_nothing_until_adding_points_is_on(page):
    page.train("#one-step")
    page.click(".plane .layers")
    page.press(".plane .layers", Keys.ENTER, Keys.BACKSPACE)
    page.train("#one-step")
    assert (page.step, page.state()["setups"]) == (2, "1")
    assert page.find("#add-points").get_attribute("aria-pressed") == "false"
    page.click("#add-points")
    assert page.find("#add-points").get_attribute("aria-pressed") == "true"


def test_points_are_added_by_click_and_by_key_while_the_weights_stay(page):
    page.choose("count", 50)
    page.train("#one-step")
    points, weights = ".plane canvas:nth-child(2)", "#network canvas"
    without, before = page.picture(points), page.pictures(weights)
    page.click("#add-points")
    with page.new_setup():
        plane = page.find(".plane .layers")
        ActionChains(page.driver).move_to_element_with_offset(plane, -90, 80).click().perform()
    by_click = page.picture(points)
    with page.new_setup():
        keys = ("2", Keys.ARROW_RIGHT, Keys.SHIFT, Keys.ARROW_UP, Keys.NULL, Keys.ENTER)
        page.press(".plane .layers", *keys)
    assert (page.step, page.pictures(weights)) == (1, before), "the weights are as they were"
    assert page.text("#counts").startswith("52 training points")
    assert len({without, by_click, page.picture(points)}) == 3
    *_, last = page.js("location.hash").rpartition(";")
    assert last.endswith(",1"), "a point of class 1, which is key 2"
    with page.new_setup():
        page.press(".plane .layers", Keys.BACKSPACE)
    assert page.picture(points) == by_click
    with page.new_setup():
        page.click("#undo")
    assert page.picture(points) == without
    page.train("#one-step")
    assert page.step == 2


def test_own_points_begin_empty_and_stay_with_their_set(page):
    points = ".plane canvas:nth-child(2)"
    page.click("#option-dataset [value=own]")
    page.wait("document.body.dataset.state === 'empty'")
    empty = page.picture(points)
    assert not page.find("#run").is_enabled()
    assert page.find("#add-points").get_attribute("aria-pressed") == "true"
    page.press(".plane .layers", Keys.ENTER)
    page.wait("document.querySelector('#counts').textContent.startsWith('Own points: 1')")
    first = page.picture(points)
    assert first != empty, "the first point is seen at once"
    page.choose("dataset", "moons")
    assert page.text("#counts").startswith("1000 training points")
    page.click("#option-dataset [value=own]")
    page.wait("document.body.dataset.state === 'empty'")
    with page.new_setup():
        page.press(".plane .layers", "2", Keys.ARROW_UP, Keys.ENTER)
    assert page.text("#counts").startswith("2 training points")
    page.train("#one-step")


def test_a_table_is_pasted_and_its_bad_rows_are_named(page):
    page.click("#paste-points")
    rows = "x,y,class\n-1,0,0\n1,0,2\n1,2\n0,99,1\n"
    page.js("(document.querySelector('#table-text').value = arguments[0])", rows)
    with page.new_setup():
        page.click("#table-use")
    assert page.text("#table-rows").splitlines() == [
        "Row 4: 2 entries instead of 3: x, y and class.",
        "Row 5: y = 99 is not from -10 to 10.",
        "The network trains on 2 points.",
    ]
    page.click("#table-close")
    assert page.text("#counts").startswith("2 training points")
    assert "dataset=own&classes=3&points=-1,0,0;1,0,2" in page.js("location.hash")
    page.train("#one-step")


def test_runs_and_pauses(page):
    page.click("#run")
    page.wait("+document.body.dataset.step > 4")
    assert page.text("#run .word") == "Pause"
    page.click("#run")
    page.wait("document.body.dataset.state === 'ready'")
    paused = page.step
    page.train("#one-step")
    assert page.step == paused + 1


def own_gradients(page: Page) -> dict[str, np.ndarray]:
    """The first minibatch's, by the command line that the page shows for what is set in it."""
    command = shlex.split(page.js("document.querySelector('#command-line').textContent"))
    options = parse(TIERS["numpy"].options, "numpy", "", command[2:])
    training = next(TIERS["numpy"].train_steps(options, load_dataset(options.dataset)))
    return training.gradients


def test_one_minibatch_shows_the_tiers_own_gradients(page):
    page.train("#one-step")
    assert page.step == 1
    own = own_gradients(page)
    norms = [
        math.hypot(*(np.linalg.norm(own[f"layers.{layer}.{name}"]) for name in ("weight", "bias")))
        for layer in (0, 2, 4)
    ]
    page.show_chart("gradients")
    shown = page.last_values("#chart-gradients")
    assert list(shown.values()) == pytest.approx(norms, rel=5e-3)


def test_a_minibatch_is_traced_forward_and_back(page):
    page.click("#tab-steps")
    page.click("#trace")
    page.wait("document.body.dataset.stage === '0' && document.body.dataset.step === '1'")
    first = page.text("#stage")
    assert "Z = X @ self.W.T" in page.text(".computed") and "numpy/layers_numpy.py" in first
    while not page.text("#stage-title").endswith("Backward: Linear 1"):
        page.click("#next")
    cells = page.js(
        "Array.from(document.querySelectorAll('[data-name=\"∂L/∂W\"] td'), (td) => td.innerText)"
    )
    shown = [float(cell.replace("−", "-")) for cell in cells]
    own = own_gradients(page)["layers.0.weight"]
    assert shown == pytest.approx(own.ravel(), rel=5e-3)
    while page.state()["stage"] != "0":
        page.press("#stages [aria-current]", Keys.ARROW_LEFT)
    assert page.text("#stage") == first
    page.click("#tab-points")
    shown = page.pictures("canvas")
    with page.new_setup():
        page.click("#reset")
    page.train("#one-step")
    assert page.pictures("canvas") == shown


def test_reset_brings_back_the_first_picture(page):
    regions = ".plane canvas"
    first = page.pictures("canvas")
    page.train("#one-epoch")
    assert page.picture(regions) != first[0]
    with page.new_setup():
        page.click("#reset")
    page.wait("document.body.dataset.step === '0'")
    assert page.pictures("canvas") == first
    with page.new_setup():
        page.click("#new-seed")
    assert page.picture(regions) != first[0]


def test_the_learning_rate_changes_while_it_trains(page):
    field, rate = "#option-learning_rate", "document.querySelector('#option-learning_rate').value"
    page.train("#one-epoch")
    before = page.state(), page.pictures("canvas")
    page.press(field, Keys.ARROW_UP, Keys.ARROW_UP)
    assert page.js(rate) == "0.2"
    assert "0.2" not in page.js("location.hash"), "an arrow key alone changes nothing"
    page.press(field, Keys.ESCAPE)
    assert page.js(rate) == "0.05"
    page.press(field, Keys.ARROW_UP, Keys.ENTER)
    page.wait("location.hash.includes('learning_rate=0.1')")
    page.press(field, Keys.CONTROL, "a", Keys.NULL, Keys.DELETE, Keys.ENTER)
    assert page.js(rate) == "0.1", "an empty field gives the old rate back"
    page.press(field, Keys.ARROW_UP, Keys.TAB)
    page.wait("location.hash.includes('learning_rate=0.2')")
    assert (page.state(), page.pictures("canvas")) == before, "the weights are as they were"
    page.unfold("#command-line")
    assert "--learning-rate 0.2" in page.text("#command-line")
    assert f"changed after step {page.step}." in page.text("#command-explained")
    page.train("#one-step")
    with page.new_setup():
        page.click("#reset")
    assert "trains the same network" in page.text("#command-explained")


def test_a_layer_more_and_a_layer_fewer(page):
    page.train("#one-epoch")
    for button, widths in (("Add", [8, 4, 4]), ("Remove", [8, 4]), ("Remove", [8]), ("Remove", [])):
        with page.new_setup():
            page.click(f"[aria-label='{button} a hidden layer']")
        assert page.js("document.querySelectorAll('.unit').length") == sum(widths) + 2
        page.train("#one-step")
        assert page.step == 1, "the epoch before is not made anew"


def test_the_units_of_a_layer_are_set_above_it(page):
    page.click("[aria-label='Units in hidden layer 1: more']")
    page.wait("document.querySelectorAll('.unit').length === 9 + 4 + 2")
    assert page.js("document.activeElement.getAttribute('aria-label')").endswith("1: more")
    with page.new_setup():
        page.press("#option-hidden-2", Keys.CONTROL, "a", Keys.NULL, "6", Keys.ENTER)
    assert "hidden=9,6" in page.js("location.hash")


def large_pictures(page: Page) -> set[str]:
    """Those of the first hidden layer's units, each pointed at by the keyboard."""
    units = page.driver.find_elements("css selector", ".column:nth-of-type(2) .unit")
    assert len(units) == 8
    pictures = set()
    for unit in units:
        unit.send_keys("")  # focuses it
        pictures.add(page.picture(".plane canvas"))
    return pictures


def test_units_that_start_at_zero_stay_alike(page):
    page.choose("activation", "sigmoid")
    page.train("#one-epoch")
    assert len(large_pictures(page)) == 8
    page.choose("initializer", "zeros")
    page.train("#one-epoch")
    assert len(large_pictures(page)) == 1


def test_three_tiers_drift_by_rounding_alone(browser):
    drift = {}
    for precision in ("float64", "float32"):
        browser.open(f"tier=all&dtype={precision}")
        browser.train("#one-epoch")
        assert len(browser.pictures(".plane canvas:first-child")) == 3
        browser.show_chart("drift")
        drift[precision] = max(browser.last_values("#chart-drift").values())
    assert drift["float64"] < 1e-12 < 1e-9 < drift["float32"] < 1e-2


def test_a_divergence_is_reported_with_layer_step_and_remedy(browser):
    browser.open("learning_rate=1000&activation=identity&loss=mean-squared-error")
    browser.click("#run")
    browser.wait("document.body.dataset.state === 'diverged'")
    for word in ("step", "layers.", "try a learning rate below 1000"):
        assert word in browser.text("#message")
    assert "NaN" not in browser.js("document.body.outerHTML")
    with browser.new_setup():
        browser.type("learning_rate", 0.01)
    browser.train("#one-epoch")
    assert browser.text("#message") == ""


def test_a_network_that_dies_of_its_learning_rate_is_reported(browser):
    """ReLUs that are all off give no gradient, and so no infinity either."""
    browser.open("learning_rate=1000")
    browser.train("#one-epoch")
    for word in ("in step", "hidden layer", "dead", "Try a learning rate below 1000"):
        assert word in browser.text("#message")
    browser.show_chart("activations")
    assert "0 of 4" not in browser.text("#histograms")
    with browser.new_setup():
        browser.click("#reset")
    assert browser.text("#message") == ""


def logits_of(runs: Path, images: np.ndarray) -> dict[str, np.ndarray]:
    """What the model of each run makes of images (n, 784): (n, 10)."""
    logits = {}
    for tier in TIERS:
        model = MLP((784, 32, 10))
        model.load_state_dict(load_file(runs / tier / "model.safetensors"))
        logits[tier] = model.forward(images)
    return logits


def shown_predictions(page: Page) -> dict[str, int]:
    shown = page.predicted()
    for tier, percentages in shown.items():
        assert sum(percentages) == pytest.approx(100, abs=0.5), tier
    return {tier: int(np.argmax(percentages)) for tier, percentages in shown.items()}


def draw(page: Page, image: np.ndarray) -> None:
    """Draw an image of MNIST in the pad's upper left, a stroke for each run of dark dots.

    Every second row is enough, as the pen is two rows wide.
    """
    pad = page.find("#pad")
    dot = pad.size["width"] / 28
    hand = ActionChains(page.driver, duration=0)
    dark = image.reshape(28, 28) > DARK
    for row, dots in zip(range(0, 28, 2), dark[::2], strict=True):
        edges = np.flatnonzero(np.diff(np.pad(dots.astype(int), 1)))
        for left, right in edges.reshape(-1, 2):
            start, end, height = (
                round((at - 13.5 - CORNER) * dot) for at in (left, right - 1, row)
            )
            hand.move_to_element_with_offset(pad, start, height).click_and_hold()
            hand.move_to_element_with_offset(pad, end, height).release()
    hand.perform()
    page.wait("!('classifying' in document.body.dataset)")


def test_digits_are_classified_as_the_models_do(browser, runs, mnist):
    browser.open("view=digit")
    browser.wait("document.body.dataset.models === '3'")
    of_all = logits_of(runs, mnist.test.images)
    surest = sum(logits - logits.mean(axis=1, keepdims=True) for logits in of_all.values())
    for label in range(10):
        index = np.where(mnist.test.labels == label, surest[:, label], -np.inf).argmax()
        draw(browser, mnist.test.images[index])
        own = {tier: logits[index].argmax() for tier, logits in of_all.items()}
        assert shown_predictions(browser) == own == dict.fromkeys(TIERS, label)
        browser.click("#clear-pad")
        assert browser.predicted() == {}


def test_test_images_can_be_browsed_the_wrong_ones_first(browser, runs, mnist):
    browser.open("view=digit")
    browser.wait("document.querySelector('.test-image')")
    chosen = ".test-image:nth-child(3)"
    image = int(browser.find(chosen).get_attribute("data-image"))
    own = {
        tier: logits.argmax()
        for tier, logits in logits_of(runs, mnist.test.images[[image]]).items()
    }
    assert any(digit != mnist.test.labels[image] for digit in own.values())
    browser.click(chosen)
    browser.wait("document.querySelector('.prediction')")
    assert shown_predictions(browser) == own
    browser.click("#later")
    browser.wait("document.body.dataset.images === '12'")
    browser.pick("#order", "all")
    browser.wait("document.querySelector('.test-image').dataset.image === '0'")
