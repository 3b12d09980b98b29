"""Webhooks on Komodo's paths for syncs (semantics f): checked, answered at once, queued; what is done is done later.

    POST /listener/github|gitea|forgejo|gitlab|bearer/sync/NAME/refresh|sync

Nothing is done with a body before its signature is right. Every refusal is `{"error": "..."}` and says what to do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ksync_tui.errors import KsyncError
from ksync_tui.watch.deliveries import (
    NotUnderstood,
    SeenDeliveries,
    WebhookSettings,
    names_of,
    other_event,
    push_of,
    request_of,
)
from ksync_tui.watch.requests import SyncRequest
from ksync_tui.watch.signature import HEADERS, may_be_signed, signed

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from ksync_tui.watch.deliveries import WebhookReceiver

MB = 1024 * 1024
MOST_BODY = 25 * MB
"""GitHub sends nothing larger."""
MOST_AT_ONCE = 64 * MB
"""Bytes of all bodies that are being received."""
BODY_SECONDS = 30.0
RETRY_SECONDS = "60"
OPTIONS = {"refresh": False, "sync": True}
"""Whether a run is wanted."""
PATHS = f"POST to /listener/{'|'.join(HEADERS)}/sync/NAME/{'|'.join(OPTIONS)}"


class Refused(Exception):  # noqa: N818 - an answer, not an error of ksync's
    """A delivery that is not taken: the status and what to say."""

    def __init__(self, status: HTTPStatus, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def application(receiver: WebhookReceiver, clock: Callable[[], float] = time.monotonic) -> ASGIApp:
    """The ASGI application. `clock` gives seconds and never goes back."""
    listener = _Listener(receiver, clock)
    route = Route("/listener/{provider}/sync/{name}/{option}", listener.receive, methods=["POST"])
    return Starlette(routes=[route], exception_handlers={HTTPException: _no_such_path})


async def _no_such_path(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _error(HTTPStatus(status), PATHS)


def _error(status: HTTPStatus, text: str) -> JSONResponse:
    headers = {"Retry-After": RETRY_SECONDS} if status is HTTPStatus.TOO_MANY_REQUESTS else None
    return JSONResponse({"error": text}, status.value, headers)


class _Listener:
    """Takes deliveries one by one; holds what they share."""

    def __init__(self, receiver: WebhookReceiver, clock: Callable[[], float]) -> None:
        self._receiver = receiver
        self._clock = clock
        self._remembered = SeenDeliveries()
        self._receiving = 0
        self._quiet_until = 0.0

    async def receive(self, request: Request) -> JSONResponse:
        """Answers one delivery."""
        provider, name, option = (request.path_params[part] for part in ("provider", "name", "option"))
        try:
            return JSONResponse({"result": await self._take(request, provider, name, option)})
        except Refused as refused:
            self._tell_refusal(name, f"{provider} {option} refused: {refused.status.value} {refused.text}")
            return _error(refused.status, refused.text)
        except ClientDisconnect:
            return _error(HTTPStatus.BAD_REQUEST, "the connection ended before the body did")
        except KsyncError as error:
            self._tell_refusal(name, f"{provider} {option} could not be taken: {error}")
            return _error(HTTPStatus.SERVICE_UNAVAILABLE, "it cannot be looked up now: see ksync's log")
        except Exception as fault:  # noqa: BLE001 - no delivery ends the listener, and none is shown ksync's insides
            self._tell_refusal(name, f"an internal error of ksync, please report it: {type(fault).__name__}")
            return _error(HTTPStatus.INTERNAL_SERVER_ERROR, "an internal error of ksync: see its log")

    async def _take(self, request: Request, provider: str, name: str, option: str) -> str:
        if provider not in HEADERS or option not in OPTIONS:
            raise Refused(HTTPStatus.NOT_FOUND, PATHS)
        hook = await asyncio.to_thread(self._receiver.hook, name)
        if hook is None:
            raise Refused(HTTPStatus.NOT_FOUND, f"no such sync: {name}")
        if not may_be_signed(provider, request.headers, hook.secret):
            raise _unsigned(provider)
        with self._room() as room:
            body = await self._body(request, room)
            if not signed(provider, request.headers, hook.secret, body):
                raise _unsigned(provider)
            return await self._heed(
                request, hook, SyncRequest(f"webhook {provider}", OPTIONS[option], fresh=True), body
            )

    async def _heed(self, request: Request, hook: WebhookSettings, sync_request: SyncRequest, body: bytes) -> str:
        """What is done about a genuine delivery, in a few words."""
        name, option = request.path_params["name"], request.path_params["option"]
        if not hook.enabled:
            return "ignored: the sync has webhook_enabled = false"
        if event := other_event(request.headers):
            return f"ignored: {event[:100]} is not a push"
        try:
            understand = request_of if request.path_params["provider"] == "bearer" else push_of
            push = await asyncio.to_thread(understand, body)
        except NotUnderstood as why:
            raise Refused(HTTPStatus.BAD_REQUEST, str(why)) from None
        if hook.branch and push.branch and push.branch != hook.branch:
            return f"ignored: the sync follows branch {hook.branch}"
        if push.deleted:
            return "ignored: the branch was deleted"
        return self._queue(name, option, sync_request, names_of(f"{name} {option}", request.headers, body, push))

    def _queue(self, name: str, option: str, request: SyncRequest, known_by: tuple[str, ...]) -> str:
        now = self._clock()
        if self._remembered.has(known_by, now):
            return "ignored: it was delivered before"
        if not self._receiver.ask(name, request):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, f"too many deliveries wait for {name}: send it again later")
        self._remembered.keep(known_by, now)
        self._receiver.told(name, f"{request.who}: {option} queued")
        return f"queued: {option}"

    async def _body(self, request: Request, room: Callable[[int], None]) -> bytes:
        too_large = Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {MOST_BODY // MB} MB are read")
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > MOST_BODY:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in request.stream():
                    if len(body) + len(chunk) > MOST_BODY:
                        raise too_large
                    room(len(chunk))
                    body += chunk
        except TimeoutError:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, "the body took too long") from None
        return bytes(body)

    @contextmanager
    def _room(self) -> Iterator[Callable[[int], None]]:
        """Room for one body; asking for more than there is for all of them refuses it."""
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            if self._receiving + size > MOST_AT_ONCE:
                raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too much is being received: send it again later")
            taken += size
            self._receiving += size

        try:
            yield take
        finally:
            self._receiving -= taken

    def _tell_refusal(self, name: str, text: str) -> None:
        """Tells of refusals now and then: whoever knocks without end fills no log."""
        if self._clock() >= self._quiet_until:
            self._quiet_until = self._clock() + 10
            self._receiver.told(name, text)


def _unsigned(provider: str) -> Refused:
    header = HEADERS[provider]
    if provider == "bearer":
        text = f"{header} does not match: send `{header}: Bearer SECRET` with the webhook secret of the sync"
    else:
        text = f"{header} does not match: use the same secret on both sides, and application/json"
    return Refused(HTTPStatus.UNAUTHORIZED, text)
