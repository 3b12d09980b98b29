"""What is sent to a Core to make a resource what a file says: no more than differs, in an order that is safe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.errors import CoreError, EngineError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target, canonical_of
from tests.contract.engines import create, delete, make, nowhere, rename, update
from tests.core.fake import FakeCore


@pytest.fixture(autouse=True)
def edge(engine: CoreEngine) -> None:
    engine.apply(create("server", "edge-1"), nowhere)


Sent = list[tuple[str, Any]]


def sending(core: FakeCore, engine: CoreEngine, action: Action) -> Sent:
    """What an action sends that changes something."""
    before = len(core.writes)
    engine.apply(action, nowhere)
    return [(call.type, call.params) for call in core.writes[before:]]


def live(engine: CoreEngine, kind: str, name: str) -> Resource:
    return engine.snapshot().live[Target(kind, name)].resource


def same(engine: CoreEngine, action: Action) -> bool:
    assert action.proposed is not None
    return canonical_of(live(engine, *action.target)) == canonical_of(action.proposed)


def test_a_create_sends_what_is_not_at_its_default(core: FakeCore, engine: CoreEngine) -> None:
    action = create("stack", "web", config={"server_id": "edge-1", "auto_pull": True, "environment": "A = 1\n"})
    sent = sending(core, engine, action)
    assert sent == [
        ("CreateStack", {"name": "web", "config": {"server_id": "edge-1", "environment": "A = 1\n"}}),
    ]
    assert same(engine, action)


def test_an_update_sends_only_the_fields_that_differ(core: FakeCore, engine: CoreEngine) -> None:
    config = {"server_id": "edge-1", "environment": "A = 1\n", "file_contents": "services: {}\n"}
    engine.apply(create("stack", "web", config=config), nowhere)
    change = update(live(engine, "stack", "web"), "stack", config={**config, "environment": "A = 2\n"})
    assert sending(core, engine, change) == [("UpdateStack", {"id": "web", "config": {"environment": "A = 2\n"}})]


def test_a_field_that_is_left_out_goes_back_to_its_default(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("stack", "web", config={"server_id": "edge-1", "auto_pull": False}), nowhere)
    change = update(live(engine, "stack", "web"), "stack", config={"server_id": "edge-1"})
    assert sending(core, engine, change) == [("UpdateStack", {"id": "web", "config": {"auto_pull": True}})]


def test_a_text_is_sent_as_it_is_written_and_a_list_in_another_order_is_not(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("stack", "web", config={"environment": "A = 1\n", "links": ["a", "b"]}), nowhere)
    text = "\n  A=1  # one\n"
    change = update(live(engine, "stack", "web"), "stack", config={"environment": text, "links": ["a", "b"]})
    assert sending(core, engine, change) == [("UpdateStack", {"id": "web", "config": {"environment": text}})]


def test_what_is_beside_the_config_goes_first(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("stack", "web", description="old", tags=["a", "b"]), nowhere)
    change = update(live(engine, "stack", "web"), "stack", tags=["b", "c"], config={"auto_pull": False})
    sent = sending(core, engine, change)
    assert sent == [
        (
            "UpdateResourceMeta",
            {"target": {"type": "Stack", "id": "web"}, "description": "", "tags": ["b", "c"]},
        ),
        ("UpdateStack", {"id": "web", "config": {"auto_pull": False}}),
    ]
    assert live(engine, "stack", "web").tags == ["b", "c"]


def test_the_last_tag_can_be_taken_off(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("stack", "web", tags=["a"]), nowhere)
    sent = sending(core, engine, update(live(engine, "stack", "web"), "stack"))
    assert sent == [("UpdateResourceMeta", {"target": {"type": "Stack", "id": "web"}, "tags": []})]
    assert engine.snapshot().live[Target("stack", "web")].tags == ()


def test_a_template_is_marked_and_seen(engine: CoreEngine) -> None:
    action = create("stack", "base", template=True, description="copy me")
    engine.apply(action, nowhere)
    assert same(engine, action)


# ----------------------------------------------------------------- variables


@pytest.mark.parametrize(
    ("before", "after", "requests"),
    [
        ({"value": "a"}, {"value": "b"}, ["UpdateVariableValue"]),
        ({"value": "a"}, {"value": "a", "description": "d"}, ["UpdateVariableDescription"]),
        ({"value": "a"}, {"value": "b-b-b-b", "is_secret": True}, ["UpdateVariableIsSecret", "UpdateVariableValue"]),
        ({"value": "a-a-a", "is_secret": True}, {"value": "b"}, ["UpdateVariableValue", "UpdateVariableIsSecret"]),
        ({"value": "a", "description": "d"}, {}, ["UpdateVariableDescription", "UpdateVariableValue"]),
    ],
)
def test_a_variable_is_changed_part_by_part_and_never_shows_a_secret(
    core: FakeCore, engine: CoreEngine, before: dict[str, Any], after: dict[str, Any], requests: list[str]
) -> None:
    engine.apply(create("variable", "X", **before), nowhere)
    change = update(live(engine, "variable", "X"), "variable", **after)
    sent = [name for name, _ in sending(core, engine, change)]
    assert sorted(sent) == sorted(requests)
    assert [name for name in sent if "Description" not in name] == [n for n in requests if "Description" not in n]
    assert same(engine, change)


def test_a_value_that_core_refuses_says_why(engine: CoreEngine) -> None:
    with pytest.raises(CoreError, match="Control character"):
        engine.apply(create("variable", "X", value="a\nb"), nowhere)
    assert Target("variable", "X") not in engine.snapshot().live


# --------------------------------------------------------------- user groups


def group_requests(sent: Sent) -> list[tuple[str, Any]]:
    return [(name, {key: value for key, value in params.items() if key != "user_target"}) for name, params in sent]


def test_a_group_is_written_part_by_part(core: FakeCore, engine: CoreEngine) -> None:
    core.user("ana")
    engine.apply(create("stack", "web"), nowhere)
    stack = core.named("stack", "web").id
    action = create(
        "user_group",
        "ops",
        users=["ana"],
        all={"Server": {"level": "Read"}},
        permissions=[{"target": {"type": "Stack", "id": "web"}, "level": "None", "specific": ["Logs"]}],
    )
    engine.snapshot()
    assert group_requests(sending(core, engine, action)) == [
        ("CreateUserGroup", {"name": "ops"}),
        ("SetUsersInUserGroup", {"user_group": "ops", "users": ["ana"]}),
        (
            "UpdatePermissionOnResourceType",
            {"resource_type": "Server", "permission": {"level": "Read", "specific": []}},
        ),
        (
            "UpdatePermissionOnTarget",
            {
                "resource_target": {"type": "Stack", "id": stack},
                "permission": {"level": "None", "specific": ["Logs"]},
            },
        ),
    ]
    assert same(engine, action)


def test_a_right_that_is_gone_is_taken_back(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("stack", "web"), nowhere)
    right = {"target": {"type": "Stack", "id": "web"}, "level": "Write"}
    engine.apply(
        create("user_group", "ops", everyone=True, all={"Stack": {"level": "Read"}}, permissions=[right]), nowhere
    )
    change = update(live(engine, "user_group", "ops"), "user_group")
    nothing = {"level": "None", "specific": []}
    assert group_requests(sending(core, engine, change)) == [
        ("SetEveryoneUserGroup", {"user_group": "ops", "everyone": False}),
        ("UpdatePermissionOnResourceType", {"resource_type": "Stack", "permission": nothing}),
        (
            "UpdatePermissionOnTarget",
            {"resource_target": core.named("stack", "web").target, "permission": nothing},
        ),
    ]
    assert same(engine, change)
    assert sending(core, engine, change) == []


def test_users_that_core_drops_are_told(core: FakeCore, engine: CoreEngine) -> None:
    with pytest.raises(CoreError, match="not everything took effect") as refused:
        engine.apply(create("user_group", "ops", users=["nobody-of-that-name"]), nowhere)
    assert "nobody-of-that-name" in str(refused.value.hint)


def test_a_group_is_renamed_and_deleted_by_its_id(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("user_group", "ops"), nowhere)
    known = next(iter(core.groups))
    assert sending(core, engine, rename(make("user_group", "ops"), "user_group", "crew")) == [
        ("RenameUserGroup", {"id": known, "name": "crew"})
    ]
    assert sending(core, engine, delete(make("user_group", "crew"), "user_group")) == [
        ("DeleteUserGroup", {"id": known})
    ]
    assert not core.groups


# ------------------------------------------------------------ single kinds


def test_an_alerter_names_its_targets_by_id(core: FakeCore, engine: CoreEngine) -> None:
    targets = {"resources": [{"type": "Server", "id": "edge-1"}], "except_resources": [{"type": "Stack", "id": "web"}]}
    engine.apply(create("stack", "web"), nowhere)
    action = create("alerter", "hook", config=targets)
    engine.apply(action, nowhere)
    stored = core.named("alerter", "hook").config
    assert stored["resources"] == [core.named("server", "edge-1").target]
    assert stored["except_resources"] == [core.named("stack", "web").target]
    assert same(engine, action)
    change = update(live(engine, "alerter", "hook"), "alerter", config={"resources": targets["except_resources"]})
    engine.apply(change, nowhere)
    assert core.named("alerter", "hook").config["resources"] == [core.named("stack", "web").target]
    assert same(engine, change)


def test_an_action_without_a_script_gets_none(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("action", "ping"), nowhere)
    assert core.named("action", "ping").config["file_contents"] == ""


def test_a_swarm_keeps_a_false_that_core_has_two_opinions_about(core: FakeCore, engine: CoreEngine) -> None:
    action = create("swarm", "fleet", config={"server_ids": ["edge-1"], "send_unhealthy_alerts": False})
    engine.apply(action, nowhere)
    assert core.named("swarm", "fleet").config["send_unhealthy_alerts"] is False
    assert core.named("swarm", "fleet").config["server_ids"] == [core.named("server", "edge-1").id]
    assert same(engine, action)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "Server", "params": {"server_ids": ["edge-1"]}}, {"type": "Url", "params": {"address": "http://b"}}),
        ({"type": "Url", "params": {"address": "http://b"}}, {"type": "Server", "params": {"server_ids": ["edge-1"]}}),
        ({"type": "Url", "params": {"address": "http://b"}}, {"type": "Url", "params": {"address": "http://c"}}),
    ],
)
def test_a_builder_changes_its_type(engine: CoreEngine, before: dict[str, Any], after: dict[str, Any]) -> None:
    engine.apply(create("builder", "b", config=before), nowhere)
    change = update(live(engine, "builder", "b"), "builder", config=after)
    engine.apply(change, nowhere)
    assert same(engine, change)


def test_a_build_counts_its_versions_by_itself_unless_pinned(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("build", "app", config={"version": "1.4.0"}), nowhere)
    core.named("build", "app").config["version"] = {"major": 1, "minor": 4, "patch": 7}
    counted = update(live(engine, "build", "app"), "build", config={"image_name": "thing"})
    assert sending(core, engine, counted) == [("UpdateBuild", {"id": "app", "config": {"image_name": "thing"}})]
    pinned = update(live(engine, "build", "app"), "build", config={"auto_increment_version": False, "version": "2.0.0"})
    engine.apply(pinned, nowhere)
    assert core.named("build", "app").config["version"] == {"major": 2, "minor": 0, "patch": 0}
    assert same(engine, pinned)


def test_a_deployment_of_a_build_names_it(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("build", "app"), nowhere)
    image = {"type": "Build", "params": {"build_id": "app", "version": "1.2.3"}}
    action = create("deployment", "api", config={"server_id": "edge-1", "image": image, "custom_name": "api-box"})
    engine.apply(action, nowhere)
    params = core.named("deployment", "api").config["image"]["params"]
    assert params == {"build_id": core.named("build", "app").id, "version": {"major": 1, "minor": 2, "patch": 3}}
    assert same(engine, action)


def test_a_procedure_names_what_it_runs(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("stack", "web"), nowhere)
    steps = [{"execution": {"type": "DeployStack", "params": {"stack": "web"}}}]
    action = create("procedure", "nightly", config={"stages": [{"name": "one", "executions": steps}]})
    engine.apply(action, nowhere)
    stored = core.named("procedure", "nightly").config["stages"][0]["executions"][0]["execution"]["params"]["stack"]
    assert stored == core.named("stack", "web").id
    assert same(engine, action)


def test_what_names_nothing_is_refused_by_core_and_not_made(core: FakeCore, engine: CoreEngine) -> None:
    with pytest.raises(EngineError, match="attic"):
        engine.apply(create("stack", "web", config={"server_id": "attic"}), nowhere)
    assert Target("stack", "web") not in engine.snapshot().live


def test_what_was_renamed_is_followed_by_what_refers_to_it(engine: CoreEngine) -> None:
    engine.apply(create("stack", "web", config={"server_id": "edge-1"}), nowhere)
    engine.apply(rename(live(engine, "server", "edge-1"), "server", "edge-2"), nowhere)
    assert live(engine, "stack", "web").settings.__dict__["server_id"] == "edge-2"
    again = create("stack", "web2", config={"server_id": "edge-2"})
    engine.apply(again, nowhere)
    assert same(engine, again)


def test_a_rename_that_failed_says_what_core_said(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("deployment", "api"), nowhere)
    step = {"stage": "Rename", "command": "docker rename api web", "stderr": "no such container", "success": False}
    update_ = {"operation": "RenameDeployment", "status": "Complete", "success": False, "logs": [step], "id": "1"}
    core.fail("RenameDeployment", 200, update_)
    with pytest.raises(CoreError, match="no such container"):
        engine.apply(rename(live(engine, "deployment", "api"), "deployment", "web"), nowhere)
    assert Target("deployment", "api") in engine.snapshot().live


def test_a_variable_cannot_be_renamed(engine: CoreEngine) -> None:
    engine.apply(create("variable", "X"), nowhere)
    with pytest.raises(EngineError, match="cannot rename a variable"):
        engine.apply(rename(make("variable", "X"), "variable", "Y"), nowhere)


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("deployment", {"extra_args": ["", "--cap-add NET_ADMIN"]}),
        ("stack", {"extra_args": ["--wait", " "]}),
        ("build", {"extra_args": [""]}),
        ("deployment", {"custom_name": "my box"}),
        ("stack", {"webhook_secret": "s3cr3t-value", "environment": "A = 'x # y'\n"}),
        ("repo", {"environment": "A: 1\n# note\n\nB = [[X]]\n"}),
    ],
)
def test_what_core_tidies_up_is_no_difference(engine: CoreEngine, kind: str, config: dict[str, Any]) -> None:
    action = create(kind, "thing", config=config)
    engine.apply(action, nowhere)
    assert same(engine, action)


# ---------------------------------------------------------- not believed


def test_an_update_that_core_ignores_is_told(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("stack", "web"), nowhere)
    change = update(live(engine, "stack", "web"), "stack", config={"auto_pull": False})
    core.fail("UpdateStack", 200, {}, times=2)
    with pytest.raises(CoreError, match="not everything took effect") as refused:
        engine.apply(change, nowhere)
    assert "auto_pull" in str(refused.value)
    applied = engine.snapshot().applied[Target("stack", "web")]
    assert applied == engine.snapshot().live[Target("stack", "web")].fingerprint


def test_tags_that_core_drops_are_told(core: FakeCore, engine: CoreEngine) -> None:
    core.fail("UpdateResourceMeta", 200, {}, times=2)
    with pytest.raises(CoreError, match="another tags"):
        engine.apply(create("stack", "web", tags=["a"]), nowhere)


def test_a_builder_that_keeps_its_type_says_why(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("builder", "b", config={"type": "Server", "params": {"server_ids": ["edge-1"]}}), nowhere)
    core.fail("UpdateBuilder", 200, {}, times=2)
    change = update(live(engine, "builder", "b"), "builder", config={"type": "Url", "params": {}})
    with pytest.raises(CoreError, match="all defaults: set one"):
        engine.apply(change, nowhere)


def test_a_delete_that_core_ignores_is_told(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("stack", "web"), nowhere)
    core.fail("DeleteStack", 200, {})
    with pytest.raises(CoreError, match="still there"):
        engine.apply(delete(live(engine, "stack", "web"), "stack"), nowhere)


@pytest.mark.parametrize("removal", ["volumes", "forget"])
def test_containers_end_as_core_ends_them_or_not_at_all(core: FakeCore, engine: CoreEngine, removal: Any) -> None:
    engine.apply(create("stack", "web"), nowhere)
    with pytest.raises(EngineError, match="cannot be deleted this way"):
        engine.apply(replace(delete(live(engine, "stack", "web"), "stack"), removal=removal), nowhere)
    assert Target("stack", "web") in engine.snapshot().live
