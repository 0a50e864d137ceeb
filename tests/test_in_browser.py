"""What the browser runs, in this Python: the site's archive, without what a browser has not."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from exercises.checker.catalogue import all_exercises
from exercises.checker.checking import OUTPUT_BYTES
from exercises.checker.in_browser import SHOWN_LINES, Printed
from website.bundled_data import write_images
from website.python_archive import write_archive

# Compiled, or in need of processes, threads or a terminal.
ABSENT = (
    *("psutil", "resource", "fcntl", "multiprocessing", "threadpoolctl", "safetensors", "pooch"),
    *("sklearn", "scipy", "matplotlib", "tyro", "rich", "filelock", "torch", "starlette"),
)
START = f"""
import json, sys
sys.modules.update(dict.fromkeys({ABSENT}))
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/numpy"]
"""
JUDGE = """
from exercises.checker.in_browser import judge_json
for name, source in json.loads(sys.stdin.read()):
    judge_json(name, source, sys.argv[2], lambda text: print(text, file=sys.__stdout__))
"""
REQUESTS = """
from play.in_browser import make_answer
answer = make_answer(sys.argv[2])
def ask(method, address, body="{}"):
    status, text = answer(method, address, body)
    assert status == 200, text
    return json.loads(text)
session = "api/sessions/" + ask("POST", "api/sessions")["session"]
ask("POST", session + "/setup", '{"dataset": "moons", "dtype": "float64"}')
frame = ask("POST", session + "/frame", '{"until": 40}')
while frame["step"] < 40:
    frame = ask("POST", session + "/frame", '{"until": 40}')
stages = ask("POST", session + "/steps")
images = ask("GET", "api/digits/images?offset=0&count=3&order=all")["images"]
print(json.dumps([frame["step"], len(stages), [image["label"] for image in images]]))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The archive, unpacked."""
    folder = tmp_path_factory.mktemp("project")
    write_archive(folder / "python.zip")
    zipfile.ZipFile(folder / "python.zip").extractall(folder)
    return folder


def run(script, *arguments, text=""):
    """What a Python without our own folders on its path prints."""
    command = [sys.executable, "-P", "-c", START + script, *map(str, arguments)]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_archive_judges_without_what_a_browser_lacks(project, tmp_path):
    """All exercises of tier 1 but 07, which takes long."""
    exercises = [e for e in all_exercises() if "numpy" in e.tiers and e.number != "07"]
    sources = [(e.name, e.solution("numpy").read_text(encoding="utf-8")) for e in exercises]
    messages = run(JUDGE, project, tmp_path, text=json.dumps(sources))
    assert {message["kind"] for message in messages} <= {"began", "limit", "unlimited", "judged"}
    results = [message["result"] for message in messages if message["kind"] == "judged"]
    assert len(results) == len(exercises) == 12
    for result in results:
        assert result["passed"] and result["code"], result["text"]
    assert not list(project.rglob("*solution*"))


def test_the_archive_answers_the_page(project, tmp_path, mnist_root):
    from data.mnist import read_pixels

    pixels = read_pixels("mnist", mnist_root, download=False)
    write_images(pixels, tmp_path)
    (answer,) = run(REQUESTS, project, tmp_path)
    assert answer[0] == 40
    assert answer[2] == pixels.test_labels[:3].tolist()
    assert np.load(tmp_path / "few_images.npz")["images"].shape == (2_000, 28, 28)


def test_what_is_printed_is_cut_and_then_ended():
    sent = []
    printed = Printed(sent.append)
    printed.write("one\ntwo")
    printed.write(" and\n")
    for _ in range(SHOWN_LINES):
        printed.write("x" * 600 + "\n")
    lines = [message["line"] for message in sent if message["kind"] == "printed"]
    assert lines[:2] == ["one", "two and"]
    assert len(lines) == SHOWN_LINES + 1 and lines[-1] == f"(only {SHOWN_LINES:,} lines are shown)"
    (end,) = [message for message in sent if message["kind"] == "end"]
    assert end["ending"] == f"stopped: more than {OUTPUT_BYTES:,} bytes printed,"
