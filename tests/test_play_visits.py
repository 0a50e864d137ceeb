"""The page in a real Chromium: every option, tabs, strangers, and readers without a mouse."""

import http.client
import json
import socket
import struct
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE, ActionChains, Keys, Page, browsing, serving

from tiers import TIERS

# What Tab must reach: all that can be used and seen, of radio buttons the chosen one, and what
# takes keys of its own. A button with tabindex -1 does what a key does in the field beside it.
REACHABLE = """
Array.from(document.querySelectorAll('a, button, input, select, summary, [tabindex="0"]'))
.filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility()
  && (one.type !== 'radio' || one.checked)).length
"""
# Begin at the first of them, and keep what each key then leads to, and whether its focus is seen.
VISIT = """
(() => {
  const first = document.querySelector('.skip');
  first.focus();
  window.visited = new Map([[first, true]]);
  addEventListener('keyup', () => {
    const one = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    if (one !== document.body) visited.set(one, seen);
  });
})()
"""

CHOICES = {
    "dataset": ["moons", "circles", "xor", "spiral"],
    "activation": ["identity", "sigmoid", "tanh", "softsign", "relu"],
    "initializer": [
        "lecun-normal", "xavier-normal", "standard-uniform", "xavier-uniform", "zeros", "he-normal"
    ],
    "batch_norm": [True, False],
    "dropout": [0.3, 0],
    "dtype": ["float64", "float32"],
    "loss": ["sigmoid-cross-entropy", "mean-squared-error", "softmax-cross-entropy"],
    "schedule": [
        "step", "exponential", "cosine", "warmup-cosine", "warmup-linear", "one-cycle", "constant"
    ],
    "weight_decay": [0.1, 0],
    "clip_norm": [1],
    "batch_size": [7, 32],
    "nesterov": [True, False],
    "optimizer": ["adam", "adamw", "sgd"],
}  # fmt: skip


@pytest.fixture(scope="module")
def no_runs(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("no_runs")


@pytest.fixture(scope="module")
def browser(no_runs: Path):
    with serving(no_runs) as address, browsing(address) as page:
        yield page


def test_a_missing_run_shows_the_command_that_makes_it(browser):
    browser.open("view=digit")
    browser.wait("document.body.dataset.models === '0'")
    for tier in TIERS.values():
        script = f"{tier.script.parent.name}/{tier.script.name}"
        assert script in browser.text(f"#models [data-tier={tier.name}] code")


def test_a_digit_is_drawn_by_keys(browser):
    browser.open("view=digit")
    browser.wait("document.body.dataset.models")
    browser.press("#pad", Keys.SPACE, Keys.ARROW_DOWN * 12)
    browser.wait("document.body.dataset.classified && !('classifying' in document.body.dataset)")
    assert browser.text("#pen") == "Pen down, 50 % from the left, 68 % from the top"
    assert "no trained model yet" in browser.text("#predictions")
    drawn = browser.picture("#centred")
    browser.press("#pad", Keys.BACKSPACE)
    assert browser.picture("#centred") != drawn


def test_each_tab_trains_by_itself_and_a_fifth_ends_the_one_unused_longest(browser):
    first = browser.driver.current_window_handle
    browser.open()
    browser.train("#one-step")
    for _ in range(3):
        browser.driver.switch_to.new_window("tab")
        browser.open()
        assert browser.step == 0
    browser.train("#one-epoch")
    browser.driver.switch_to.window(first)
    assert browser.step == 1
    browser.train("#one-step")
    _, second, *_ = browser.driver.window_handles
    browser.driver.switch_to.new_window("tab")
    browser.open()
    browser.train("#one-step")
    browser.driver.switch_to.window(second)
    browser.press(".plane .layers", Keys.ARROW_UP)
    browser.wait("document.body.dataset.state === 'lost'")
    assert browser.text("#message").startswith("Only 4 pages can train")
    with browser.new_setup():
        browser.click("#reset")
    assert browser.text("#message") == ""
    browser.train("#one-step")
    for tab in browser.driver.window_handles[1:]:
        browser.driver.switch_to.window(tab)
        browser.driver.close()
    browser.driver.switch_to.window(first)
    browser.train("#one-step")
    assert browser.step == 3, "others were unused for longer"


def test_no_site_can_frame_the_page(browser, tmp_path):
    frame = f"<iframe src='{browser.address}/'></iframe>"
    (tmp_path / "stranger.html").write_text(frame)
    browser.driver.get((tmp_path / "stranger.html").as_uri())
    browser.driver.switch_to.frame(0)
    assert browser.js("document.querySelector('#run')") is None
    browser.driver.switch_to.default_content()
    assert any("frame" in complaint for complaint in browser.complaints())


def test_a_tab_in_the_background_stops_training(browser):
    browser.open()
    browser.click("#run")
    browser.wait("+document.body.dataset.step > 2")
    browser.driver.minimize_window()
    browser.wait("document.body.dataset.state === 'waiting'")
    browser.requests()
    before = browser.step
    request(browser.address, {"Origin": "http://example.com"})  # takes as long as some frames
    assert browser.step == before
    assert browser.requests() == []
    browser.driver.set_window_rect(width=1280, height=800)
    browser.wait("+document.body.dataset.step > arguments[0]", before + 2)


def test_goes_on_after_the_server_was_restarted(browser, no_runs):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = Page(browser.driver, f"http://127.0.0.1:{port}")
    with serving(no_runs, port):
        page.open("hidden=5")
        first = page.pictures("canvas")
        page.train("#one-epoch")
    page.click("#run")
    page.wait("document.body.dataset.state === 'lost'")
    assert "not responding" in page.text("#message")
    with serving(no_runs, port):
        page.wait("document.body.dataset.state === 'running'")
        page.click("#run")
        page.wait("document.body.dataset.state === 'ready'")
        assert "restarted" in page.text("#message")
        with page.new_setup():
            page.click("#reset")
        assert page.pictures("canvas") == first
        page.driver.get("about:blank")  # else it would go on asking for the server


def request(address: str, headers: dict[str, str], body: str = "{}") -> tuple[int, str]:
    """The status of an answer of the server, and the sentence of a refusal."""
    with closing(http.client.HTTPConnection(address.removeprefix("http://"))) as connection:
        headers = {"Content-Type": "application/json"} | headers
        connection.request("POST", "/api/sessions", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("error", "")


@pytest.mark.parametrize(
    ("headers", "size", "status"),
    [
        ({"Host": "example.com"}, 2, 403),
        ({"Origin": "http://example.com"}, 2, 403),
        ({}, 70_000, 413),
    ],
)
def test_strangers_and_large_bodies_get_one_sentence(browser, headers, size, status):
    got, sentence = request(browser.address, headers, "{}".ljust(size))
    assert got == status
    assert sentence.endswith(".") and "\n" not in sentence


def nameless(page: Page) -> list[dict[str, Any]]:
    """What can be focused and yet has no name for a screen reader."""
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [
        node
        for node in nodes
        if any(one["name"] == "focusable" for one in node.get("properties", ()))
        and node["role"]["value"] != "main"  # where the skip link leads
        and not node["name"]["value"]
    ]


@pytest.mark.parametrize("view", ["points", "steps", "digit"])
def test_tab_reaches_every_control_which_has_a_name_and_its_focus_is_seen(browser, view):
    browser.open(f"view={view}")
    if view == "steps":
        browser.click("#trace")
        browser.wait("document.body.dataset.stage")
    if view == "digit":
        browser.wait("document.body.dataset.models")
    reachable = browser.js(REACHABLE)
    assert reachable > 8
    browser.js(VISIT)
    ActionChains(browser.driver).send_keys(Keys.TAB * reachable).perform()  # once around
    visited = browser.js("Array.from(visited, ([one, seen]) => [seen, one.outerHTML])")
    assert len(visited) == reachable
    assert [element for seen, element in visited if not seen] == []
    assert nameless(browser) == []


def test_a_unit_is_reached_and_left_by_arrow_keys(browser):
    browser.open("hidden=3,2")
    regions = browser.picture(".plane canvas")
    browser.press(".unit", Keys.ARROW_DOWN)
    assert browser.text("#regions-title") == "Hidden layer 1, unit 2"
    assert browser.picture(".plane canvas") != regions, "its picture is large"
    assert "hidden layer 1, unit 2" in browser.text("#unit")
    browser.press("[aria-pressed=true]", Keys.ARROW_RIGHT)
    assert "hidden layer 2, unit 2" in browser.text("#unit")
    browser.press("#run", Keys.TAB)
    assert browser.picture(".plane canvas") == regions


def test_a_place_of_the_plane_is_followed_through_the_network(browser):
    browser.open("hidden=3,2")
    browser.unfold("#place")
    browser.press(".plane .layers", Keys.ARROW_RIGHT)
    browser.wait("document.body.dataset.place === '0.1 0'")
    rows = browser.js("document.querySelectorAll('#place tr').length")
    assert rows == 5, "three linear layers, two activations"
    assert "class" in browser.text("#place p")


def test_a_set_up_is_kept_in_the_address(browser):
    browser.open("hidden=5&activation=tanh")
    browser.choose("optimizer", "adam")
    state = browser.js("location.hash")
    assert "hidden=5&activation=tanh&optimizer=adam" in state
    browser.train("#one-epoch")
    shown = browser.pictures("canvas")
    browser.open(state.removeprefix("#"))
    browser.train("#one-epoch")
    assert browser.pictures("canvas") == shown


def test_every_option_trains(browser):
    browser.open("count=100&hidden=4")
    for option, values in CHOICES.items():
        for value in values:
            browser.choose(option, value)
            browser.train("#one-step")
            warns = "other initial weights" in browser.state()["message"]
            assert warns == (value == "zeros"), f"{option} {value}"
            assert warns or browser.state()["message"] == "", f"{option} {value}"


@pytest.mark.parametrize(
    ("option", "value", "what"),
    [("loss", "sigmoid-cross-entropy", "2 classes"), ("batch_norm", True, "hidden layer")],
)
def test_an_impossible_combination_is_reported_in_one_sentence(browser, option, value, what):
    browser.open("hidden=&classes=3")
    browser.train("#one-step")
    control = f"#option-{option}"
    browser.unfold(control)
    if value is True:
        browser.click(control)
    else:
        browser.pick(control, value)
    browser.wait("document.body.dataset.refused")
    assert what in browser.text("#message")
    assert browser.find(control).get_attribute("aria-invalid") == "true"
    browser.train("#one-step")
    assert browser.step == 2, "the training before lives on"


def test_a_bad_value_in_a_link_drops_that_value_alone(browser):
    browser.open("hidden=9999&activation=tanh&seed=x&view=points")
    browser.wait("document.querySelector('#message').textContent.includes('9999')")
    assert browser.text("#message span") == (
        "Hidden layers 9999: must be at most 64; the default is 8 4."
        " Seed x: must be a whole number; the default is 0."
    )
    assert browser.js("location.hash") == "#view=points&activation=tanh"
    browser.train("#one-step")


def png_size(file: Path, end: float) -> tuple[int, int]:
    while not (file.exists() and file.stat().st_size):
        assert time.monotonic() < end
    return struct.unpack(">II", file.read_bytes()[16:24])


def test_pictures_are_saved_as_png(browser, tmp_path):
    """As wide as their figure, which tells that the names, inputs and frames are in them."""
    behaviour = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    browser.open("hidden=&tier=all")
    browser.train("#one-step")
    end = time.monotonic() + PATIENCE
    for name in ("network", "regions", "loss", "activations", "drift"):
        if name in ("activations", "drift"):
            browser.show_chart(name)
        browser.click(f"[data-file={name}] .save")
        box = browser.find(f"[data-file={name}]").size
        width, height = png_size(tmp_path / f"{name}.png", end)
        assert width == pytest.approx(2 * box["width"], abs=2)
        assert box["height"] < height <= 2 * box["height"] + 2


def test_the_first_minute_needs_no_scrolling(browser):
    screen = {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.open()
    for part in ("run", "option-learning_rate", "loss-now", "option-dataset", "option-activation",
                 "network", "option-hidden-1", "regions", "add-points", "chart-loss"):  # fmt: skip
        box = browser.js("document.getElementById(arguments[0]).getBoundingClientRect()", part)
        assert box["top"] >= 0 and box["bottom"] <= 900 and box["right"] <= 1440, part
    words = browser.js("document.body.innerText.split(/\\s+/).length")
    assert words < 220
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_page_trains_at_once_unless_little_motion_is_wanted(browser):
    browser.open()
    assert browser.text("#run .word") == "Run"
    motion = [{"name": "prefers-reduced-motion", "value": "no-preference"}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": motion})
    browser.open(ready=False)
    browser.wait("+document.body.dataset.step > 20")
    assert browser.text("#run .word") == "Pause"
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_each_preset_is_a_link_that_shows_what_it_says(browser):
    browser.open()
    links = browser.driver.find_elements("css selector", "#presets a")
    for link in links:
        browser.wait("document.body.dataset.state === 'ready'")
        with browser.new_setup():
            link.click()
        assert link.get_attribute("aria-current") == "true"
        assert browser.text("#preset-sentence").endswith(".")
        assert link.get_attribute("href").endswith(browser.js("location.hash"))
        assert browser.text("#message") == ""
        browser.train("#one-step")
    assert len(links) == 5
    browser.click("[aria-label='Add a hidden layer']")
    browser.wait("document.querySelector('#preset-sentence').textContent === ''")


@pytest.mark.parametrize("key", [None, Keys.ENTER])
def test_an_explanation_opens_by_mouse_and_by_key(browser, key):
    browser.open()
    ask, text = "[aria-label='Explain: Learning rate']", "#option-learning_rate-explained"
    opened = f"document.querySelector('{text}').checkVisibility()"
    assert not browser.js(opened)
    if key:
        browser.press(ask, key)
    else:
        browser.click(ask)
    assert "size of each step" in browser.text(text)
    browser.press(ask, Keys.ESCAPE)
    assert not browser.js(opened)


@pytest.mark.parametrize("view", ["points", "steps", "digit"])
def test_nothing_is_wider_than_a_phone(browser, view):
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    widest = "&hidden=64,64,64,64,64,64" if view == "points" else ""
    browser.open(f"view={view}{widest}")
    if view == "steps":
        browser.click("#trace")
        browser.wait("document.body.dataset.stage")
    assert browser.js("document.documentElement.scrollWidth") <= 390
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
