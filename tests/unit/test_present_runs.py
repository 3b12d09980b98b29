"""A run in words: what it is at, and how it ended."""

from __future__ import annotations

from typing import Any

import pytest

from ksync_tui.model.events import ActionRecord, RunRecord
from ksync_tui.present.runs import closing, counts, run_lines, under_way

SILENT = "Deploy failed: server 'edge-1' is unreachable or disabled"


def action(name: str, outcome: Any = None, message: str | None = None, started: float | None = 1.0) -> ActionRecord:
    return ActionRecord(
        f"deploy:stack/{name}", 1, f"* stack/{name}", outcome, started, 2.0 if outcome else None, message
    )


def record(*actions: ActionRecord, state: Any = "running") -> RunRecord:
    return RunRecord(7, "homelab", "core", state, 0.0, None if state == "running" else 3.0, "ana", actions)


@pytest.mark.parametrize(("running", "words"), [(0, "this action"), (1, "this action"), (8, "these 8 actions")])
def test_what_goes_on_is_counted_in_words(running: int, words: str) -> None:
    done, waiting = action("done", "done"), action("waiting", started=None)
    assert under_way(record(done, *(action(f"s{at}") for at in range(running)), waiting)) == words


def test_before_anything_is_known_it_is_one() -> None:
    assert under_way(None) == "this action"


def test_several_actions_are_at_work_at_the_same_time() -> None:
    run = record(action("a", "done"), action("b"), action("c"), action("d", started=None))
    assert [row.state for row in run_lines(run, 5.0)] == ["done", "running", "running", "waiting"]
    assert counts(run) == "1 done, 2 running, 1 waiting"


def test_many_that_failed_for_one_reason_are_told_of_together() -> None:
    failed = [action(f"s{at}", "failed", SILENT) for at in range(30)]
    other = action("web", "failed", "port is taken")
    first, *rest = closing(record(*failed[:10], other, *failed[10:], state="failed"))
    assert first.endswith("31 failed")
    assert rest[0] == f"failed  30 actions: {SILENT}"
    assert rest[1].split(", ") == [f"{'        ' if at == 0 else ''}* stack/s{at}" for at in range(30)]
    assert rest[2:] == ["failed  * stack/web: port is taken"]


def test_a_few_are_told_of_one_by_one() -> None:
    _, *rest = closing(record(*(action(name, "failed", SILENT) for name in "abc"), state="failed"))
    assert rest == [f"failed  * stack/{name}: {SILENT}" for name in "abc"]


def test_the_same_words_of_what_failed_and_of_what_was_skipped_stay_apart() -> None:
    failed = [action(f"f{at}", "failed", "why") for at in range(4)]
    skipped = [action(f"s{at}", "skipped", "why") for at in range(4)]
    _, *rest = closing(record(*failed, *skipped, state="failed"))
    assert [line.split("  ")[0] for line in rest if not line.startswith(" ")] == ["failed", "skipped"]
