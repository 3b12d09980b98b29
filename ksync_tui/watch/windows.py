"""Maintenance windows: the times in which an alerter stays quiet. Pure: the moment is given.

A window begins on the days that its schedule names, at its hour and minute in its time zone, and lasts as long as it
says, past midnight and over a change of the clocks too.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ksync_tui.model.kinds.common import MaintenanceWindow

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def quiet(windows: Iterable[MaintenanceWindow], now: float, here: tzinfo | None = None) -> str | None:
    """The name of a window that is open at `now` (unix seconds), or None.

    `here` is the zone of windows that name none: this machine's unless given. A window that cannot be understood is
    never open: an alert too many is better than one too few.
    """
    return next((window.name for window in windows if window.enabled and _open(window, now, here)), None)


def fault(window: MaintenanceWindow) -> str | None:
    """What keeps a window from ever being open, or None."""
    try:
        _zone(window, None)
        time(window.hour, window.minute)
        if window.schedule_type == "OneTime":
            date.fromisoformat(window.date)
    except (ValueError, OSError, LookupError) as error:
        return str(error)
    if window.schedule_type == "Weekly" and _weekday(window.day_of_week) is None:
        return f"{window.day_of_week!r} is not a day of the week"
    return None


def _open(window: MaintenanceWindow, now: float, here: tzinfo | None) -> bool:
    if fault(window) is not None:
        return False
    begun = _begun(window, now, _zone(window, here))
    return begun is not None and now - begun < window.duration_minutes * 60


def _begun(window: MaintenanceWindow, now: float, zone: tzinfo | None) -> float | None:
    """When the window last began, in unix seconds; None where it did not within a week."""
    today = datetime.fromtimestamp(now, zone).date()
    begins = (_begin(window, day, zone) for day in _days(window, today))
    return next((begin for begin in begins if begin <= now), None)


def _days(window: MaintenanceWindow, today: date) -> Iterable[date]:
    """The latest days up to today on which the window begins, newest first."""
    if window.schedule_type == "OneTime":
        return [date.fromisoformat(window.date)]
    # A week and a day: today's beginning may still be to come.
    latest = (today - timedelta(days=back) for back in range(8))
    wanted = None if window.schedule_type == "Daily" else _weekday(window.day_of_week)
    return (day for day in latest if wanted is None or day.weekday() == wanted)


def _begin(window: MaintenanceWindow, day: date, zone: tzinfo | None) -> float:
    return datetime.combine(day, time(window.hour, window.minute), zone).timestamp()


def _weekday(name: str) -> int | None:
    """Monday is 0; a day may be cut to three letters."""
    word = name.strip().lower()
    return next((at for at, day in enumerate(DAYS) if word in (day, day[:3])), None)


def _zone(window: MaintenanceWindow, here: tzinfo | None) -> tzinfo | None:
    return ZoneInfo(window.timezone) if window.timezone else here
