"""What the fake Core keeps of what it is given, page by page, and what it notes down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.core.asking import Asking, asking
from tests.core.fake import FakeCore

Json = dict[str, Any]

FILE = "services:\n  web:\n    image: nginx\n"


@pytest.fixture
def core() -> FakeCore:
    made = FakeCore()
    made.add("server", "edge", {"enabled": True})
    made.add("stack", "web", {"server": "edge", "file_contents": FILE})
    return made


@pytest.fixture
async def ask(core: FakeCore) -> AsyncIterator[Asking]:
    async with asking(core) as client:
        yield client


async def test_a_page_has_fifty_unless_all_is_asked_for(core: FakeCore, ask: Asking) -> None:
    for number in range(60):
        core.add("repo", f"repo-{number:02}")
    assert len(await ask.read("ListRepos")) == 50
    assert next(entry["name"] for entry in await ask.read("ListRepos", page=1)) == "repo-50"
    assert len(await ask.read("ListFullRepos", limit=0)) == 60


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"terms": ["E", "b"]}, ["web"]),
        ({"names": ["web", "db"]}, ["db", "web"]),
        ({"tags": ["a", "b"]}, ["both"]),
        ({"tags": ["a", "b"], "tag_behavior": "Any"}, ["both", "db"]),
        ({"templates": "Only"}, ["both"]),
        ({"specific": {"states": ["running"]}}, ["web"]),
    ],
)
async def test_a_query_narrows_a_list(core: FakeCore, ask: Asking, query: Json, found: list[str]) -> None:
    core.add("stack", "db", tags=["a"])
    core.add("stack", "both", tags=["a", "b"], template=True)
    core.execute("DeployStack", stack="web")
    assert [stack["name"] for stack in await ask.read("ListStacks", query=query)] == found


async def test_an_update_changes_the_keys_given_and_these_whole(core: FakeCore, ask: Asking) -> None:
    command = {"path": "a", "command": "true", "shell_mode": True}
    core.add("stack", "db", {"pre_deploy": command, "links": ["x"], "auto_pull": False})
    config = {"pre_deploy": {"command": "false"}, "links": ["y", "z"]}
    changed = (await ask("/write", "UpdateStack", id="db", config=config)).json()["config"]
    assert changed["pre_deploy"] == {"path": "", "command": "false\n", "shell_mode": False}
    assert (changed["links"], changed["auto_pull"]) == (["y", "z"], False)


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("Stack", "My Stack", "my_stack"),
        ("Deployment", "-My App.1", "My_App.1"),
        ("Repo", "my repo", "my_repo"),
        ("Server", " a b ", "a b"),
    ],
)
async def test_a_name_is_kept_as_its_kind_allows(ask: Asking, kind: str, given: str, kept: str) -> None:
    assert (await ask("/write", f"Create{kind}", name=given)).json()["name"] == kept


async def test_an_alerter_keeps_its_targets_as_given(ask: Asking) -> None:
    targets = [{"type": "Stack", "id": "web"}]
    made = (await ask("/write", "CreateAlerter", name="chat", config={"resources": targets})).json()
    assert made["config"]["resources"] == targets


async def test_an_action_without_a_script_gets_a_sample(ask: Asking) -> None:
    assert (await ask("/write", "CreateAction", name="act")).json()["config"]["file_contents"]


async def test_the_log_has_what_was_asked_and_by_whom(core: FakeCore, ask: Asking) -> None:
    await ask.read("ListStacks")
    await ask("/write", "UpdateStack", id="web", config={"auto_pull": False})
    assert [call.type for call in core.log] == ["ListStacks", "UpdateStack"]
    (write,) = core.writes
    assert (write.path, write.params, write.user) == (
        "/write",
        {"id": "web", "config": {"auto_pull": False}},
        "admin",
    )


async def test_another_clock_and_another_version(core: FakeCore, ask: Asking) -> None:
    before = (await ask("/write", "CreateTag", name="a")).headers["date"]
    core.clock.offset = 3600_000
    core.version = "1.19.5"
    answer = await ask("/read", "GetVersion")
    assert answer.json() == {"version": "1.19.5"}
    assert answer.headers["date"] != before
