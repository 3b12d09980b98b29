"""The update stream `/ws/update` (facts a.8)."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tests.core.fake import auth, updates
from tests.core.fake.errors import RefusedError
from tests.core.fake.state import User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

_STATUS = {401: "401 Unauthorized", 429: "429 Too Many Requests", 500: "500 Internal Server Error"}
_PAUSE = 0.01
"""Seconds between looks at whether the sockets were dropped or the user disabled."""


async def serve(core: FakeCore, scope: Any, receive: Any, send: Any) -> None:
    """One socket from connect to close."""
    await receive()
    if core.mute_websocket or scope["path"] != "/ws/update":
        await send({"type": "websocket.close", "code": 1006})
        return
    await send({"type": "websocket.accept"})
    message = await receive()
    if message["type"] == "websocket.disconnect":
        return
    address = (scope.get("client") or ("?",))[0]
    try:
        who = _login(core, address, message)
    except RefusedError as refused:
        text = f"[{_STATUS.get(refused.status, '401 Unauthorized')}]: {refused.error}"
        await send({"type": "websocket.send", "text": text})
        await send({"type": "websocket.close", "code": 1000})
        return
    await send({"type": "websocket.send", "text": "LOGGED_IN"})
    await _stream(core, who, receive, send)


def _login(core: FakeCore, address: str, message: Any) -> User:
    now = core.clock.now()
    core.limiter.check("auth", address, now)
    try:
        return _user(core, message)
    except RefusedError as refused:
        raise core.limiter.count("auth", address, now, RefusedError(401, refused.error)) from None


def _user(core: FakeCore, message: Any) -> User:
    text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
    try:
        sent = json.loads(text)
        type_, params = sent["type"], sent["params"]
        if type_ == "Jwt":
            return auth.by_jwt(core, params["jwt"])
        return auth.by_key(core, params["key"], params["secret"])
    except (ValueError, KeyError, TypeError):
        raise RefusedError(401, "Failed to parse login message") from None


async def _stream(core: FakeCore, who: User, receive: Any, send: Any) -> None:
    waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def hear(update: dict[str, Any]) -> None:
        if updates.visible(core, who, update):
            waiting.put_nowait(updates.listed(core, update))

    core.listeners.append(hear)
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        await _pass_on(core, who, waiting, gone, send)
    finally:
        gone.cancel()
        if hear in core.listeners:
            core.listeners.remove(hear)


async def _until_gone(receive: Any) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _pass_on(core: FakeCore, who: User, waiting: asyncio.Queue[Any], gone: Any, send: Any) -> None:
    dropped = core.dropped
    while not gone.done():
        if core.dropped != dropped:
            await send({"type": "websocket.close", "code": 1012})
            return
        if not who.enabled:
            text = json.dumps({"type": "INVALID_USER", "msg": "User is not enabled"})
            await send({"type": "websocket.send", "text": text})
            await send({"type": "websocket.close", "code": 1000})
            return
        try:
            item = await asyncio.wait_for(waiting.get(), _PAUSE)
        except TimeoutError:
            continue
        await send({"type": "websocket.send", "text": json.dumps(item)})
