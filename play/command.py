"""The command python -m play: prints the page's address, opens it, and serves it until Ctrl-C."""

import socket
import threading
import webbrowser
from pathlib import Path

import tyro

from common.options import Options, option
from common.runs.options import REPOSITORY
from data.datasets import DATA_ROOT
from data.errors import UserError

HOST = "127.0.0.1"  # nobody but this computer


class PlayOptions(Options):
    """The options of python -m play."""

    port: int = option(8321, ge=0, le=65_535)
    """of the address (0 for any free one)"""
    browser: bool = option(True)
    """open the page in the browser"""
    runs: Path = option(REPOSITORY / "runs")
    """folder of the runs whose models classify digits"""
    data_root: Path = option(DATA_ROOT)
    """folder that holds MNIST/raw"""


def main(arguments: list[str]) -> None:
    """Serve the page.

    Raises:
        UserError: where the port is taken, or the page's libraries are not installed.
    """
    options = tyro.cli(
        PlayOptions,
        prog="python -m play",
        args=arguments,
        description="Serve the page in the browser.",
    )
    listening = listen(options.port)
    try:
        import uvicorn

        from play.server import application
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        raise UserError(
            f'the page needs {error.name}: .venv/bin/python -m pip install --editable ".[play]"'
        ) from None
    address = f"http://{HOST}:{listening.getsockname()[1]}/"
    print(address, flush=True)
    if options.browser:
        # A browser of the terminal would hold this thread.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    settings = uvicorn.Config(
        application(options.runs.resolve(), options.data_root),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(settings).run(sockets=[listening])


def listen(port: int) -> socket.socket:
    """A socket that takes connections to this port. Raises UserError where it is taken."""
    # asyncio sends without delay (TCP_NODELAY) only where the protocol is named: else, an answer
    # in two parts would wait 40 ms for the browser's acknowledgement of the first.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise UserError(
            f"--port {port}: cannot be used ({error.strerror}); choose another, or 0 for any"
        ) from None
    return listening
