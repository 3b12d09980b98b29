"""One list for both directions: of each difference the file's side, live's side, or neither; never both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action, Direction, Plan, SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.planner.diff import compare
from ksync_tui.planner.selection import parts_of
from ksync_tui.present.choices import Choices
from ksync_tui.present.directions import to_file, turned
from ksync_tui.present.entries import ReviewEntry
from ksync_tui.present.rows import Outline
from ksync_tui.present.ticks import Ticks

WEB, DEPLOY, NEW, OLD = "update:stack/web", "deploy:stack/web", "create:stack/new", "delete:stack/old"
A, B, C = (f"config.environment.{key}" for key in "ABC")


def stack(name: str, environment: str = "") -> object:
    return KINDS["stack"].model.model_validate({"name": name, "config": {"environment": environment}})


def plan() -> Plan:
    before, after = stack("web", "A = 1\nB = 1\nC = 1\n"), stack("web", "A = 2\nB = 2\nC = 2\n")
    changes = compare(before, after).changes  # type: ignore[arg-type]
    return Plan(
        SyncOptions("lab", managed=True), "embedded",
        (
            Action("update", Target("stack", "web"), "environment", current=before, proposed=after, changes=changes),  # type: ignore[arg-type]
            Action("deploy", Target("stack", "web"), "changed", requires=(WEB,)),
            Action("create", Target("stack", "new"), "new", proposed=stack("new")),  # type: ignore[arg-type]
            Action("delete", Target("stack", "old"), "not declared", current=stack("old")),  # type: ignore[arg-type]
        ),
    )  # fmt: skip


def choices() -> Choices:
    made = plan()
    return Choices({"live": Ticks(made), "file": Ticks(to_file(made))})


def chosen(found: Choices) -> dict[str, list[str]]:
    return {way: sorted(ticks.ticked) for way, ticks in found.ticks.items()}


def test_taking_the_other_side_gives_up_the_first_with_what_needed_it() -> None:
    found = choices().choose(DEPLOY, "live").choose(WEB, "file")
    assert chosen(found) == {"live": [], "file": [WEB]}
    assert (found.mark(WEB), found.mark(DEPLOY)) == ("[<]", "[ ]")
    assert found.note == "also unticked: deploy stack/web"


def test_of_three_entries_one_goes_each_way_and_one_is_left() -> None:
    found = choices().choose_part(WEB, A, "live").choose_part(WEB, B, "file")
    assert [found.part_mark(WEB, part) for part in (A, B, C)] == ["[>]", "[<]", "[ ]"]
    assert found.mark(WEB) == "[~]"
    assert found.reason(Outline(plan()).by_id[WEB]) == "> environment.A; < environment.B"
    assert [action.parts for action in found.ticks["live"].selection] == [(A,)]
    assert [action.parts for action in found.ticks["file"].selection] == [(B,)]
    assert found.totals == "4 pending · 1 ticked · 1 to file"
    assert found.choose(WEB, "live").mark(WEB) == "[>]"
    assert chosen(found.choose(WEB, "live"))["file"] == []


def test_a_part_taken_from_what_goes_the_other_way_leaves_the_rest_there() -> None:
    found = choices().choose(WEB, "live").choose_part(WEB, B, "file")
    assert [found.part_mark(WEB, part) for part in (A, B, C)] == ["[>]", "[<]", "[>]"]


@pytest.mark.parametrize(("action_id", "back"), [(NEW, "delete:stack/new"), (OLD, "create:stack/old")])
def test_what_only_one_side_has_is_made_there_or_taken_away_here(action_id: str, back: str) -> None:
    found = choices().choose(action_id, "file")
    assert chosen(found) == {"live": [], "file": [back]}
    assert found.mark(action_id) == "[<]"
    assert chosen(found.choose(action_id, "live")) == {"live": [action_id], "file": []}
    assert turned(turned(action_id)) == action_id


def test_a_row_reads_as_the_side_that_is_chosen_whichever_way_the_list_is_read() -> None:
    made = replace(choices().choose(OLD, "live").choose(NEW, "file"), shown="file")
    rows = {entry.id: made.row(entry) for entry in Outline(to_file(plan())).entries}
    assert {(row.sign, row.name, row.reason) for row in rows.values()} >= {("-", "old", "not declared")}
    assert rows[turned(NEW)].sign == "-"
    assert replace(choices().choose(OLD, "file"), shown="live").row(Outline(plan()).by_id[OLD]).sign == "+"


def test_a_deploy_has_no_side_in_a_file() -> None:
    found = choices().choose(DEPLOY, "file")
    assert chosen(found) == {"live": [], "file": []}
    assert "a file holds no deploys" in (found.note or "")


def test_a_second_tick_chooses_neither() -> None:
    for way in ("live", "file"):
        found = choices().toggle(WEB, way)  # type: ignore[arg-type]
        assert chosen(found.toggle(WEB, "live")) == {"live": [], "file": []}


def test_a_heading_takes_one_side_for_all_but_deletes() -> None:
    group = Outline(plan()).groups[0]
    found = choices().choose_all(group.entries, "file")
    assert chosen(found) == {"live": [], "file": ["create:stack/old", WEB]}
    assert "1 delete left out" in (found.note or "")
    assert chosen(found.none()) == {"live": [], "file": []}


STEPS = st.lists(
    st.tuples(
        st.sampled_from([WEB, DEPLOY, NEW, OLD]), st.sampled_from([None, A, B, C]), st.sampled_from(["live", "file"]),
        st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


@given(STEPS)
def test_nothing_is_ever_chosen_for_both_sides(steps: list[tuple[str, str | None, str, bool]]) -> None:
    found = choices()
    for action_id, part, way, toggles in steps:
        if part is not None and action_id == WEB:
            found = (found.toggle_part if toggles else found.choose_part)(WEB, part, way)  # type: ignore[arg-type]
        else:
            found = (found.toggle if toggles else found.choose)(action_id, way)  # type: ignore[arg-type]
        live, file = found.ticks["live"], found.ticks["file"]
        for action_id_ in live.ticked & {turned(other) for other in file.ticked}:
            every = frozenset(parts_of(plan().by_id[action_id_]))
            mine, theirs = live.parts.get(action_id_, every), file.parts.get(turned(action_id_), every)
            assert mine
            assert theirs
            assert not mine & theirs


# ------------------------------------------------------- an update and its deploy are one row


def rows(found: Plan) -> Outline:
    return Outline(found, for_choosing=True)


def web_row() -> ReviewEntry:
    return rows(plan()).by_id[WEB]


def test_a_deploy_stands_in_the_row_of_what_it_deploys() -> None:
    outline = rows(plan())
    assert [(row.sign, row.name) for row in outline.entries] == [("+", "new"), ("~*", "web"), ("-", "old")]
    below = outline.shown("", {WEB})
    assert [(line.sign, line.id) for line in below if isinstance(line, ReviewEntry) and line.parent] == [("*", DEPLOY)]
    assert [row.sign for row in rows(to_file(plan())).entries if row.name == "web"] == ["~"]
    assert [line.id for line in outline.shown("deploy") if isinstance(line, ReviewEntry)] == [WEB]


@pytest.mark.parametrize(
    ("steps", "mark"),
    [
        ((), "[ ]"),
        ((("row", "live"),), "[>]"),
        ((("row", "file"),), "[<]"),
        ((("row", "live"), ("row", "file")), "[<]"),
        ((("row", "live"), ("toggle", "live")), "[ ]"),
        ((("row", "file"), ("toggle", "live")), "[ ]"),
        ((("update", "live"),), "[~]"),
        ((("update", "live"), ("toggle", "live")), "[>]"),
        ((("deploy", "live"),), "[>]"),
        ((("deploy", "live"), ("toggle", "live")), "[ ]"),
        ((("part", "live"),), "[~]"),
        ((("part", "file"), ("deploy", "live")), "[>]"),
    ],
)
def test_the_box_of_a_row_speaks_for_all_that_it_stands_for(
    steps: tuple[tuple[str, Direction], ...], mark: str
) -> None:
    found, row = choices(), web_row()
    for what, way in steps:
        match what:
            case "row":
                found = found.take(row, way)
            case "toggle":
                found = found.toggle_line(row, way)
            case "part":
                found = found.choose_part(WEB, A, way)
            case _:
                found = found.choose(DEPLOY if what == "deploy" else WEB, way)
    assert found.mark_of(row) == mark


def test_a_row_brings_its_deploy_only_where_that_is_possible() -> None:
    blocked = replace(plan().by_id[DEPLOY], blocked="no Docker host is mapped")
    made = replace(plan(), actions=tuple(blocked if one.id == DEPLOY else one for one in plan().actions))
    row = rows(made).by_id[WEB]
    assert row.reason == "environment; no Docker host is mapped"
    found = Choices.of(made).take(row, "live")
    assert chosen(found) == {"live": [WEB], "file": []}
    assert (found.mark_of(row), found.note) == ("[>]", None)


def test_a_heading_chooses_deploys_with_their_rows() -> None:
    group = rows(plan()).groups[0]
    found = choices().choose_all(group.pending, "live")
    assert chosen(found)["live"] == [NEW, DEPLOY, WEB]
    assert found.count(group) == 2
    assert chosen(choices().toggle_all(group.pending).toggle_all(group.pending)) == {"live": [], "file": []}


def test_a_row_that_comes_along_says_for_what() -> None:
    other = Action("deploy", Target("deployment", "api"), "after web", requires=(DEPLOY,))
    made = replace(plan(), actions=(*plan().actions, other))
    row = rows(made).by_id[WEB]
    assert Choices.of(made).choose(other.id, "live").reason(row) == "needed by api"
    assert Choices.of(made).choose(DEPLOY, "live").reason(row) == "environment"
