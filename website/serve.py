"""Serves a built site on this computer, as any static server would."""

import threading
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from data.errors import UserError

HOST = "127.0.0.1"  # nobody but this computer


class SiteHandler(SimpleHTTPRequestHandler):
    """Names the types that a browser insists on, whatever this system's own table says."""

    extensions_map = {  # noqa: RUF012 - as the class above declares it
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".json": "application/json",
    }

    def end_headers(self) -> None:
        """Have the browser ask each time whether a file has changed."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


def listen(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the folder's files. Raises UserError where the port is taken."""
    try:
        return ThreadingHTTPServer((HOST, port), partial(SiteHandler, directory=str(folder)))
    except OSError as error:
        raise UserError(
            f"--port {port}: cannot be used ({error.strerror}); choose another, or 0 for any"
        ) from None


def serve(server: ThreadingHTTPServer, browser: bool) -> None:
    """Print the address, open it in the browser if asked to, and serve until Ctrl-C."""
    with server:
        address = f"http://{HOST}:{server.server_port}/"
        print(address, flush=True)
        if browser:
            # A browser of the terminal would hold this thread.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        server.serve_forever()
