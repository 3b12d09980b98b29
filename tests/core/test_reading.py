"""What a Core tells, as ksync sees it: what is new or hidden costs only itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.errors import CoreError, ForbiddenError, UsageError
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target
from tests.contract.engines import create, delete, make, nowhere, opened, rename, update
from tests.core.fake import FakeCore
from tests.core.fake.state import User


@contextmanager
def as_user(core: FakeCore, user: User, folder: Path) -> Iterator[CoreEngine]:
    """The engine as somebody else."""
    folder.mkdir()
    place = CoreServer("http://core.test", transport=httpx.ASGITransport(app=core))
    with opened(folder, place, KeyAccess(*core.api_key(user))) as one:
        yield one


# --------------------------------------------------------------- not known yet

UNKNOWN: list[tuple[str, Any, Any]] = [
    ("deployment", ("restart",), "when-the-moon-is-full"),
    ("deployment", ("image", "type"), "Wasm"),
    ("alerter", ("alert_types",), ["ServerOnFire"]),
    ("alerter", ("endpoint", "type"), "Pigeon"),
    ("builder", ("type",), "Quantum"),
    ("stack", ("file_paths",), {"not": "a list"}),
    ("server", ("cpu_warning",), "high"),
]


@pytest.mark.parametrize(("kind", "path", "value"), UNKNOWN, ids=lambda value: str(value)[:30])
def test_what_this_ksync_does_not_know_costs_only_itself(
    core: FakeCore, engine: CoreEngine, kind: str, path: tuple[str, ...], value: Any
) -> None:
    engine.apply(create(kind, "strange"), nowhere)
    engine.apply(create("stack", "web"), nowhere)
    engine.apply(create("variable", "TOKEN", is_secret=True, value="s3cr3t-value"), nowhere)
    *inner, last = path
    table = core.named(kind, "strange").config
    for step in inner:
        table = table[step]
    table[last] = value
    snapshot = engine.snapshot()
    with pytest.raises(CoreError, match="not understood") as refused:
        _ = snapshot.live[Target(kind, "strange")].resource
    assert "left alone" in str(refused.value.hint)
    assert snapshot.live[Target("stack", "web")].resource == make("stack", "web")
    assert engine.known_secrets() == {"variable/TOKEN": "s3cr3t-value"}
    assert engine.fingerprint(Target(kind, "strange")) == snapshot.live[Target(kind, "strange")].fingerprint


def test_a_right_that_this_ksync_does_not_know_costs_only_its_group(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("user_group", "ops", all={"Stack": {"level": "Read"}}), nowhere)
    engine.apply(create("user_group", "crew"), nowhere)
    next(iter(core.groups.values())).all["Stack"] = {"level": "Own", "specific": []}
    live = engine.snapshot().live
    with pytest.raises(CoreError, match="not understood"):
        _ = live[Target("user_group", "ops")].resource
    assert live[Target("user_group", "crew")].resource == make("user_group", "crew")


def test_a_build_that_is_not_understood_does_not_hide_what_runs_of_it(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("build", "app"), nowhere)
    image = {"type": "Build", "params": {"build_id": "app"}}
    engine.apply(create("deployment", "box", config={"image": image}), nowhere)
    core.named("build", "app").config["extra_args"] = {"not": "a list"}
    assert engine.snapshot().deployed[Target("deployment", "box")].built is None


def test_states_that_are_not_known_say_nothing(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("stack", "web"), nowhere)
    core.state("stack", "web", "levitating")
    assert Target("stack", "web") not in engine.snapshot().states


def test_a_core_that_says_more_than_it_used_to_is_understood(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("server", "edge-1"), nowhere)
    engine.apply(create("stack", "web", tags=["a"], config={"server_id": "edge-1"}), nowhere)
    engine.apply(create("user_group", "ops", all={"Stack": {"level": "Read"}}), nowhere)
    before = engine.snapshot()
    core.chatty = True
    after = engine.snapshot()
    assert after.version == before.version
    assert {target: live.fingerprint for target, live in after.live.items()} == {
        target: live.fingerprint for target, live in before.live.items()
    }


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        ({}, ()),
        ({"compose.yaml": "services: {a: {}}"}, ("compose.yaml",)),
        ({"idle.conf": "b"}, ()),
        ({"restart.conf": "b"}, ("restart.conf",)),
        ({"new.conf": "a"}, ("new.conf",)),
        ({"idle.conf": None}, ()),
        ({"restart.conf": None}, ("restart.conf",)),
    ],
)
def test_files_that_changed_since_a_stack_was_deployed_are_named(
    core: FakeCore, engine: CoreEngine, now: dict[str, str | None], changed: tuple[str, ...]
) -> None:
    """Core leaves a `requires` out that is None (its default)."""
    files = [{"path": "idle.conf"}, {"path": "restart.conf", "requires": "Restart"}, {"path": "new.conf"}]
    engine.apply(create("stack", "web", config={"files_on_host": True, "config_files": files}), nowhere)
    deployed: dict[str, str | None] = {"compose.yaml": "services: {}", "idle.conf": "a", "restart.conf": "a"}
    info = core.named("stack", "web").info
    info["deployed_contents"] = [{"path": path, "contents": text} for path, text in deployed.items()]
    info["remote_contents"] = [
        {"path": path, "contents": text} for path, text in (deployed | now).items() if text is not None
    ]
    assert engine.snapshot().changed_files.get(Target("stack", "web"), ()) == changed


def test_nothing_is_left_out_of_a_long_list(core: FakeCore, engine: CoreEngine) -> None:
    for at in range(120):
        engine.apply(create("variable", f"V{at}"), nowhere)
    for at in range(70):
        engine.apply(create("stack", f"s{at}"), nowhere)
    live = engine.snapshot().live
    assert sum(target.kind == "stack" for target in live) == 70
    assert sum(target.kind == "variable" for target in live) == 120


def test_one_name_of_many_kinds_is_many_resources(core: FakeCore, engine: CoreEngine) -> None:
    kinds = ("server", "stack", "deployment", "build", "repo", "procedure", "alerter", "user_group")
    for kind in kinds:
        engine.apply(create(kind, "web"), nowhere)
    engine.apply(create("user_group", "all", permissions=[right("Stack", "web"), right("Server", "web")]), nowhere)
    live = engine.snapshot().live
    assert {target.kind for target in live if target.name == "web"} == set(kinds)
    group = live[Target("user_group", "all")].resource.model_dump(mode="json")["permissions"]
    assert {entry["target"]["type"]: entry["target"]["id"] for entry in group} == {"Server": "web", "Stack": "web"}


def right(title: str, name: str, level: str = "Read") -> dict[str, Any]:
    return {"target": {"type": title, "id": name}, "level": level}


# ------------------------------------------------------------- who is no admin


def test_who_is_no_admin_cannot_compare_what_core_hides(core: FakeCore, engine: CoreEngine, tmp_path: Path) -> None:
    ana = core.user("ana")
    engine.apply(create("variable", "TOKEN", is_secret=True, value="s3cr3t-value"), nowhere)
    engine.apply(create("variable", "PLAIN", value="seen"), nowhere)
    engine.apply(create("user_group", "ops", users=["ana"], all={"Stack": {"level": "Read"}}), nowhere)
    with as_user(core, ana, tmp_path / "ana") as hers:
        live = hers.snapshot().live
        assert live[Target("variable", "PLAIN")].resource == make("variable", "PLAIN", value="seen")
        for hidden in (Target("variable", "TOKEN"), Target("user_group", "ops")):
            with pytest.raises(ForbiddenError, match="only an admin") as refused:
                _ = live[hidden].resource
            assert refused.value.where == str(hidden)
            assert hers.fingerprint(hidden) == live[hidden].fingerprint
        assert hers.known_secrets() == {}


def lacking(engine: CoreEngine, *actions: Action) -> dict[str, str]:
    engine.snapshot()
    return dict(engine.refused(actions))


def test_an_admin_lacks_nothing(engine: CoreEngine) -> None:
    assert lacking(engine, create("alerter", "x"), delete(make("variable", "Y"), "variable")) == {}


@pytest.mark.parametrize("by", ["the user", "a group", "every stack"])
@pytest.mark.parametrize(
    ("level", "lacks"),
    [
        ("None", {"update", "delete", "rename", "deploy"}),
        ("Read", {"update", "delete", "rename", "deploy"}),
        ("Execute", {"update", "delete", "rename"}),
        ("Write", set()),
    ],
)
def test_what_a_user_lacks_is_known_before_it_is_tried(
    core: FakeCore, engine: CoreEngine, tmp_path: Path, by: str, level: str, lacks: set[str]
) -> None:
    ana = core.user("ana")
    engine.apply(create("stack", "web"), nowhere)
    given(core, engine, ana, by, level)
    web = make("stack", "web")
    actions = [
        update(web, "stack", tags=["a"]),
        delete(web, "stack"),
        rename(web, "stack", "site"),
        Action("deploy", Target("stack", "web"), "x"),
    ]
    with as_user(core, ana, tmp_path / "ana") as hers:
        refused = lacking(hers, *actions)
        if level == "None":
            # What cannot be seen cannot be planned either.
            assert Target("stack", "web") not in hers.snapshot().live
            return
        assert {action.verb for action in actions if action.id in refused} == lacks
        for why in refused.values():
            assert f"on stack/web, has {level}" in why
            assert "ana lacks" in why
        for action in actions[:1] if "update" in lacks else []:
            with pytest.raises(ForbiddenError):
                hers.apply(action, nowhere)


def given(core: FakeCore, engine: CoreEngine, ana: User, by: str, level: str) -> None:
    permission = {"level": level, "specific": []}
    client = engine.connection.client
    if by == "the user":
        who, what = {"type": "User", "id": ana.id}, {"type": "Stack", "id": "web"}
        call = client.write("UpdatePermissionOnTarget", user_target=who, resource_target=what, permission=permission)
        engine.connection.ask(call)
    elif by == "a group":
        engine.apply(create("user_group", "ops", users=["ana"], permissions=[right("Stack", "web", level)]), nowhere)
    else:
        engine.apply(create("user_group", "ops", users=["ana"], all={"Stack": permission}), nowhere)


def test_what_only_admins_make_is_refused_to_others(core: FakeCore, engine: CoreEngine, tmp_path: Path) -> None:
    ana = core.user("ana")
    only_admins = ["action", "alerter", "builder", "resource_sync", "variable", "user_group", "server", "build"]
    actions = [create(kind, "new") for kind in (*only_admins, "stack", "deployment", "repo", "procedure")]
    with as_user(core, ana, tmp_path / "ana") as hers:
        refused = lacking(hers, *actions)
        assert [action.target.kind for action in actions if action.id in refused] == only_admins
        for action in actions:
            if action.id in refused:
                with pytest.raises(ForbiddenError):
                    hers.apply(action, nowhere)
            else:
                hers.apply(action, nowhere)


def test_what_a_user_made_is_theirs(core: FakeCore, engine: CoreEngine, tmp_path: Path) -> None:
    ana = core.user("ana")
    with as_user(core, ana, tmp_path / "ana") as hers:
        hers.apply(create("stack", "mine", tags=["a"]), nowhere)
        mine = make("stack", "mine", tags=["a"])
        hers.apply(update(mine, "stack", config={"auto_pull": False}), nowhere)
        hers.apply(rename(mine, "stack", "hers"), nowhere)
        hers.apply(delete(make("stack", "hers"), "stack"), nowhere)


def test_the_same_plan_asks_once_per_resource(core: FakeCore, engine: CoreEngine, tmp_path: Path) -> None:
    ana = core.user("ana")
    engine.apply(create("stack", "web"), nowhere)
    given(core, engine, ana, "the user", "Read")
    with as_user(core, ana, tmp_path / "ana") as hers:
        web = make("stack", "web")
        lacking(hers, update(web, "stack"), delete(web, "stack"), Action("deploy", Target("stack", "web"), "x"))
    assert sum(call.type == "GetPermission" for call in core.log) == 1


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        ("ListVariables", [{"name": True, "value": "x", "is_secret": False}, {"name": "A", "value": "y"}]),
        ("ListVariables", {"error": "none"}),
        ("ListFullStacks", [{"id": 1}]),
        ("ListFullStacks", [None]),
        ("ListServers", [{"name": "a", "info": [1]}]),
        ("ListTags", 3),
        ("/version", []),
    ],
)
def test_an_answer_of_another_form_is_no_fault_of_ksync(
    core: FakeCore, engine: CoreEngine, request_: str, body: Any
) -> None:
    core.fail(request_, 200, body if isinstance(body, dict) else json.dumps(body))
    with pytest.raises(CoreError):
        engine.snapshot()


def test_an_answer_that_is_nested_without_end_is_no_fault_of_ksync(core: FakeCore, engine: CoreEngine) -> None:
    core.fail("ListTags", 200, "[" * 100_000)
    with pytest.raises(CoreError, match="not understood"):
        engine.snapshot()


# -------------------------------------------------------------------- history


def test_who_changed_what_is_read_off_the_updates(core: FakeCore, engine: CoreEngine, tmp_path: Path) -> None:
    web, api = Target("stack", "web"), Target("stack", "api")
    engine.apply(create(*web), nowhere)
    engine.apply(create(*api), nowhere)
    bo = core.user("bo", admin=True)
    with as_user(core, bo, tmp_path / "bo") as theirs:
        theirs.apply(update(make(*web), "stack", config={"auto_pull": False}), nowhere)
    engine.snapshot()
    found = engine.last_changes([web, api, Target("variable", "X"), Target("stack", "gone")])
    assert {target: (change.who, change.what) for target, change in found.items()} == {
        web: ("bo", "UpdateStack"),
        api: ("admin", "CreateStack"),
    }


def test_the_history_of_one_resource_is_only_its_own(core: FakeCore, engine: CoreEngine) -> None:
    for name in ("web", "api"):
        engine.apply(create("stack", name), nowhere)
    engine.snapshot()
    assert {change.target for change in engine.changes(Target("stack", "web"), 10)} == {Target("stack", "web")}
    with pytest.raises(UsageError, match="no such live resource"):
        engine.changes(Target("stack", "gone"), 10)
    assert len(engine.changes(None, 1)) == 1
