"""Following what Core does: updates until they are complete, and resources until they are free (semantics a.8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from ksync_tui.engine.base import Log
from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.errors import BUSY
from ksync_tui.engine.core.names import oid
from ksync_tui.engine.core.stream import Stream
from ksync_tui.engine.core.text import is_trace, lines, once, plain, sentence
from ksync_tui.errors import BusyError, CoreError, NoAnswerError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target
from ksync_tui.system.cancellation import Stop

Json = Mapping[str, Any]
POLL_SECONDS = 0.5
WATCHED_POLL_SECONDS = 5.0
"""With the update stream open, polls only make good what it may have dropped (semantics a.8)."""
SILENT_SECONDS = 120.0
"""How long a Core that restarts is waited for."""
BUSY_SECONDS = 600.0
HELD_SECONDS = 30.0
"""Before a held resource is tried again all the same: an operation may stay open for ever (semantics h.22)."""
TAIL = 12
"""Lines of a failed step that its error shows."""


@dataclass(frozen=True, slots=True)
class UpdatePoller:
    """What is needed to wait for something, and to be called off."""

    client: Client
    stream: Stream
    log: Log
    stop: Stop

    async def completed(self, update: Json) -> Json:
        """An update when it is complete; its logs go to the log as they come.

        Raises CoreError when it failed, or when somebody stops waiting: Core goes on by itself then.
        """
        one, shown = oid(update), 0
        latest, silent_since = update, 0.0
        while True:
            shown = self._tell(latest, shown)
            if latest.get("status") == "Complete":
                return _succeeded(latest)
            if self.stop():
                raise CoreError("stopped waiting", why="Core goes on with it", hint="Look at it with `ksync changes`")
            await self.stream.news(one, WATCHED_POLL_SECONDS, POLL_SECONDS)
            try:
                latest, silent_since = await self.client.read("GetUpdate", id=one), 0.0
            except NoAnswerError as error:
                silent_since = silent_since or self._silent(error)
                if monotonic() - silent_since > SILENT_SECONDS:
                    raise

    def _silent(self, error: NoAnswerError) -> float:
        self.log(f"Core does not answer ({error.what}); waiting for it")
        return monotonic()

    def _tell(self, update: Json, shown: int) -> int:
        """Logs the steps that are new and gives how many there are by now."""
        steps = update.get("logs") or []
        for step in steps[shown:]:
            command = plain(step.get("command"))
            self.log(f"{plain(step.get('stage'))}{f': {command}' if command else ''}")
            for line in (*lines(step.get("stdout")), *lines(step.get("stderr"))):
                self.log(f"  {line}")
        return len(steps)

    async def when_free(self, target: Target, call: Callable[[], Any]) -> Any:
        """The answer of a call that Core refuses while the resource is busy: it is made again when that ended.

        A refusal for being busy changed nothing, so this repeats nothing. Says who holds it and since when.
        """
        until, last_line = monotonic() + BUSY_SECONDS, ""
        while True:
            try:
                return await call()
            except BusyError as error:
                holder = await holder_of(self.client, target)
                line = f"{target} is busy: {_held(holder) or 'Core does not say why'}; waiting"
                if line != last_line:
                    self.log(line)
                last_line = line
                await self._until_over(holder)
                if self.stop() or monotonic() > until:
                    hint = "Try again when that has ended"
                    raise BusyError(
                        "it is busy", where=str(target), why=_held(holder) or error.why, hint=hint
                    ) from error

    async def _until_over(self, holder: Json | None) -> None:
        if holder is None:
            await asyncio.sleep(WATCHED_POLL_SECONDS)
            return
        until = monotonic() + HELD_SECONDS
        while not self.stop() and monotonic() < until:
            update = await self.client.read("GetUpdate", id=holder["id"])
            if update.get("status") == "Complete":
                return
            await self.stream.news(holder["id"], WATCHED_POLL_SECONDS, POLL_SECONDS)


async def holder_of(client: Client, target: Target) -> Json | None:
    """The operation under way on a resource, as a list item of an update."""
    title = KINDS[target.kind].title
    raw = await client.read(f"Get{title}", **{"sync" if title == "ResourceSync" else target.kind: target.name})
    query = {"target.type": title, "target.id": oid(raw), "status": {"$ne": "Complete"}}
    updates = (await client.read("ListUpdates", query=query, page=0))["updates"]
    return next((update for update in updates if update.get("status") != "Complete"), None)


def at(milliseconds: object) -> str:
    """A time of Core for people, in this machine's time zone."""
    if not isinstance(milliseconds, int | float) or not milliseconds:
        return "never"
    return datetime.fromtimestamp(milliseconds / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _held(holder: Json | None) -> str | None:
    if holder is None:
        return None
    return f"{holder['operation']} by {holder.get('username') or holder.get('operator')} since {at(holder['start_ts'])}"


def _succeeded(update: Json) -> Json:
    """The update, unless one of its steps failed (semantics a.8: only a complete one tells)."""
    failed = next((step for step in update.get("logs") or () if not step.get("success", True)), None)
    if update.get("success") and failed is None:
        return update
    step = failed or {}
    said = [*lines(step.get("stdout")), *lines(step.get("stderr"))][-TAIL:]
    stage = plain(step.get("stage")) or "no step gives a reason"
    text = sentence(step.get("stderr")) if is_trace(step.get("stderr")) else " / ".join(once(said))
    why = f"{stage}: {text}" if text else stage
    # Refused before it began, so nothing was done yet (semantics a.8).
    kind = BusyError if stage == "Task Error" and any(map(BUSY.fullmatch, said)) else CoreError
    operation = str(update.get("operation") or "it")
    raise kind(f"{operation} failed", why=why, hint="The log above has all that Core said; correct it and run again")
