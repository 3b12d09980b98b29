"""When things run: schedules in English or cron, time zones, maintenance windows."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from ksync_tui.source.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ksync_tui.source.lint_script import Flaw

_NAMES = "mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_CRON_FIELD = re.compile(rf"(?:[\d*/,?LW#-]|{_NAMES})+", re.IGNORECASE)
_FIELDS = (
    ("second", 0, 59),
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
)
_SIX = len(_FIELDS)


def schedule(value: str, table: Any) -> Iterator[Flaw]:
    """A schedule that is not in its format, or cron that Komodo's parser refuses: it wants six fields."""
    if not table.schedule_enabled:
        return
    parts = value.split()
    cron = 5 <= len(parts) <= _SIX + 1 and all(map(_CRON_FIELD.fullmatch, parts))
    named = value.startswith("@")
    if table.schedule_format == "English":
        if cron or named:
            text = f' and schedule = "0 {" ".join(parts)}", seconds first' if len(parts) == _SIX - 1 else ""
            yield (), "is cron, and schedule_format is English", f'write schedule_format = "Cron"{text}'
    elif not cron and not named:
        hint = 'write schedule_format = "English"' if len(parts) > 1 else "write six fields, seconds first"
        yield (), "is not cron, and schedule_format is Cron", hint
    elif cron:
        yield from _fields(parts)


def _fields(parts: list[str]) -> Iterator[Flaw]:
    if len(parts) == _SIX - 1:
        yield (), "has five fields: Komodo wants six, seconds first", f'write "0 {" ".join(parts)}"'
    elif len(parts) != _SIX:
        yield (), f"has {len(parts)} fields: Komodo wants six, seconds first", "leave the year out"
    else:
        for part, (name, low, high) in zip(parts, _FIELDS, strict=True):
            numbers = map(int, re.findall(r"(?<![/#\d])\d+", part))
            if any(not low <= number <= high for number in numbers):
                yield (), f"has {part!r} for the {name}, which is {low} to {high}", "the fields begin with seconds"
                return


def time_zone(value: str, table: Any) -> Iterator[Flaw]:
    """A time zone that is in no time zone database."""
    if not getattr(table, "enabled", True) or not getattr(table, "schedule_enabled", True):
        return
    zones = _zones()
    known = {zone.lower(): zone for zone in zones}
    if value in zones or not zones:
        return
    if (right := known.get(value.lower())) is not None:
        yield (), f"is not a time zone Komodo knows: {value!r}", f'write "{right}"'
    elif zones >= _ALL_THERE:
        yield (), f"is not a time zone: {value!r}", _hint(value, zones)


def _hint(value: str, zones: frozenset[str]) -> str:
    near = closest(value, zones) or next((zone for zone in sorted(zones) if zone.endswith(f"/{value}")), None)
    return f'write "{near}"' if near else 'write one such as "Europe/Paris" or "UTC"'


_ALL_THERE = frozenset({"US/Eastern", "Asia/Calcutta", "EST5EDT"})
"""Older names that some systems keep in a package of their own: where these are missing, an unknown zone may exist."""


@cache
def _zones() -> frozenset[str]:
    from zoneinfo import available_timezones  # noqa: PLC0415 - only a schedule with a zone needs it

    return frozenset(available_timezones())


def hour(value: int, table: Any) -> Iterator[Flaw]:
    """An hour that no day has."""
    if value > 23:
        yield (), f"is {value}: Komodo takes midnight for it", "write 0 to 23"


def minute(value: int, table: Any) -> Iterator[Flaw]:
    """A minute that no hour has."""
    if value > 59:
        yield (), f"is {value}: Komodo takes midnight for it", "write 0 to 59"


def date(value: str, table: Any) -> Iterator[Flaw]:
    """A window that opens once, and on no day."""
    if value == "OneTime" and table.enabled and not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", table.date.strip()):
        yield (), "is OneTime without a date: the window never opens", 'write date = "2030-01-31"'
