"""What the page asks for, answered: each address reads a request, asks a session, gives JSON.

Nothing here knows how requests arrive: the server brings them by HTTP, a worker of the static site
by messages.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import attrs

from common.options import Options, option
from data.errors import UserError
from play import pictures
from play.controls import controls
from play.digits import Digits
from play.encoding import to_json
from play.frames import about_command, about_setup, frame
from play.limits import MAX_COORDINATE, Point, Setup, page_words
from play.links import possible_values
from play.own_points import read_points
from play.sessions import Refusal, Sessions
from play.steps import trace_step

FRAME_SECONDS = 0.06  # of training for one frame

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


@dataclass(frozen=True)
class Answer:
    """An answer: the status, as HTTP counts it, and its JSON."""

    status: int
    json: bytes


class Api:
    """All addresses, by their method and path.

    Args:
        sessions: those that are open.
        digits: the digit view.
    """

    def __init__(self, sessions: Sessions, digits: Digits) -> None:
        self.sessions, self.digits = sessions, digits
        self._addresses: dict[str, tuple[type[Options], Handler]] = {
            "GET options": (EmptyRequest, lambda asked, name: controls()),
            "POST link": (LinkRequest, self._link),
            "POST table": (TableRequest, self._table),
            "POST sessions": (EmptyRequest, self._open),
            "POST sessions/{}/alive": (EmptyRequest, self._alive),
            "POST sessions/{}/end": (EmptyRequest, self._end),
            "POST sessions/{}/setup": (Setup, self._set_up),
            "POST sessions/{}/frame": (FrameRequest, self._frame),
            "POST sessions/{}/rate": (RateRequest, self._rate),
            "POST sessions/{}/points": (PointsRequest, self._points),
            "POST sessions/{}/point": (PointRequest, self._point),
            "POST sessions/{}/steps": (EmptyRequest, self._steps),
            "GET digits": (EmptyRequest, lambda asked, name: digits.about()),
            "GET digits/images": (ImagesRequest, self._images),
            "POST digits/classify": (ClassifyRequest, self._classify),
        }

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request.

        Args:
            method: GET or POST.
            path: of the address, after api/.
            query: of the address, for a GET.
            body: a JSON object, for a POST.
        """
        try:
            parts = path.split("/")
            name = parts[1] if parts[0] == "sessions" and len(parts) == 3 else ""
            pattern = f"{method} " + ("/".join([parts[0], "{}", parts[2]]) if name else path)
            if pattern not in self._addresses:
                raise Refusal(f"There is nothing at {method} api/{path}.", "request", 404)
            model, handler = self._addresses[pattern]
            values = _read_json(body) if method == "POST" else dict(query)
            try:
                return Answer(200, to_json(handler(model.from_values(values), name)))
            except UserError as error:
                raise Refusal(page_words(error), "set-up", 422) from None
        except Refusal as refusal:
            content = {"error": str(refusal), "code": refusal.code}
            return Answer(refusal.status, to_json(content))

    def _open(self, asked: EmptyRequest, _: str) -> Any:
        return {"session": self.sessions.open()}

    def _alive(self, asked: EmptyRequest, name: str) -> Any:
        self.sessions.keep(name)
        return {}

    def _end(self, asked: EmptyRequest, name: str) -> Any:
        self.sessions.end(name)
        return {}

    def _set_up(self, asked: Setup, name: str) -> Any:
        with self.sessions.use(name) as session:
            return about_setup(session.begin(asked))

    def _frame(self, asked: FrameRequest, name: str) -> Any:
        with self.sessions.use(name) as session:
            session.training.advance(asked.until, FRAME_SECONDS)
            return frame(session.training, asked.shown, asked.steps_from, asked.epochs_from)

    def _rate(self, asked: RateRequest, name: str) -> Any:
        with self.sessions.use(name) as session:
            training = session.training
            training.change_learning_rate(asked.learning_rate)
            return {"learning_rate": asked.learning_rate} | about_command(training)

    def _points(self, asked: PointsRequest, name: str) -> Any:
        with self.sessions.use(name) as session:
            session.training.change_points(asked.points)
            return about_setup(session.training)

    def _point(self, asked: PointRequest, name: str) -> Any:
        with self.sessions.use(name) as session:
            training = session.training
            return pictures.at_point(training, training.shown(asked.shown), asked.x, asked.y)

    def _steps(self, asked: EmptyRequest, name: str) -> Any:
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

    def _link(self, asked: LinkRequest, _: str) -> Any:
        values, refusals = possible_values(asked.values)
        return {"values": values, "refusals": refusals}

    def _table(self, asked: TableRequest, _: str) -> Any:
        points, refusals = read_points(asked.text)
        return {"points": points, "refusals": refusals}

    def _images(self, asked: ImagesRequest, _: str) -> Any:
        return self.digits.images(asked.offset, asked.count, asked.order)

    def _classify(self, asked: ClassifyRequest, _: str) -> Any:
        if asked.image is not None:
            return self.digits.classify_image(asked.image)
        return self.digits.classify_drawing(asked.drawing or "")


def _read_json(body: bytes) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    with suppress(ValueError, RecursionError):
        values = json.loads(body or b"{}", parse_constant=refuse)
        if isinstance(values, dict):
            return values
    raise Refusal("The request is not a JSON object.", "request", 400)
