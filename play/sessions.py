"""The open pages: each has a session with one training, and none outlives its page for long."""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from play.limits import MAX_SESSIONS, Setup
from play.training import PageTraining

# A page that is open says so more often, even in the background.
IDLE_SECONDS = 180.0


class Refusal(Exception):  # noqa: N818 - names what it is to the page
    """What is asked for cannot be: its message is one sentence for the page.

    Args:
        sentence: for the reader.
        code: for the page's script.
        status: of HTTP.
    """

    def __init__(self, sentence: str, code: str, status: int) -> None:
        super().__init__(sentence)
        self.code, self.status = code, status


class Session:
    """One page's training; requests of the page take turns."""

    def __init__(self, now: float) -> None:
        self.lock = threading.Lock()
        self.heard = now  # when the page last said that it is open
        self.used = now  # when it last asked for anything else
        self.ended = False
        self._training: PageTraining | None = None

    @property
    def training(self) -> PageTraining:
        """Raises Refusal before the first set-up."""
        if self._training is None:
            raise Refusal("The session has no training yet.", "request", 400)
        return self._training

    def begin(self, setup: Setup) -> PageTraining:
        """Replace the training by a new one, before its first step.

        Raises:
            UserError: where the set-up is impossible; the training before stays.
        """
        self._training = PageTraining(setup)
        return self._training

    def end(self) -> None:
        """Free the training, once the request that uses it is answered."""
        with self.lock:
            self.ended = True
            self._training = None


class Sessions:
    """The sessions that are open.

    Args:
        clock: gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._taken_over: deque[str] = deque(maxlen=100)  # names that another page's session ended
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self) -> str:
        """The name of a new session. Where there are too many, the one unused longest ends."""
        self.end_idle()
        name = secrets.token_urlsafe(9)
        ended = None
        with self._lock:
            if len(self._sessions) >= MAX_SESSIONS:
                oldest = min(self._sessions, key=lambda one: self._sessions[one].used)
                ended = self._sessions.pop(oldest)
                self._taken_over.append(oldest)
            self._sessions[name] = Session(self._clock())
        if ended is not None:
            ended.end()
        return name

    @contextmanager
    def use(self, name: str) -> Iterator[Session]:
        """The session of this name, for this request alone. Raises Refusal where it has ended."""
        session = self._find(name)
        session.heard = session.used = self._clock()
        with session.lock:
            if session.ended:  # while this request waited
                raise self._ended(name)
            yield session

    def keep(self, name: str) -> None:
        """Note that the page of this session is open. Raises Refusal where it has ended."""
        self._find(name).heard = self._clock()

    def _find(self, name: str) -> Session:
        session = self._sessions.get(name)
        if session is None:
            raise self._ended(name)
        return session

    def _ended(self, name: str) -> Refusal:
        if name in self._taken_over:
            return Refusal(
                f"Only {MAX_SESSIONS} pages can train at a time, and a newer one has taken this"
                " page's place. Press Reset to start again.",
                "taken-over",
                404,
            )
        return Refusal("This session has expired.", "expired", 404)

    def end(self, name: str) -> None:
        """End a session, if it has not ended yet."""
        with self._lock:
            session = self._sessions.pop(name, None)
        if session is not None:
            session.end()

    def end_idle(self) -> None:
        """End the sessions whose page has not been heard of for a while."""
        limit = self._clock() - IDLE_SECONDS
        for name in [name for name, session in self._sessions.items() if session.heard < limit]:
            self.end(name)

    def end_all(self) -> None:
        """End all sessions."""
        for name in list(self._sessions):
            self.end(name)
