"""Which side moved since a sync applied something last: in the files, live, or both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ksync_tui.engine.base import Capabilities
from ksync_tui.errors import StoreError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.mentions import mentions
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.origin import Applied, Origin, Stamp, shared
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import (
    Declarations,
    Declared,
    LastApplied,
    Live,
    Reference,
    Snapshot,
    SourceLocation,
    Target,
    fingerprint,
)
from ksync_tui.planner import Planner
from ksync_tui.planner.undo import undo

WEB = Target("stack", "web")
LAB = SyncOptions("lab", delete=True)


def make(target: Target, **fields: Any) -> Resource:
    return KINDS[target.kind].model.model_validate({"name": target.name, **fields})


def declare(target: Target, **fields: Any) -> Declared:
    resource = make(target, **fields)
    references = tuple(Reference(path, Target(*named), needed) for path, *named, needed in mentions(resource))
    return Declared(target, resource, SourceLocation("lab.toml", 1), references=references)


def live(target: Target, **fields: Any) -> Live:
    return Live.of(target, make(target, **fields))


def stack(**config: Any) -> dict[str, Any]:
    return {"config": config}


def applied(target: Target, sync: str = "lab", at: float = 100.0, **fields: Any) -> Applied:
    resource = make(target, **fields)
    return Applied(Stamp(sync, at), fingerprint(resource), lambda: resource)


def kept(target: Target, *records: Applied) -> LastApplied:
    """A record of what was applied to one target."""
    return lambda asked: records if asked == target else ()


def plan_of(
    declared: Sequence[Declared],
    existing: Sequence[Live],
    last_applied: LastApplied | None,
    planner: Planner | None = None,
    capabilities: Capabilities | None = None,
) -> Plan:
    return (planner or Planner()).plan(
        Declarations(tuple(declared)),
        Snapshot({one.target: one for one in existing}, last_applied=last_applied),
        LAB,
        engine="embedded",
        capabilities=capabilities or Capabilities(),
        deploy_block=lambda *_: None,
    )


def only(found: Plan) -> Action:
    (action,) = found.actions
    return action


def web(environment: str = "A = 1\n", server: str = "edge") -> dict[str, Any]:
    return stack(environment=environment, server_id=server)


BEFORE = web()


@pytest.mark.parametrize(
    ("here", "there", "origins", "whole"),
    [
        (BEFORE, web("A = 2\n"), ["files"], "files"),
        (web("A = 2\n"), BEFORE, ["live"], "live"),
        (web("A = 2\n"), web("A = 3\n"), ["both"], "both"),
        (web("A = 2\n"), web(server="b"), ["files", "live"], "both"),
        (web("# why\nA = 1\n\n", "a"), web(server="b"), ["both"], "both"),
        (web("# why\nA = 1\n\n"), web("A: 1\n", "b"), ["files"], "files"),
        (web(""), BEFORE, ["live"], "live"),
        (BEFORE | {"tags": ["b", "a"]}, BEFORE | {"tags": ["c"]}, ["both"], "both"),
    ],
    ids=["file", "live", "both", "one field each", "one field twice", "by meaning", "emptied live", "sets"],
)
def test_a_field_says_which_side_moved(
    here: dict[str, Any], there: dict[str, Any], origins: list[Origin], whole: Origin
) -> None:
    base = applied(WEB, **BEFORE)
    action = only(plan_of([declare(WEB, **there)], [live(WEB, **here)], kept(WEB, base)))
    assert [change.origin for change in action.changes] == origins
    assert action.origin == whole
    assert action.applied == Stamp("lab", 100.0)


def test_a_nested_field_is_looked_for_where_it_was() -> None:
    target = Target("deployment", "api")

    def image(name: str, **params: Any) -> dict[str, Any]:
        return {"config": {"image": {"type": name, "params": params}}}

    here, there = image("Image", image="api:1"), image("Image", image="api:2")
    other = applied(target, **image("Build", build_id="api"))
    action = only(plan_of([declare(target, **there)], [live(target, **here)], kept(target, other)))
    assert [(change.field, change.origin) for change in action.changes] == [("config.image.params.image", "both")]
    same = applied(target, description="old", **here)
    action = only(plan_of([declare(target, **there)], [live(target, **here)], kept(target, same)))
    assert [change.origin for change in action.changes] == ["files"]


def test_what_another_sync_applied_is_no_base_but_is_told() -> None:
    base = applied(WEB, "media", 70.0, **BEFORE)
    action = only(plan_of([declare(WEB, **stack(server_id="b"))], [live(WEB, **BEFORE)], kept(WEB, base)))
    assert {change.origin for change in action.changes} == {None}
    assert (action.origin, action.applied) == (None, Stamp("media", 70.0))


def test_the_own_base_holds_although_another_sync_came_later() -> None:
    here = stack(environment="A = 2\n", server_id="edge")
    records = applied(WEB, "media", 170.0, **here), applied(WEB, **BEFORE)
    action = only(plan_of([declare(WEB, **BEFORE)], [live(WEB, **here)], kept(WEB, *records)))
    assert (action.origin, action.applied) == ("live", Stamp("media", 170.0))


@pytest.mark.parametrize(
    ("records", "origin", "reason"),
    [
        ((), None, "new"),
        ((applied(WEB, "media"),), None, "new"),
        ((applied(WEB),), "live", "it was deleted live"),
    ],
    ids=["nobody's", "another's", "own"],
)
def test_a_create_tells_what_was_deleted_live_from_what_is_new(
    records: tuple[Applied, ...], origin: Origin | None, reason: str
) -> None:
    action = only(plan_of([declare(WEB)], [], kept(WEB, *records)))
    assert (action.verb, action.origin, action.reason) == ("create", origin, reason)


@pytest.mark.parametrize(
    ("records", "origin", "reason"),
    [
        ((), "live", "not declared"),
        ((applied(WEB, "media"),), None, "not declared"),
        ((applied(WEB),), "files", "no longer declared"),
    ],
    ids=["made by hand", "another's", "taken out of the file"],
)
def test_a_delete_tells_what_left_the_files_from_what_was_made_by_hand(
    records: tuple[Applied, ...], origin: Origin | None, reason: str
) -> None:
    other = Target("server", "edge")
    found = plan_of([declare(other)], [live(WEB), live(other)], kept(WEB, *records))
    assert (only(found).verb, only(found).origin, only(found).reason) == ("delete", origin, reason)


def test_an_engine_without_a_record_tells_nothing() -> None:
    found = plan_of([declare(WEB, **BEFORE)], [live(WEB), live(Target("stack", "old"))], None)
    assert {(action.origin, action.applied) for action in found.actions} == {(None, None)}


def test_only_what_differs_is_looked_up() -> None:
    asked: list[Target] = []

    def records(target: Target) -> Sequence[Applied]:
        asked.append(target)
        return ()

    same = Target("stack", "same")
    plan_of([declare(WEB, **BEFORE), declare(same)], [live(WEB), live(same)], records)
    assert asked == [WEB]


@pytest.mark.parametrize("side", ["live", "declared"])
def test_where_a_side_is_as_applied_the_base_is_not_even_read(side: str) -> None:
    def fail() -> Resource:
        raise AssertionError("the base was read")

    here, there = stack(server_id="a"), stack(server_id="b")
    untouched = make(WEB, **(here if side == "live" else there))
    base = Applied(Stamp("lab", 1.0), fingerprint(untouched), fail)
    action = only(plan_of([declare(WEB, **there)], [live(WEB, **here)], kept(WEB, base)))
    assert action.origin == ("files" if side == "live" else "live")


def test_a_base_that_cannot_be_read_leaves_the_origin_open() -> None:
    def lost() -> Resource:
        raise StoreError("what was applied is no longer kept")

    base = Applied(Stamp("lab", 1.0), "0", lost)
    action = only(plan_of([declare(WEB, **BEFORE)], [live(WEB)], kept(WEB, base)))
    assert (action.origin, action.changes[0].origin) == (None, None)


def test_planning_again_follows_a_base_that_moved_and_reads_one_that_did_not_only_once() -> None:
    planner, declared, existing = Planner(), declare(WEB, **stack(server_id="b")), live(WEB, **stack(server_id="a"))
    reads: list[str] = []

    def base(server: str) -> Applied:
        resource = make(WEB, **stack(server_id=server))
        return Applied(Stamp("lab", 1.0), fingerprint(resource), lambda: reads.append(server) or resource)

    found = [
        only(plan_of([declared], [existing], kept(WEB, base(server)), planner)).origin for server in ("c", "c", "b")
    ]
    assert found == ["both", "both", "live"]
    assert reads == ["c"]


def test_a_secret_without_a_value_is_managed_elsewhere_whatever_was_applied() -> None:
    target = Target("variable", "TOKEN")
    base = applied(target, is_secret=True, value="one")
    declared, existing = declare(target, is_secret=True, description="new"), live(target, is_secret=True, value="two")
    action = only(plan_of([declared], [existing], kept(target, base)))
    assert [(change.field, change.origin) for change in action.changes] == [("description", "files")]


def test_what_an_engine_has_no_place_for_does_not_count_as_moved() -> None:
    base = applied(WEB, deploy=True, **stack(server_id="a"))
    core = Capabilities(keeps_deploy=False)
    declared = declare(WEB, deploy=True, **stack(server_id="b"))
    found = plan_of([declared], [live(WEB, **stack(server_id="a"))], kept(WEB, base), capabilities=core)
    assert found.by_id["update:stack/web"].origin == "files"


def test_for_choosing_new_ones_are_from_the_files_and_a_deploy_is_from_where_what_it_needs_is() -> None:
    new, edited, drifted, follower = (Target("stack", name) for name in ("new", "edited", "drifted", "follower"))
    settled = {"deploy": True, **stack(environment="A = 1\n")}
    moved = {"deploy": True, **stack(environment="A = 2\n")}
    declared = [
        declare(new, deploy=True),
        declare(edited, **moved),
        declare(drifted, **settled),
        declare(follower, after=["edited", "drifted"], **settled),
    ]
    existing = [live(edited, **settled), live(drifted, **moved), live(follower, after=["edited", "drifted"], **settled)]
    found = plan_of(declared, existing, lambda target: (applied(target, **settled),) if target != new else ())
    assert found.origins == {
        "create:stack/new": "files", "deploy:stack/new": "files",
        "update:stack/edited": "files", "deploy:stack/edited": "files",
        "update:stack/drifted": "live", "deploy:stack/drifted": "live",
        "deploy:stack/follower": "both",
    }  # fmt: skip
    assert [action.id for action in found.only("live").actions] == ["update:stack/drifted", "deploy:stack/drifted"]
    assert found.by_id["create:stack/new"].origin is None
    chosen = found.select(found.only("both").by_id)
    assert chosen.added.keys() == {
        "update:stack/edited", "deploy:stack/edited", "update:stack/drifted", "deploy:stack/drifted",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("origins", "found"),
    [([], None), ([None, "live"], None), (["live", "live"], "live"), (["files", "live"], "both"), (["both"], "both")],
)
def test_what_several_share(origins: list[Origin | None], found: Origin | None) -> None:
    assert shared(origins) == found


def test_the_way_back_of_a_run_has_no_origin() -> None:
    existing = live(WEB, **BEFORE)
    found = plan_of([declare(WEB, **stack(server_id="b"))], [existing], kept(WEB, applied(WEB, **BEFORE)))
    chosen = found.select([only(found).id])
    proposed = only(found).proposed
    assert proposed is not None
    back = only(undo(chosen, [only(found).id], Snapshot({WEB: Live.of(WEB, proposed)})))
    assert (back.origin, {change.origin for change in back.changes}) == (None, {None})


@pytest.mark.parametrize(
    ("was", "here", "there", "field", "entries"),
    [
        ("A = 1\nB = 1\n", "A = 1\nB = 9\n", "A = 2\nB = 1\n", "both", {"A": "files", "B": "live"}),
        ("A = 1\nB = 1\n", "A = 2\nB = 1\n", "A = 2\nB = 2\n", "files", {"B": "files"}),
        ("A = 1\n", "A = 2\n", "A = 3\n", "both", {"A": "both"}),
        ("A = 1\nB = 1\n", "A = 1\nB = 1\nC = 1\n", "A = 1\n", "both", {"B": "files", "C": "live"}),
    ],
)
def test_each_entry_has_its_own_origin(was: str, here: str, there: str, field: str, entries: dict[str, Origin]) -> None:
    found = plan_of(
        [declare(WEB, **stack(environment=there))],
        [live(WEB, **stack(environment=here))],
        kept(WEB, applied(WEB, **stack(environment=was))),
    )
    (change,) = next(action for action in found.actions if action.verb == "update").changes
    assert change.origin == field
    assert {part.rpartition(".")[2]: origin for part, origin in change.origins} == entries
