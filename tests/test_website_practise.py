"""The exercises in a real Chromium: what a reader does, and what the page then shows."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from browsing import Keys, Page, browsing

from exercises.checker.answer import Answer
from exercises.checker.catalogue import Exercise, all_exercises, find_exercise
from exercises.checker.commands import NoOptions, list_exercises
from exercises.checker.runner import check_answer
from exercises.checker.variants import read_mistakes
from play.limits import Setup
from website.documents import PLAYGROUND

EXERCISES = [exercise for exercise in all_exercises() if "numpy" in exercise.tiers]
# How values stand in the address of the playground, if not as text or one number.
VALUES: dict[str, Callable[[str], Any]] = {
    "hidden": lambda text: tuple(map(int, text.split(","))),
    "batch_norm": lambda text: text == "true",
}
XOR = find_exercise("03")
# In one worker, as a new one for each answer would have to load Python each time.
JUDGE = """
const [name, source, done] = arguments;
const address = new URL("../runtime/worker.js", location.href);
window.worker ??= new Worker(address, { type: "module" });
window.worker.onmessage = ({ data }) => {
  if (data.kind === "judged") done(data.result);
  if (data.kind === "failed") done({ text: [data.message] });
};
window.worker.postMessage({ id: 0, task: "judge", name, source });
"""


@pytest.fixture(scope="module")
def browser(site: str):
    with browsing(f"{site}/practise") as page:
        yield page
        assert page.complaints() == []
        asked = [url for url in page.requests() if not url.startswith(("data:", "blob:"))]
        assert len(asked) > 10
        assert all(url.startswith(f"{site}/") for url in asked), asked


@pytest.fixture
def page(browser: Page) -> Page:
    """A list of exercises of which none is begun."""
    browser.open(name="index.html", ready=False)
    browser.js("localStorage.clear()")
    return browser


def solution(exercise: Exercise) -> str:
    return exercise.solution("numpy").read_text(encoding="utf-8")


def plain(text: str) -> int | float | str:
    """A number if it is one."""
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def answer(page: Page, tmp_path: Path, source: str, exercise: Exercise = XOR) -> None:
    """Upload this answer."""
    path = tmp_path / f"{exercise.name}_numpy.py"
    path.write_text(source, encoding="utf-8")
    page.press("#file", str(path))
    page.wait("document.querySelector('#said').textContent.includes('is in the editor')")


def judged(page: Page, exercise: Exercise, source: str) -> dict[str, Any]:
    """The result of an answer, from a worker that the list of exercises keeps."""
    if not page.js("location.href.includes('index.html')"):
        page.open(name="index.html", ready=False)
    return page.driver.execute_async_script(JUDGE, exercise.name, source)


def press(page: Page, *keys: str) -> None:
    """Press keys where the focus is."""
    page.driver.switch_to.active_element.send_keys(*keys)


def check(page: Page) -> str:
    """Press Check; the feedback."""
    before = page.js("+(document.body.dataset.checks ?? 0)")
    page.click("#check")
    page.wait("+document.body.dataset.checks > arguments[0]", before)
    return page.text("#feedback")


def editor(page: Page) -> str:
    """The text in the editor, whose lines are all in sight."""
    lines = "Array.from(document.querySelectorAll('.cm-line'), (line) => line.textContent)"
    return "\n".join(page.js(lines))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
def test_a_solution_passes_and_a_mistake_gets_the_commands_words(browser, exercise, tmp_path):
    small = exercise.folder / "small_network.py"  # which trains faster than the solution
    right = small.read_text("utf-8") if small.exists() else solution(exercise)
    result = judged(browser, exercise, right)
    assert result["passed"], result["text"]
    mistake = next(one for one in read_mistakes(exercise) if one.answer.tier == "numpy")
    path = tmp_path / f"{exercise.name}_numpy.py"
    path.write_bytes(mistake.answer.source)
    result = judged(browser, exercise, path.read_text("utf-8"))
    verdict = check_answer(Answer.read(exercise, path))
    assert verdict.causes == [mistake.cause]
    title, *lines = result["text"]
    assert title.endswith(f": {verdict.stage}")
    assert lines == [*(f"  {line}" for line in verdict.lines), f"cause: {mistake.cause}."]


def test_the_list_has_the_commands_order_and_shows_what_is_done(page, tmp_path, capsys):
    page.open(name="index.html", ready=False)
    list_exercises(NoOptions())
    numbers = re.findall(r"^(\d\d) ", capsys.readouterr().out, re.MULTILINE)
    shown = page.js("Array.from(document.querySelectorAll('.number'), (one) => one.innerText)")
    assert shown == numbers
    assert page.text("#next") == "Next: 10 Computational graphs"
    page.click(f"[data-exercise='{XOR.name}'] a")
    page.wait("document.body.dataset.state === 'ready'")
    answer(page, tmp_path, solution(XOR))
    assert "passed" in check(page)
    assert page.text("#progress").strip() == "1 of 14 done"
    assert page.find("#after .button").get_attribute("href").endswith(XOR.metadata.playground)
    assert "def gradients" in page.text("#yours")
    page.click("#feedback a[href^='10']")
    page.wait("document.title.startsWith('10')")
    page.click(".place a")
    page.wait("document.title.startsWith('Exercises')")
    assert page.text(f"[data-exercise='{XOR.name}'] .mark") == "✓ done"
    assert page.text("#next") == "Next: 10 Computational graphs"


def test_an_answer_that_is_ended_and_the_checks_after_it(page, tmp_path):
    page.open(name=f"{XOR.name}.html")
    right, mistake = solution(XOR), read_mistakes(XOR)[0]
    header, loop = "def train(self, X, y):\n", "        while True:\n            pass\n"
    assert header in right
    for source, feedback in (
        (right.replace(header, header + loop), "train(X, y) ran longer than 5 s"),
        ("while True:\n    print('again')", "bytes printed, while the file was loaded"),
        (mistake.answer.source.decode(), f"cause: {mistake.cause}."),
        ("x = 1\nx = = 2", "SyntaxError"),
    ):
        answer(page, tmp_path, source)
        assert feedback in check(page)
        if "again" in source:
            printed = page.js("document.querySelector('#printed pre').textContent")
            assert printed.count("again\n") == 2_000
            assert "2,000 lines" in printed
    assert page.text(".cm-line.wrong-line") == "x = = 2"
    assert page.text("#feedback button") == "Go to line 2"
    assert "Stuck?" in page.text("#feedback")
    answer(page, tmp_path, right)
    assert "passed" in check(page)
    assert page.js("document.querySelector('.wrong-line')") is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import torch", "ModuleNotFoundError: torch cannot be imported in tier 1"),
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("import numpy\nx = [numpy.ones(2**27) for _ in range(4)]", "MemoryError: Unable to"),
    ],
    ids=["torch", "what is not there", "4 GB"],
)
def test_what_the_browser_does_not_have_is_one_line(browser, source, message):
    title, line, shown = judged(browser, XOR, source)["text"]
    assert title.endswith("stage 1 of 7: loading")
    assert re.match(r"  line \d: .*(import|ones)", line)
    assert shown.startswith(f"  {message}")


def test_an_answer_outlasts_a_reload_and_a_reset(page, tmp_path):
    page.open(name=f"{XOR.name}.html", ready=False)
    starter = editor(page)
    page.press(".cm-content", Keys.CONTROL, Keys.HOME, Keys.NULL, "# mine", Keys.ENTER)
    mine = editor(page)
    assert mine == f"# mine\n{starter}"
    page.open(name=f"{XOR.name}.html", ready=False)
    assert editor(page) == mine
    page.click("#reset")
    assert editor(page) == starter
    page.open(name=f"{XOR.name}.html", ready=False)
    page.click("#files summary")
    page.click("#kept button")
    assert editor(page) == mine


def test_an_answer_is_downloaded_as_the_command_takes_it_and_uploaded(page, tmp_path):
    behavior = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", behavior)
    page.open(name="13_linear_collapse.html", ready=False)
    exercise = find_exercise("13")
    folder = tmp_path / "mine"
    folder.mkdir()
    answer(page, folder, solution(exercise), exercise)
    page.click("#files summary")
    page.click("#download")
    path = tmp_path / f"{exercise.name}_numpy.py"
    for _ in range(100):
        if path.is_file():
            break
        time.sleep(0.1)
    assert path.read_text(encoding="utf-8") == solution(exercise)
    before = editor(page)
    for name, content, line in (
        (f"{exercise.name}_paper.py", b"", "in the browser choose the one in NumPy"),
        ("09_weight_decay_numpy.py", b"", "an answer to exercise 09; here it is 13"),
        ("large.py", b"#" * 200_001, "more than 200 kB"),
        ("picture.py", b"\xff\xfe", "not a text in UTF-8"),
    ):
        (tmp_path / name).write_bytes(content)
        page.press("#file", str(tmp_path / name))
        page.wait("document.querySelector('#said').textContent.includes(arguments[0])", line)
    assert editor(page) == before


def test_code_in_a_link_is_shown_and_taken_over_by_a_click_alone(page):
    page.open(name="13_linear_collapse.html", ready=False)
    page.press(".cm-content", Keys.CONTROL, Keys.HOME, Keys.NULL, "# from a friend: π", Keys.ENTER)
    page.click("#files summary")
    page.click("#share")
    page.wait("document.querySelector('#link input').value.includes('#code=')")
    _, _, code = page.js("document.querySelector('#link input').value").partition("#")
    friends = editor(page)
    page.click("#reset")
    page.press(".cm-content", Keys.CONTROL, Keys.HOME, Keys.NULL, "# mine", Keys.ENTER)
    mine = editor(page)
    page.open(code, name="13_linear_collapse.html", ready=False)
    page.wait("!document.querySelector('#linked').hidden")
    assert "# from a friend: π" in page.text("#linked pre")
    assert editor(page) == mine
    assert page.find("#check").get_attribute("aria-disabled") is None, "no check is on its way"
    page.click("#take")
    assert editor(page) == friends
    assert page.js("location.hash") == ""
    page.click("#files summary")
    page.click("#kept button")
    assert editor(page) == mine
    page.open(code[:-9], name="13_linear_collapse.html", ready=False)
    page.wait("document.querySelector('#said').textContent.includes('damaged or cut off')")


def test_hints_come_one_by_one_and_the_solution_after_a_yes(page):
    page.open(name=f"{XOR.name}.html", ready=False)
    assert page.text("#hints") == ""
    for count in range(1, 5):
        page.click("#hint")
        assert page.js("document.querySelectorAll('#hints li:not([hidden])').length") == count
    assert page.text("#hint") == "No more hints"
    page.click("#solution")
    page.click("#sure [value=no]")
    assert page.js("document.querySelector('#solution-text').hidden")
    page.click("#solution")
    page.click("#sure [value=yes]")
    assert "class TwoLayerNetwork" in page.text("#solution-text")


def test_the_keyboard_is_enough_and_its_focus_is_seen(page):
    page.open(name="13_linear_collapse.html")
    names = []
    for _ in range(40):
        press(page, Keys.TAB)
        name, outline = page.js(
            "((one) => [one.ariaLabel ?? one.innerText, getComputedStyle("
            "one.closest('.cm-editor') ?? one).outlineStyle])(document.activeElement)"
        )
        names.append(name)
        assert name and outline != "none", names
        if name == "Your answer, in Python":
            break
    assert {"All exercises", "Check", "Hint 1 of 4", "Solution", "Reset"} <= set(names)
    press(page, Keys.CONTROL, "a", Keys.NULL, "def f():", Keys.ENTER, "return")
    assert editor(page) == "def f():\n    return"
    press(page, Keys.TAB)
    assert editor(page) == "def f():\n        return"
    press(page, Keys.CONTROL, "z", Keys.NULL)
    press(page, Keys.CONTROL, Keys.ENTER, Keys.NULL)
    page.wait("document.body.dataset.checks === '1'")
    assert "the file defines no linear_forward" in page.text("#feedback")
    press(page, Keys.ESCAPE)
    press(page, Keys.TAB)
    assert page.js("document.activeElement.closest('.cm-editor')") is None


def test_a_phone_shows_all_and_keeps_check_in_reach(page):
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        for name in ("index", *(exercise.name for exercise in all_exercises())):
            page.open(name=f"{name}.html", ready=False)
            assert page.js("document.documentElement.scrollWidth") <= 390, name
        page.open(name=f"{XOR.name}.html", ready=False)
        top, bottom = page.js(
            "((box) => [box.top, box.bottom])(document.querySelector('#check')"
            ".getBoundingClientRect())"
        )
        assert 0 < top < bottom <= 844, "also before the reader scrolls"
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_statements_stand_in_the_pages_whole(page):
    for exercise in all_exercises():
        page.open(name=f"{exercise.name}.html", ready=False)
        text = page.text("#statement")
        assert "$" not in text and "`" not in text and "\\" not in text
        if exercise in EXERCISES:
            assert "Check says so" in text and "-m exercises" not in text


SETUPS = [exercise.metadata.playground for exercise in EXERCISES]
SETUPS += [setup for setup, _ in PLAYGROUND.values()]


@pytest.mark.parametrize("setup", [setup for setup in SETUPS if setup])
def test_a_playground_link_is_a_setup_of_the_page(setup):
    parts = dict(parse_qsl(setup))
    parts.pop("view", None)
    assert Setup(**{name: VALUES.get(name, plain)(text) for name, text in parts.items()})
