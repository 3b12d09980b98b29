"""What a command prints of a run in which several actions go on at the same time."""

from __future__ import annotations

import pytest

from ksync_tui.cli.output import Output
from ksync_tui.model.events import ActionEnded, ActionLog, ActionRecord, ActionStarted, RunRecord
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Target

WEB, DB = (Action("deploy", Target("stack", name), "due") for name in ("web", "db"))


@pytest.fixture
def output() -> Output:
    return Output(plain=True, json=False)


def test_a_line_says_whose_it_is_where_several_go_on(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    tell = output.event(Plan(SyncOptions("homelab"), "core", (WEB, DB)).select([WEB.id, DB.id]))
    for event in (
        ActionStarted(WEB.id, 1.0),
        ActionLog(WEB.id, "pulling"),
        ActionStarted(DB.id, 1.0),
        ActionLog(DB.id, "pulling"),
        ActionLog(WEB.id, "starting"),
        ActionEnded(WEB.id, "done", 2.0),
        ActionLog(DB.id, "starting"),
        ActionEnded(DB.id, "failed", 3.0, "no space"),
    ):
        tell(event)
    assert capsys.readouterr().err.splitlines() == [
        "  pulling",
        "  stack/db: pulling",
        "  stack/web: starting",
        "[1/2] done    * stack/web",
        "  starting",
        "[2/2] failed  * stack/db: no space",
    ]


def record(*actions: ActionRecord) -> RunRecord:
    return RunRecord(1, "homelab", "core", "running", 0.0, None, "ana", actions)


def test_who_watches_hears_of_each_end_once_in_whatever_order_they_come(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = [ActionRecord(f"create:stack/{name}", 1, f"+ stack/{name}") for name in "abc"]
    ends = zip(waiting, (9.0, 4.0, 6.0), strict=True)
    done = [ActionRecord(one.action, 1, one.title, "done", 1.0, at) for one, at in ends]
    shown: set[str] = set()
    output.outcomes(record(waiting[0], done[1], waiting[2]), shown)
    output.outcomes(record(done[0], done[1], done[2]), shown)
    output.outcomes(record(*done), shown)
    assert capsys.readouterr().err.splitlines() == [
        "[1/3] done    + stack/b",
        "[2/3] done    + stack/c",
        "[3/3] done    + stack/a",
    ]


def test_lines_of_a_run_that_is_watched_say_whose_they_are(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    running = [ActionRecord(one.id, 1, f"* {one.target}", None, 1.0) for one in (WEB, DB)]
    output.lines([(WEB.id, "pulling")], record(*running))
    output.lines([(WEB.id, "starting")], record(running[0]))
    assert capsys.readouterr().err.splitlines() == ["  stack/web: pulling", "  starting"]
