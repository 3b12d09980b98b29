"""Where differences come from holds for every resource of every kind, whatever was applied, declared and live."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ksync_tui.engine.base import Capabilities
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.origin import ORIGINS, Applied, Stamp, shared
from ksync_tui.model.plan import Action, SyncOptions
from ksync_tui.model.resource import Declarations, Declared, Live, Snapshot, SourceLocation, Target, fingerprint
from ksync_tui.planner import Planner
from ksync_tui.planner.diff import compare
from tests.property.strategies import resources

KINDS_OF_FILES = sorted(KINDS.keys() - {"resource_sync"})
"""Syncs without files take no part."""


def _named(resource: Resource) -> Resource:
    return resource.model_copy(update={"name": "one"})


def several(number: int) -> st.SearchStrategy[tuple[str, list[Resource]]]:
    """A kind and so many resources of it, all of one name."""
    return st.sampled_from(KINDS_OF_FILES).flatmap(
        lambda kind: st.tuples(st.just(kind), st.lists(resources(kind).map(_named), min_size=number, max_size=number))
    )


def updates(kind: str, base: Resource, live: Resource, declared: Resource, sync: str = "lab") -> list[Action]:
    """The updates of a plan for one resource that `sync` applied as `base`."""
    target = Target(kind, "one")
    record = Applied(Stamp(sync, 1.0), fingerprint(base), lambda: base)
    found = Planner().plan(
        Declarations((Declared(target, declared, SourceLocation("lab.toml", 1)),)),
        Snapshot({target: Live.of(target, live)}, last_applied=lambda _: (record,)),
        SyncOptions("lab"),
        engine="embedded",
        capabilities=Capabilities(),
        deploy_block=lambda *_: None,
    )
    return [action for action in found.actions if action.verb == "update"]


@given(several(2))
@settings(max_examples=150, deadline=None)
def test_what_is_live_as_applied_changed_in_the_files(drawn: tuple[str, list[Resource]]) -> None:
    kind, (base, declared) = drawn
    for action in updates(kind, base, base, declared):
        assert {action.origin, *(change.origin for change in action.changes)} == {"files"}


@given(several(2))
@settings(max_examples=150, deadline=None)
def test_what_is_declared_as_applied_changed_live(drawn: tuple[str, list[Resource]]) -> None:
    kind, (base, live) = drawn
    for action in updates(kind, base, live, base):
        assert {action.origin, *(change.origin for change in action.changes)} == {"live"}


@given(several(3))
@settings(max_examples=300, deadline=None)
def test_a_field_is_from_both_exactly_where_both_differ_from_what_was_applied(
    drawn: tuple[str, list[Resource]],
) -> None:
    kind, (base, live, declared) = drawn
    files_moved = {change.field.split(".params")[0] for change in compare(base, declared).changes}
    # A secret that live lost is one that base still has: compared the other way round it is not left out.
    seen = (*compare(base, live).changes, *compare(live, base).changes)
    live_moved = {change.field.split(".params")[0] for change in seen}
    for action in updates(kind, base, live, declared):
        assert all(change.origin in ORIGINS for change in action.changes)
        assert action.origin == shared(change.origin for change in action.changes)
        for change in action.changes:
            field = change.field.split(".params")[0]
            if "." in field.removeprefix("config."):
                continue  # a part of a table that as a whole means nothing may differ without being a change
            if field not in live_moved:
                assert change.origin == "files"
            elif field not in files_moved:
                assert change.origin == "live"
            elif field == change.field and not change.origins:  # entries have origins of their own
                assert change.origin == "both"
            for _, origin in change.origins:
                assert origin in ORIGINS


@given(several(3))
@settings(max_examples=100, deadline=None)
def test_what_another_sync_applied_says_nothing(drawn: tuple[str, list[Resource]]) -> None:
    kind, (base, live, declared) = drawn
    for action in updates(kind, base, live, declared, sync="media"):
        assert {action.origin, *(change.origin for change in action.changes)} == {None}


@given(several(3))
@settings(max_examples=100, deadline=None)
def test_after_the_update_nothing_is_pending_and_the_next_edit_is_the_files(
    drawn: tuple[str, list[Resource]],
) -> None:
    kind, (base, live, declared) = drawn
    for action in updates(kind, base, live, declared):
        assert action.proposed is not None
        assert updates(kind, action.proposed, action.proposed, declared) == []
        for edited in updates(kind, action.proposed, action.proposed, base):
            assert edited.origin == "files"
