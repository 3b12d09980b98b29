"""The engines that the contract holds for, and resources to try it with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from ksync_tui.engine.base import Engine
from ksync_tui.engine.core.access import Access, KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.engine import CoreEngine, connect
from ksync_tui.engine.core.names import oid
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS, RUN_ORDER
from ksync_tui.model.plan import Action, FieldChange
from ksync_tui.model.resource import Target, fingerprint
from ksync_tui.services.home import open_home
from ksync_tui.state.deploy_records import DeployRecords
from tests.core.fake import FakeCore


@contextmanager
def embedded(folder: Path) -> Iterator[Engine]:
    """The embedded engine in a folder; opening the same folder again finds what was there."""
    home = open_home(folder / "home", {"edge-1": "unix:///var/run/docker.sock"}, folder / "config.toml")
    try:
        yield home.engine
    finally:
        home.close()


@contextmanager
def core(folder: Path) -> Iterator[Engine]:
    """The core engine on a Core in memory; opening the same folder again finds what was there."""
    server = _IN_MEMORY.setdefault(folder, FakeCore())
    place = CoreServer("http://core.test", transport=httpx.ASGITransport(app=server))
    with opened(folder, place, KeyAccess(server.key, server.secret)) as engine:
        yield engine


_IN_MEMORY: dict[Path, FakeCore] = {}


@contextmanager
def real_core(folder: Path) -> Iterator[Engine]:
    """The core engine on the real, empty Core that KSYNC_TEST_CORE names; what a test makes there goes with it."""
    place = CoreServer(os.environ["KSYNC_TEST_CORE"])
    access = KeyAccess(os.environ["KSYNC_TEST_CORE_KEY"], os.environ["KSYNC_TEST_CORE_SECRET"])
    with opened(folder, place, access) as engine:
        yield engine


@contextmanager
def opened(folder: Path, server: CoreServer, access: Access) -> Iterator[CoreEngine]:
    """The core engine on a server, its records in a folder."""
    home = open_home(folder / "home")
    engine = CoreEngine(connect(server, access), DeployRecords(home.database, home.secret_store, server.address))
    try:
        yield engine
    finally:
        engine.close()
        home.close()


def emptied(engine: Engine) -> None:
    """Deletes all that is live, what refers before what is referred to; and the tags. For a Core made for tests."""
    by_kind = {kind: at for at, kind in enumerate(RUN_ORDER)}
    live = engine.snapshot().live
    for target in sorted(live, key=lambda target: -by_kind[target.kind]):
        engine.apply(delete(live[target].resource, target.kind), nowhere)
    if isinstance(engine, CoreEngine):
        client = engine.connection.client
        for tag in engine.connection.ask(client.read("ListTags")):
            engine.connection.ask(client.write("DeleteTag", id=oid(tag)))


Factory = Callable[[Path], AbstractContextManager[Engine]]
ENGINES: list[Factory] = [embedded, core, *([real_core] if os.environ.get("KSYNC_TEST_CORE") else [])]
CORES: list[Factory] = ENGINES[1:]


def make(kind: str, name: str, **fields: Any) -> Resource:
    """A resource from its fields, as if it had been read."""
    return KINDS[kind].model.model_validate({"name": name, **fields})


def create(kind: str, name: str, **fields: Any) -> Action:
    """A planned create."""
    return Action("create", Target(kind, name), "not there", proposed=make(kind, name, **fields))


def update(current: Resource, kind: str, *changes: FieldChange, **fields: Any) -> Action:
    """A planned update of a live resource to the given fields."""
    proposed = make(kind, current.name, **fields)
    target = Target(kind, current.name)
    return Action(
        "update",
        target,
        "differs",
        current=current,
        proposed=proposed,
        changes=changes,
        fingerprint=fingerprint(current),
    )


def delete(current: Resource, kind: str) -> Action:
    """A planned delete of a live resource."""
    target = Target(kind, current.name)
    return Action("delete", target, "not declared", current=current, fingerprint=fingerprint(current))


def rename(current: Resource, kind: str, name: str) -> Action:
    """A planned rename of a live resource."""
    return Action(
        "rename",
        Target(kind, name),
        "renamed",
        current=current,
        old_name=current.name,
        fingerprint=fingerprint(current),
    )


def nowhere(line: str) -> None:
    """A log that nobody reads."""
