"""The page's server: its files, and the answers of `Api`, as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from play.api import Api
from play.digits import Digits, read_test_images
from play.guard import Guard, JsonResponse
from play.run_models import RunModels
from play.sessions import Sessions

STATIC = Path(__file__).resolve().parent / "static"
CHECK_SECONDS = 5.0  # between two looks for idle sessions


def application(runs: Path, data_root: Path, sessions: Sessions | None = None) -> Guard:
    """The whole page, as an ASGI application.

    Args:
        runs: the folder of the runs whose models classify digits.
        data_root: the folder that holds MNIST/raw.
        sessions: those that are open.
    """
    open_sessions = Sessions() if sessions is None else sessions
    api = Api(open_sessions, Digits(RunModels(runs), lambda: read_test_images(data_root)))

    async def answer(request: Request) -> Response:
        path, query = request.path_params["path"], dict(request.query_params)
        body = await request.body()
        answered = await run_in_threadpool(api.answer, request.method, path, query, body)
        return Response(answered.json, answered.status, media_type="application/json")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async def end_idle() -> None:
            while True:
                await asyncio.sleep(CHECK_SECONDS)
                await run_in_threadpool(open_sessions.end_idle)

        task = asyncio.create_task(end_idle())
        try:
            yield
        finally:
            task.cancel()
            open_sessions.end_all()

    routes = [
        Route("/", lambda request: FileResponse(STATIC / "index.html")),
        Route("/api/{path:path}", answer, methods=["GET", "POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    handlers = {Exception: _failed}
    return Guard(Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers))


async def _failed(_: Request, error: Exception) -> Response:
    sentence = f"The server failed ({type(error).__name__}); its terminal shows where."
    return JsonResponse({"error": sentence, "code": "failed"}, 500)
