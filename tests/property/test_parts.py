"""Parts of an update: what is chosen changes, and nothing else; what is left still differs."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.parts import with_parts
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.planner.diff import compare
from ksync_tui.planner.selection import narrowed, parts_of
from tests.property.strategies import resources


def update_of(kind: str, current: Resource, declared: Resource) -> Action:
    found = compare(current, declared)
    return Action(
        "update", Target(kind, "thing"), "differs", current=current, proposed=found.proposed, changes=found.changes
    )


@st.composite
def updates(draw: st.DrawFn) -> Action:
    """An update between two resources of one kind."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    current, declared = (draw(resources(kind)).model_copy(update={"name": "thing"}) for _ in range(2))
    action = update_of(kind, current, declared)
    assume(action.changes)
    return action


@settings(max_examples=60, deadline=None)
@given(updates(), st.data())
def test_what_is_chosen_changes_and_nothing_else(action: Action, data: st.DataObject) -> None:
    every = parts_of(action)
    chosen = data.draw(st.sets(st.sampled_from(every), min_size=1))
    plan = narrowed(Plan(SyncOptions("x"), "embedded", (action,)), {action.id: chosen})
    (narrow,) = plan.actions
    assert action.current is not None
    assert action.proposed is not None
    assert narrow.proposed is not None
    kind = action.target.kind
    assert set(parts_of(update_of(kind, action.current, narrow.proposed))) == chosen
    assert set(parts_of(update_of(kind, narrow.proposed, action.proposed))) == set(every) - chosen
    assert {change.field for change in narrow.changes} <= {change.field for change in action.changes}


@settings(max_examples=40, deadline=None)
@given(updates(), st.data())
def test_parts_taken_one_after_the_other_come_to_the_same_as_all_at_once(action: Action, data: st.DataObject) -> None:
    assert action.current is not None
    assert action.proposed is not None
    made = action.current
    for part in data.draw(st.permutations(parts_of(action))):
        made = with_parts(made, action.proposed, [part])
    assert compare(made, action.proposed).changes == ()
