"""What happened in a Core: its updates and alerts, and who changed a resource last (semantics a.8, b.5)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.names import Directory, oid
from ksync_tui.engine.core.text import lines, plain
from ksync_tui.errors import NotPossibleError, UsageError
from ksync_tui.model.events import Change
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target

_VARIABLE = re.compile(r"\s*variable: '(.*)'")
_VALUE = re.compile(r"^(\s*(?:from|to):\s*).+")
_PAGES = 5
"""Pages of 100 that are read at most to fill a history."""


async def changes(client: Client, directory: Directory, target: Target | None, most: int) -> list[Change]:
    """The newest updates and alerts, of all or of one target, newest first."""
    query: dict[str, Any] = {}
    if target is not None:
        query = {"target.type": KINDS[target.kind].title, "target.id": _known(directory, target)}
    found = [_of_update(page, directory) async for page in _pages(client, "ListUpdates", "updates", query, most)]
    found += [_of_alert(page, directory) async for page in _pages(client, "ListAlerts", "alerts", query, most)]
    return sorted(found, key=lambda change: -change.at)[:most]


def _known(directory: Directory, target: Target) -> str:
    """The id under which Core tells of a resource. Raises NotPossibleError, UsageError."""
    if target.kind in ("variable", "user_group"):
        why, hint = f"it tells of a {target.kind} without saying which", "`ksync changes` has all of them."
        raise NotPossibleError("Core keeps no history of this kind", where=str(target), why=why, hint=hint)
    known = directory.id(target)
    if known is None:
        raise UsageError("no such live resource", where=str(target), hint="`ksync export` lists them.")
    return known


async def _pages(client: Client, request: str, key: str, query: Mapping[str, Any], most: int) -> Any:
    page: int | None = 0
    seen = 0
    while page is not None and seen < most and page < _PAGES:
        answer = await client.read(request, query=query, page=page)
        for update in answer[key]:
            seen += 1
            yield update
        page = answer.get("next_page")


async def last_changes(client: Client, directory: Directory, targets: Collection[Target]) -> dict[Target, Change]:
    """The last change of what each target means: updates that run or deploy something are none."""
    ids = [known for target in targets if (known := directory.id(target)) is not None]
    found: dict[Target, Change] = {}
    if not ids:
        return found
    query = {"target.id": {"$in": ids}, "operation": {"$in": _changing(targets)}}
    async for page in _pages(client, "ListUpdates", "updates", query, 100 * _PAGES):
        change = _of_update(page, directory)
        if change.target is not None and change.ok:
            found.setdefault(change.target, change)
    return found


def _changing(targets: Collection[Target]) -> list[str]:
    titles = sorted({KINDS[target.kind].title for target in targets})
    return [f"{verb}{title}" for title in titles for verb in ("Create", "Update", "Rename")]


async def log_of(client: Client, update: str, plain_variables: Collection[str]) -> list[str]:
    """All that Core wrote down of an update, line by line, but for the values of variables that are not plain."""
    raw = await client.read("GetUpdate", id=update)
    found = list(_log(raw))
    if raw.get("operation") != "UpdateVariableValue" or _named(found) in plain_variables:
        return found
    # Core writes down the new value of a secret (semantics h.16), which may be an old one by now.
    return [_VALUE.sub(r"\1<value>", line) for line in found]


def _named(log: Collection[str]) -> str:
    """The variable that a log is about."""
    values = (found[1] for line in log if (found := _VARIABLE.fullmatch(line)))
    return next(values, "")


def _log(raw: Mapping[str, Any]) -> Iterator[str]:
    for step in raw.get("logs") or ():
        mark = "" if step.get("success", True) else " (failed)"
        yield f"{plain(step.get('stage'))}{mark}"
        if command := plain(step.get("command")):
            yield f"  $ {command}"
        yield from (f"  {line}" for line in (*lines(step.get("stdout")), *lines(step.get("stderr"))))


def _of_update(raw: Mapping[str, Any], directory: Directory) -> Change:
    return Change(
        id=oid(raw),
        at=raw.get("start_ts", 0) / 1000,
        who=str(raw.get("username") or raw.get("operator") or "somebody"),
        what=str(raw.get("operation")),
        target=directory.target(raw.get("target")),
        ok=bool(raw.get("success")),
        over=raw.get("status") == "Complete",
    )


def _of_alert(raw: Mapping[str, Any], directory: Directory) -> Change:
    data = raw.get("data") or {}
    return Change(
        id="",
        at=raw.get("ts", 0) / 1000,
        who="Core",
        what=f"alert {raw.get('level')}: {data.get('type')}",
        target=directory.target(raw.get("target")),
        ok=raw.get("level") == "OK",
        over=bool(raw.get("resolved")),
    )
