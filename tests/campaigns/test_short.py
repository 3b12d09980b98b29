"""A short form of each campaign: the same cases every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from math import inf
from pathlib import Path

import pytest
from hypothesis import strategies as st

from ksync_tui.errors import KsyncError
from tests.campaigns import NAMES, doors
from tests.campaigns.__main__ import campaign
from tests.campaigns.harness import Campaign, Check, run

CASES = {
    "exactness": 25, "fuzz": 60, "crash": 3, "secrets": 1, "hostile": 1, "trouble": 6, "race": 3, "disk": 2,
    "terminals": 2, "webhooks": 3,
}  # fmt: skip
"""How many cases of each are tried here."""


@pytest.mark.parametrize("name", NAMES)
def test_a_few_cases_of_each_campaign_hold(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module(f"tests.campaigns.{name}")
    if hasattr(module, "SECONDS"):  # a machine may be slow while tests run: the campaign itself is for that
        monkeypatch.setattr(module, "SECONDS", inf)
    report = run(campaign(name), inf, first=1, most=CASES[name])
    assert report.tried >= CASES[name]
    assert not report.failures, report


ONCE = [("events", b"[" * 100_000), ("answers", b'ListVariables\n[{"name": true}, {"name": "A"}]')]
"""Input that was too much for a door once."""


@pytest.mark.parametrize(("door", "data"), ONCE)
def test_what_once_broke_a_door_is_refused_or_taken(door: str, data: bytes, tmp_path: Path) -> None:
    with doors.DOORS[door](tmp_path) as steps, suppress(KsyncError):
        assert list(steps(data))


@contextmanager
def below_ten(_: Path, counts: Counter[str]) -> Iterator[Check]:
    def check(number: int) -> None:
        counts["tried"] += 1
        assert number < 10

    yield check


def test_what_fails_is_reported_with_its_seed_and_the_smallest_case() -> None:
    found = run(Campaign("numbers", "numbers are small", st.integers(0, 1000), below_ten), inf, first=7, most=1)
    assert found.tried == 1
    found = run(Campaign("numbers", "numbers are small", st.integers(0, 1000), below_ten), inf, first=7)
    assert {(failure.case, failure.said.split(":")[0].strip()) for failure in found.failures} == {
        ("10", "AssertionError")
    }
    assert [failure.seed for failure in found.failures] == [7, 8, 9, 10, 11]
    assert "failed with seed 7: 10" in str(found)
