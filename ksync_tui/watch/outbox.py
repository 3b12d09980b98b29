"""Delivering what waits in the outbox: at least once each, again and again until it was taken, later each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from ksync_tui.errors import KsyncError

if TYPE_CHECKING:
    from ksync_tui.model.alert import Queued

FIRST_WAIT = 5.0
LONGEST_WAIT = 15 * 60.0
"""Seconds between two tries."""
HELD_FOR = 60.0
"""Seconds after which a held alert is looked at again."""
LEASE = 120.0
"""Seconds in which a delivery that was begun is over; then its process died, and it is tried again."""
GIVEN_UP_AFTER = 7 * 24 * 3600.0
"""Seconds after which nobody wants to hear it any more."""

Outcome = Literal["delivered", "failed", "held", "dropped"]
"""held: not tried, later; dropped: not tried, never."""


class Unwanted(Exception):  # noqa: N818 - not an error: a decision
    """Nobody wants the alert any more; says why."""


class Held(Exception):  # noqa: N818 - not an error: a decision
    """The alert has to wait; says for what."""


Deliver = Callable[["Queued"], None]
"""Sends an alert to its alerter; raises KsyncError where that fails, Unwanted and Held where it is not tried."""


class Queue(Protocol):
    """Where alerts wait. See `engine.embedded.outbox`."""

    def take(self, now: float, lease: float, longest: float) -> list[Queued]:
        """What is to be delivered now, for this caller alone until the lease ends."""

    def remove(self, number: int) -> None:
        """Forgets an alert."""

    def put_off(self, number: int, until: float, problem: str | None) -> None:
        """Keeps an alert for later."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one try ended: `problem` says why where it was not delivered, `again` when it is tried next."""

    queued: Queued
    outcome: Outcome
    problem: str | None = None
    again: float | None = None


def wait_after(tries: int, chance: float) -> float:
    """Seconds until the next try, twice as long each time; `chance` (0 to 1) spreads them by half."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(tries - 1, 30)) * (0.5 + chance / 2)


def deliver_due(
    queue: Queue, deliver: Deliver, now: Callable[[], float], chance: Callable[[], float]
) -> list[Delivery]:
    """Tries all that is due once, and says what came of each: delivered, failed and when again, held, or dropped.

    `now` gives unix seconds, `chance` a number from 0 to 1 by which retries spread. Raises what `queue` raises.
    """
    return [
        _settle(queue, _tried(queued, deliver, now, chance))
        for queued in queue.take(now(), LEASE, LONGEST_WAIT + LEASE)
    ]


def _tried(queued: Queued, deliver: Deliver, now: Callable[[], float], chance: Callable[[], float]) -> Delivery:
    try:
        deliver(queued)
    except Unwanted as unwanted:
        return Delivery(queued, "dropped", str(unwanted))
    except Held as held:
        return Delivery(queued, "held", str(held), now() + HELD_FOR)
    except KsyncError as error:
        if now() - queued.queued > GIVEN_UP_AFTER:
            return Delivery(queued, "dropped", str(error))
        return Delivery(queued, "failed", str(error), now() + wait_after(queued.tries, chance()))
    return Delivery(queued, "delivered")


def _settle(queue: Queue, delivery: Delivery) -> Delivery:
    if delivery.again is None:
        queue.remove(delivery.queued.number)
    else:
        queue.put_off(delivery.queued.number, delivery.again, delivery.problem)
    return delivery
