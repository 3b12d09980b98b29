"""Alerts that wait in the database until their receiver has taken them: nothing that is queued is lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from ksync_tui.model.alert import Alert, Queued
from ksync_tui.state.database import Database

_OLDEST = "id IN (SELECT min(id) FROM alerts WHERE place = ? GROUP BY sync, alerter)"
"""What is told of a sync to an alerter is told in its order."""
_DUE = f"{_OLDEST} AND (due <= ? OR due > ?)"
MOST_AT_ONCE = 10
"""So few are taken that all of them are tried before anybody else may."""
_QUEUED = "SELECT id, sync, opened, resolved, known_by, link, alerter, queued, tries, problem FROM alerts"


class Outbox:
    """What was last told of each sync of a profile, and what is still to be told. Implements `watch.outbox.Queue`.

    Every method may raise StoreError. Processes may share it: a turn is queued once, an alert sent by one at a time.
    """

    def __init__(self, database: Database, place: str) -> None:
        self._database = database
        self._place = place

    def turn(self, alert: Alert, pending: bool, alerters: Collection[str], now: float) -> Alert | None:
        """Queues an alert once per alerter when its sync turned: pending that was not, or clean that was pending.

        `alert.opened` is the moment (unix milliseconds). Answers what is told, or None where nothing turned. One
        transaction: what was told and what is queued agree whatever happens.
        """
        with self._database.transaction():
            sql = "SELECT pending, since FROM watched WHERE place = ? AND sync = ?"
            known = self._database.row(sql, (self._place, alert.name))
            was_pending, since = known or (0, alert.opened)
            if bool(was_pending) == pending:
                return None
            self._database.execute(
                "INSERT OR REPLACE INTO watched (place, sync, pending, since) VALUES (?, ?, ?, ?)",
                (self._place, alert.name, pending, alert.opened),
            )
            queued = alert if pending else replace(alert, opened=since, resolved=alert.opened)
            row = (self._place, queued.name, queued.id, queued.link, queued.opened, queued.resolved)
            self._database.execute_many(
                "INSERT INTO alerts (place, sync, known_by, link, opened, resolved, alerter, queued, due)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(*row, alerter, now, now) for alerter in alerters],
            )
        return queued

    def forget_others(self, syncs: Collection[str]) -> None:
        """Forgets what was told of syncs that there are no longer."""
        known = self._database.rows("SELECT place, sync FROM watched WHERE place = ?", (self._place,))
        if gone := [row for row in known if row[1] not in syncs]:
            self._database.execute_many("DELETE FROM watched WHERE place = ? AND sync = ?", gone)

    def take(self, now: float, lease: float, longest: float) -> list[Queued]:
        """Some of what is to be delivered now; nobody else gets it before `lease` seconds are over.

        Nothing waits longer than `longest` seconds: what seems to was queued before the clock was set back.
        """
        values = (self._place, now, now + longest)
        if self._database.row(f"SELECT 1 FROM alerts WHERE {_DUE} LIMIT 1", values) is None:  # noqa: S608 - constants
            return []
        with self._database.transaction():
            taken = self._read(f"WHERE {_DUE}", values)[:MOST_AT_ONCE]
            self._database.execute_many(
                "UPDATE alerts SET due = ?, tries = tries + 1 WHERE id = ?",
                [(now + lease, item.number) for item in taken],
            )
        return [replace(item, tries=item.tries + 1) for item in taken]

    def remove(self, number: int) -> None:
        """An alert was delivered, or nobody wants it any more."""
        self._database.execute("DELETE FROM alerts WHERE id = ?", (number,))

    def put_off(self, number: int, until: float, problem: str | None) -> None:
        """An alert was not delivered: why, and when it is tried again (unix seconds)."""
        self._database.execute("UPDATE alerts SET due = ?, problem = ? WHERE id = ?", (until, problem, number))

    def waiting(self) -> list[Queued]:
        """All that is still to be told, oldest first."""
        return self._read("WHERE place = ?", (self._place,))

    def _read(self, where: str, values: Sequence[Any]) -> list[Queued]:
        return [_queued(row) for row in self._database.rows(f"{_QUEUED} {where} ORDER BY id", values)]


def _queued(row: tuple[Any, ...]) -> Queued:
    number, sync, opened, resolved, known_by, link, alerter, queued, tries, problem = row
    alert = Alert("ResourceSyncPendingUpdates", sync, opened, resolved, known_by, link)
    return Queued(number, alert, alerter, queued, tries, problem)
