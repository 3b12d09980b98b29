"""The engines that the contract holds for, and resources to try it with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ksync_tui.engine.base import Engine
from ksync_tui.engine.embedded.home import open_home
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action, FieldChange
from ksync_tui.model.resource import Target, fingerprint


@contextmanager
def embedded(folder: Path) -> Iterator[Engine]:
    """The embedded engine in a folder; opening the same folder again finds what was there."""
    home = open_home(folder / "home", {"edge-1": "unix:///var/run/docker.sock"}, folder / "config.toml")
    try:
        yield home.engine
    finally:
        home.close()


ENGINES = [embedded]


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
