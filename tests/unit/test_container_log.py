"""Lines of several containers in one order, and no more of them than can be shown."""

from __future__ import annotations

import pytest

from ksync_tui.engine.container_log import in_order
from ksync_tui.engine.embedded.docker.logs import _MOST, _Tail

T = "2026-01-02T03:04:0{}.{:09d}Z"


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ([], []),
        ([f"{T.format(2, 0)} b", f"{T.format(1, 0)} a"], ["a", "b"]),
        ([f"{T.format(1, 20)} b", f"{T.format(1, 3)} a"], ["a", "b"]),
        ([f"web-1 | {T.format(2, 0)} b", f"db-1  | {T.format(1, 0)} a"], ["db-1 | a", "web-1 | b"]),
        # What has no time belongs to what stands before it.
        ([f"web | {T.format(2, 0)} b", "  more", f"db | {T.format(1, 0)} a"], ["db | a", "web | b", "web |   more"]),
        ([f"{T.format(1, 0)}", f"{T.format(2, 0)} "], ["", ""]),
        (["no time | at all"], ["no time | at all"]),
        ([f"2026-01-02T05:04:01.5+02:00 {T.format(9, 0)}"], [T.format(9, 0)]),
    ],
)
def test_lines_are_ordered_by_their_times(lines: list[str], shown: list[str]) -> None:
    assert in_order(lines) == shown


def test_only_the_end_of_a_huge_log_is_kept() -> None:
    tail = _Tail()
    for at in range(400):
        tail.take(f"{at}\n".encode() * 2000)
    lines = tail.lines()
    assert lines[-1] == "399"
    assert set(map(len, lines)) == {3}
    assert sum(map(len, lines)) < 2 * _MOST


def test_a_line_without_an_end_is_cut() -> None:
    tail = _Tail()
    for _ in range(64):
        tail.take(b"x" * 65536)
    (line,) = tail.lines()
    assert _MOST <= len(line) <= 2 * _MOST
