"""Alerts that wait: once per turn, at least once delivered, later and later, in their order, over every crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ksync_tui.errors import AlertError
from ksync_tui.model.alert import Alert, Queued
from ksync_tui.state.database import Database
from ksync_tui.state.outbox import Outbox
from ksync_tui.watch.outbox import (
    GIVEN_UP_AFTER,
    LEASE,
    LONGEST_WAIT,
    Delivery,
    Held,
    Unwanted,
    deliver_due,
    wait_after,
)

NOON = 1_795_000_000.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database, "local")


class Link:
    """The way to the receivers: breaks when told to; what arrived is kept as sync, alerter and whether it is over."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, str, bool]] = []
        self.problem: Exception | None = None

    def __call__(self, queued: Queued) -> None:
        if self.problem is not None:
            raise self.problem
        self.arrived.append((queued.alert.name, queued.alerter, queued.alert.resolved is not None))


@pytest.fixture
def link() -> Link:
    return Link()


def turn(
    outbox: Outbox, pending: bool, now: float = NOON, sync: str = "homelab", to: tuple[str, ...] = ("phone",)
) -> Alert | None:
    return outbox.turn(Alert("ResourceSyncPendingUpdates", sync, int(now * 1000)), pending, to, now)


def deliver(outbox: Outbox, link: Link, now: float = NOON) -> list[Delivery]:
    return deliver_due(outbox, link, lambda: now, lambda: 1.0)


def test_a_turn_is_told_once(outbox: Outbox, link: Link) -> None:
    assert [turn(outbox, pending) is not None for pending in (False, True, True, False, False, True)] == [
        False, True, False, True, False, True,
    ]  # fmt: skip
    for _ in range(4):
        deliver(outbox, link)
    assert link.arrived == [("homelab", "phone", False), ("homelab", "phone", True), ("homelab", "phone", False)]
    assert outbox.waiting() == []


def test_the_end_says_when_it_began(outbox: Outbox) -> None:
    turn(outbox, True, NOON)
    over = turn(outbox, False, NOON + 60)
    assert over is not None
    assert (over.opened, over.resolved) == (int(NOON * 1000), int((NOON + 60) * 1000))


def test_a_turn_goes_to_every_alerter_that_wants_it(outbox: Outbox, link: Link) -> None:
    assert turn(outbox, True, to=("phone", "desk")) is not None
    assert turn(outbox, True, sync="media", to=()) is not None
    deliver(outbox, link)
    assert sorted(link.arrived) == [("homelab", "desk", False), ("homelab", "phone", False)]


def test_what_failed_is_tried_later_and_later_until_it_arrives(outbox: Outbox, link: Link) -> None:
    turn(outbox, True)
    link.problem = AlertError("the alert was not delivered", where="alerter/phone at example.org")
    now, waits = NOON, []
    for _ in range(12):
        (failed,) = deliver(outbox, link, now)
        assert (failed.outcome, failed.problem) == (
            "failed",
            "alerter/phone at example.org: the alert was not delivered",
        )
        assert failed.again is not None
        waits.append(failed.again - now)
        assert deliver(outbox, link, failed.again - 0.1) == []
        now = failed.again
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == LONGEST_WAIT
    (waiting,) = outbox.waiting()
    assert (waiting.tries, waiting.problem) == (12, "alerter/phone at example.org: the alert was not delivered")
    link.problem = None
    assert [one.outcome for one in deliver(outbox, link, now)] == ["delivered"]
    assert link.arrived == [("homelab", "phone", False)]


def test_the_end_waits_for_the_beginning(outbox: Outbox, link: Link) -> None:
    turn(outbox, True)
    link.problem = AlertError("no")
    (failed,) = deliver(outbox, link)
    turn(outbox, False)
    link.problem = None
    assert deliver(outbox, link) == []
    assert failed.again is not None
    for _ in range(2):
        deliver(outbox, link, failed.again)
    assert [over for _, _, over in link.arrived] == [False, True]


def test_what_a_crash_left_half_sent_is_sent_again(outbox: Outbox, link: Link, database: Database) -> None:
    turn(outbox, True)
    assert len(outbox.take(NOON, LEASE, LONGEST_WAIT)) == 1  # and then the process dies
    with closing(Database(database.home)) as again:
        restarted = Outbox(again, "local")
        assert deliver(restarted, link, NOON + LEASE - 1) == []
        assert [one.outcome for one in deliver(restarted, link, NOON + LEASE)] == ["delivered"]


def test_two_processes_tell_of_one_turn_once(outbox: Outbox, link: Link, database: Database) -> None:
    with closing(Database(database.home)) as second:
        other = Outbox(second, "local")
        assert turn(outbox, True) is not None
        assert turn(other, True) is None
        assert len(outbox.take(NOON, LEASE, LONGEST_WAIT)) == 1
        assert other.take(NOON, LEASE, LONGEST_WAIT) == []


@pytest.mark.parametrize("jump", [-365 * 86400, -3600, 3600, 365 * 86400])
def test_a_clock_that_jumps_loses_and_delays_nothing(outbox: Outbox, link: Link, jump: float) -> None:
    turn(outbox, True)
    link.problem = AlertError("no")
    (failed,) = deliver(outbox, link)
    assert failed.again is not None
    link.problem = None
    assert [one.outcome for one in deliver(outbox, link, failed.again + jump)] == ["delivered"]


def test_an_alert_waits_for_the_end_of_a_window(outbox: Outbox, link: Link) -> None:
    turn(outbox, True)
    link.problem = Held("alerter/phone is quiet: night")
    (held,) = deliver(outbox, link)
    assert held.outcome == "held"
    assert held.again is not None
    link.problem = None
    assert [one.outcome for one in deliver(outbox, link, held.again)] == ["delivered"]


def test_what_nobody_wants_any_more_is_dropped(outbox: Outbox, link: Link) -> None:
    turn(outbox, True)
    link.problem = Unwanted("alerter/phone is gone or disabled")
    assert [one.outcome for one in deliver(outbox, link)] == ["dropped"]
    turn(outbox, False)
    link.problem = AlertError("no")
    assert [one.outcome for one in deliver(outbox, link, NOON + GIVEN_UP_AFTER + 1)] == ["dropped"]
    assert outbox.waiting() == []


def test_a_sync_that_is_gone_is_forgotten(outbox: Outbox) -> None:
    turn(outbox, True)
    outbox.forget_others(["homelab"])
    assert turn(outbox, True) is None
    outbox.forget_others([])
    assert turn(outbox, True) is not None


@pytest.mark.parametrize(("tries", "chance", "wait"), [(1, 0.0, 2.5), (1, 1.0, 5.0), (3, 0.5, 15.0), (500, 1.0, 900.0)])
def test_the_wait_doubles_and_is_spread_by_half(tries: int, chance: float, wait: float) -> None:
    assert wait_after(tries, chance) == wait


def test_profiles_have_outboxes_of_their_own(outbox: Outbox, link: Link, database: Database) -> None:
    other = Outbox(database, "prod")
    assert turn(outbox, True) is not None
    assert turn(other, True) is not None
    assert len(deliver(outbox, link)) == 1
    assert len(other.waiting()) == 1
    other.forget_others([])
    assert turn(outbox, True) is None


def test_few_are_taken_at_once_and_all_in_the_end(outbox: Outbox, link: Link) -> None:
    turn(outbox, True, to=tuple(f"phone-{at}" for at in range(25)))
    assert [len(deliver(outbox, link)) for _ in range(4)] == [10, 10, 5, 0]
