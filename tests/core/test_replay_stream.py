"""The update stream and what is no request: files written, commits made, runs that webhooks started."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_ws import AsyncWebSocketSession, WebSocketDisconnect, aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport

from tests.core.fake import FakeCore
from tests.core.replay import Player
from tests.core.test_replay import folder

Json = dict[str, Any]


@pytest.fixture
def messages() -> list[Json]:
    """The recorded messages, in order."""
    found = folder()
    if found is None:
        pytest.skip("KSYNC_TEST_KOMODO is not set")
    return list(json.loads((found / "11-websocket.json").read_text())["messages"])


def _request(type_: str, **params: Any) -> Json:
    return {"type": type_, "params": params}


REQUESTS = (
    ("/write", _request("CreateStack", name="ws")),
    ("/write", _request("UpdateStack", id="ws", config={"auto_pull": False})),
    ("/execute", _request("DeployStack", stack="ws")),
    ("/execute", _request("RunSync", sync="wh")),
)
"""What was done while the stream was recorded; the stack has no server, the sync nothing to do."""


async def test_the_stream_tells_what_the_real_one_told(messages: list[Json], tmp_path: Path) -> None:
    core = FakeCore()
    core.sync_folder = tmp_path
    (tmp_path / "wh").mkdir()
    (tmp_path / "wh/m.toml").write_text("# nothing\n")
    core.add("ResourceSync", "wh", {"files_on_host": True, "resource_path": ["m.toml"]})
    login = {"type": "ApiKeys", "params": {"key": core.key, "secret": core.secret}}
    headers = {"x-api-key": core.key, "x-api-secret": core.secret}
    transport = ASGIWebSocketTransport(app=core)
    async with httpx.AsyncClient(transport=transport, base_url="http://core.test", headers=headers) as http:
        async with aconnect_ws("http://core.test/ws/update", http) as socket:
            await socket.send_text(json.dumps(login))
            assert await socket.receive_text() == messages[1]["received_text"]
            for path, request in REQUESTS:
                await http.post(path, json=request)
            told = [entry["received"] for entry in messages if "received" in entry]
            got = [json.loads(await socket.receive_text()) for _ in told]
        player = Player(core, http)
        assert not list(player.compare("", told, got))
        assert await _refused(http, messages[-3]["sent"]) == _without_count(messages[-2]["received_text"])


async def _refused(http: httpx.AsyncClient, login: Json) -> str:
    async with aconnect_ws("http://core.test/ws/update", http) as socket:
        await socket.send_text(json.dumps(login))
        said = await socket.receive_text()
        await _ends(socket)
    return _without_count(said)


async def _ends(socket: AsyncWebSocketSession) -> None:
    with pytest.raises(WebSocketDisconnect):
        await socket.receive_text()


def _without_count(text: str) -> str:
    """How many attempts are left depends on what failed before."""
    return text.split(" | ")[0]


async def test_a_disabled_user_is_shown_out_and_a_deaf_core_lets_nobody_in() -> None:
    core = FakeCore()
    bo = core.user("bo", "bo-password", admin=True)
    key, secret = core.api_key(bo)
    async with httpx.AsyncClient(transport=ASGIWebSocketTransport(app=core), base_url="http://core.test") as http:
        async with aconnect_ws("http://core.test/ws/update", http) as socket:
            await socket.send_text(json.dumps({"type": "ApiKeys", "params": {"key": key, "secret": secret}}))
            assert await socket.receive_text() == "LOGGED_IN"
            bo.enabled = False
            core.add("stack", "web")
            assert json.loads(await socket.receive_text())["type"] == "INVALID_USER"
            await _ends(socket)
        core.mute_websocket = True
        with pytest.raises(WebSocketDisconnect):
            await aconnect_ws("http://core.test/ws/update", http).__aenter__()
