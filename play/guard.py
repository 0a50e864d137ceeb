"""What stands before the page's addresses: it answers this server's own page alone."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from play.encoding import to_json
from play.limits import MAX_REQUEST_BYTES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

HOSTS = {"127.0.0.1", "localhost"}
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'"
    ),
    "x-frame-options": "DENY",  # the same for browsers that do not know frame-ancestors
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


class JsonResponse(Response):
    """An answer in JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return to_json(content)


class Guard:
    """Checks Host and Origin, limits bodies, and adds the headers that keep the page to itself.

    Another site's page can send requests to 127.0.0.1: its Origin gives it away. A name of another
    site that is made to point at 127.0.0.1 stands in Host. What another site frames would have our
    own Origin: no site can frame the page.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
        host, origin = headers.get("host", ""), headers.get("origin")
        if _host_name(f"//{host}") not in HOSTS:
            await _refuse(
                403,
                "foreign",
                "The server answers requests from this computer only.",
                scope,
                receive,
                send,
            )
            return
        if origin is not None and origin != f"http://{host}":
            await _refuse(
                403, "foreign", "The server answers its own page only.", scope, receive, send
            )
            return
        body = await _read(receive, MAX_REQUEST_BYTES)
        if body is None:
            sentence = f"The request is over {MAX_REQUEST_BYTES // 1024} kB: set fewer points."
            await _refuse(413, "size", sentence, scope, receive, send)
            return
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def received() -> Message:
            return messages.pop() if messages else await receive()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.application(scope, received, sent)


def _host_name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body, or None where it is longer than the limit."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            return None
    return body


async def _refuse(
    status: int, code: str, sentence: str, scope: Message, receive: Receive, send: Send
) -> None:
    await JsonResponse({"error": sentence, "code": code}, status)(scope, receive, send)
