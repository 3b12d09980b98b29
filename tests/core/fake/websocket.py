"""The update stream `/ws/update` (semantics a.8)."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tests.core.fake import auth, updates
from tests.core.fake.clauses import Json
from tests.core.fake.errors import RefusedError
from tests.core.fake.state import User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

_STATUS = {401: "401 Unauthorized", 429: "429 Too Many Requests", 500: "500 Internal Server Error"}


async def serve(core: FakeCore, scope: Any, receive: Any, send: Any) -> None:
    """One socket from connect to close."""
    await receive()
    if core.mute_websocket or scope["path"] != "/ws/update":
        await _refuse(scope, send)
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
        await _close(send, 1000)
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
    waiting: asyncio.Queue[Json | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def hear(update: Json | None) -> None:
        if update is None or updates.visible(core, who, update):
            loop.call_soon_threadsafe(waiting.put_nowait, update and updates.listed(core, update))

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


async def _pass_on(core: FakeCore, who: User, waiting: asyncio.Queue[Json | None], gone: Any, send: Any) -> None:
    while item := await _next(waiting, gone):
        if not who.enabled:
            text = json.dumps({"type": "INVALID_USER", "msg": "User is not enabled"})
            await send({"type": "websocket.send", "text": text})
            break
        await send({"type": "websocket.send", "text": json.dumps(item)})
    if not gone.done():
        await _close(send, 1012)


async def _next(waiting: asyncio.Queue[Json | None], gone: asyncio.Future[None]) -> Json | None:
    """The next update; None when the client has left or Core drops the socket."""
    item = asyncio.ensure_future(waiting.get())
    await asyncio.wait({item, gone}, return_when=asyncio.FIRST_COMPLETED)
    if item.done():
        return item.result()
    item.cancel()
    return None


async def _refuse(scope: Any, send: Any) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await _close(send, 1000)
        return
    await send({"type": "websocket.http.response.start", "status": 404, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})


async def _close(send: Any, code: int) -> None:
    await send({"type": "websocket.close", "code": code, "reason": ""})
