"""Maintenance windows: when an alerter stays quiet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ksync_tui.model.kinds.common import MaintenanceWindow
from ksync_tui.watch.windows import fault, quiet

BERLIN = ZoneInfo("Europe/Berlin")


def window(**fields: Any) -> MaintenanceWindow:
    return MaintenanceWindow.model_validate({"name": "w", "duration_minutes": 60} | fields)


def open_at(moment: str, here: Any = UTC, **fields: Any) -> bool:
    now = datetime.fromisoformat(moment).replace(tzinfo=here)
    return quiet([window(**fields)], now.timestamp(), here) == "w"


NIGHT = {"hour": 23, "minute": 30}
SATURDAY_NIGHT = NIGHT | {"schedule_type": "Weekly", "day_of_week": "Saturday"}
ONCE = NIGHT | {"schedule_type": "OneTime", "date": "2026-11-25"}


@pytest.mark.parametrize(
    ("moment", "fields", "expected"),
    [
        ("2026-11-25T23:29:59", NIGHT, False),
        ("2026-11-25T23:30:00", NIGHT, True),
        ("2026-11-26T00:29:59", NIGHT, True),  # past midnight
        ("2026-11-26T00:30:00", NIGHT, False),
        ("2026-11-25T12:00:00", NIGHT | {"duration_minutes": 24 * 60}, True),
        ("2026-11-25T23:45:00", NIGHT | {"duration_minutes": 0}, False),
        ("2026-11-25T23:45:00", NIGHT | {"enabled": False}, False),
        ("2026-11-28T23:45:00", SATURDAY_NIGHT, True),
        ("2026-11-29T00:15:00", SATURDAY_NIGHT, True),  # the Sunday after
        ("2026-11-28T00:15:00", SATURDAY_NIGHT, False),  # the Friday night before
        ("2026-11-27T23:45:00", SATURDAY_NIGHT, False),
        ("2026-11-28T23:45:00", SATURDAY_NIGHT | {"day_of_week": "sat"}, True),
        ("2026-11-28T12:00:00", SATURDAY_NIGHT | {"duration_minutes": 7 * 24 * 60}, True),
        ("2026-11-25T23:45:00", ONCE, True),
        ("2026-11-26T00:15:00", ONCE, True),
        ("2026-11-26T23:45:00", ONCE, False),
        ("2026-11-24T23:45:00", ONCE, False),
        ("2026-12-20T23:45:00", ONCE | {"duration_minutes": 4_294_967_295}, True),
    ],
)
def test_a_window_is_open_from_its_beginning_for_as_long_as_it_says(
    moment: str, fields: dict[str, Any], expected: bool
) -> None:
    assert open_at(moment, **fields) is expected


@pytest.mark.parametrize(("zone", "expected"), [("", False), ("Europe/Berlin", True), ("America/New_York", False)])
def test_a_window_counts_in_its_own_zone(zone: str, expected: bool) -> None:
    assert open_at("2026-11-25T22:45:00", timezone=zone, **NIGHT) is expected


@pytest.mark.parametrize(("moment", "expected"), [("2026-03-29T03:20:00", True), ("2026-03-29T03:35:00", False)])
def test_a_window_keeps_its_length_when_the_clocks_change(moment: str, expected: bool) -> None:
    assert open_at(moment, BERLIN, hour=1, minute=30) is expected  # 02:00 is 03:00: 03:30 is an hour after 01:30


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"timezone": "Mars/Base"}, "Mars/Base"),
        ({"timezone": "../../etc/passwd"}, "etc/passwd"),
        ({"hour": 24}, "hour"),
        ({"minute": 60}, "minute"),
        ({"schedule_type": "Weekly", "day_of_week": "Blursday"}, "Blursday"),
        ({"schedule_type": "OneTime", "date": "tomorrow"}, "tomorrow"),
    ],
)
def test_a_window_that_makes_no_sense_is_never_open_and_says_why(fields: dict[str, Any], why: str) -> None:
    assert why in (fault(window(**fields)) or "")
    assert not open_at("2026-11-25T00:00:00", **fields | {"duration_minutes": 1440})


def test_the_first_window_that_is_open_is_named() -> None:
    windows = [window(name="later", hour=5), window(name="now", hour=3)]
    assert quiet(windows, datetime(2026, 11, 25, 3, 10, tzinfo=UTC).timestamp(), UTC) == "now"
    assert quiet([], 0.0) is None
