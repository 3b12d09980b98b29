"""Renames that a person chose: which can be, what comes after them, what is blocked."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ksync_tui.engine.base import Capabilities
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.resource import Declarations, Declared, Deployed, Live, Snapshot, Target, redeploy_digest
from ksync_tui.planner import Planner
from ksync_tui.planner.renaming import Rename
from ksync_tui.present.choices import Choices
from ksync_tui.present.entries import ReviewEntry
from ksync_tui.present.rows import Outline
from tests.unit.test_planner_origin import declare, live, stack

OLD, NEW, OTHER = Target("stack", "old"), Target("stack", "new"), Target("stack", "other")
LONG = {"environment": "A_LONG_ENOUGH_NAME = a long enough value\nANOTHER = one\n", "file_contents": "services: {}\n"}


def plan(
    declared: Sequence[Declared], existing: Sequence[Live], *renames: Rename, keeps: frozenset[str] = frozenset()
) -> Plan:
    deployed = {one.target: Deployed(redeploy_digest(one.resource)) for one in existing if one.target.kind == "stack"}
    return Planner().plan(
        Declarations(tuple(declared)),
        Snapshot(
            live={one.target: one for one in existing}, deployed=deployed, states=dict.fromkeys(deployed, "running")
        ),
        SyncOptions("lab", delete=True),
        engine="embedded",
        capabilities=Capabilities(keeps_names=keeps),
        deploy_block=lambda *_: None,
        renames=renames,
    )


@pytest.mark.parametrize(
    ("declared", "existing"),
    [
        ([NEW], [OTHER]),  # the old one is not live
        ([NEW, OLD], [OLD]),  # it is declared
        ([OTHER], [OLD]),  # the new one is not declared
        ([NEW], [OLD, NEW]),  # the name is taken
    ],
)
def test_a_rename_that_cannot_be_is_left_out(declared: list[Target], existing: list[Target]) -> None:
    found = plan([declare(one) for one in declared], [live(one) for one in existing], Rename(OLD, NEW))
    assert "rename:stack/new" not in found.by_id


def test_a_running_stack_is_renamed_and_nothing_else_is_done() -> None:
    found = plan(
        [declare(NEW, **stack(**LONG), deploy=True)], [live(OLD, **stack(**LONG), deploy=True)], Rename(OLD, NEW)
    )
    assert [action.id for action in found.actions] == ["rename:stack/new"]
    (action,) = found.actions
    assert (action.subject, action.old_name, action.reason) == (OLD, "old", "was old")


def test_what_changes_as_well_comes_after_the_rename() -> None:
    changed = {**LONG, "branch": "next"}
    found = plan(
        [declare(NEW, **stack(**changed), deploy=True)], [live(OLD, **stack(**LONG), deploy=True)], Rename(OLD, NEW)
    )
    rounds = {action.id: action.round for action in found.actions}
    assert list(rounds) == ["rename:stack/new", "update:stack/new", "deploy:stack/new"]
    assert sorted(rounds.values()) == [1, 2, 3]
    assert "rename:stack/new" in found.by_id["update:stack/new"].requires


def test_what_an_engine_cannot_rename_is_blocked() -> None:
    old, new = Target("variable", "OLD"), Target("variable", "NEW")
    found = plan([declare(new, value="1")], [live(old, value="1")], Rename(old, new), keeps=frozenset({"variable"}))
    assert "cannot be renamed" in (found.by_id["rename:variable/NEW"].blocked or "")


def test_a_likely_rename_is_one_row_that_opens_to_a_create_and_a_delete() -> None:
    found = plan([declare(NEW, **stack(**LONG))], [live(OLD, **stack(**LONG))])
    outline = Outline(found, for_choosing=True)
    (row,) = outline.entries
    assert (row.id, row.sign, row.name, row.reason) == ("rename:stack/new", "=", "old -> new", "rename? identical")
    shown = [line for line in outline.shown("", [row.id]) if isinstance(line, ReviewEntry)]
    assert [(line.id, line.parent) for line in shown] == [
        ("rename:stack/new", ""), ("create:stack/new", row.id), ("delete:stack/old", row.id),
    ]  # fmt: skip
    choices = Choices.of(found)
    assert choices.all().ticks["live"].ticked == frozenset()
    chosen = choices.choose("create:stack/new", "live")
    assert (choices.mark_of(row), chosen.mark_of(row)) == ("[ ]", "[~]")


def test_a_chosen_rename_is_a_row_like_any_other() -> None:
    found = plan([declare(NEW, **stack(**LONG))], [live(OLD, **stack(**LONG))], Rename(OLD, NEW))
    (row,) = Outline(found, for_choosing=True).entries
    assert (row.name, row.sign, row.pair) == ("old -> new", "=", ())
    assert Choices.of(found).all().mark_of(row) == "[>]"


def test_what_runs_of_a_resource_stands_in_its_row() -> None:
    found = plan([declare(OTHER, **stack(branch="next"))], [live(OTHER)])
    (row,) = Outline(found).entries
    assert row.state == "running"
    same = Outline(plan([declare(OTHER)], [live(OTHER)]), for_choosing=True, with_unchanged=True)
    assert [(entry.reason, entry.state) for entry in same.entries] == [("as declared", "running")]
