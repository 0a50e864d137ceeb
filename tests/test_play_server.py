"""The page's server without a browser: who is answered, limits, refusals, ends of sessions."""

import json
import socket
import subprocess
import sys

import pytest
from page_client import Client, serving

from common.runs.options import REPOSITORY
from data.errors import UserError
from play.command import listen, main
from play.limits import MAX_SESSIONS
from play.sessions import IDLE_SECONDS, Sessions


class Clock:
    """A time that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Page:
    """A page's requests, of one session."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.session = client.post("/api/sessions").json()["session"]

    def post(self, action, **asked):
        return self.client.post(f"/api/sessions/{self.session}/{action}", asked)

    def ask(self, action, **asked):
        answer = self.post(action, **asked)
        assert answer.status == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One server for all of these tests: stopping one takes longer than most of them."""
    nowhere, clock = tmp_path_factory.mktemp("nowhere"), Clock()
    sessions = Sessions(clock)
    with serving(nowhere, nowhere, sessions) as client:
        yield client, sessions, clock


@pytest.fixture
def sessions(served):
    _, sessions, clock = served
    yield sessions
    sessions.end_all()
    clock.now = 0.0


@pytest.fixture
def client(served, sessions):
    return served[0]


@pytest.fixture
def clock(served, sessions):
    return served[2]


@pytest.fixture
def page(client):
    return Page(client)


def refused(answer, status, code):
    """The one sentence of a refusal."""
    assert (answer.status, answer.json()["code"]) == (status, code), answer.text
    sentence = answer.json()["error"]
    assert not sentence[0].islower() and sentence.endswith(".") and "\n" not in sentence
    return sentence


SMALL = {"count": 60, "batch_size": 16}


def test_a_training_from_the_first_picture_to_the_last_epoch(page):
    reply = page.ask("setup", **SMALL, epochs=3, dataset="spiral", noise=0.3)
    assert (reply["steps_per_epoch"], reply["total_steps"], reply["frame"]["step"]) == (
        4,
        12,
        0,
    )
    assert reply["points"]["train"]["shape"] == [60, 2]
    assert reply["command"] is None and reply["about_command"].startswith(
        "A script trains on 1,000"
    )
    frame = page.ask("frame", until=1)
    assert frame["step"] == 1
    assert page.ask("frame", until=1) == frame, "the same question trains no more"
    assert page.ask("frame") == frame
    while frame["step"] < 12:
        frame = page.ask("frame", until=100, steps_from=frame["step"])
    assert frame["state"] == "finished"
    assert "last epoch" in refused(page.post("steps"), 422, "finished")
    assert page.ask("setup", **SMALL, epochs=3, dataset="spiral", noise=0.3) == reply


def test_a_traced_step_is_a_step(page):
    page.ask("setup", **SMALL, tier="all")
    reply = page.ask("steps")
    assert (reply["step"], reply["rows"], list(reply["tiers"])) == (
        1,
        16,
        ["numpy", "lowlevel", "paper"],
    )
    assert page.ask("frame", shown="paper")["shown"] == "paper"
    assert page.ask("frame")["step"] == 1


def test_hovering_and_another_learning_rate(page):
    page.ask("setup", count=1_000, tier="lowlevel")
    reply = page.ask("rate", learning_rate=0.3)
    assert "trains the same network" in reply["about_command"]
    frame = page.ask("frame", until=3)
    reply = page.ask("rate", learning_rate=0.5)
    assert "--learning-rate 0.5" in reply["command"]
    assert f"changed after step {frame['step']}." in reply["about_command"]
    changed = page.ask("frame")
    assert changed == frame | {"learning_rate": 0.5}
    point = page.ask("point", x=0.5, y=1)
    assert [len(layer["values"]) for layer in point["layers"]] == [8, 8, 4, 4, 2]
    assert sum(point["probabilities"]) == pytest.approx(1)
    refused(page.post("rate", learning_rate=-1), 422, "set-up")
    refused(page.post("point", x=99, y=1), 422, "set-up")


def test_a_refused_setup_leaves_the_training_as_it_was(page):
    page.ask("setup", **SMALL)
    page.ask("frame", until=4)
    frame = page.ask("frame")
    sentence = refused(page.post("setup", batch_norm=True, hidden=[]), 422, "set-up")
    assert sentence.startswith("Batch normalization without a hidden layer")
    refused(page.post("setup", points=[[0, 0, 0]] * 2_001), 422, "set-up")
    assert page.ask("frame") == frame


BAD_BODIES = [
    b"x",
    b"[]",
    b'{"a": 1',
    b'{"learning_rate": NaN}',
    b"[" * 20_000,
    b'{"seed": ' + b"9" * 5_000 + b"}",
    b"\xff",
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: body[:20].decode("latin-1"))
def test_what_is_not_a_json_object_is_refused(body, page):
    address = f"/api/sessions/{page.session}/setup"
    answer = page.client.request("POST", address, body)
    refused(answer, *((400, "request") if answer.status == 400 else (422, "set-up")))


@pytest.mark.parametrize(
    "setup",
    [
        {"nothing": 1},
        {"points": "x"},
        {"points": [[1, 2]]},
        {"points": [[1, 2, "red"]]},
        {"points": {}},
        {"hidden": "8"},
        {"hidden": [0]},
        {"hidden": [1.5]},
        {"seed": -1},
        {"tier": "jax"},
        {"device": "cuda"},
        {"epochs": 10**9},
        {"noise": 1e300},
        {"dtype": None},
    ],
    ids=str,
)
def test_nonsense_gets_one_sentence(setup, page):
    refused(page.post("setup", **setup), 422, "set-up")


def test_what_is_asked_before_a_setup_is_refused(page):
    for action in ("frame", "steps"):
        refused(page.post(action), 400, "request")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8321"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "[::1"},
        {"host": ""},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9"},
        {"origin": "https://127.0.0.1:8321"},
    ],
    ids=str,
)
def test_a_foreign_page_is_refused(headers, client, sessions):
    refused(client.post("/api/sessions", **headers), 403, "foreign")
    refused(client.get("/api/options", **headers), 403, "foreign")
    assert len(sessions) == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_own_page_is_answered(host, client):
    address = f"{host}:{client.port}"
    assert client.post("/api/sessions", host=address, origin=f"http://{address}").status == 200


def test_a_body_of_70_kb_is_refused_however_it_comes(page):
    address = f"/api/sessions/{page.session}/setup"
    for body in (b"x" * 70_000, (b"x" * 1_000 for _ in range(70))):
        assert "64 kB" in refused(page.client.request("POST", address, body), 413, "size")
    refused(page.client.request("POST", address, b" " * 65_530), 400, "request")


def test_a_fifth_page_takes_over_the_session_that_is_unused_longest(client, clock):
    pages = [Page(client) for _ in range(MAX_SESSIONS)]
    for now, page in enumerate([*pages, pages[0]]):
        clock.now = now
        page.ask("setup", **SMALL)
    for page in pages:
        page.ask("alive")  # which is no use
    fifth = Page(client)
    fifth.ask("setup", **SMALL)
    for action in ("alive", "frame"):
        assert "Reset" in refused(pages[1].post(action), 404, "taken-over")
    for page in (pages[0], *pages[2:], fifth):
        page.ask("frame", until=1)
    assert client.request("POST", f"/api/sessions/{fifth.session}/end").json() == {}
    refused(fifth.post("frame"), 404, "expired")
    Page(client).ask("setup", **SMALL)
    pages[0].ask("frame", until=2)


def test_two_pages_do_not_meet(client):
    first, second = Page(client), Page(client)
    setup = {"dropout": 0.3, "tier": "lowlevel"} | SMALL
    alone = first.ask("setup", **setup)
    steps = [first.ask("frame", until=step) for step in range(1, 6)]
    assert first.ask("setup", **setup) == alone
    second.ask("setup", **setup, seed=1)
    for step in range(1, 6):
        second.ask("frame", until=step)
        assert first.ask("frame", until=step) == steps[step - 1]


def test_an_idle_session_ends_and_a_page_that_is_heard_of_stays(client, clock, sessions):
    quiet, heard = Page(client), Page(client)
    for page in (quiet, heard):
        page.ask("setup", **SMALL, tier="all")
    clock.now = IDLE_SECONDS - 1
    heard.ask("alive")
    sessions.end_idle()
    assert len(sessions) == 2
    clock.now = IDLE_SECONDS + 1
    sessions.end_idle()
    assert len(sessions) == 1
    refused(quiet.post("alive"), 404, "expired")
    heard.ask("frame", until=1)


def test_a_new_server_does_not_know_the_old_ones_sessions(page):
    page.session = "of-another-server"
    for action in ("alive", "setup", "frame", "rate", "point", "steps"):
        asked = {"rate": {"learning_rate": 1}, "point": {"x": 0, "y": 0}}.get(action, {})
        refused(page.post(action, **asked), 404, "expired")


def test_the_static_files_come_with_the_headers_that_keep_the_page_to_itself(client):
    for path in ("/", "/static/index.html"):
        answer = client.get(path)
        assert answer.headers["content-type"].startswith("text/html")
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert policy.endswith("frame-ancestors 'none'")
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-cache"
    assert client.get("/static/../server.py").status == 404
    assert client.get("/static/%2e%2e/server.py").status == 404


def test_the_options_have_what_a_control_needs(client):
    reply = client.get("/api/options").json()
    groups = {group["name"] for group in reply["groups"]}
    for field in reply["fields"]:
        assert field["group"] in groups
        assert field["label"] and field["explanation"].endswith(".")
        if field["kind"] == "choice":
            assert field["default"] in [choice["value"] for choice in field["choices"]]
        elif field["kind"] in ("number", "integer"):
            low, high = field["minimum"], field["maximum"] if field["name"] != "clip_norm" else 1e9
            assert all(low <= value <= high for value in field.get("suggestions", ()))
    limits = {field["name"]: field for field in reply["fields"]}
    assert (limits["hidden"]["maximum"], limits["hidden"]["maximum_length"]) == (64, 6)
    assert (limits["dropout"]["maximum"], limits["dropout"]["below_maximum"]) == (1, True)


WITHOUT_TORCH = """
import sys, threading
{before}
from pathlib import Path
from page_client import serving
with serving(Path("nowhere"), Path("nowhere")) as client:
    session = "/api/sessions/" + client.post("/api/sessions").json()["session"]
    assert client.post(session + "/setup", {{"count": 60}}).status == 200
    assert client.post(session + "/frame", {{"until": 9}}).json()["step"] > 0
    assert client.post(session + "/steps").json()["tiers"]["numpy"]
    print([model["reason"] for model in client.get("/api/digits").json()["tiers"]])
    print("torch" in sys.modules)
    print(client.post(session + "/setup", {{"tier": "all"}}).text)
    assert client.post("/api/link", {{"tier": "all", "seed": 3}}).json()["values"] == {{"seed": 3}}
    assert client.post(session + "/frame", {{"until": 19}}).json()["tiers"] == ["numpy"]
"""


def python(program):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=REPOSITORY / "tests",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_without_torch_tier_1_works_and_the_others_name_what_to_install():
    hidden = "sys.modules['torch'] = None"
    models, torch, refusal = python(WITHOUT_TORCH.format(before=hidden))
    assert torch == "True"
    error = json.loads(refusal)["error"]
    assert error == 'Tiers 2 and 3 need torch: .venv/bin/python -m pip install -e ".[torch]".'
    assert models.count("Tiers 2 and 3 need torch") == 2


def test_tier_1_alone_does_not_wait_for_torch():
    program = WITHOUT_TORCH.format(before="").split("    print(client.post")[0]
    assert python(program)[1:] == ["False"]


def test_an_answer_in_two_parts_is_sent_without_delay():
    """asyncio asks the socket for its protocol; without it, each answer takes 40 ms longer."""
    with listen(0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_a_port_that_is_taken_is_reported():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"--port {port}: cannot be used"):
            main(["--port", str(port), "--no-browser"])


COMPILED = ("torch", "pydantic_core", "psutil", "safetensors", "sklearn", "scipy", "starlette")
NUMPY_ALONE = f"""
import sys
sys.modules.update(dict.fromkeys({COMPILED}))
from play.controls import controls
from play.encoding import to_json
from play.frames import about_setup
from play.limits import Setup
from play.steps import trace_step
from play.training import PageTraining
setup = Setup(dropout=0.1, batch_norm=True)
training = PageTraining(setup)
print(len(to_json([controls(), about_setup(training), trace_step(training)])) > 50_000)
"""


def test_what_the_page_shows_of_tier_1_needs_nothing_compiled_but_numpy():
    """So it runs in WebAssembly, too."""
    assert python(NUMPY_ALONE) == ["True"]
