"""What is wanted of each sync, until its turn comes: one queue per sync, each bounded, safe between threads."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Condition

MOST = 32
"""As many requests of one sync may wait. All that wait are granted at once, so that only a flood meets the limit."""


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """Somebody wants a sync looked at. `who` is for history; `run`: carried out too, where a person allowed it.

    `fresh`: its source may say something else although it looks the same.
    """

    who: str
    run: bool
    fresh: bool = False


class RequestQueue:
    """The queues. Closed, it takes and gives nothing any more."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._waiting: OrderedDict[str, list[SyncRequest]] = OrderedDict()
        self._changed = Condition()
        self._closed = False

    def put(self, sync: str, request: SyncRequest, *, merge: bool = False) -> bool:
        """Queues a request; False where too many wait. `merge`: an equal one that waits is as good."""
        with self._changed:
            waiting = self._waiting.setdefault(sync, [])
            if merge and request in waiting:
                return True
            if self._closed or len(waiting) >= self._most:
                return False
            waiting.append(request)
            self._changed.notify()
            return True

    def take(self, seconds: float) -> tuple[str, SyncRequest] | None:
        """All requests of the sync that waits longest, as one; None when `seconds` passed without any, or closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, max(seconds, 0))
            if self._closed or not self._waiting:
                return None
            sync, requests = self._waiting.popitem(last=False)
            return sync, _together(requests)

    def close(self) -> None:
        """Wakes whoever waits, for the last time."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def _together(requests: list[SyncRequest]) -> SyncRequest:
    """One request for all, by the first who wants a run; somebody outside, whose requests are fresh, goes first."""
    author = max(requests, key=lambda request: (request.run, request.fresh))
    return SyncRequest(author.who, author.run, any(request.fresh for request in requests))
