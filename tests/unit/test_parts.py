"""Parts of a resource: a field, an entry of a text or of a list."""

from __future__ import annotations

from typing import Any

import pytest

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.parts import covers, with_parts
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.planner.diff import compare
from ksync_tui.planner.selection import narrowed, narrowed_to, parts_of
from tests.contract.engines import make


def stack(**config: Any) -> Resource:
    return KINDS["stack"].model.model_validate({"name": "web", "config": config})


def update(before: Resource, after: Resource) -> Action:
    found = compare(before, after)
    return Action(
        "update", Target("stack", "web"), "differs", current=before, proposed=found.proposed, changes=found.changes,
        consequences=("Redeploys web",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("here", "there", "part", "made"),
    [
        ("A = 1\nB = 2\n", "A = 9\nB = 9\n", "A", "A = 9\nB = 2\n"),
        ("# top\nA = 1 # why\nB = 2\n", "A = 1\nB = 9\n", "B", "# top\nA = 1 # why\nB = 9\n"),
        ("A = 1\nB = 2\n", "B = 2\n", "A", "B = 2\n"),
        ("A = 1\nC = 3\n", "A = 1\nB = 2\nC = 4\n", "B", "A = 1\nB = 2\nC = 3\n"),
        ("C = 3\n", "B = 2\nC = 3\n", "B", "B = 2\nC = 3\n"),
        ("", "B = 2\nC = 3\n", "C", "C = 3\n"),
        ("A = 1\n", "", "A", ""),
        ("A.B = 1\nA = 2\n", "A.B = 3\nA = 4\n", "A.B", "A.B = 3\nA = 2\n"),
        ("# only a note\n", "# only a note\nA = 1\n", "A", "# only a note\nA = 1\n"),
    ],
)
def test_one_entry_of_a_text_is_taken_and_the_other_lines_stay(here: str, there: str, part: str, made: str) -> None:
    result = with_parts(stack(environment=here), stack(environment=there), [f"config.environment.{part}"])
    assert result.config.environment == made  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("here", "there", "part", "made"),
    [
        (["a", "b"], ["b", "c"], "c", ["a", "b", "c"]),
        (["a", "b"], ["b", "c"], "a", ["b"]),
        ([], ["a", "b"], "b", ["b"]),
    ],
)
def test_one_value_of_a_list_is_taken(here: list[str], there: list[str], part: str, made: list[str]) -> None:
    result = with_parts(stack(links=here), stack(links=there), [f"config.links.{part}"])
    assert result.config.links == made  # type: ignore[attr-defined]


def test_one_stage_of_a_procedure_is_taken() -> None:
    def procedure(*stages: tuple[str, bool]) -> Resource:
        table = {"stages": [{"name": name, "enabled": enabled} for name, enabled in stages]}
        return KINDS["procedure"].model.model_validate({"name": "nightly", "config": table})

    before, after = procedure(("a", True), ("b", True)), procedure(("a", False), ("b", False), ("c", True))
    made = with_parts(before, after, ["config.stages.b", "config.stages.c"])
    assert [(stage.name, stage.enabled) for stage in made.config.stages] == [  # type: ignore[attr-defined]
        ("a", True), ("b", False), ("c", True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ({"environment": "A = 1\nB = 2\n"}, {"environment": "A = 2\nC = 3\n"}, ["A", "B", "C"]),
        ({"file_contents": "a: 1\nb: 2\n"}, {"file_contents": "a: 2\nb: 2\n"}, [""]),
        ({"environment": "no pair\n"}, {"environment": "A = 2\n"}, [""]),
        ({"extra_args": ["a", "a"]}, {"extra_args": ["a"]}, [""]),
        ({"extra_args": ["a", "b"]}, {"extra_args": ["b", "a"]}, [""]),
    ],
)
def test_only_what_has_entries_is_taken_apart(before: dict[str, Any], after: dict[str, Any], parts: list[str]) -> None:
    (field,) = before
    found = parts_of(update(stack(**before), stack(**after)))
    assert found == tuple(f"config.{field}.{part}" if part else f"config.{field}" for part in parts)


def test_a_plan_is_narrowed_to_what_was_chosen() -> None:
    action = update(
        stack(environment="A = 1\nB = 1\n", branch="main"), stack(environment="A = 2\nB = 2\n", branch="next")
    )
    plan = Plan(SyncOptions("x"), "embedded", (action,))
    (narrow,) = narrowed(plan, {action.id: ["config.environment.B"]}).actions
    assert narrow.proposed == stack(environment="A = 1\nB = 2\n", branch="main")
    assert [(change.field, change.proposed) for change in narrow.changes] == [("config.environment", "A = 1\nB = 2\n")]
    assert (narrow.reason, narrow.parts) == ("environment", ("config.environment.B",))
    (branch,) = narrowed(plan, {action.id: ["config.branch"]}).actions
    assert (branch.reason, branch.parts) == ("branch", ("config.branch",))
    assert narrowed(plan, {action.id: parts_of(action)}).actions == (action,)
    assert narrowed(plan, {action.id: ["config.environment"]}).actions[0].parts == (
        "config.environment.A", "config.environment.B",
    )  # fmt: skip


def test_an_update_of_which_nothing_chosen_is_left_is_not_done_as_a_whole() -> None:
    action = update(stack(branch="main"), stack(branch="next"))
    plan = Plan(SyncOptions("x"), "embedded", (action,))
    assert narrowed(plan, {action.id: ["config.environment.B"]}).actions == ()


def test_an_entry_whose_name_begins_with_another_is_not_chosen_with_it() -> None:
    action = update(stack(environment="tls = 1\ntls.resolver = a\n"), stack(environment="tls = 2\ntls.resolver = b\n"))
    plan = Plan(SyncOptions("x"), "embedded", (action,))
    (narrow,) = narrowed(plan, {action.id: ["config.environment.tls"]}).actions
    assert narrow.parts == ("config.environment.tls",)
    assert narrow.proposed == stack(environment="tls = 2\ntls.resolver = a\n")


def test_a_part_covers_what_is_in_it() -> None:
    assert covers(["config.environment"], "config.environment.A")
    assert not covers(["config.environment.A"], "config.environment")
    assert not covers(["config.env"], "config.environment")


def test_the_value_of_a_secret_goes_only_with_its_being_secret() -> None:
    """A secret without a value is managed elsewhere: emptied alone, it would stay as it is."""
    live, declared = (make("variable", "A", **fields) for fields in ({"value": "x", "is_secret": True}, {"value": ""}))
    changes = compare(live, declared).changes
    action = Action("update", Target("variable", "A"), "differs", current=live, proposed=declared, changes=changes)
    assert narrowed_to(action, ["value"]) == action
    narrow = narrowed_to(action, ["is_secret"])
    assert narrow is not None
    assert narrow.parts == ("is_secret",)
