"""On a Core, too, what somebody changed there is told from what the files say anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.origin import Origin
from ksync_tui.model.plan import Action, SyncOptions
from ksync_tui.model.resource import Declarations, Declared, SourceLocation, Target
from ksync_tui.planner import Planner
from tests.contract.engines import create, delete, make, nowhere, opened, update
from tests.core.fake import FakeCore

WEB = Target("stack", "web")
APPLIED = {"environment": "A = 1\n", "branch": "main"}


@contextmanager
def two(folder: Path) -> Iterator[tuple[CoreEngine, CoreEngine]]:
    """One Core, seen by this ksync and by somebody of whom it knows nothing."""
    server = FakeCore()
    access = KeyAccess(server.key, server.secret)
    place = CoreServer("http://core.test", transport=httpx.ASGITransport(app=server))
    with opened(folder / "mine", place, access) as mine, opened(folder / "other", place, access) as other:
        yield mine, other


def planned(engine: CoreEngine, declared: Resource, sync: str = "lab") -> list[Action]:
    """What a sync would write."""
    found = Planner().plan(
        Declarations((Declared(WEB, declared, SourceLocation("lab.toml", 1)),)),
        engine.snapshot(),
        SyncOptions(sync),
        engine=engine.name,
        capabilities=engine.capabilities,
        deploy_block=lambda *_: None,
    )
    return [action for action in found.actions if action.verb != "deploy"]


@pytest.mark.parametrize(
    ("live", "declared", "origin"),
    [
        (APPLIED, APPLIED | {"branch": "next"}, "files"),
        (APPLIED | {"branch": "next"}, APPLIED, "live"),
        (APPLIED | {"branch": "next"}, APPLIED | {"branch": "other"}, "both"),
        (APPLIED | {"branch": "next"}, APPLIED | {"environment": "A = 2\n"}, "both"),
    ],
)
@pytest.mark.parametrize("deploy", [False, True])
def test_which_side_moved(
    tmp_path: Path, live: dict[str, str], declared: dict[str, str], origin: Origin, deploy: bool
) -> None:
    with two(tmp_path) as (mine, other):
        mine.acting_for("lab").apply(create("stack", "web", deploy=deploy, config=APPLIED), nowhere)
        if live != APPLIED:
            other.apply(update(make("stack", "web", config=APPLIED), "stack", config=live), nowhere)
        (action,) = planned(mine, make("stack", "web", deploy=deploy, config=declared))
        assert (action.verb, action.origin) == ("update", origin)
        (action,) = planned(mine, make("stack", "web", deploy=deploy, config=declared), "another")
        assert action.origin is None


def test_what_somebody_deleted_there_is_told_from_what_is_new(tmp_path: Path) -> None:
    with two(tmp_path) as (mine, other):
        stack = make("stack", "web", config=APPLIED)
        assert [(one.verb, one.origin) for one in planned(mine, stack)] == [("create", None)]
        mine.acting_for("lab").apply(create("stack", "web", config=APPLIED), nowhere)
        other.apply(delete(stack, "stack"), nowhere)
        assert [(one.verb, one.origin) for one in planned(mine, stack)] == [("create", "live")]
