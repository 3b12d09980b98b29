"""What holds for every plan, whatever is declared and live."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ksync_tui.engine.base import Capabilities
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.fields import Table, schema
from ksync_tui.model.kinds.mentions import mentions
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.references import after_cycles
from ksync_tui.model.resource import (
    Declarations,
    Declared,
    Deployed,
    DeployState,
    Live,
    Reference,
    Snapshot,
    SourceLocation,
    Target,
    canonical_of,
    redeploy_digest,
)
from ksync_tui.planner import Planner
from ksync_tui.planner.diff import compare
from tests.property.strategies import any_resource, resources

EMBEDDED, CORE = Capabilities(), Capabilities(keeps_deploy=False, refuses_dangling=True)
WRITES = ("create", "update", "delete")


def declared_of(target: Target, resource: Resource) -> Declared:
    references = tuple(
        Reference(path, Target(kind, name), needed) for path, kind, name, needed in mentions(resource) if name
    )
    return Declared(target, resource, SourceLocation("lab.toml", 1), references=references)


def plan_of(
    declared: list[Declared],
    snapshot: Snapshot,
    options: SyncOptions,
    capabilities: Capabilities = EMBEDDED,
    planner: Planner | None = None,
) -> Plan:
    return (planner or Planner()).plan(
        Declarations(tuple(declared)),
        snapshot,
        options,
        engine="embedded",
        capabilities=capabilities,
        deploy_block=lambda one, _: "no host" if getattr(one.settings, "server_id", "").startswith("a") else None,
    )


STATES: st.SearchStrategy[DeployState | None] = st.sampled_from([None, "running", "down", "not_deployed", "unknown"])


@st.composite
def _fate(draw: st.DrawFn, target: Target, resource: Resource) -> tuple[list[Declared], list[Live]]:
    """A resource that is declared, live, both alike, or both and different."""
    declared, live = declared_of(target, resource), Live.of(target, resource)
    fate = draw(st.sampled_from(["declared", "live", "same", "changed", "blocked"]))
    if fate in ("declared", "live", "same"):
        return ([declared] if fate != "live" else []), ([live] if fate != "declared" else [])
    other = draw(resources(target.kind)).model_copy(update={"name": target.name})
    blocked = "an error" if fate == "blocked" else None
    return [replace(declared, blocked=blocked)], [Live.of(target, other)]


@st.composite
def inventories(draw: st.DrawFn) -> tuple[list[Declared], Snapshot]:
    """A few resources with their fates, and what is known of those that can be deployed."""
    drawn = dict(draw(st.lists(any_resource(), max_size=6)))
    declared: list[Declared] = []
    live: list[Live] = []
    for target, resource in drawn.items():
        ours, theirs = draw(_fate(target, resource))
        declared += ours
        live += theirs
    deployable = [one for one in live if KINDS[one.target.kind].deployable]
    states = {one.target: state for one in deployable if (state := draw(STATES))}
    records = {one.target: Deployed(redeploy_digest(one.resource)) for one in deployable if draw(st.booleans())}
    return declared, Snapshot({one.target: one for one in live}, states, records)


OPTIONS = st.builds(
    SyncOptions,
    st.just("lab"),
    include_resources=st.booleans(),
    include_variables=st.booleans(),
    managed=st.booleans(),
    delete=st.booleans(),
)
ENGINES = st.sampled_from([EMBEDDED, CORE])


@given(inventories(), OPTIONS, ENGINES, st.data())
@settings(max_examples=150, deadline=None)
def test_every_selection_is_closed_and_in_order(
    inventory: tuple[list[Declared], Snapshot], options: SyncOptions, capabilities: Capabilities, data: st.DataObject
) -> None:
    found = plan_of(*inventory, options, capabilities)
    assert len(found.by_id) == len(found.actions)
    assert [action.round for action in found.actions] == sorted(action.round for action in found.actions)
    for action in found.actions:
        assert all(found.by_id[needed].round < action.round for needed in action.requires)
        assert not action.destructive or options.deletes
    open_ = [action.id for action in found.actions if action.blocked is None]
    ticked = data.draw(st.lists(st.sampled_from(open_), unique=True)) if open_ else []
    selection = found.select(ticked)
    assert all(action.blocked is None for action in selection)
    assert all(needed in selection for action in selection for needed in action.requires)


@given(inventories(), ENGINES)
@settings(max_examples=100, deadline=None)
def test_declared_is_created_changed_or_unchanged_and_live_is_kept_or_deleted(
    inventory: tuple[list[Declared], Snapshot], capabilities: Capabilities
) -> None:
    declared, snapshot = inventory
    # syncs are left out: those without files take no part
    declared = [one for one in declared if one.target.kind != "resource_sync"]
    found = plan_of(declared, snapshot, SyncOptions("lab", delete=True), capabilities)
    written = [action for action in found.actions if action.verb in ("create", "update")]
    assert len(written) + sum(found.unchanged.values()) == len(declared)
    for action in found.actions:
        assert (action.target in snapshot.live) is (action.verb != "create") or action.verb == "deploy"
        assert (action.verb == "update") is bool(action.changes)


def applied(found: Plan, snapshot: Snapshot) -> Snapshot:
    live = dict(snapshot.live)
    for action in found.actions:
        if action.verb == "delete":
            del live[action.target]
        elif action.verb in WRITES and action.proposed is not None:
            live[action.target] = Live.of(action.target, action.proposed)
    return replace(snapshot, live=live)


@given(inventories(), OPTIONS)
@settings(max_examples=100, deadline=None)
def test_a_plan_that_was_carried_out_leaves_nothing_to_write(
    inventory: tuple[list[Declared], Snapshot], options: SyncOptions
) -> None:
    declared, snapshot = inventory
    planner = Planner()
    found = plan_of(declared, snapshot, options, planner=planner)
    found = plan_of(declared, applied(found, snapshot), options, planner=planner)
    assert [action.id for action in found.actions if action.verb in WRITES] == []


@given(any_resource())
@settings(max_examples=100, deadline=None)
def test_what_is_equal_is_no_change(drawn: tuple[Target, Resource]) -> None:
    resource = drawn[1]
    assert compare(resource, type(resource).model_validate(resource.model_dump())).changes == ()


PAIRS_OF_ONE_KIND = st.sampled_from(list(KINDS)).flatmap(lambda kind: st.tuples(resources(kind), resources(kind)))


@given(PAIRS_OF_ONE_KIND)
@settings(max_examples=300, deadline=None)
def test_unequal_meanings_always_show_a_field_and_equal_ones_never(pair: tuple[Resource, Resource]) -> None:
    live, declared = pair[0], pair[1].model_copy(update={"name": pair[0].name})
    found = compare(live, declared)
    assert bool(found.changes) is (canonical_of(live) != canonical_of(found.proposed))
    for change in found.changes:
        assert change.current != change.proposed
        json.dumps([change.current, change.proposed])


TOKEN = "hunter2-hunter2"


def planted(table: Table) -> Table:
    """The same table with TOKEN in every secret field, however deep."""
    values = {}
    for field in schema(type(table)):
        value = table.__dict__[field.name]
        values[field.name] = TOKEN if field.secret else _planted(value)
    return table.model_copy(update=values)


def _planted(value: Any) -> Any:
    if isinstance(value, Table):
        return planted(value)
    if isinstance(value, list):
        return [_planted(entry) for entry in value]
    return {key: _planted(entry) for key, entry in value.items()} if isinstance(value, dict) else value


@given(PAIRS_OF_ONE_KIND, st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_change_that_holds_a_secret_is_marked(pair: tuple[Resource, Resource], on_live: bool) -> None:
    live, declared = (planted(pair[0]), pair[1]) if on_live else (pair[0], planted(pair[1]))
    assert isinstance(live, Resource)
    assert isinstance(declared, Resource)
    for change in compare(live, declared).changes:
        assert change.secret or TOKEN not in json.dumps([change.current, change.proposed])


GRAPHS = st.lists(st.lists(st.integers(0, 9), max_size=3, unique=True), min_size=1, max_size=10)


@given(GRAPHS, st.lists(st.booleans(), min_size=10, max_size=10))
@settings(max_examples=150, deadline=None)
def test_any_graph_of_after_ends_in_rounds(graph: list[list[int]], wanted: list[bool]) -> None:
    stacks = [
        Stack(name=f"s{at}", deploy=wanted[at], after=[f"s{other}" for other in others])
        for at, others in enumerate(graph)
    ]
    declared = [declared_of(Target("stack", stack.name), stack) for stack in stacks]
    found = Planner().plan(
        Declarations(tuple(declared)),
        Snapshot(),
        SyncOptions("lab"),
        engine="embedded",
        capabilities=EMBEDDED,
        deploy_block=lambda *_: None,
    )
    deploys = {action.target: action for action in found.actions if action.verb == "deploy"}
    assert len(deploys) == sum(stack.deploy for stack in stacks)
    waits = {one.target: one.after for one in declared if one.deploy}
    stuck = {target for cycle in after_cycles(waits, waits) for target in cycle}
    for target, action in deploys.items():
        waiting = [Target("stack", name) for name in waits[target] if Target("stack", name) in deploys]
        assert (action.blocked is not None) is (
            target in stuck or any(deploys[other].blocked is not None for other in waiting)
        )
        for other in waiting:
            assert action.blocked or deploys[other].round < action.round
