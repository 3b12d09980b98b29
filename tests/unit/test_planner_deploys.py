"""What is deployed, why, after whom, what stands in the way (semantics c.7 without h.1 to h.5; architecture rule 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ksync_tui.engine.base import Capabilities
from ksync_tui.model.kinds.mentions import mentions
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Plan, SyncOptions
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
    redeploy_digest,
)
from ksync_tui.planner import Planner


def target(text: str) -> Target:
    kind, _, name = text.partition("/")
    return Target(kind, name)


def declare(text: str, blocked: str | None = None, **fields: Any) -> Declared:
    named = target(text)
    fields = {"deploy": True} | fields if KINDS[named.kind].deployable else fields
    resource = KINDS[named.kind].model.model_validate({"name": named.name, **fields})
    references = tuple(Reference(path, Target(kind, name), needed) for path, kind, name, needed in mentions(resource))
    return Declared(named, resource, SourceLocation("lab.toml", 1), references=references, blocked=blocked)


def as_live(*declared: Declared) -> list[Live]:
    return [Live.of(one.target, one.resource) for one in declared]


def deployed(declared: Declared, outstanding: str | None = None, fingerprint: bool = True) -> Deployed:
    return Deployed(redeploy_digest(declared.resource), outstanding, declared.fingerprint if fingerprint else None)


def plan_of(
    declared: list[Declared],
    live: list[Live] | None = None,
    states: dict[str, DeployState] | None = None,
    records: dict[str, Deployed] | None = None,
    options: SyncOptions | None = None,
    blocks: dict[str, str] | None = None,
    capabilities: Capabilities | None = None,
    **seen: Any,
) -> Plan:
    return Planner().plan(
        Declarations(tuple(declared)),
        Snapshot(
            {one.target: one for one in live or []},
            {target(text): state for text, state in (states or {}).items()},
            {target(text): record for text, record in (records or {}).items()},
            **seen,
        ),
        options or SyncOptions("lab"),
        engine="embedded",
        capabilities=capabilities or Capabilities(),
        deploy_block=lambda resource, _: (blocks or {}).get(getattr(resource.settings, "server_id", "")),
    )


def deploys(found: Plan) -> dict[str, str]:
    return {str(action.target): action.reason for action in found.actions if action.verb == "deploy"}


# ------------------------------------------------------------------------------------------- reasons

WEB = declare("stack/web", config={"environment": "A = 1\n", "links": ["http://web"]})


def test_what_is_new_is_deployed_after_its_creation() -> None:
    found = plan_of([WEB])
    assert deploys(found) == {"stack/web": "deploy on creation"}
    deploy = found.by_id["deploy:stack/web"]
    assert deploy.requires == ("create:stack/web",)
    assert deploy.fingerprint == WEB.fingerprint
    assert deploy.proposed == WEB.resource
    assert found.by_id["create:stack/web"].consequences == ("Deploys web",)


@pytest.mark.parametrize(
    ("state", "record", "reason"),
    [
        ("running", deployed(WEB), None),
        (None, deployed(WEB), None),
        ("unknown", deployed(WEB), None),
        ("running", None, None),
        ("running", deployed(WEB, fingerprint=False), None),
        ("down", deployed(WEB), "stack has down state"),
        ("unhealthy", None, "stack has unhealthy state"),
        ("not_deployed", deployed(WEB), "stack has not_deployed state"),
        ("not_deployed", None, "not deployed yet"),
        (None, None, "not deployed yet"),
        ("not_deployed", Deployed(None, "deploy on creation"), "deploy on creation"),
        ("running", deployed(WEB, "stack db was deployed"), "stack db was deployed"),
        (None, deployed(WEB, "deploy on creation"), "deploy on creation"),
        ("running", Deployed(), None),
    ],
)
def test_state_and_record_decide(state: DeployState | None, record: Deployed | None, reason: str | None) -> None:
    found = plan_of([WEB], as_live(WEB), {"stack/web": state} if state else {}, {"stack/web": record} if record else {})
    assert deploys(found).get("stack/web") == reason
    assert not [action for action in found.actions if action.verb != "deploy"]


@pytest.mark.parametrize("state", ["running", None])
def test_a_change_that_was_applied_but_not_deployed_stays_due_and_names_its_fields(state: DeployState | None) -> None:
    before = declare("stack/web", config={"environment": "A = 0\n", "server_id": "edge", "links": ["http://old"]})
    found = plan_of([WEB], as_live(WEB), {"stack/web": state} if state else {}, {"stack/web": deployed(before)})
    assert deploys(found) == {"stack/web": "config has changed: environment, server"}


def test_a_change_of_fields_that_do_not_redeploy_deploys_nothing() -> None:
    before = declare("stack/web", config={"environment": "A = 1\n"}, description="old")
    found = plan_of([WEB], as_live(before), {"stack/web": "running"}, {"stack/web": deployed(before)})
    assert [action.id for action in found.actions] == ["update:stack/web"]


@pytest.mark.parametrize(("old", "due"), [("A = 0\n", True), ("A = 1\n", False)])
def test_without_a_record_the_plans_own_update_decides(old: str, due: bool) -> None:
    before = declare("stack/web", config={"environment": old})
    found = plan_of([WEB], as_live(before), {"stack/web": "running"})
    assert deploys(found) == ({"stack/web": "config has changed: environment"} if due else {})
    if due:
        assert found.by_id["deploy:stack/web"].requires == ("update:stack/web",)
        assert found.by_id["update:stack/web"].consequences == ("Redeploys web",)


def test_live_that_drifted_back_from_what_runs_is_updated_and_not_deployed() -> None:
    drifted = declare("stack/web", config={"environment": "A = 0\n"})
    found = plan_of([WEB], as_live(drifted), {"stack/web": "running"}, {"stack/web": deployed(WEB)})
    assert [action.id for action in found.actions] == ["update:stack/web"]


@pytest.mark.parametrize(
    "options",
    [SyncOptions("lab", include_resources=False), SyncOptions("lab", match_tags=("prod",))],
)
def test_what_takes_no_part_is_not_deployed(options: SyncOptions) -> None:
    assert plan_of([WEB], as_live(WEB), {"stack/web": "down"}, options=options).actions == ()


def test_what_is_not_to_be_deployed_is_not() -> None:
    quiet = declare("stack/web", deploy=False)
    assert deploys(plan_of([quiet])) == {}
    assert deploys(plan_of([quiet], as_live(WEB), {"stack/web": "down"})) == {}


def test_a_failed_parent_does_not_count_as_done() -> None:
    db, api = declare("stack/db"), declare("deployment/api", after=["db"])
    found = plan_of([db, api])
    assert "deploy:stack/db" in found.by_id["deploy:deployment/api"].requires


LOGGER = declare("deployment/logger", config={"image": {"type": "Build", "params": {"build_id": "app"}}})
PINNED = declare(
    "deployment/logger", config={"image": {"type": "Build", "params": {"build_id": "app", "version": "1.0.0"}}}
)


@pytest.mark.parametrize(
    ("declared", "ran", "built", "reason"),
    [
        (LOGGER, "1.0.0", "1.0.1", "build has new version: 1.0.1"),
        (LOGGER, "1.0.1", "1.0.1", None),
        (LOGGER, "1.0.0", None, None),
        (PINNED, None, "1.0.1", None),
    ],
    ids=["newer", "the same", "never built", "pinned"],
)
def test_the_latest_of_a_build_follows_it_and_a_pinned_one_does_not(
    declared: Declared, ran: str | None, built: str | None, reason: str | None
) -> None:
    record = replace(deployed(declared), built=ran)
    found = plan_of(
        [declared, declare("build/app")],
        as_live(declared),
        {"deployment/logger": "running"},
        {"deployment/logger": record},
        built={"app": built} if built else {},
    )
    assert deploys(found).get("deployment/logger") == reason


def test_files_that_say_something_else_now_are_deployed_again() -> None:
    seen = {"changed_files": {WEB.target: ("compose.yaml", "redis.conf")}}
    found = plan_of([WEB], as_live(WEB), {"stack/web": "running"}, {"stack/web": deployed(WEB)}, **seen)
    assert deploys(found) == {"stack/web": "file contents have changed: compose.yaml, redis.conf"}


def test_a_host_that_is_silent_is_a_warning_and_blocks_what_would_be_deployed_there() -> None:
    quiet, edge = declare("stack/quiet", config={"server_id": "edge"}), declare("server/edge")
    due = declare("stack/due", config={"server_id": "edge"})
    state = {"live": as_live(quiet, due, edge), "records": {"stack/quiet": deployed(quiet)}}
    found = plan_of([quiet, due, edge], **state, unreachable={"edge": "nobody is at home"})
    assert deploys(found) == {"stack/due": "not deployed yet"}
    assert "does not answer: nobody is at home" in (found.by_id["deploy:stack/due"].blocked or "")
    (problem,) = found.problems
    assert (problem.severity, problem.target) == ("warning", edge.target)
    assert "server 'edge' does not answer" in problem.message


@pytest.mark.parametrize(("record", "removal"), [(deployed(WEB), "down"), (Deployed(None, "new"), None), (None, None)])
def test_a_delete_takes_down_what_was_deployed(record: Deployed | None, removal: str | None) -> None:
    records = {"stack/web": record} if record else {}
    found = plan_of([declare("stack/other")], as_live(WEB), {}, records, SyncOptions("lab", delete=True))
    assert found.by_id["delete:stack/web"].removal == removal


def test_what_stands_in_the_way_may_depend_on_what_the_plan_creates() -> None:
    edge = declare("server/edge", config={"address": "here"})
    asked: list[Any] = []

    def block(resource: Any, find: Any) -> str | None:
        asked.append(find(Target("server", resource.settings.server_id)))
        return None

    web = declare("stack/web", config={"server_id": "edge"})
    Planner().plan(
        Declarations((edge, web)),
        Snapshot(),
        SyncOptions("lab"),
        engine="embedded",
        capabilities=Capabilities(),
        deploy_block=block,
    )
    assert asked == [edge.resource]


# ------------------------------------------------------------------------------------------- after


def settled(*declared: Declared) -> dict[str, Any]:
    return {
        "live": as_live(*declared),
        "states": {str(one.target): "running" for one in declared},
        "records": {str(one.target): deployed(one) for one in declared},
    }


def test_a_parent_that_deploys_takes_its_dependents_along_in_rounds() -> None:
    db, api, worker = (
        declare("stack/db"),
        declare("deployment/api", after=["db"]),
        declare("stack/worker", after=["api"]),
    )
    other = declare("stack/other", after=["nothing-of-this"])
    state = settled(db, api, worker, other)
    assert plan_of([worker, api, db, other], **state).actions == ()
    state["states"]["stack/db"] = "down"
    found = plan_of([worker, api, db, other], **state)
    assert [(action.id, action.round) for action in found.actions] == [
        ("deploy:stack/db", 1),
        ("deploy:deployment/api", 2),
        ("deploy:stack/worker", 3),
    ]
    assert deploys(found)["deployment/api"] == "Stack parent dependency 'db' is deploying"
    assert deploys(found)["stack/worker"] == "Deployment parent dependency 'api' is deploying"
    assert found.by_id["deploy:stack/db"].consequences == ("then api, worker",)
    selection = found.select(["deploy:stack/worker"])
    assert selection.added == {
        "deploy:deployment/api": "deploy:stack/worker",
        "deploy:stack/db": "deploy:deployment/api",
    }


def test_an_unchanged_parent_is_not_needed() -> None:
    db, api = declare("stack/db"), declare("deployment/api", after=["db"])
    found = plan_of([db, api], as_live(db), {"stack/db": "running"}, {"stack/db": deployed(db)})
    assert found.by_id["deploy:deployment/api"].requires == ("create:deployment/api",)


def test_a_parent_that_is_not_to_be_deployed_takes_nobody_along() -> None:
    db, api = declare("stack/db", deploy=False), declare("deployment/api", after=["db"])
    state = settled(db, api)
    state["states"]["stack/db"] = "down"
    assert deploys(plan_of([db, api], **state)) == {}


@pytest.mark.parametrize(
    ("own", "others", "parent"),
    [
        ("deployment/api", ["stack/db"], "stack/db"),
        ("stack/api", ["deployment/db"], "deployment/db"),
        ("stack/api", ["stack/db", "deployment/db"], "deployment/db"),
        ("deployment/db", ["stack/db"], "stack/db"),
        ("stack/db", ["deployment/db"], "deployment/db"),
    ],
)
def test_after_means_the_dependency_by_its_own_name(own: str, others: list[str], parent: str) -> None:
    found = plan_of([declare(own, after=["db"]), *(declare(other) for other in others)])
    assert found.by_id[f"deploy:{own}"].requires == (f"create:{own}", f"deploy:{parent}")


def test_a_circle_of_after_ends_and_blocks_only_who_is_in_it() -> None:
    a, b = declare("stack/a", after=["b"]), declare("stack/b", after=["a"])
    me, last, free = declare("stack/me", after=["me"]), declare("stack/last", after=["a"]), declare("stack/free")
    found = plan_of([a, b, me, last, free])
    blocked = {str(action.target): action.blocked for action in found.actions if action.verb == "deploy"}
    assert "cycle: stack/a, stack/b" in (blocked["stack/a"] or "")
    assert blocked["stack/b"] == blocked["stack/a"]
    assert "cycle: stack/me" in (blocked["stack/me"] or "")
    assert blocked["stack/last"] == "after a, whose deploy is blocked"
    assert blocked["stack/free"] is None
    assert all(action.blocked is None for action in found.actions if action.verb == "create")


# ------------------------------------------------------------------------------------------- what blocks


def test_a_server_without_a_docker_host_blocks_the_deploy_and_those_after_it() -> None:
    web, edge = declare("stack/web", config={"server_id": "edge"}), declare("server/edge")
    api = declare("stack/api", after=["web"], config={"server_id": "ok"})
    found = plan_of([edge, declare("server/ok"), web, api], blocks={"edge": "no Docker host for edge: add one"})
    assert found.by_id["deploy:stack/web"].blocked == "no Docker host for edge: add one"
    assert found.by_id["deploy:stack/api"].blocked == "after web, whose deploy is blocked"
    assert found.by_id["create:stack/web"].blocked is None
    assert found.by_id["create:stack/web"].consequences == ()


def test_a_deploy_without_a_server_is_asked_for_too() -> None:
    assert plan_of([declare("stack/web")], blocks={"": "no server"}).by_id["deploy:stack/web"].blocked == "no server"


def test_on_embedded_something_missing_blocks_the_deploy_only_and_says_what_to_add() -> None:
    image = {"type": "Build", "params": {"build_id": "app"}}
    found = plan_of([declare("deployment/api", config={"image": image})])
    assert found.by_id["create:deployment/api"].blocked is None
    blocked = found.by_id["deploy:deployment/api"].blocked
    assert blocked == 'build app is neither declared nor live: add a block [[build]] with name = "app"'


def test_a_deploy_needs_the_creates_of_what_it_names() -> None:
    config = {"server_id": "edge", "linked_repo": "files"}
    found = plan_of([declare("stack/web", config=config), declare("server/edge"), declare("repo/files")])
    assert found.by_id["deploy:stack/web"].requires == ("create:stack/web", "create:server/edge", "create:repo/files")


def test_a_blocked_create_blocks_its_deploy() -> None:
    found = plan_of([declare("stack/web", blocked="bad port")])
    assert found.by_id["deploy:stack/web"].blocked == "bad port"
    found = plan_of([declare("server/edge", blocked="bad"), declare("stack/web", config={"server_id": "edge"})])
    assert found.by_id["deploy:stack/web"].blocked == "needs server/edge, whose create is blocked: bad"
    found = plan_of([declare("stack/web", config={"server_id": "gone"})], capabilities=Capabilities(False, True))
    assert (found.by_id["deploy:stack/web"].blocked or "").startswith("server gone is neither declared nor live")


def test_an_error_in_the_file_blocks_the_deploy_of_what_is_otherwise_unchanged() -> None:
    broken = declare("stack/web", blocked="unknown name in `after`")
    found = plan_of([broken], as_live(broken), {"stack/web": "down"})
    assert [(action.id, action.blocked) for action in found.actions] == [
        ("deploy:stack/web", "unknown name in `after`")
    ]


def test_deletes_come_before_deploys_and_tell_what_runs() -> None:
    found = plan_of(
        [declare("stack/web")],
        as_live(declare("stack/old")),
        {"stack/old": "running"},
        options=SyncOptions("lab", delete=True),
    )
    assert [action.id for action in found.actions] == ["create:stack/web", "delete:stack/old", "deploy:stack/web"]
    assert found.actions[1].consequences == ("It is running now",)


def test_a_long_tail_of_dependents_is_told_in_short() -> None:
    chain = [declare("stack/s0"), *(declare(f"stack/s{at}", after=[f"s{at - 1}"]) for at in range(1, 30))]
    found = plan_of(chain)
    assert found.by_id["deploy:stack/s0"].consequences == ("then s1, s2, s3, s4, s5 and more",)
    assert found.actions[-1].round == 31
