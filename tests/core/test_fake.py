"""What the fake Core promises to tests beyond what was recorded: people, trouble on demand, executions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.core.asking import Asking, as_user, asking
from tests.core.fake import FakeCore
from tests.core.fake.serving import serving

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


@pytest.fixture
def http(ask: Asking) -> httpx.AsyncClient:
    return ask.http


# ---------------------------------------------------------------- who asks


async def login(http: httpx.AsyncClient, type_: str, **params: str) -> httpx.Response:
    return await http.post("/auth/login", json={"type": type_, "params": params})


async def test_a_second_factor_belongs_to_the_session_of_the_first(core: FakeCore, http: httpx.AsyncClient) -> None:
    core.user("bo", "bo-password", totp="123456")
    assert (await login(http, "LoginLocalUser", username="bo", password="bo-password")).json()["type"] == "Totp"
    session = dict(http.cookies)
    http.cookies.clear()
    assert (await login(http, "CompleteTotpLogin", code="123456")).status_code == 401
    http.cookies.update(session)
    assert (await login(http, "CompleteTotpLogin", code="000000")).status_code == 401
    jwt = (await login(http, "CompleteTotpLogin", code="123456")).json()["jwt"]
    assert (await http.get("/user", headers={"authorization": jwt})).json()["username"] == "bo"


@pytest.mark.parametrize("end", ["expire_jwts", "restart"])
async def test_a_login_ends(core: FakeCore, http: httpx.AsyncClient, end: str) -> None:
    answer = await login(http, "LoginLocalUser", username="admin", password="changeme-please")
    headers = {"authorization": f"Bearer {answer.json()['data']['jwt']}"}
    assert (await http.get("/user", headers=headers)).status_code == 200
    getattr(core, end)()
    ended = await http.get("/user", headers=headers)
    assert (ended.status_code, ended.json()["error"]) == (500, "Invalid user credentials")


async def test_too_many_failures_shut_out_until_time_has_passed(core: FakeCore, http: httpx.AsyncClient) -> None:
    wrong = Asking(http, {"x-api-key": core.key, "x-api-secret": "no"})
    assert [(await wrong.error("/read", "GetVersion"))[0] for _ in range(7)] == [401] * 5 + [429] * 2
    core.clock.pass_seconds(16)
    assert (await wrong.error("/read", "GetVersion"))[0] == 401


async def test_others_see_and_do_what_they_were_given(core: FakeCore, http: httpx.AsyncClient) -> None:
    core.user("ana", "ana-password")
    core.add_variable("TOKEN", "s3cr3t", is_secret=True)
    ana = as_user(core, http, "ana")
    assert await ana.read("ListStacks") == []
    assert (await ana.read("GetVariable", name="TOKEN"))["value"] == "######"
    admin = as_user(core, http, "admin")
    named = {"user_target": {"type": "User", "id": "ana"}, "permission": "Read"}
    await admin("/write", "UpdatePermissionOnTarget", resource_target={"type": "Stack", "id": "web"}, **named)
    assert [entry["name"] for entry in await ana.read("ListStacks")] == ["web"]
    assert (await ana.error("/write", "DeleteStack", id="web"))[0] == 500
    status, error = await ana.error("/write", "CreateStack", name="mine", config={"server": "edge"})
    assert (status, error) == (500, "Cannot attach Stack to this Server")


# --------------------------------------------------------------- trouble


async def test_an_answer_can_be_anything_so_often(core: FakeCore, ask: Asking) -> None:
    core.fail("ListStacks", 502, "<html>bad gateway</html>", times=2, content_type="text/html")
    answers = [await ask("/read", "ListStacks") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [502, 502, 200]
    assert answers[0].headers["content-type"] == "text/html"


@pytest.mark.parametrize(("knob", "done"), [("cut", False), ("lose_answer", True)])
async def test_a_connection_breaks_before_or_after_the_work(core: FakeCore, ask: Asking, knob: str, done: bool) -> None:
    getattr(core, knob)("CreateStack")
    with pytest.raises(httpx.ReadError):
        await ask("/write", "CreateStack", name="new")
    names = [stack["name"] for stack in await ask.read("ListStacks")]
    assert ("new" in names) is done


async def test_a_timeout_is_a_cut_of_another_kind(core: FakeCore, ask: Asking) -> None:
    core.cut("GetVersion", error=httpx.ConnectTimeout)
    with pytest.raises(httpx.ConnectTimeout):
        await ask("/read", "GetVersion")


async def test_half_an_answer_is_no_json(core: FakeCore, ask: Asking) -> None:
    core.half("ListStacks")
    with pytest.raises(json.JSONDecodeError):
        (await ask("/read", "ListStacks")).json()


async def test_nobody_listens(core: FakeCore, ask: Asking) -> None:
    core.down = True
    with pytest.raises(httpx.ConnectError):
        await ask("/read", "GetVersion")


async def test_a_real_socket_is_closed(core: FakeCore) -> None:
    core.cut("/version")
    with serving(core) as address:
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(f"{address}/version")
            assert (await client.get(f"{address}/version")).text == core.version


async def test_keys_nobody_knows_are_in_every_table_but_not_in_maps(core: FakeCore, ask: Asking) -> None:
    core.chatty = True
    stack = await ask.read("GetStack", stack="web")
    assert stack["not_known_yet"] == stack["config"]["not_known_yet"]
    user = (await ask.http.get("/user", headers=ask.headers)).json()
    assert "not_known_yet" in user
    assert user["all"] == {}


async def test_the_web_ui_answers_what_is_no_request(core: FakeCore, http: httpx.AsyncClient) -> None:
    assert (await http.get("/stacks")).status_code == 404
    core.web_ui = True
    assert "text/html" in (await http.get("/stacks")).headers["content-type"]


# ------------------------------------------------------------- executions


async def test_an_execution_is_in_progress_first_and_over_after(core: FakeCore, ask: Asking) -> None:
    update = (await ask("/execute", "DeployStack", stack="web")).json()
    assert (update["status"], update["logs"]) == ("InProgress", [])
    update = await ask.read("GetUpdate", id=update["_id"]["$oid"])
    assert (update["status"], update["success"]) == ("Complete", True)
    assert (await ask.read("ListStacks"))[0]["info"]["state"] == "running"


async def test_a_slow_execution_takes_its_looks_and_holds_its_resource(core: FakeCore, ask: Asking) -> None:
    core.slow("stack", polls=3)
    id_ = (await ask("/execute", "DeployStack", stack="web")).json()["_id"]["$oid"]
    assert (await ask.read("ListStacks"))[0]["info"]["state"] == "deploying"
    assert (await ask.read("GetStackActionState", stack="web"))["deploying"] is True
    assert await ask.error("/write", "UpdateStack", id="web", config={"auto_pull": False}) == (500, "Stack busy")
    looks = [await ask.read("GetUpdate", id=id_) for _ in range(3)]
    assert [look["status"] for look in looks] == ["InProgress", "InProgress", "Complete"]
    assert len(looks[0]["logs"]) < len(looks[1]["logs"])


async def test_what_somebody_holds_is_busy_until_released(core: FakeCore, ask: Asking) -> None:
    held = core.hold("stack", "web", operation="DeployStack", by="ana")
    query = {"target.type": "Stack", "status": "InProgress"}
    (update,) = (await ask.read("ListUpdates", query=query))["updates"]
    assert (update["id"], update["username"]) == (held, "ana")
    assert await ask.error("/write", "DeleteStack", id="web") == (500, "Stack busy")
    second = (await ask("/execute", "DeployStack", stack="web")).json()["_id"]["$oid"]
    assert (await ask.read("GetUpdate", id=second))["logs"][0]["stage"] == "Task Error"
    core.release("stack", "web")
    assert (await ask.read("GetUpdate", id=held))["status"] == "Complete"
    assert (await ask("/write", "DeleteStack", id="web")).status_code == 200


async def test_a_deploy_fails_with_what_it_said(core: FakeCore, ask: Asking) -> None:
    core.deploy_fails("stack", "web", stderr="no space left on device")
    id_ = (await ask("/execute", "DeployStack", stack="web")).json()["_id"]["$oid"]
    update = await ask.read("GetUpdate", id=id_)
    assert update["success"] is False
    assert "no space left on device" in [log["stderr"] for log in update["logs"]]
    core.deploy_fails("stack", "web", stderr="")
    assert core.execute("DeployStack", stack="web")["success"] is True


async def test_a_restart_ends_what_was_in_progress_as_failed(core: FakeCore, ask: Asking) -> None:
    core.slow("DeployStack", polls=9)
    id_ = (await ask("/execute", "DeployStack", stack="web")).json()["_id"]["$oid"]
    core.restart()
    update = await ask.read("GetUpdate", id=id_)
    assert (update["status"], update["success"], update["logs"][-1]["stage"]) == (
        "Complete",
        False,
        "Komodo shutdown",
    )
    assert (await ask("/write", "DeleteStack", id="web")).status_code == 200


async def test_an_execution_cannot_reach_a_server_without_an_agent(core: FakeCore) -> None:
    core.agents_answer = False
    update = core.execute("DeployStack", stack="web")
    assert "Server is unreachable or disabled" in update["logs"][0]["stderr"]


async def test_a_stack_is_deployed_again_only_if_its_files_changed(core: FakeCore) -> None:
    core.stack_files("web", {"compose.yaml": FILE}, hash_="abc1234")
    assert core.execute("DeployStackIfChanged", stack="web")["logs"][-1]["stage"] == "Compose Up"
    assert core.execute("DeployStackIfChanged", stack="web")["logs"][-1]["stage"] == "Compare files"
    core.stack_files("web", {"compose.yaml": FILE + "# more\n"})
    assert core.execute("DeployStackIfChanged", stack="web")["logs"][-1]["stage"] == "Compose Up"


async def test_a_deploy_if_changed_answers_without_an_id(core: FakeCore, ask: Asking) -> None:
    made = len(core.updates)
    for deploys in (1, 1):
        assert "_id" not in (await ask("/execute", "DeployStackIfChanged", stack="web")).json()
        assert len(core.updates) - made == deploys


async def test_a_state_is_what_a_test_says(core: FakeCore, ask: Asking) -> None:
    core.state("stack", "web", "weird_new_state")
    assert (await ask.read("ListStacks"))[0]["info"]["state"] == "weird_new_state"


async def test_two_that_deploy_after_each_other_never_end(core: FakeCore, tmp_path: Path) -> None:
    core.sync_folder = tmp_path
    (tmp_path / "loop").mkdir()
    block = '[[deployment]]\nname = "{}"\ndeploy = true\nafter = ["{}"]\nconfig.server = "edge"\n'
    (tmp_path / "loop/main.toml").write_text(block.format("a", "b") + block.format("b", "a"))
    core.add("resource_sync", "loop", {"files_on_host": True, "resource_path": ["main.toml"]})
    assert core.execute("RunSync", sync="loop")["status"] == "InProgress"
    assert core.busy(core.named("resource_sync", "loop"))
    core.restart()
    assert not core.busy(core.named("resource_sync", "loop"))
