"""The ASGI side: paths, bodies, answers (semantics a.1, a.4, i)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from email.utils import formatdate
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

import httpx

from tests.core.fake import auth, envelope, knobs, listener, websocket
from tests.core.fake.clauses import Clause
from tests.core.fake.errors import RefusedError, UnreadableError
from tests.core.fake.state import Call, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

JSON, TEXT, HTML = "application/json", "text/plain; charset=utf-8", "text/html; charset=utf-8"
PAGE = b"<!doctype html>\n<html><head><title>Komodo</title></head><body><div id=root></div></body></html>\n"


@dataclass
class Request:
    """One request, its body read."""

    method: str
    path: str
    headers: dict[str, str]
    address: str
    body: bytes


@dataclass
class Answer:
    """What goes back."""

    status: int = 200
    content_type: str | None = None
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    half: bool = False


def as_json(found: Any, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(status, JSON, json.dumps(found, ensure_ascii=False).encode())


async def serve(core: FakeCore, scope: Any, receive: Any, send: Any) -> None:
    """Answer one connection."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        if core.down:
            raise knobs.broken_connection(httpx.ConnectError)
        await websocket.serve(core, scope, receive, send)
    else:
        request = await _read(scope, receive)
        if core.down:
            raise knobs.broken_connection(httpx.ConnectError)
        await _send(core, answer(core, request), send)
        core.tasks.begin()
        if core.lag:
            asyncio.get_running_loop().call_later(core.lag, core.tasks.tick)
        else:
            core.tasks.tick()


async def _lifespan(receive: Any, send: Any) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})


async def _read(scope: Any, receive: Any) -> Request:
    headers = {key.decode("latin1").lower(): held.decode("latin1") for key, held in scope["headers"]}
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    address = headers.get("x-forwarded-for", "").split(",")[0].strip() or (scope.get("client") or ("?",))[0]
    return Request(scope["method"], scope["path"], headers, address, body)


async def _send(core: FakeCore, found: Answer, send: Any) -> None:
    headers = {"date": formatdate(core.clock.now() / 1000, usegmt=True), **found.headers}
    if found.content_type is not None:
        headers["content-type"] = found.content_type
    body = found.body[: len(found.body) // 2] if found.half else found.body
    headers["content-length"] = str(len(body))
    raw = [(key.encode(), held.encode("latin1")) for key, held in headers.items()]
    await send({"type": "http.response.start", "status": found.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def answer(core: FakeCore, request: Request) -> Answer:
    """The answer to a request, whatever it is."""
    first, _, rest = request.path.strip("/").partition("/")
    try:
        if first in ("read", "write", "execute"):
            return _call(core, request, first, rest or None)
        if first == "auth" and rest.split("/")[0] in ("login", "manage"):
            api, _, name = rest.partition("/")
            return _call(core, request, api, name or None)
        if first == "listener":
            return _delivered(core, request, rest)
        return _other(core, request)
    except RefusedError as refused:
        return as_json({"error": refused.error, "trace": refused.trace}, refused.status)


def _other(core: FakeCore, request: Request) -> Answer:
    """What is asked with GET; for the knobs `/version` and `/user` are the types of requests."""
    if request.method != "GET":
        return Answer(405)
    plan = core.planned(request.path)
    if plan and plan.answer:
        return _broken(plan.answer)
    if plan:
        raise knobs.broken_connection(plan.error)
    if request.path == "/version":
        return Answer(200, TEXT, core.version.encode())
    if request.path == "/user":
        who = _who(core, request, disabled_too=True)
        core.log.append(Call("/user", "GetUser", {}, who.username))
        return as_json(_chatty(who.as_json()) if core.chatty else who.as_json())
    return Answer(200, HTML, PAGE) if core.web_ui else Answer(404)


def _broken(found: knobs.Broken) -> Answer:
    return Answer(found.status, found.content_type, found.body, found.headers)


def _delivered(core: FakeCore, request: Request, rest: str) -> Answer:
    if request.method != "POST":
        return Answer(405)
    core.log.append(Call(request.path, "Webhook", {}, None))
    try:
        core.limiter.check("listener", request.address, core.clock.now())
        listener.deliver(core, rest, request.headers, request.body)
    except listener.BadUrlError as error:
        return Answer(400, TEXT, str(error).encode())
    except RefusedError as refused:
        if not refused.limited:
            raise
        door = "listener-unknown" if refused.status == 400 else "listener"
        raise core.limiter.count(door, request.address, core.clock.now(), refused) from None
    return Answer(200)


def _who(core: FakeCore, request: Request, disabled_too: bool = False) -> User:
    core.limiter.check("auth", request.address, core.clock.now())
    try:
        return auth.caller(core, request.headers, disabled_too)
    except RefusedError as refused:
        if not refused.limited:
            raise
        raise core.limiter.count("auth", request.address, core.clock.now(), refused) from None


def _call(core: FakeCore, request: Request, api: str, name: str | None) -> Answer:
    if request.method != "POST":
        return Answer(405)
    if api == "login":
        return _login(core, request, name)
    who = _who(core, request)
    clause, params, raw = envelope.parse(api, name, request.headers.get("content-type", ""), request.body)
    path = f"/auth/{api}" if api == "manage" else f"/{api}"
    core.log.append(Call(path, clause.name, raw, who.username))
    return _carry_out(core, request, clause, who, params, name)


def _login(core: FakeCore, request: Request, name: str | None) -> Answer:
    core.limiter.check("login", request.address, core.clock.now())
    clause, params, _ = envelope.parse("login", name, request.headers.get("content-type", ""), request.body)
    core.log.append(Call("/auth/login", clause.name, {}, None))
    cookie = SimpleCookie(request.headers.get("cookie", ""))
    core.session = cookie["id"].value if "id" in cookie else core.ids.next()
    try:
        found = _carry_out(core, request, clause, core.admin, params, name)
    except RefusedError as refused:
        if not refused.limited:
            raise
        raise core.limiter.count("login", request.address, core.clock.now(), refused) from None
    if core.session in core.sessions:
        found.headers["set-cookie"] = f"id={core.session}; Path=/; HttpOnly; SameSite=Lax"
    return found


def _carry_out(
    core: FakeCore, request: Request, clause: Clause, who: User, params: dict[str, Any], name: str | None
) -> Answer:
    plan = core.planned(clause.name)
    if plan and plan.answer:
        return _broken(plan.answer)
    if plan and plan.what == "cut":
        raise knobs.broken_connection(plan.error)
    try:
        found = clause.run(core, who, params)
    except UnreadableError as error:
        if name is not None:
            raise RefusedError(500, error.message) from None
        raise envelope.unreadable(request.body.decode(), error) from None
    if plan and plan.what == "lose":
        core.tasks.tick()
        raise knobs.broken_connection()
    sent = as_json(_chatty(found) if core.chatty else found)
    sent.half = plan is not None and plan.what == "half"
    return sent


_MAPS = frozenset({"all", "recents", "linked_logins"})
"""Tables whose keys are data."""


def _chatty(found: Any, key: str = "") -> Any:
    """An answer with a key more in every table."""
    if isinstance(found, list):
        return [_chatty(entry) for entry in found]
    if not isinstance(found, dict) or "$oid" in found:
        return found
    known = {name: _chatty(held, name) for name, held in found.items()}
    return known if key in _MAPS else {**known, "not_known_yet": {"a": [1, None]}}
