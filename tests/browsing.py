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
    for argument in ("--headless=new", "--no-sandbox", "--window-size=1400,1000"):
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

    def open(self, state: str = "", ready: bool = True) -> None:
        """Load the page with this state in its address, and wait until it can be used."""
        self.driver.get("about:blank")  # else only what follows # would change
        self.driver.get(f"{self.address}/#{state}")
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
        return self.js("({...document.body.dataset})") | {"message": self.text("#message")}

    def find(self, selector: str) -> Any:
        """The first element of a CSS selector."""
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        """The text of an element, or "" where there is none, or none to be seen."""
        return self.js("document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def click(self, selector: str) -> None:
        """Click an element."""
        self.find(selector).click()

    def press(self, selector: str, *keys: str) -> None:
        """Press keys in an element."""
        self.find(selector).send_keys(*keys)

    @contextmanager
    def new_setup(self) -> Iterator[None]:
        """Wait until what is done in the block has made the training begin anew."""
        before = int(self.state().get("setups", 0))
        yield
        self.wait("+document.body.dataset.setups > arguments[0]", before)

    def choose(self, option: str, value: Any) -> None:
        """Give an option another value, by its control."""
        control = f"#option-{option}"
        with self.new_setup():
            if self.find(control).tag_name == "select":
                self.click(f"{control} option[value='{value}']")
            elif self.find(control).get_attribute("type") == "checkbox":
                self.click(control)
            else:
                self.type(option, value)

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
        return int(self.state()["step"])

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

    def judged(self) -> dict[str, list[float]]:
        """The ten percentages that each tier's model shows for the digit."""
        return self.js(
            "Object.fromEntries(Array.from(document.querySelectorAll('.judgement'), (one) =>"
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
