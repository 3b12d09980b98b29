"""The fields that differ, at a useful depth, masked where they must be (architecture rules 2 and 9)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import FieldChange
from ksync_tui.planner.diff import compare
from ksync_tui.planner.labels import fields_of


def make(kind: str, **fields: Any) -> Resource:
    return KINDS[kind].model.model_validate({"name": "x", **fields})


def changes(kind: str, live: dict[str, Any], declared: dict[str, Any]) -> tuple[FieldChange, ...]:
    return compare(make(kind, **live), make(kind, **declared)).changes


def build_image(version: str) -> dict[str, Any]:
    return {"config": {"image": {"type": "Build", "params": {"build_id": "app", "version": version}}}}


NGINX = {"config": {"image": {"type": "Image", "params": {"image": "nginx"}}}}


@pytest.mark.parametrize(
    ("kind", "live", "declared", "field", "current", "proposed"),
    [
        ("stack", {}, {"tags": ["a"]}, "tags", [], ["a"]),
        ("stack", {}, {"template": True}, "template", False, True),
        ("stack", {}, {"deploy": True}, "deploy", False, True),
        ("stack", {"config": {"environment": "A = 1"}}, {}, "config.environment", "A = 1\n", ""),
        ("stack", {}, {"config": {"file_paths": ["a", "b"]}}, "config.file_paths", [], ["a", "b"]),
        ("stack", {}, {"config": {"pre_deploy": {"command": "ls"}}}, "config.pre_deploy.command", "", "ls\n"),
        ("deployment", build_image("1.0.0"), build_image("1.1"), "config.image.params.version", "1.0.0", "1.1.0"),
        (
            "deployment",
            NGINX,
            build_image("1.0.0"),
            "config.image",
            {"type": "Image", "params": {"image": "nginx"}},
            {"type": "Build", "params": {"build_id": "app", "version": "1.0.0"}},
        ),
        (
            "builder",
            {},
            {"config": {"type": "Aws", "params": {}}},
            "config",
            {"type": "Url", "params": {}},
            {"type": "Aws", "params": {}},
        ),
        (
            "builder",
            {},
            {"config": {"type": "Url", "params": {"address": "https://b"}}},
            "config.params.address",
            "https://periphery:8120",
            "https://b",
        ),
        (
            "build",
            {},
            {"config": {"image_registry": {"domain": "ghcr.io"}}},
            "config.image_registry",
            [],
            [{"domain": "ghcr.io"}],
        ),
        ("user_group", {}, {"all": {"Stack": {"level": "Read"}}}, "all", {}, {"Stack": {"level": "Read"}}),
        ("variable", {"value": "a"}, {"value": "b"}, "value", "a", "b"),
        ("variable", {"value": "a"}, {"value": "a", "is_secret": True}, "is_secret", False, True),
    ],
)
def test_one_field_differs(
    kind: str, live: dict[str, Any], declared: dict[str, Any], field: str, current: Any, proposed: Any
) -> None:
    (change,) = changes(kind, live, declared)
    assert (change.field, change.current, change.proposed) == (field, current, proposed)
    json.dumps([change.current, change.proposed])


@pytest.mark.parametrize(
    ("kind", "live", "declared"),
    [
        ("stack", {}, {"config": {"environment": ""}, "tags": [], "description": "\n"}),
        ("stack", {"tags": ["a", "b"]}, {"tags": ["b", "a", "b"]}),
        ("stack", {"config": {"environment": "A = 1 # one"}}, {"config": {"environment": ["A: 1"]}}),
        ("stack", {"config": {"pre_deploy": {"path": "x"}}}, {"config": {"pre_deploy": {"path": "y"}}}),
        ("builder", {}, {"config": {"type": "Url", "params": {"address": "https://periphery:8120"}}}),
        ("build", {"config": {"version": "1.2.3"}}, {}),
        ("build", {"config": {"version": "1.2.3"}}, {"config": {"version": "1.0.0"}}),
        ("variable", {"value": "hidden", "is_secret": True}, {"is_secret": True}),
        ("user_group", {}, {"all": {"Stack": {"level": "None"}}}),
    ],
)
def test_what_means_the_same_is_no_change(kind: str, live: dict[str, Any], declared: dict[str, Any]) -> None:
    assert changes(kind, live, declared) == ()


SLACK = {"config": {"endpoint": {"type": "Slack", "params": {"url": "https://hooks/a"}}}}
CUSTOM = {"config": {"endpoint": {"type": "Custom", "params": {"url": "http://t"}}}}
NTFY = {"config": {"endpoint": {"type": "Ntfy", "params": {"url": "https://ntfy/b"}}}}


@pytest.mark.parametrize(
    ("kind", "live", "declared", "field"),
    [
        ("stack", {}, {"config": {"webhook_secret": "s"}}, "config.webhook_secret"),
        ("variable", {"value": "a"}, {"value": "b", "is_secret": True}, "value"),
        ("variable", {"value": "a", "is_secret": True}, {"value": "b"}, "value"),
        ("alerter", {}, CUSTOM, "config.endpoint.params.url"),
        ("alerter", SLACK, NTFY, "config.endpoint"),
        ("builder", {}, {"config": {"type": "Url", "params": {"passkey": "p"}}}, "config.params.passkey"),
        (
            "builder",
            {"config": {"type": "Aws", "params": {}}},
            {
                "config": {
                    "type": "Aws",
                    "params": {"git_providers": [{"accounts": [{"username": "u", "token": "t"}]}]},
                }
            },
            "config.params.git_providers",
        ),
    ],
)
def test_secrets_are_marked_at_any_depth(kind: str, live: dict[str, Any], declared: dict[str, Any], field: str) -> None:
    assert {change.field: change.secret for change in changes(kind, live, declared)}[field]


def test_what_is_not_secret_is_not_marked() -> None:
    live = {"value": "a", "is_secret": True}
    found = changes("variable", live, {**live, "value": "b", "description": "d"})
    assert {change.field: change.secret for change in found} == {"description": False, "value": True}


@pytest.mark.parametrize(
    ("kind", "live", "declared", "redeploys"),
    [
        ("stack", {}, {"config": {"environment": "A = 1"}}, True),
        ("stack", {}, {"config": {"links": ["http://a"]}}, False),
        ("deployment", build_image("1.0.0"), build_image("2.0.0"), True),
        ("stack", {}, {"description": "d"}, False),
    ],
)
def test_changes_say_whether_they_redeploy(
    kind: str, live: dict[str, Any], declared: dict[str, Any], redeploys: bool
) -> None:
    assert [change.redeploys for change in changes(kind, live, declared)] == [redeploys]


def test_what_the_file_does_not_manage_keeps_its_live_value() -> None:
    live = make("variable", value="hidden", is_secret=True, description="old")
    found = compare(live, make("variable", is_secret=True, description="new"))
    assert found.proposed == make("variable", value="hidden", is_secret=True, description="new")
    found = compare(make("build", config={"version": "1.2.3"}), make("build", config={"image_name": "app"}))
    assert found.proposed == make("build", config={"version": "1.2.3", "image_name": "app"})
    assert [change.field for change in found.changes] == ["config.image_name"]


def test_fields_are_named_by_their_keys_in_a_file() -> None:
    declared = make("deployment", config={"server_id": "edge", **build_image("2.0.0")["config"]})
    found = compare(make("deployment", **build_image("1.0.0")), declared)
    assert fields_of(found.changes, declared) == "server, image.params.version"
