"""A headless Chromium and the page's server; skips the module that imports it where it has none."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PATIENCE = 60  # seconds, until a wait fails
CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")

webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium")
if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("needs chromium and chromedriver", allow_module_level=True)
ActionChains, Keys = webdriver.ActionChains, webdriver.Keys
TimeoutException = pytest.importorskip("selenium.common").TimeoutException

# Looks again at each change of the page, also in the background, where no frame is drawn.
WAIT = """
const values = Array.from(arguments), done = values.pop();
const holds = () => (function () { return (%s); }).apply(null, values);
if (holds()) done();
else {
  const watch = new MutationObserver(() => {
    if (!holds()) return;
    watch.disconnect();
    done();
  });
  const all = { attributes: true, childList: true, characterData: true, subtree: true };
  watch.observe(document, all);
}
"""
# The element, scrolled into view where it must be; null where it cannot be clicked.
AIM = """
(() => {
  const one = document.querySelector(arguments[0]);
  const onTop = () => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  };
  if (!onTop()) one.scrollIntoView({ block: 'center' });
  return onTop() && !one.disabled ? one : null;
})()
"""
# The list that unfolds is no part of the page: what the page sees of a choice are these events.
PICK = """
(() => {
  const [list, value] = [document.querySelector(arguments[0]), `${arguments[1]}`];
  if (!list.checkVisibility() || list.disabled) return null;
  list.focus();
  list.value = value;
  for (const type of ['input', 'change']) list.dispatchEvent(new Event(type, { bubbles: true }));
  return list.value === value;
})()
"""


@contextmanager
def serving(runs: Path, port: int = 0) -> Iterator[str]:
    """`python -m play` in a process of its own; yields its address, http://127.0.0.1:PORT."""
    arguments = ["--no-browser", "--port", str(port), "--runs", str(runs)]
    process = subprocess.Popen(
        [sys.executable, "-m", "play", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout:
        try:
            yield process.stdout.readline().strip().rstrip("/")
        finally:
            process.terminate()


@contextmanager
def browsing(address: str) -> Iterator["Page"]:
    """A Chromium without a window, for the page at this address."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--screen-info={1280x800}",
        "--force-prefers-reduced-motion",  # else each page would train from the start
        "--kiosk",  # else Chromium draws tabs and toolbars around the page
        "--disable-features=BackForwardCache,SpareRendererForSitePerProcess",  # pages nobody sees
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(CHROMEDRIVER))
    driver.set_script_timeout(PATIENCE)
    try:
        yield Page(driver, address)
    finally:
        driver.quit()


class Page:
    """The page in the browser, as a reader uses it.

    Attributes:
        driver: Selenium's.
        address: of the server.
    """

    def __init__(self, driver: Any, address: str) -> None:
        self.driver = driver
        self.address = address
        self.loads = 0

    def open(self, state: str = "", ready: bool = True, name: str = "") -> None:
        """Load a page with this state in its address, and wait until it can be used."""
        self.loads += 1  # in the address, as else only what follows # would change
        self.driver.get(f"{self.address}/{name}?{self.loads}#{state}")
        if ready:
            self.wait("document.body.dataset.state === 'ready'")

    def js(self, expression: str, *arguments: Any) -> Any:
        """The value of a JavaScript expression."""
        return self.driver.execute_script(f"return ({expression});", *arguments)

    def wait(self, condition: str, *arguments: Any) -> None:
        """Wait until a JavaScript expression is true of the page."""
        try:
            self.driver.execute_async_script(WAIT % condition, *arguments)
        except TimeoutException:
            pytest.fail(f"not true: {condition} {arguments}; {self.state()}")

    def state(self) -> dict[str, str]:
        """What the page says of itself."""
        message = "document.querySelector('#message')?.innerText ?? ''"
        return self.js(f"({{...document.body.dataset, message: {message}}})")

    def find(self, selector: str) -> Any:
        """The first element of a CSS selector."""
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        """The text of an element, or "" where there is none, or none to be seen."""
        return self.js("document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def click(self, selector: str) -> None:
        """Click an element with the mouse; the driver's own click takes four times as long."""
        element = self.js(AIM, selector)
        assert element, f"{selector} is disabled, or something is in front of it"
        ActionChains(self.driver, duration=0).click(element).perform()

    def pick(self, selector: str, value: Any) -> None:
        """Choose this value of a list."""
        assert self.js(PICK, selector, value), f"{selector} has no {value} to choose"

    def press(self, selector: str, *keys: str) -> None:
        """Press keys in an element."""
        self.find(selector).send_keys(*keys)

    @contextmanager
    def new_setup(self) -> Iterator[None]:
        """Wait until what is done in the block has made the training begin anew."""
        before = self.js("+(document.body.dataset.setups ?? 0)")
        yield
        self.wait("+document.body.dataset.setups > arguments[0]", before)

    def choose(self, option: str, value: Any) -> None:
        """Give an option another value, by its control."""
        control = f"#option-{option}"
        self.unfold(control)
        kind = self.js("document.querySelector(arguments[0]).type", control)
        with self.new_setup():
            if kind == "select-one":
                self.pick(control, value)
            elif kind == "fieldset":
                self.click(f"{control} [value='{value}']")
            elif kind == "checkbox":
                self.click(control)
            else:
                self.type(option, value)

    def unfold(self, selector: str) -> None:
        """Open the fold that the element is in, if it is in one."""
        fold = "document.querySelector(arguments[0]).closest('details:not([open])')"
        self.js(f"{fold}?.setAttribute('open', '')", selector)

    def show_chart(self, name: str) -> None:
        """Choose the chart beside the loss."""
        self.click(f"#charts [value={name}]")

    def type(self, option: str, value: Any) -> None:
        """Type an option's value, and Enter."""
        self.press(f"#option-{option}", Keys.CONTROL, "a", Keys.NULL, f"{value}", Keys.ENTER)

    def train(self, button: str) -> None:
        """Press #one-step or #one-epoch, and wait until it has been trained."""
        before = self.step
        self.click(button)
        self.wait(
            "+document.body.dataset.step > arguments[0]"
            " && document.body.dataset.state !== 'running'",
            before,
        )

    @property
    def step(self) -> int:
        """Minibatches trained, as the page says."""
        return self.js("+document.body.dataset.step")

    def picture(self, selector: str) -> str:
        """The dots of a canvas, as text."""
        return self.js("document.querySelector(arguments[0]).toDataURL()", selector)

    def pictures(self, selector: str) -> list[str]:
        """The dots of all such canvases."""
        script = "Array.from(document.querySelectorAll(arguments[0]), (one) => one.toDataURL())"
        return self.js(script, selector)

    def last_values(self, chart: str) -> dict[str, float]:
        """The last value of each line of a chart, as its legend gives them to three digits."""
        _, *parts = self.find(chart).get_attribute("aria-label").split("; ")
        words = (part.replace("−", "-").rpartition(" ") for part in parts)
        return {name: float(value) for name, _, value in words}

    def predicted(self) -> dict[str, list[float]]:
        """The ten percentages that each tier's model shows for the digit."""
        return self.js(
            "Object.fromEntries(Array.from(document.querySelectorAll('.prediction'), (one) =>"
            " [one.dataset.tier, Array.from(one.querySelectorAll('.share'), (cell) =>"
            " parseFloat(cell.textContent))]))"
        )

    def complaints(self) -> list[str]:
        """What the browser's console has to say, warnings and errors."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses that have been asked for."""
        events = (json.loads(entry["message"]) for entry in self.driver.get_log("performance"))
        return [
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        ]
