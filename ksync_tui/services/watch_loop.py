"""Keeping watch until told to stop: files and webhooks wake it, an interval does when nothing else has."""

from __future__ import annotations

import logging
import time
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING

from ksync_tui.services.watching import POLL, WatchEvent, Watching, in_words
from ksync_tui.watch.changes import Changes
from ksync_tui.watch.deliver import SECONDS
from ksync_tui.watch.outbox import FIRST_WAIT
from ksync_tui.watch.requests import RequestQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from ksync_tui.services.alerting import Alerting
    from ksync_tui.services.watching import Tell
    from ksync_tui.watch.outbox import Delivery
    from ksync_tui.watch.requests import SyncRequest

_log = logging.getLogger(__name__)
WAKE_SECONDS = 1.0
"""So often it is looked whether to go on: a signal may come when nothing could wake."""


class WatchLoop:
    """One watcher with all that wakes it. Whatever fails is told, and it goes on."""

    def __init__(self, watching: Watching, alerting: Alerting, tell: Tell, interval: float) -> None:
        """`interval`: seconds between two looks at everything."""
        self.requests = RequestQueue()
        self._watching = watching
        self._tell = tell
        self._interval = interval
        self._dispatcher = AlertDispatcher(alerting, tell)
        self._changes = Changes(lambda sync: self.requests.put(sync, POLL, merge=True), self._trouble)

    def keep(self, stop: Event) -> None:
        """Watches until `stop` is set and `requests` is closed."""
        self._dispatcher.start()
        due = time.monotonic()
        try:
            while not stop.is_set():
                if time.monotonic() >= due:
                    self._guarded(self._look_at_all)
                    due = time.monotonic() + self._interval
                elif wanted := self.requests.take(min(due - time.monotonic(), WAKE_SECONDS)):
                    self._guarded(partial(self._grant, *wanted))
        finally:
            self._changes.close()
            self._dispatcher.end()

    def _look_at_all(self) -> None:
        self._changes.follow(self._watching.paths())
        self._watching.look_at_all()

    def _grant(self, sync: str, request: SyncRequest) -> None:
        _log.debug("%s: %s", sync, request)
        if request == POLL:  # only files were touched
            self._watching.touched(sync)
        else:
            self._watching.grant(sync, request)

    def _guarded(self, call: Callable[[], object]) -> None:
        """Nothing ends a watch but a person. What was looked at may have turned, so that there is something to tell."""
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whoever is told at night is not told by a dead process
            self._trouble(in_words(error))
        self._dispatcher.wake()

    def _trouble(self, text: str) -> None:
        _log.debug("a problem: %s", text)
        self._tell(WatchEvent(time.time(), "", "problem", text))


class AlertDispatcher:
    """Delivers alerts in a thread of its own, so that a receiver that does not answer holds nothing up."""

    def __init__(self, alerting: Alerting, tell: Tell) -> None:
        self._alerting = alerting
        self._tell = tell
        self._woken = Event()
        self._over = False
        self._thread = Thread(target=self._deliver_on, daemon=True, name="ksync-alerts")

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def wake(self) -> None:
        """Something may be due."""
        self._woken.set()

    def end(self) -> None:
        """Ends after what is being delivered, if that ends soon; what waits is delivered by the next watch."""
        self._over = True
        self._woken.set()
        self._thread.join(2 * SECONDS)

    def _deliver_on(self) -> None:
        while not self._over:
            self._woken.clear()
            try:
                while not self._over and (deliveries := self._alerting.deliver()):
                    for delivery in deliveries:
                        self._tell(_told(delivery))
            except Exception as error:  # noqa: BLE001 - the next alert may get through
                self._tell(WatchEvent(time.time(), "", "problem", f"no alert was sent: {in_words(error)}"))
            self._woken.wait(FIRST_WAIT)


def _told(delivery: Delivery) -> WatchEvent:
    queued = delivery.queued
    what = "its end" if queued.alert.resolved is not None else "that it is pending"
    text = f"{queued.alerter}: {what} {delivery.outcome}"
    again = f"; again in {max(delivery.again - time.time(), 0):.0f} s" if delivery.again is not None else ""
    why = f": {delivery.problem}{again}" if delivery.problem else ""
    return WatchEvent(time.time(), queued.alert.name, "alert", f"{text}{why}")
