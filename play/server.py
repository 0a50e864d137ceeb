"""The page's addresses: each reads a request, asks a session, and answers in JSON."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import attrs
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from common.options import Options, option
from data.errors import UserError
from play import pictures
from play.controls import controls
from play.digits import Digits
from play.frames import about_command, about_setup, frame
from play.guard import Guard, JsonResponse
from play.limits import MAX_COORDINATE, Point, Setup, page_words
from play.links import possible_values
from play.own_points import read_points
from play.sessions import Refusal, Sessions
from play.steps import trace_step

STATIC = Path(__file__).resolve().parent / "static"
FRAME_SECONDS = 0.06  # of training for one frame
CHECK_SECONDS = 5.0  # between two looks for idle sessions

Handler = Callable[[Any, str], Any]


class ClassifyRequest(Options):
    """A drawing, in base64, or the number of a test image."""

    drawing: str | None = option(None)
    image: int | None = option(None, ge=0)


class ImagesRequest(Options):
    """Some test images."""

    offset: int = option(0, ge=0)
    count: int = option(24, ge=1)
    order: Literal["wrong", "all"] = option("wrong")


class EmptyRequest(Options):
    """A request that says nothing but its address."""


class FrameRequest(Options):
    """How far to train, and what of the histories is there already."""

    until: int = option(0, ge=0)
    shown: str | None = option(None)
    steps_from: int = option(0, ge=0)
    epochs_from: int = option(0, ge=0)


class RateRequest(Options):
    """Another learning rate."""

    learning_rate: float = option()


class PointsRequest(Options):
    """The reader's own points, all of them."""

    points: tuple[Point, ...] = option()


class TableRequest(Options):
    """A table of points as text."""

    text: str = option()


class LinkRequest(Options):
    """The values of a link by their names, whatever they are."""

    values: Mapping[str, Any] = attrs.field(factory=dict)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "LinkRequest":
        return cls(values=values)


class PointRequest(Options):
    """A point of the plane."""

    x: float = option(ge=-MAX_COORDINATE, le=MAX_COORDINATE)
    y: float = option(ge=-MAX_COORDINATE, le=MAX_COORDINATE)
    shown: str | None = option(None)


class Page:
    """The sessions' addresses, all below /api/sessions.

    Args:
        sessions: those that are open.
    """

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    def routes(self) -> list[Route]:
        """Each address with what answers it."""
        handlers: dict[str, tuple[type[Options], Handler]] = {
            "/alive": (EmptyRequest, self.alive),
            "/setup": (Setup, self.set_up),
            "/frame": (FrameRequest, self.frame),
            "/rate": (RateRequest, self.rate),
            "/points": (PointsRequest, self.points),
            "/point": (PointRequest, self.point),
            "/steps": (EmptyRequest, self.steps),
        }
        return [
            Route("/api/sessions", endpoint(EmptyRequest, self.open), methods=["POST"]),
            # A page that closes sends no JSON.
            Route("/api/sessions/{name}/end", self.end, methods=["POST"]),
            *(
                Route("/api/sessions/{name}" + path, endpoint(*handler), methods=["POST"])
                for path, handler in handlers.items()
            ),
        ]

    def open(self, asked: EmptyRequest, _: str) -> Any:
        return {"session": self.sessions.open()}

    async def end(self, request: Request) -> Response:
        await run_in_threadpool(self.sessions.end, request.path_params["name"])
        return JsonResponse({})

    def alive(self, asked: EmptyRequest, name: str) -> Any:
        self.sessions.keep(name)
        return {}

    def set_up(self, asked: Setup, name: str) -> Any:
        with self.sessions.use(name) as session:
            return about_setup(session.begin(asked))

    def frame(self, asked: FrameRequest, name: str) -> Any:
        with self.sessions.use(name) as session:
            session.training.advance(asked.until, FRAME_SECONDS)
            return frame(session.training, asked.shown, asked.steps_from, asked.epochs_from)

    def rate(self, asked: RateRequest, name: str) -> Any:
        with self.sessions.use(name) as session:
            training = session.training
            training.change_learning_rate(asked.learning_rate)
            return {"learning_rate": asked.learning_rate} | about_command(training)

    def points(self, asked: PointsRequest, name: str) -> Any:
        with self.sessions.use(name) as session:
            session.training.change_points(asked.points)
            return about_setup(session.training)

    def point(self, asked: PointRequest, name: str) -> Any:
        with self.sessions.use(name) as session:
            training = session.training
            return pictures.at_point(training, training.shown(asked.shown), asked.x, asked.y)

    def steps(self, asked: EmptyRequest, name: str) -> Any:
        with self.sessions.use(name) as session:
            training = session.training
            if training.state == "ready":
                apart = trace_step(training)
                if apart is not None:
                    return apart
            if training.state == "diverged":
                raise Refusal(page_words(training.message or ""), "diverged", 422)
            raise Refusal(
                "Training has reached its last epoch: press Reset to start again.", "finished", 422
            )


def setup_routes() -> list[Route]:
    """The addresses that check a set-up's values before there is a training."""

    def link(asked: LinkRequest, _: str) -> Any:
        values, refusals = possible_values(asked.values)
        return {"values": values, "refusals": refusals}

    def table(asked: TableRequest, _: str) -> Any:
        points, refusals = read_points(asked.text)
        return {"points": points, "refusals": refusals}

    return [
        Route("/api/link", endpoint(LinkRequest, link), methods=["POST"]),
        Route("/api/table", endpoint(TableRequest, table), methods=["POST"]),
    ]


def digit_routes(digits: Digits) -> list[Route]:
    """The addresses of the digit view."""

    def about(asked: EmptyRequest, _: str) -> Any:
        return digits.about()

    def classify(asked: ClassifyRequest, _: str) -> Any:
        if asked.image is not None:
            return digits.classify_image(asked.image)
        return digits.classify_drawing(asked.drawing or "")

    def images(asked: ImagesRequest, _: str) -> Any:
        return digits.images(asked.offset, asked.count, asked.order)

    return [
        Route("/api/digits", endpoint(EmptyRequest, about)),
        Route("/api/digits/classify", endpoint(ClassifyRequest, classify), methods=["POST"]),
        Route("/api/digits/images", endpoint(ImagesRequest, images)),
    ]


def endpoint(model: type[Options], handler: Handler) -> Callable[[Request], Any]:
    """What answers a request whose body is such a model: the handler, in a thread."""

    async def answer(request: Request) -> Response:
        try:
            values = dict(request.query_params)
            if request.method == "POST":
                values = _read_json(await request.body())
            name = request.path_params.get("name", "")
            return await run_in_threadpool(_handle, model, values, handler, name)
        except Refusal as refusal:
            return JsonResponse({"error": str(refusal), "code": refusal.code}, refusal.status)

    return answer


def _handle(model: type[Options], values: Any, handler: Handler, name: str) -> Response:
    try:
        return JsonResponse(handler(model.from_values(values), name))
    except UserError as error:
        raise Refusal(page_words(error), "set-up", 422) from None


def _read_json(body: bytes) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    with suppress(ValueError, RecursionError):
        values = json.loads(body or b"{}", parse_constant=refuse)
        if isinstance(values, dict):
            return values
    raise Refusal("The request is not a JSON object.", "request", 400)


def application(runs: Path, data_root: Path, sessions: Sessions | None = None) -> Guard:
    """The whole page, as an ASGI application.

    Args:
        runs: the folder of the runs whose models classify digits.
        data_root: the folder that holds MNIST/raw.
        sessions: those that are open.
    """
    page = Page(Sessions() if sessions is None else sessions)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async def end_idle() -> None:
            while True:
                await asyncio.sleep(CHECK_SECONDS)
                await run_in_threadpool(page.sessions.end_idle)

        task = asyncio.create_task(end_idle())
        try:
            yield
        finally:
            task.cancel()
            page.sessions.end_all()

    routes = [
        Route("/", lambda request: FileResponse(STATIC / "index.html")),
        Route("/api/options", lambda request: JsonResponse(controls())),
        *page.routes(),
        *setup_routes(),
        *digit_routes(Digits(runs, data_root)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    handlers = {Exception: _failed}
    return Guard(Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers))


async def _failed(_: Request, error: Exception) -> Response:
    sentence = f"The server failed ({type(error).__name__}); its terminal shows where."
    return JsonResponse({"error": sentence, "code": "failed"}, 500)
