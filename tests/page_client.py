"""The page's server on a free port, and a client that speaks to it as a browser does."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from play.command import listen
from play.server import application
from play.sessions import Sessions


class Answer:
    """What the server answered."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers = answer.status, answer.headers
        self.text = answer.read().decode()

    def json(self) -> Any:
        """The answer's content, which holds no NaN."""

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} in {self.text[:200]}")

        return json.loads(self.text, parse_constant=refuse)


class Client:
    """Sends requests to the server at a port."""

    def __init__(self, port: int) -> None:
        self.port = port

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """The answer to one request; the path goes out as it stands."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers, encode_chunked=True)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """A GET."""
        return self.request("GET", path, **headers)

    def post(self, path: str, asked: Any = None, **headers: str) -> Answer:
        """A POST of an object as JSON."""
        return self.request("POST", path, json.dumps(asked or {}).encode(), **headers)


@contextmanager
def serving(runs: Path, data_root: Path, sessions: Sessions | None = None) -> Iterator[Client]:
    """Serve the page in a thread while the block runs."""
    listening = listen(0)
    settings = uvicorn.Config(application(runs, data_root, sessions), log_level="error")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield Client(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
