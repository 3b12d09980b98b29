"""Alerts as plain values: what is told, and one waiting to be delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AlertKind = Literal["ResourceSyncPendingUpdates", "Test"]


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell of a sync or, for a test, of an alerter (semantics g). Times are unix milliseconds.

    `resolved` is when it was over; None while it goes on. `id` is what the engine knows it by, where that is not
    the name; `link` an address where people can look at it.
    """

    kind: AlertKind
    name: str
    opened: int
    resolved: int | None = None
    id: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """An alert on its way to one alerter. Times are unix seconds.

    `tries` counts the deliveries that were begun; `problem` says why the last one failed.
    """

    number: int
    alert: Alert
    alerter: str
    queued: float
    tries: int = 0
    problem: str | None = None
