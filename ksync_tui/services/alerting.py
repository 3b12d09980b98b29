"""Alerts: a sync that turned is queued for every alerter that wants to know, and what is queued is delivered."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ksync_tui.engine.embedded.docker.interpolate import interpolate, unknown
from ksync_tui.engine.embedded.host_resolver import secrets_outside
from ksync_tui.errors import AlertError, UsageError
from ksync_tui.model.alert import Alert
from ksync_tui.model.kinds.alerter import Alerter
from ksync_tui.model.kinds.resource_sync import ResourceSync
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Target
from ksync_tui.state.outbox import Outbox
from ksync_tui.watch.alerts import message, target_of, wants
from ksync_tui.watch.deliver import host_of, send
from ksync_tui.watch.outbox import Delivery, Held, Unwanted, deliver_due
from ksync_tui.watch.windows import fault, quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from ksync_tui.model.alert import Queued
    from ksync_tui.model.plan import Plan
    from ksync_tui.model.resource import Snapshot
    from ksync_tui.state.database import Database


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlerterRow:
    """An alerter in a list: what it is, its host, how many alerts wait for it, and what is wrong."""

    name: str
    endpoint: str
    host: str
    enabled: bool
    waiting: int = 0
    problem: str | None = None


def pending_of(plan: Plan) -> bool | None:
    """Whether a sync is pending; None where too little could be read or seen to say that it is not (semantics h.27)."""
    if plan.pending:
        return True
    return None if plan.errors or plan.deletes_held or plan.unseen else False


class Alerting:
    """Queues and delivers alerts. `snapshot` gives live resources; its methods may be called from any thread."""

    def __init__(self, snapshot: Callable[[], Snapshot], database: Database, profile: str) -> None:
        self._snapshot = snapshot
        self._outbox = Outbox(database, profile)

    def turned(self, sync: str, pending: bool, now: float) -> Alert | None:
        """Queues what there is to tell when a sync turned pending or clean; None where it did not. `now`: unix seconds.

        A sync with `pending_alert` off is told to nobody.
        """
        resource = self._live("resource_sync", sync)
        alert = Alert("ResourceSyncPendingUpdates", sync, int(now * 1000))
        enabled = isinstance(resource, ResourceSync) and resource.config.pending_alert
        return self._outbox.turn(alert, pending, self._wanting(alert, now) if enabled else (), now)

    def forget_others(self, syncs: Collection[str]) -> None:
        """Forgets what was told of syncs that there are no longer."""
        self._outbox.forget_others(syncs)

    def deliver(self, now: Callable[[], float] = time.time) -> list[Delivery]:
        """Delivers what is due. Raises nothing but StoreError: what failed is tried again later."""
        return deliver_due(self._outbox, lambda queued: self._deliver(queued, now()), now, random.random)

    def test(self, name: str, now: float) -> None:
        """Sends a test to one alerter. Raises UsageError for one that cannot be asked, AlertError: not delivered."""
        alerter = self._live("alerter", name)
        if not isinstance(alerter, Alerter):
            raise UsageError("no such alerter", where=name, hint="`ksync alerters` lists them.")
        if not alerter.config.enabled:
            raise UsageError("the alerter is disabled", where=name, hint="Set `enabled = true` in its config.")
        self._send(alerter, Alert("Test", name, int(now * 1000), int(now * 1000)))

    def rows(self) -> list[AlerterRow]:
        """All alerters in order of their names, with what waits for them."""
        waiting: dict[str, list[Queued]] = {}
        for queued in self._outbox.waiting():
            waiting.setdefault(queued.alerter, []).append(queued)
        return [
            _row(alerter, waiting.get(alerter.name, []))
            for alerter in sorted(self._alerters(), key=lambda alerter: alerter.name)
        ]

    def _alerters(self) -> Iterator[Alerter]:
        for target, live in self._snapshot().live.items():
            if target.kind == "alerter" and isinstance(live.resource, Alerter) and not live.resource.template:
                yield live.resource

    def _wanting(self, alert: Alert, now: float) -> list[str]:
        return [
            alerter.name
            for alerter in self._alerters()
            if wants(alerter.config, alert) and quiet(alerter.config.maintenance_windows, now) is None
        ]

    def _deliver(self, queued: Queued, now: float) -> None:
        alerter = self._live("alerter", queued.alerter)
        if not isinstance(alerter, Alerter) or not alerter.config.enabled:
            raise Unwanted(f"alerter/{queued.alerter} is gone or disabled")
        window = quiet(alerter.config.maintenance_windows, now)
        if window is not None:
            raise Held(f"alerter/{queued.alerter} is quiet: {window}")
        self._send(alerter, queued.alert)
        _log.debug("alerter/%s took an alert about %s", alerter.name, target_of(queued.alert)[1])

    def _send(self, alerter: Alerter, alert: Alert) -> None:
        written = message(alerter.config.endpoint, alert)
        send(replace(written, url=self._filled(written.url, alerter.name)), alerter.name)

    def _filled(self, url: str, alerter: str) -> str:
        """An address with variables and secrets put in (semantics e.1, g)."""
        live = self._snapshot().live.items()
        known = [current.resource for target, current in live if target.kind == "variable"] if "[[" in url else []
        variables = [item for item in known if isinstance(item, Variable)]
        plain = {variable.name: variable.value for variable in variables if not variable.is_secret}
        secret = {
            variable.name: variable.value for variable in variables if variable.is_secret and variable.value
        } | secrets_outside()
        filled = interpolate(url, plain, secret)
        if missing := unknown(url, filled):
            why, hint = f"its url needs {', '.join(missing)}", "Give that variable a value here"
            raise AlertError("the alert was not delivered", where=f"alerter/{alerter}", why=why, hint=hint)
        return filled

    def _live(self, kind: str, name: str) -> object:
        live = self._snapshot().live.get(Target(kind, name))
        return live.resource if live else None


def _row(alerter: Alerter, waiting: list[Queued]) -> AlerterRow:
    config = alerter.config
    url = getattr(config.endpoint.params, "url", "")
    host = "" if "[[" in url else host_of(url)
    faults = (f"window {window.name}: {why}" for window in config.maintenance_windows if (why := fault(window)))
    problem = next((queued.problem for queued in waiting if queued.problem), None) or next(faults, None)
    return AlerterRow(alerter.name, config.endpoint.type, host, config.enabled, len(waiting), problem)
