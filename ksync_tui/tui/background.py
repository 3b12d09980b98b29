"""Slow calls off the UI thread, and the one line that says how they go (architecture rule 11)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ksync_tui.errors import EngineError

if TYPE_CHECKING:
    from textual.worker import Worker

T = TypeVar("T")

SHOW_AFTER = 0.1
"""Seconds after which a call shows that it works."""

COUNT_AFTER = 2.0
"""Seconds after which it shows how long it has been working, and the key that stops waiting for it."""


async def in_thread(call: Callable[[], T]) -> T:
    """What `call` returns or raises, computed in a thread of its own.

    The thread is a daemon: quitting never waits for a slow read.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def tell(deliver: Callable[[], None]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lambda: None if future.done() else deliver())

    def work() -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - handed over to whoever awaits
            failure = error
            tell(lambda: future.set_exception(failure))
        else:
            tell(lambda: future.set_result(result))

    Thread(target=work, daemon=True, name="ksync-work").start()
    return await future


class HasWorkers(Protocol):
    """A screen or an app."""

    def run_worker(self, work: Any, *, group: str, exclusive: bool) -> Worker[Any]:
        """Starts a worker (Textual's own method)."""


def start(
    node: HasWorkers, call: Callable[[], Coroutine[Any, Any, Any]], *, group: str = "default", exclusive: bool = False
) -> Worker[Any]:
    """Starts a worker. It is given the function: a coroutine that is replaced before it began is awaited by nobody."""
    work: Any = call
    return node.run_worker(work, group=group, exclusive=exclusive)


class Turns:
    """Lets one call after the other use a session, until it is closed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._over = False

    def take(self, call: Callable[[], T]) -> T:
        """What the call returns, in its turn. Raises EngineError where the session was closed meanwhile."""
        with self._lock:
            if self._over:
                raise EngineError("the profile has changed")
            return call()

    def end(self, close: Callable[[], None]) -> None:
        """Closes the session when the call before is over; none comes after."""
        with self._lock:
            self._over = True
            close()


@dataclass(frozen=True, slots=True)
class Busy:
    """Something slow that is going on: what, and since when (monotonic seconds)."""

    what: str
    since: float

    @classmethod
    def now(cls, what: str) -> Busy:
        """Something that begins at this moment."""
        return cls(what, monotonic())

    @property
    def offers_stop(self) -> bool:
        """Whether what is shown names the key that stops it."""
        return monotonic() - self.since >= COUNT_AFTER

    def line(self, out: str, progress: str = "") -> str:
        """What is shown: nothing at first, then the words, then how far it is and the key that is the way out."""
        passed = monotonic() - self.since
        if passed < SHOW_AFTER:
            return ""
        if passed < COUNT_AFTER:
            return f"{self.what} ..."
        far = f"{progress}, " if progress else ""
        return f"{self.what} ... {far}{passed:.0f} s, {out} stops"


def local_zone() -> tzinfo:
    """The time zone of whoever looks."""
    return datetime.now().astimezone().tzinfo or UTC
