"""`syncs.toml` beside the settings: what somebody decided of single syncs.

ksync writes it, and it is made to be edited by hand:

    [[ignored]]
    profile = "local"
    sync = "homelab"
    resource = "stack/web"
    field = "environment.MOTD"    # left out: all that differs of the resource
    until = "change"              # or a date, or "forever"
    reason = "ana is testing"
    by = "ana"
    since = 2026-03-01T09:00:00Z
    value = "5a0c..."             # what was ignored: any other value brings the difference back

    [[write_back]]                # live may be written into its files, although it is not managed
    profile = "local"
    sync = "homelab"
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli

from ksync_tui.config.editing import changing
from ksync_tui.errors import ConfigError
from ksync_tui.model.ignored import IgnoreRule, Until
from ksync_tui.model.kinds.registry import BY_HEADER
from ksync_tui.model.resource import Target

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tomlkit import TOMLDocument
    from tomlkit.items import AoT

NAME = "syncs.toml"
HEAD = "What was decided of single syncs. Take an [[ignored]] table out to see its difference again."
_NAMES = ("ignored", "write_back")
_KNOWN = ("profile", "sync", "resource", "field", "until", "reason", "by", "since", "value")


def read(file: Path, profile: str) -> tuple[IgnoreRule, ...]:
    """The rules of a profile, in the order of the file; none where there is no file. Raises ConfigError.

    A file that cannot be read stops a plan: without its rules, more would be applied than somebody agreed to.
    """
    tables = _tables(file, "ignored")
    rules = [(table, _rule(table, f"{file}: [[ignored]] {at}")) for at, table in enumerate(tables, 1)]
    return tuple(rule for table, rule in rules if table.get("profile", profile) == profile)


def may_write(file: Path, profile: str, sync: str) -> bool:
    """Whether live may be written into the files of a sync that is not managed. Raises ConfigError."""
    return any(_is_of(table, profile, sync) for table in _tables(file, "write_back"))


def allow_writing(file: Path, profile: str, sync: str) -> None:
    """Lets live be written into the files of a sync from now on. Raises ConfigError."""
    if not may_write(file, profile, sync):
        with _changing(file) as document:
            _append(document, "write_back", {"profile": profile, "sync": sync})


def add(file: Path, profile: str, rule: IgnoreRule) -> None:
    """Writes a rule, in place of the one for the same difference. Raises ConfigError."""
    with _changing(file) as document:
        _drop(document.get("ignored", []), profile, [rule.difference])
        _append(document, "ignored", _values(profile, rule))


def remove(file: Path, profile: str, differences: Collection[tuple[str, Target, str]]) -> None:
    """Takes out the rules for these differences. Raises ConfigError."""
    with _changing(file) as document:
        _drop(document.get("ignored", []), profile, differences)


def rename_sync(file: Path, profile: str, old: str, new: str) -> None:
    """Gives what was decided of a sync its new name. Raises ConfigError."""
    found = [table for name in _NAMES for table in _tables(file, name)]
    if not any(_is_of(table, profile, old) for table in found):
        return
    with _changing(file) as document:
        for table in (table for name in _NAMES for table in document.get(name, [])):
            if _is_of(table, profile, old):
                table["sync"] = new


def rename_resource(file: Path, profile: str, old: Target, new: Target) -> None:
    """Gives the rules about a resource its new name. Raises ConfigError."""
    if all(rule.target != old for rule in read(file, profile)):
        return
    with _changing(file) as document:
        for table in document.get("ignored", []):
            if table.get("profile", profile) == profile and table.get("resource") == str(old):
                table["resource"] = str(new)


def _is_of(table: Mapping[str, Any], profile: str, sync: str) -> bool:
    return bool(table.get("profile", profile) == profile and table.get("sync") == sync)


def _tables(file: Path, name: str) -> list[dict[str, Any]]:
    """The tables of a name; none where there is no file. Raises ConfigError."""
    try:
        tables = tomli.loads(file.read_text("utf-8")).get(name, [])
    except FileNotFoundError:
        return []
    except (tomli.TOMLDecodeError, RecursionError) as error:
        raise ConfigError("the settings of syncs are not TOML", where=str(file), why=str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("the settings of syncs cannot be read", where=str(file), why=str(error)) from error
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{name} must be [[{name}]] tables", where=str(file))
    return tables


def _append(document: TOMLDocument, name: str, values: Mapping[str, Any]) -> None:
    from tomlkit import aot, comment, nl, table  # noqa: PLC0415 - only writing needs it

    if not document.body:
        document.add(comment(HEAD))
        document.add(nl())
    added = table()
    for key, value in values.items():
        added.add(key, value)
    tables: AoT = document.setdefault(name, aot())
    tables.append(added)


def _changing(file: Path) -> AbstractContextManager[TOMLDocument]:
    return changing(file, "the settings of syncs")


def _drop(tables: Any, profile: str, differences: Collection[tuple[str, Target, str]]) -> None:
    for at in reversed(range(len(tables))):
        table = tables[at]
        if table.get("profile", profile) == profile and _rule(table.unwrap(), "").difference in differences:
            del tables[at]


def _values(profile: str, rule: IgnoreRule) -> dict[str, Any]:
    values = {
        "profile": profile,
        "sync": rule.sync,
        "resource": str(rule.target),
        "field": rule.field,
        "until": rule.until,
        "reason": rule.reason,
        "by": rule.by,
        "since": datetime.fromtimestamp(int(rule.since), UTC),
        "value": rule.value,
    }
    return {key: value for key, value in values.items() if value != ""}


def _rule(table: Mapping[str, Any], where: str) -> IgnoreRule:
    unknown = sorted(table.keys() - set(_KNOWN))
    if unknown:
        raise ConfigError(f"unknown keys: {', '.join(unknown)}", where=where, hint=f"Known are: {', '.join(_KNOWN)}.")
    texts = {key: _text(table, key, where) for key in ("sync", "resource", "field", "value", "reason", "by")}
    since = table.get("since")
    return IgnoreRule(
        texts["sync"],
        _target(texts["resource"], where),
        texts["field"],
        _until(table.get("until", "forever"), where, texts["value"]),
        texts["value"],
        texts["reason"],
        texts["by"],
        since.timestamp() if isinstance(since, datetime) else 0.0,
    )


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or (not value and key in ("sync", "resource")):
        raise ConfigError(
            f"{key} must be a text", where=where, hint='Such as: sync = "homelab", resource = "stack/web".'
        )
    return value


def _target(resource: str, where: str) -> Target:
    header, _, name = resource.partition("/")
    kind = BY_HEADER.get(header)
    if kind is None or not name:
        raise ConfigError(f"{resource!r} is no resource", where=where, hint='Write: resource = "stack/web".')
    return Target(kind.name, name)


def _until(value: Any, where: str, digest: str) -> Until:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if value == "forever":
        return "forever"
    if value != "change":
        hint = 'Write a date such as 2026-03-01, "change" or "forever".'
        raise ConfigError("until is none of what it can be", where=where, hint=hint)
    if not digest:
        hint = 'Without `value` nothing is known to change: write until = "forever", or use `ksync ignored add`.'
        raise ConfigError('until = "change" needs a value', where=where, hint=hint)
    return "change"
