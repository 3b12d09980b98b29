"""What a plan holds: what is done, takes part, blocks (semantics c.3, c.4, h; architecture rules 2 to 6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ksync_tui.engine.base import Capabilities
from ksync_tui.errors import SelectionError, StoreError
from ksync_tui.model.kinds.mentions import mentions
from ksync_tui.model.kinds.registry import KINDS, RUN_ORDER
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.resource import (
    Broken,
    Declarations,
    Declared,
    Live,
    Problem,
    Reference,
    Snapshot,
    SourceLocation,
    Target,
    redeploy_digest,
)
from ksync_tui.model.rules import Rule
from ksync_tui.planner import Planner, confirmation, exceeds_safe_change
from ksync_tui.planner.checks import check

CORE = Capabilities(keeps_deploy=False, refuses_dangling=True)
DELETING = SyncOptions("lab", delete=True)
EDIT = "(`ksync syncs edit lab --include"
GROUPS = f"{EDIT}-user-groups`)"


def target(text: str) -> Target:
    kind, _, name = text.partition("/")
    return Target(kind, name)


def declare(text: str, line: int = 1, blocked: str | None = None, **fields: Any) -> Declared:
    named = target(text)
    resource = KINDS[named.kind].model.model_validate({"name": named.name, **fields})
    references = tuple(Reference(path, Target(kind, name), needed) for path, kind, name, needed in mentions(resource))
    return Declared(named, resource, SourceLocation("lab.toml", line), references=references, blocked=blocked)


def live(text: str, **fields: Any) -> Live:
    one = declare(text, **fields)
    return Live.of(one.target, one.resource)


def plan_of(
    declared: list[Declared],
    existing: list[Live] | None = None,
    options: SyncOptions | None = None,
    capabilities: Capabilities | None = None,
    itself: Target | None = None,
    **source: Any,
) -> Plan:
    snapshot = Snapshot({one.target: one for one in existing or []})
    return Planner().plan(
        Declarations(tuple(declared), **source),
        snapshot,
        options or SyncOptions("lab"),
        engine="embedded",
        capabilities=capabilities or Capabilities(),
        deploy_block=lambda *_: None,
        itself=itself,
    )


def ids(found: Plan) -> list[str]:
    return [action.id for action in found.actions]


# ------------------------------------------------------------------------------------------- what is to be done


def test_declared_and_not_live_is_created() -> None:
    found = plan_of([declare("server/edge", 7, config={"address": "edge:8120"})])
    (action,) = found.actions
    assert (action.id, action.reason, action.sign, action.current) == ("create:server/edge", "new", "+", None)
    assert action.place == SourceLocation("lab.toml", 7)
    assert action.fingerprint is None
    assert action.proposed == declare("server/edge", config={"address": "edge:8120"}).resource


def test_a_difference_is_an_update_that_names_its_fields_as_a_file_does() -> None:
    old = live("stack/web", config={"server_id": "a", "environment": "A = 1\n"}, description="old")
    found = plan_of([declare("stack/web", config={"server_id": "b", "environment": "A = 2\n"})], [old])
    (action,) = found.actions
    assert action.id == "update:stack/web"
    assert action.reason == "description, server, environment"
    assert [change.field for change in action.changes] == ["description", "config.server_id", "config.environment"]
    assert action.fingerprint == old.fingerprint


def test_what_means_the_same_is_unchanged_and_counted_by_kind() -> None:
    found = plan_of(
        [declare("stack/a", config={"environment": "A = 1 # one\n"}), declare("server/b"), declare("server/c")],
        [live("stack/a", config={"environment": "- A: 1\n\n"}), live("server/b"), live("server/c", tags=[])],
    )
    assert found.actions == ()
    assert found.unchanged == {"stack": 1, "server": 2}
    assert found.summary["unchanged"] == 3


def test_equal_fingerprints_are_not_looked_at_further() -> None:
    one = declare("stack/web")

    def fail() -> Any:
        raise AssertionError("the live resource was built")

    assert plan_of([one], [Live(one.target, one.fingerprint, fail)]).actions == ()


def test_without_delete_nothing_live_is_touched() -> None:
    assert plan_of([declare("server/a")], [live("server/a"), live("stack/old")]).actions == ()


@pytest.mark.parametrize("options", [DELETING, SyncOptions("lab", managed=True)])
def test_with_delete_or_managed_what_is_not_declared_is_deleted(options: SyncOptions) -> None:
    found = plan_of([declare("server/a")], [live("server/a"), live("stack/old")], options)
    (action,) = found.actions
    assert (action.id, action.reason, action.destructive) == ("delete:stack/old", "not declared", True)
    assert action.current is not None
    assert action.fingerprint == live("stack/old").fingerprint


@pytest.mark.parametrize(
    ("declared", "source"),
    [
        ([declare("server/a")], {"complete": False}),
        ([], {}),
        ([], {"complete": False}),
        ([], {"broken": (Broken(SourceLocation("lab.toml", 1), None, "not TOML"),), "complete": False}),
    ],
)
def test_a_source_that_is_empty_or_partly_unreadable_deletes_nothing_and_says_so(
    declared: list[Declared], source: dict[str, Any]
) -> None:
    found = plan_of(declared, [live("stack/old")], DELETING, **source)
    assert not any(action.destructive for action in found.actions)
    assert found.deletes_held
    assert plan_of(declared, [], DELETING, **source).deletes_held is None


def test_the_problems_of_the_source_are_those_of_the_plan() -> None:
    problem = Problem(Rule.UNKNOWN_KEY, "warning", SourceLocation("lab.toml", 3), "unknown key")
    assert plan_of([], problems=(problem,)).problems == (problem,)


# ------------------------------------------------------------------------------------------- what takes part


@pytest.mark.parametrize(
    ("switch", "kept"),
    [
        ({"include_resources": False}, ["create:variable/V", "create:user_group/g"]),
        ({"include_variables": False}, ["create:user_group/g", "create:server/s"]),
        ({"include_user_groups": False}, ["create:variable/V", "create:server/s"]),
    ],
)
def test_include_switches_leave_whole_groups_out(switch: dict[str, Any], kept: list[str]) -> None:
    declared = [declare("server/s"), declare("variable/V"), declare("user_group/g")]
    options = SyncOptions("lab", delete=True, **switch)
    assert ids(plan_of(declared, [], options)) == kept
    existing = [Live.of(one.target, one.resource) for one in declared]
    deleted = ids(plan_of([declare("action/a")], existing, options))
    assert {one for one in deleted if one.startswith("delete")} == {one.replace("create", "delete") for one in kept}


def test_match_tags_limit_both_sides_but_not_variables_and_groups() -> None:
    options = SyncOptions("lab", delete=True, match_tags=("prod", "eu"))
    found = plan_of(
        [declare("stack/in", tags=["eu", "x", "prod"]), declare("stack/half", tags=["prod"]), declare("variable/V")],
        [live("stack/gone", tags=["prod", "eu"]), live("stack/other", tags=["eu"]), live("variable/OLD")],
        options,
    )
    assert ids(found) == ["create:variable/V", "create:stack/in", "delete:stack/gone", "delete:variable/OLD"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"match_tags": ("prod", "eu")}, ["4 declared, none has all of: prod, eu"]),
        ({"match_tags": ("PROD",)}, ["4 declared, none has the tag: PROD; the files have prod"]),
        ({"match_tags": ("prod",)}, ["3 of 4 declared left out, without the tag: prod"]),
        (
            {"include_variables": False},
            [f"2 variables declared, left out: include_variables is off {EDIT}-variables`)"],
        ),
        ({"include_user_groups": False}, [f"1 user group declared, left out: include_user_groups is off {GROUPS}"]),
        ({"include_resources": False}, ["4 resources declared, left out: include_resources is off"]),
        ({}, []),
    ],
)
def test_what_the_options_of_a_sync_leave_out_is_said(options: dict[str, Any], said: list[str]) -> None:
    declared = [
        declare("stack/a", tags=["prod"]), declare("stack/b", tags=["eu"]), declare("stack/c"), declare("server/d"),
        declare("variable/A"), declare("variable/B"), declare("user_group/G"),
    ]  # fmt: skip
    options = {"include_variables": True, "include_user_groups": True, **options}
    assert list(plan_of(declared, options=SyncOptions("lab", **options)).left_out) == said


def test_a_plan_in_which_nothing_takes_part_is_empty_and_not_in_sync() -> None:
    assert plan_of([declare("stack/a")], options=SyncOptions("lab", match_tags=("prod",))).empty
    assert not plan_of([declare("stack/a")], [live("stack/a")]).empty


def test_one_name_that_leads_nowhere_is_one_warning_with_all_its_places() -> None:
    names = [declare(f"stack/s{at}", line=at, config={"server_id": "gone"}) for at in range(1, 28)]
    checked = check(Declarations(tuple(names)), {}, lambda one, _: one.place)
    (problem,) = checked.problems
    assert problem.message == (
        "server 'gone' is neither declared nor live; named in 27 places: "
        "lab.toml:1, lab.toml:2, lab.toml:3, lab.toml:4, lab.toml:5 and 22 more"
    )
    assert [place.line for place in problem.places] == list(range(1, 28))


def test_a_tag_that_brings_a_resource_into_the_sync_is_an_update_not_a_failing_create() -> None:
    options = SyncOptions("lab", match_tags=("prod",))
    found = plan_of([declare("stack/web", tags=["prod"])], [live("stack/web", tags=[])], options)
    assert [(action.id, action.reason) for action in found.actions] == [("update:stack/web", "tags")]


def test_a_declared_resource_that_lost_its_tag_is_left_alone_not_deleted() -> None:
    options = SyncOptions("lab", delete=True, match_tags=("prod",))
    found = plan_of(
        [declare("stack/web"), declare("stack/a", tags=["prod"])], [live("stack/web", tags=["prod"])], options
    )
    assert ids(found) == ["create:stack/a"]


FILES = {"files_on_host": True, "resource_path": ["lab"]}


@pytest.mark.parametrize(
    ("config", "takes_part"),
    [
        ({}, False),
        ({"file_contents": "x"}, False),
        (FILES, True),
        ({"repo": "a/b"}, True),
        ({"linked_repo": "r"}, True),
        ({**FILES, "file_contents": "x"}, False),
    ],
)
def test_only_syncs_with_files_are_managed_by_a_sync(config: dict[str, Any], takes_part: bool) -> None:
    assert bool(plan_of([declare("resource_sync/other", config=config)]).actions) is takes_part
    deleted = plan_of([declare("server/a")], [live("resource_sync/other", config=config)], DELETING)
    assert ("delete:resource_sync/other" in ids(deleted)) is takes_part


def test_an_inline_sync_in_the_way_of_a_declared_one_blocks_its_update() -> None:
    found = plan_of([declare("resource_sync/lab", config=FILES)], [live("resource_sync/lab")])
    (action,) = found.actions
    assert action.verb == "update"
    assert "inline" in (action.blocked or "")


def test_a_sync_does_not_delete_itself_and_changes_itself_last() -> None:
    itself = Target("resource_sync", "lab")
    existing = [live("resource_sync/lab", config=FILES), live("stack/old")]
    assert ids(plan_of([declare("server/a")], existing, DELETING, itself=itself)) == [
        "create:server/a",
        "delete:stack/old",
    ]
    own = declare("resource_sync/lab", config={**FILES, "delete": True})
    found = plan_of([own, declare("stack/web", deploy=True)], existing, DELETING, itself=itself)
    assert ids(found)[-1] == "update:resource_sync/lab"
    assert found.actions[-1].round > found.actions[-2].round


# ------------------------------------------------------------------------------------------- what blocks


def test_an_error_in_the_file_blocks_what_it_touches_and_keeps_it() -> None:
    found = plan_of(
        [
            declare("stack/new", blocked="cycle"),
            declare("stack/old", blocked="cycle", description="x"),
            declare("stack/same", blocked="cycle"),
        ],
        [live("stack/old"), live("stack/same")],
        DELETING,
    )
    assert [(action.id, action.blocked, action.sign) for action in found.actions] == [
        ("create:stack/new", "cycle", "x"),
        ("update:stack/old", "cycle", "x"),
    ]
    with pytest.raises(SelectionError):
        found.select(["create:stack/new"])


def test_a_broken_block_shows_as_blocked_and_its_live_resource_is_neither_changed_nor_deleted() -> None:
    broken = tuple(
        Broken(SourceLocation("lab.toml", 9), target(name), "wrong type") for name in ("stack/web", "stack/new")
    )
    found = plan_of([declare("server/a")], [live("stack/web"), live("server/a")], DELETING, broken=broken)
    assert [(action.id, action.blocked, action.proposed) for action in found.actions] == [
        ("update:stack/web", "wrong type", None),
        ("create:stack/new", "wrong type", None),
    ]


def test_a_target_declared_twice_is_blocked_and_stands_in_the_plan_once() -> None:
    found = plan_of([declare("stack/web", 1), declare("stack/web", 9, description="other")])
    (action,) = found.actions
    assert action.blocked
    assert "more than once" in action.blocked


def test_a_live_record_that_cannot_be_read_costs_only_itself() -> None:
    def fail() -> Any:
        raise StoreError("the record is damaged")

    bad = [Live(target("stack/web"), "x", fail), Live(target("stack/old"), "y", fail)]
    found = plan_of([declare("stack/web"), declare("server/a")], bad, DELETING)
    assert {action.id: action.blocked for action in found.actions} == {
        "create:server/a": None,
        "update:stack/web": "the record is damaged",
        "delete:stack/old": "the record is damaged",
    }


def test_core_refuses_what_leads_nowhere_and_the_plan_says_which_line_to_add() -> None:
    web = declare("stack/web", config={"server_id": "edge"})
    (action,) = plan_of([web], capabilities=CORE).actions
    assert action.blocked == 'server edge is neither declared nor live: add a block [[server]] with name = "edge"'
    (action,) = plan_of([web], capabilities=Capabilities()).actions
    assert action.blocked is None


def test_on_core_a_create_needs_the_create_of_what_it_names_and_is_blocked_with_it() -> None:
    web = declare("stack/web", config={"server_id": "edge"})
    found = plan_of([web, declare("server/edge")], capabilities=CORE)
    assert found.by_id["create:stack/web"].requires == ("create:server/edge",)
    assert found.select(["create:stack/web"]).added == {"create:server/edge": "create:stack/web"}
    found = plan_of([web, declare("server/edge", blocked="bad port")], capabilities=CORE)
    assert found.by_id["create:stack/web"].blocked == "needs server/edge, whose create is blocked: bad port"
    found = plan_of([web, declare("server/edge")], [live("server/edge")], capabilities=CORE)
    assert found.by_id["create:stack/web"].requires == ()


def test_on_embedded_a_create_needs_nothing_else() -> None:
    found = plan_of([declare("stack/web", config={"server_id": "edge"}), declare("server/edge")])
    assert ids(found) == ["create:server/edge", "create:stack/web"]
    assert found.by_id["create:stack/web"].requires == ()


def test_a_declared_resource_outside_the_sync_does_not_count_as_there() -> None:
    found = plan_of(
        [declare("stack/web", tags=["t"], config={"server_id": "edge"}), declare("server/edge")],
        options=SyncOptions("lab", match_tags=("t",)),
        capabilities=CORE,
    )
    assert "not included in this sync" in (found.actions[0].blocked or "")


def test_an_alerter_may_name_what_does_not_exist() -> None:
    resources = [{"type": "Server", "id": "nowhere"}]
    (action,) = plan_of([declare("alerter/a", config={"resources": resources})], capabilities=CORE).actions
    assert action.blocked is None


def procedure(name: str, runs: str) -> Declared:
    execution = {"type": "RunProcedure", "params": {"procedure": runs}}
    stage = {"name": "s", "executions": [{"execution": execution}]}
    return declare(f"procedure/{name}", config={"stages": [stage]})


def test_procedures_that_run_each_other_in_any_order_are_fine() -> None:
    found = plan_of([procedure("a", "b"), procedure("b", "a")])
    assert [(action.id, action.blocked) for action in found.actions] == [
        ("create:procedure/a", None),
        ("create:procedure/b", None),
    ]
    found = plan_of([procedure("a", "b"), procedure("b", "c"), declare("procedure/c")], capabilities=CORE)
    assert ids(found) == ["create:procedure/c", "create:procedure/b", "create:procedure/a"]
    found = plan_of([procedure("a", "b"), procedure("b", "a")], capabilities=CORE)
    assert all("reference each other" in (action.blocked or "") for action in found.actions)


# ------------------------------------------------------------------------------------------- deletes and renames


def test_a_delete_says_who_still_names_it() -> None:
    found = plan_of([declare("stack/web", config={"server_id": "edge"})], [live("server/edge")], DELETING)
    assert found.by_id["delete:server/edge"].consequences == ("Still named by stack/web",)


def test_a_delete_says_what_names_it_live_too() -> None:
    """A Core takes the name out of what is live, whether or not that is chosen as well."""
    there = [live("server/edge"), live("stack/web", config={"server_id": "edge"}), live("stack/old")]
    named = [declare("stack/web"), declare("stack/old")]
    found = plan_of(named, there, DELETING)
    assert found.by_id["delete:server/edge"].consequences == ("Still named by stack/web",)


COMPOSE = "services:\n  wiki:\n    image: wiki:2\n    ports: [80:80]\n    volumes: [data:/data]\n"


@pytest.mark.parametrize("options", [SyncOptions("lab"), DELETING])
def test_a_create_and_something_undeclared_that_look_alike_are_hinted_as_a_rename(options: SyncOptions) -> None:
    wiki = declare("stack/wiki", config={"file_contents": COMPOSE.replace("wiki:2", "wiki:3")})
    other = declare("stack/other", config={"file_contents": "services: {}"})
    old = live("stack/old-wiki", config={"file_contents": COMPOSE})
    found = plan_of([wiki, other], [old, live("deployment/wiki")], options)
    (hint,) = found.renames
    assert (hint.old, hint.new) == (target("stack/old-wiki"), target("stack/wiki"))
    assert 85 <= hint.likeness <= 100


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (declare("variable/A", value="true"), live("variable/B", value="true")),
        (declare("server/a"), live("server/b")),
        (
            declare("server/a", config={"address": "https://a:8120"}),
            live("server/b", config={"address": "https://b:8120"}),
        ),
        (declare("repo/x", config={"repo": COMPOSE}), live("build/x", config={"repo": COMPOSE})),
    ],
)
def test_small_or_different_resources_are_no_rename(new: Declared, old: Live) -> None:
    assert plan_of([new], [old], DELETING).renames == ()


def test_a_resource_is_in_one_rename_hint_at_most() -> None:
    config = {"file_contents": COMPOSE}
    found = plan_of(
        [declare("stack/a", config=config), declare("stack/b", config=config)], [live("stack/c", config=config)]
    )
    assert [(hint.new, hint.likeness) for hint in found.renames] == [(target("stack/a"), 100)]


# ------------------------------------------------------------------------------------------- order and safety


def test_kinds_come_in_the_order_of_a_run_and_deletes_the_other_way() -> None:
    named = [kind if kind != "variable" else "V" for kind in sorted(KINDS)]
    texts = [f"{kind}/{name}" for kind, name in zip(sorted(KINDS), named, strict=True)]
    extra: dict[str, dict[str, Any]] = {"resource_sync": {"config": FILES}}
    declared = [declare(text, **extra.get(text.partition("/")[0], {})) for text in texts]
    existing = [Live.of(one.target._replace(name="old"), one.resource) for one in declared]
    found = plan_of(declared, existing, DELETING)
    kinds = [(action.verb, action.target.kind) for action in found.actions]
    assert kinds == [("create", kind) for kind in RUN_ORDER] + [("delete", kind) for kind in reversed(RUN_ORDER)]
    assert [action.round for action in found.actions] == list(range(1, 27))


def test_inside_a_round_declared_resources_keep_file_order_and_deletes_go_by_name() -> None:
    found = plan_of([declare("server/z"), declare("server/a")], [live("server/y"), live("server/b")], DELETING)
    assert ids(found) == ["create:server/z", "create:server/a", "delete:server/b", "delete:server/y"]
    assert [action.round for action in found.actions] == [1, 1, 2, 2]


def many(count: int, changed: int, deleted: int) -> Plan:
    declared = [declare(f"server/s{at}", description="new" if at < changed else "") for at in range(count - deleted)]
    return plan_of(declared, [live(f"server/s{at}") for at in range(count)], DELETING)


def test_deletes_and_big_changes_must_be_typed() -> None:
    found = many(20, 2, 2)
    updates, (one, two) = ids(found)[:2], ids(found)[2:]
    assert confirmation(found.select(updates)).kind == "none"
    asked = confirmation(found.select([one]))
    assert (asked.kind, asked.expected) == ("name", "s18")
    assert asked.accepts("s18 ")
    assert not asked.accepts("")
    asked = confirmation(found.select([one, two]))
    assert (asked.kind, asked.expected) == ("count", "2")


@pytest.mark.parametrize(("changed", "asked"), [(6, "none"), (7, "count")])
def test_more_than_thirty_percent_changed_asks_for_the_count(changed: int, asked: str) -> None:
    found = many(20, changed, 0)
    selection = found.select(ids(found))
    assert confirmation(selection).kind == asked
    assert (exceeds_safe_change(selection) is None) is (asked == "none")


def test_in_a_handful_of_resources_a_part_says_nothing() -> None:
    found = many(3, 3, 0)
    assert exceeds_safe_change(found.select(ids(found))) is None
    assert confirmation(found.select(ids(found))).accepts("")


# ------------------------------------------------------------------------------------------- planning again


def test_planning_again_gives_the_same_plan_and_sees_what_changed() -> None:
    planner = Planner()
    existing = {one.target: one for one in (live("stack/web", description="old"), live("stack/b"))}
    arguments: dict[str, Any] = {
        "engine": "core",
        "capabilities": CORE,
        "deploy_block": lambda *_: None,
    }
    declared = [declare("stack/web", deploy=True), declare("stack/b", deploy=True)]

    def again(resources: list[Declared]) -> Plan:
        return planner.plan(Declarations(tuple(resources)), Snapshot(existing), SyncOptions("lab"), **arguments)

    first = again(declared)
    assert again(declared) == first
    assert again([declare("stack/web", description="old"), declared[1]]).summary["update"] == 0
    assert again([replace(declared[0], blocked="cycle")]).by_id["update:stack/web"].blocked == "cycle"
    assert again(declared) == first


def test_an_engine_without_deploy_flags_does_not_compare_them() -> None:
    declared = [declare("stack/web", deploy=True, after=["db"]), declare("stack/db")]
    existing = [live("stack/web"), live("stack/db")]
    assert plan_of(declared, existing, capabilities=CORE).summary["update"] == 0
    found = plan_of(declared, existing)
    assert [change.field for change in found.by_id["update:stack/web"].changes] == ["deploy", "after"]


def test_redeploy_digests_tell_fields_that_redeploy_from_others() -> None:
    def digest(**config: Any) -> str:
        return redeploy_digest(declare("stack/web", config=config).resource)

    assert digest() == digest(links=["http://a"], auto_pull=False)
    assert digest(environment="A = 1\n") == digest(environment="- A: 1 # one\n")
    assert digest(environment="A = 1\n") != digest(environment="A = 2\n")
