"""A secret that ksync leaves out of a file is managed elsewhere: it is never planned away, on either engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.engine.base import Engine
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.managed_elsewhere import without_secrets
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.resource import SourceFile, Target
from ksync_tui.model.secrets import may_hold_secrets, secrets_of
from ksync_tui.planner.plan import Planner
from ksync_tui.source.reader import Reader
from ksync_tui.toml.edit import as_declared, edit_block
from ksync_tui.toml.export import export, export_block
from ksync_tui.writeback.left_out import left_out
from tests.contract.engines import ENGINES, Factory, create, make, nowhere

URL = "https://discord.example/api/webhooks/1/secret-token"
RESOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "alerter": ("discord", {"config": {"enabled": True, "endpoint": {"type": "Discord", "params": {"url": URL}}}}),
    "stack": ("web", {"config": {"environment": "A = 1\n", "webhook_secret": "secret-of-web"}}),
    "build": ("app", {"config": {"webhook_secret": "secret-of-app", "secret_args": "TOKEN = secret-argument\n"}}),
    "repo": ("code", {"config": {"webhook_secret": "secret-of-code"}}),
    "procedure": ("nightly", {"config": {"webhook_secret": "secret-of-nightly"}}),
    "action": ("script", {"config": {"file_contents": "1\n", "webhook_secret": "secret-of-script"}}),
    "resource_sync": (
        "files",
        {"config": {"files_on_host": True, "resource_path": ["a"], "webhook_secret": "secret-of-files"}},
    ),
    "server": ("edge", {"config": {"address": "https://edge:8120", "passkey": "secret-of-edge"}}),
    "builder": (
        "url",
        {"config": {"type": "Url", "params": {"address": "https://b:8120", "passkey": "secret-of-builder"}}},
    ),
    "variable": ("TOKEN", {"value": "secret-of-token", "is_secret": True}),
}
EACH = pytest.mark.parametrize("kind", RESOURCES)


@pytest.fixture(params=ENGINES)
def engine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    factory: Factory = request.param
    with factory(tmp_path) as opened:
        yield opened


def fields_of(kind: str) -> dict[str, Any]:
    return RESOURCES[kind][1]


def target_of(kind: str) -> Target:
    return Target(kind, RESOURCES[kind][0])


def live(engine: Engine, kind: str) -> Resource:
    return engine.snapshot().live[target_of(kind)].resource


def plan_of(engine: Engine, text: str) -> Plan:
    declarations = Reader().read([SourceFile("all.toml", None, text)])
    assert not declarations.problems
    options = SyncOptions("files", include_variables=True, include_user_groups=True)
    return Planner().plan(
        declarations,
        engine.snapshot(),
        options,
        engine=engine.name,
        capabilities=engine.capabilities,
        deploy_block=engine.deploy_block,
    )


def values(resource: Resource) -> list[str]:
    return [secret.value for secret in secrets_of(resource)]


@EACH
def test_what_export_leaves_out_is_not_planned_to_its_default(engine: Engine, kind: str) -> None:
    target = target_of(kind)
    engine.apply(create(*target, **fields_of(kind)), nowhere)
    text = export([(target, live(engine, kind))])
    assert "secret-" not in text
    assert plan_of(engine, text).actions == ()


@EACH
def test_an_update_of_another_field_keeps_the_secret(engine: Engine, kind: str) -> None:
    target = target_of(kind)
    engine.apply(create(*target, **fields_of(kind)), nowhere)
    before = values(live(engine, kind))
    block = export_block(live(engine, kind), kind, secrets=False)
    text = block.replace(f'name = "{target.name}"', f'name = "{target.name}"\ndescription = "another"', 1)
    (action,) = plan_of(engine, text).actions
    assert [change.field for change in action.changes] == ["description"]
    engine.apply(action, nowhere)
    assert values(live(engine, kind)) == before
    assert before


@EACH
def test_what_is_left_out_is_said_by_field_and_how_to_fill_it(kind: str) -> None:
    target = target_of(kind)
    lines = list(left_out(target, make(*target, **fields_of(kind))))
    assert lines
    assert all("a secret, left out" in line and "secret-" not in line for line in lines)
    if kind == "alerter":
        assert "[[NAME]]" in lines[0]
        assert "secret variable" in lines[0]
    elif kind not in ("variable", "build"):
        assert "secret variable" not in lines[0]


@EACH
def test_taking_live_into_a_block_goes_on_leaving_the_secret_out(kind: str) -> None:
    target = target_of(kind)
    now = make(*target, description="another", **fields_of(kind))
    declared = without_secrets(make(*target, **fields_of(kind)))
    if kind == "variable":
        declared = declared.model_copy(update={"value": ""})
    old = export_block(declared, kind, secrets=False)
    new = edit_block(old, kind, declared, as_declared(declared, now)).text
    assert "secret-" not in new
    assert 'description = "another"' in new


def test_a_value_in_the_file_manages_the_secret(engine: Engine) -> None:
    engine.apply(create("stack", "web", **fields_of("stack")), nowhere)
    text = '[[stack]]\nname = "web"\n[stack.config]\nenvironment = "A = 1"\nwebhook_secret = "another-secret"\n'
    (action,) = plan_of(engine, text).actions
    assert [change.field for change in action.changes] == ["config.webhook_secret"]
    engine.apply(action, nowhere)
    assert values(live(engine, "stack")) == ["another-secret"]


def test_accounts_in_a_list_keep_their_tokens_whatever_their_order(engine: Engine) -> None:
    def provider(*accounts: tuple[str, str]) -> dict[str, Any]:
        named = [{"username": name, "token": token} for name, token in accounts]
        return {"type": "Aws", "params": {"git_providers": [{"domain": "git.example", "accounts": named}]}}

    config = provider(("ana", "secret-of-ana"), ("ben", "secret-of-ben"))
    engine.apply(create("builder", "aws", config=config), nowhere)
    text = export([(Target("builder", "aws"), engine.snapshot().live[Target("builder", "aws")].resource)])
    assert "secret-" not in text
    assert plan_of(engine, text).actions == ()


def test_every_kind_with_a_secret_is_tried() -> None:
    holding = {kind for kind, known in KINDS.items() if may_hold_secrets(known.model)}
    assert holding - {"swarm", "procedure"} <= RESOURCES.keys()
