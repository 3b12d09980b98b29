"""Runs of a few actions in a Core behind something, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import AT_ONCE, CoreServer
from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.model.events import Event, RunRecord
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.run.runner import run
from ksync_tui.state.journal import Journal
from ksync_tui.system.cancellation import Cancellation
from tests.contract.engines import create, opened
from tests.core.fake import FakeCore

CONFIG = {"server_id": "edge-1", "file_contents": "services:\n  web:\n    image: nginx\n"}
NEVER = Cancellation()


@contextmanager
def behind(app: Any, core: FakeCore, folder: Path, parallel: int = AT_ONCE) -> Iterator[CoreEngine]:
    """The engine on a Core behind something."""
    place = CoreServer("http://core.test", parallel=parallel, transport=httpx.ASGITransport(app=app))
    with opened(folder, place, KeyAccess(core.key, core.secret)) as one:
        yield one


def carried_out(
    engine: CoreEngine,
    journal: Journal,
    actions: list[Action],
    tell: Callable[[Event], None] = lambda _: None,
    cancellation: Cancellation = NEVER,
) -> RunRecord:
    plan = Plan(SyncOptions("homelab"), "core", tuple(actions))
    run_id = journal.create(plan.select([action.id for action in actions]), "ana")
    return run(run_id, engine, journal, tell, cancellation)


def outcomes(record: RunRecord) -> dict[str, str | None]:
    return {action.action: action.outcome for action in record.actions}


def messages(record: RunRecord) -> dict[str, str]:
    return {action.action: str(action.message) for action in record.actions}


def stacks(many: int, **fields: Any) -> list[Action]:
    return [create("stack", f"s{at}", **fields) for at in range(many)]


def sent(core: FakeCore) -> Counter[str]:
    return Counter(call.type for call in core.log)
