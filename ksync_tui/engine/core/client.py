"""Talking to a Komodo Core over HTTP: requests, answers, errors (semantics a)."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, cast

import httpx

from ksync_tui import __version__
from ksync_tui.engine.core.access import Access, LoginAccess
from ksync_tui.engine.core.errors import refusal, too_many
from ksync_tui.engine.core.places import Places
from ksync_tui.errors import CoreError, CredentialsError, KsyncError, NoAnswerError, RateLimitedError

if TYPE_CHECKING:
    from collections.abc import Awaitable

_log = logging.getLogger(__name__)
Api = Literal["read", "write", "execute"]
AskCode = Callable[[], str | None]
"""Asks a person for the code of a second factor."""

OLDEST = (2, 0, 0)
"""The first version whose API this client speaks."""
CONNECT_SECONDS = 10.0
RETRY_SECONDS = (0.2, 0.8, 2.0)
"""Pauses before a read is asked again."""
WRITE_SECONDS = 180.0
"""A write is answered when it is done: containers were stopped, a repository was pulled (semantics b.1)."""
AT_ONCE = 8
"""Requests under way at the same time, where nobody says."""
LIMITED_SECONDS = 180.0
"""How long a request is asked again that was refused because there are too many."""
LONGEST_PAUSE = 15.0
"""Between two of these, whatever the server would like."""
_PASSING = frozenset({502, 503, 504})
"""Answers of a proxy whose Core is just starting."""
_TOO_MUCH = _PASSING | {429}


@dataclass(frozen=True, slots=True)
class CoreServer:
    """Where a Core is and how it is reached. Seconds are those without a byte of an answer."""

    address: str
    seconds: float = 30.0
    ca: Path | None = None
    parallel: int = AT_ONCE
    """Requests under way at the same time, at most."""
    transport: httpx.AsyncBaseTransport | None = None
    """In place of the network."""


class Client:
    """One connection pool to one Core, as one user. Every call may raise CoreError. Lives in one event loop."""

    def __init__(self, server: CoreServer, access: Access, ask_code: AskCode | None = None) -> None:
        self.address = server.address.rstrip("/")
        self.access = access
        self._ask_code = ask_code
        self._login = asyncio.Lock()
        self._refusals = 0
        self._refused: KsyncError | None = None
        self._accepted = False
        self.places = Places(server.parallel)
        self._write_timeout = httpx.Timeout(max(server.seconds, WRITE_SECONDS), connect=CONNECT_SECONDS)
        self.http = _pool(server)

    async def close(self) -> None:
        """Closes all connections."""
        await self.http.aclose()

    async def read(self, request: str, **params: Any) -> Any:
        """The answer to a read; asked again a few times when nothing comes back."""
        return await _again(lambda: self._call("read", request, params))

    async def write(self, request: str, **params: Any) -> Any:
        """The answer to a write; never sent twice."""
        return await self._call("write", request, params)

    async def execute(self, request: str, **params: Any) -> Any:
        """The Update that an execution begins with; never sent twice."""
        return await self._call("execute", request, params)

    async def user(self) -> dict[str, Any]:
        """The calling user; a read like others."""
        found = await _again(lambda: self._authorised(lambda: self._send("GET", "/user"), "who this is"))
        return cast("dict[str, Any]", found)

    async def version(self) -> str:
        """The version of the server, which needs no login. Raises CoreError for one that is too old."""
        answer = await self._send("GET", "/version")
        if answer.status_code in _PASSING:
            raise self._unavailable(answer)
        text = answer.text.strip() if answer.status_code == 200 else ""
        parts = text.split("-")[0].split(".")
        if len(parts) != 3 or not all(part.isdigit() for part in parts):
            raise self._not_core(answer)
        if tuple(map(int, parts)) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            why = f"it is Komodo Core {text}, and ksync speaks the API of {oldest} and later"
            raise CoreError("this Core is too old", where=self.address, why=why, hint="Update Komodo Core")
        return text

    async def _call(self, api: Api, request: str, params: Mapping[str, Any]) -> Any:
        body = {"type": request, "params": params}
        return await self._authorised(lambda: self._send("POST", f"/{api}", body), request)

    async def _authorised(self, send: Callable[[], Awaitable[httpx.Response]], what: str) -> Any:
        """Asks until there are not too many requests: refused for that, one was not read, so nothing is repeated.

        Before the credentials were ever accepted, they may be what was refused too often: that is said at once.
        """
        until, pause = monotonic() + LIMITED_SECONDS, 1
        while True:
            try:
                answer = await self._with_login(send, what)
            except RateLimitedError as error:
                if not self._accepted or monotonic() > until:
                    raise
                seconds = min(max(error.seconds, pause), LONGEST_PAUSE)
                _log.debug("%s: %s; asked again in %s s", what, error.what, seconds)
                await asyncio.sleep(seconds)
                pause *= 2
            else:
                self._accepted = True
                return answer

    async def _with_login(self, send: Callable[[], Awaitable[httpx.Response]], what: str) -> Any:
        """Sends, logging in first where that is due, and anew once where a token has ended."""
        if not isinstance(self.access, LoginAccess):
            return self._understood(await send(), what)
        used = self.access.keeper.recall() or await self._log_in("")
        try:
            return self._understood(await send(), what)
        except CredentialsError:
            await self._log_in(used)
            return self._understood(await send(), what)

    async def _send(self, method: str, path: str, body: object = None, *, login: bool = False) -> httpx.Response:
        headers = {} if login or path == "/version" else dict(self.access.headers())
        timeout = self._write_timeout if path == "/write" else httpx.USE_CLIENT_DEFAULT
        what = body.get("type", "") if isinstance(body, dict) else ""
        async with self.places:
            cuts = self.places.cuts
            try:
                answer = await self.http.request(method, path, json=body, headers=headers, timeout=timeout)
            except httpx.HTTPError as error:
                _log.debug("%s %s %s: %s", method, path, what, type(error).__name__)
                self.places.too_much(cuts)
                raise self._no_answer(error) from error
        _log.debug("%s %s %s: %s", method, path, what, answer.status_code)
        if answer.status_code in _TOO_MUCH:
            self.places.too_much(cuts)
        else:
            self.places.good()
        return answer

    def _understood(self, answer: httpx.Response, what: str) -> Any:
        """The JSON of an answer. A path that is not Core's may answer 200 with a page (semantics a.1)."""
        if answer.status_code in _PASSING:
            raise self._unavailable(answer)
        is_json = "json" in answer.headers.get("content-type", "")
        if answer.status_code == 429 and (not is_json or "retry-after" in answer.headers):
            raise too_many(answer.headers.get("retry-after", ""), self.address)
        if not is_json:
            raise self._not_core(answer)
        try:
            body = answer.json()
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise self._half(str(error)) from error
        if answer.status_code != 200:
            raise refusal(answer.status_code, body, what, self.address)
        return body

    # ------------------------------------------------------------------ login

    async def _log_in(self, used: str) -> str:
        """Gets a new token unless somebody else just did, or was just refused; answers it."""
        access = self.access
        if not isinstance(access, LoginAccess):
            raise CredentialsError("no credentials", where=self.address)
        before = self._refusals
        async with self._login:
            kept = access.keeper.recall()
            if kept and kept != used:
                return kept
            # Many reads wait here at once: one wrong password is one try, and one question.
            if self._refused is not None and self._refusals != before:
                raise self._refused
            return await self._try_login(access)

    async def _try_login(self, access: LoginAccess) -> str:
        access.keeper.keep("")
        try:
            token = await self._token(access)
        except KsyncError as error:
            self._refused = error
            self._refusals += 1
            raise
        access.keeper.keep(token)
        return token

    async def _token(self, access: LoginAccess) -> str:
        password = await asyncio.to_thread(access.password)
        answer = await self._auth("LoginLocalUser", username=access.user, password=password)
        if answer.get("type") == "Jwt":
            return str(answer["data"]["jwt"])
        if answer.get("type") != "Totp":
            why = f"it wants a {str(answer.get('type')).lower()}, which a terminal cannot give"
            hint = "Make an API key in Komodo (Settings) and use that"
            raise CredentialsError("the login cannot be finished here", where=self.address, why=why, hint=hint)
        code = await asyncio.to_thread(self._ask_code) if self._ask_code else None
        if not code:
            hint = "Open the app, or run it in a terminal, to be asked for it"
            what = "the code of the second factor is needed"
            raise CredentialsError(what, where=self.address, hint=hint, asks="totp")
        return str((await self._auth("CompleteTotpLogin", code=code.strip()))["jwt"])

    async def _auth(self, request: str, **params: str) -> dict[str, Any]:
        """A call of the login API; a second step needs the cookies of the first, which the client keeps."""
        answer = await self._send("POST", "/auth/login", {"type": request, "params": params}, login=True)
        return cast("dict[str, Any]", self._understood(answer, "the login"))

    # ----------------------------------------------------------------- errors

    def _no_answer(self, error: httpx.HTTPError) -> NoAnswerError:
        what, hint = _told(error)
        sent = not isinstance(error, _UNSENT)
        return NoAnswerError(what, where=self.address, why=_cause(error), hint=hint, sent=sent)

    def _half(self, why: str) -> NoAnswerError:
        what = "only part of an answer came back"
        return NoAnswerError(what, where=self.address, why=why, hint=_AGAIN, sent=True)

    def _unavailable(self, answer: httpx.Response) -> NoAnswerError:
        why = f"a proxy answered {answer.status_code}: Core behind it is down or starting"
        sent = answer.status_code != 503
        return NoAnswerError("Core does not answer", where=self.address, why=why, hint=_AGAIN, sent=sent)

    def _not_core(self, answer: httpx.Response) -> CoreError:
        kind = answer.headers.get("content-type", "").partition(";")[0] or "nothing"
        why = f"it answered {answer.status_code} with {kind} where Core answers JSON"
        if answer.has_redirect_location:
            why = f"it redirects to {answer.headers['location']}"
        hint = "Give the address of Core itself, such as https://komodo.example, without a page of its web interface"
        return CoreError("this is not a Komodo Core", where=self.address, why=why, hint=hint)


async def _again(ask: Callable[[], Awaitable[Any]]) -> Any:
    for seconds in RETRY_SECONDS:
        try:
            return await ask()
        except NoAnswerError:
            await asyncio.sleep(seconds)
    return await ask()


_UNSENT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout,
    httpx.ProxyError, httpx.UnsupportedProtocol, httpx.LocalProtocolError,
)  # fmt: skip
_AGAIN = "Check that Core is running, then plan again: nothing is repeated unseen"


def _told(error: httpx.HTTPError) -> tuple[str, str]:
    """What happened, and what to do."""
    if _of_certificate(error):
        return "the certificate is not trusted", "Give the CA that signed it as `ca` of the profile"
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return "Core cannot be reached", "Check the address of the profile, the network, and that Core runs"
    if isinstance(error, httpx.TimeoutException):
        return "Core is too slow", "`timeout` of the profile sets how many seconds to wait"
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return "the address cannot be used", "Write it like https://komodo.example"
    if isinstance(error, httpx.ProxyError):
        return "the proxy refused", "Check HTTPS_PROXY and NO_PROXY"
    return "the connection was cut", _AGAIN


def _of_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _cause(error: httpx.HTTPError) -> str:
    return str(error) or {"ReadTimeout": "nothing came back in time"}.get(type(error).__name__, type(error).__name__)


def _pool(server: CoreServer) -> httpx.AsyncClient:
    """The connections to a Core, through the proxy that the environment names. Raises CoreError."""
    trusted = _trusted(server.ca)
    try:
        return httpx.AsyncClient(
            base_url=server.address.rstrip("/"),
            timeout=httpx.Timeout(server.seconds, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=server.parallel + 2, max_keepalive_connections=server.parallel),
            headers={"user-agent": f"ksync/{__version__}"},
            verify=trusted,
            transport=server.transport,
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        # The proxy stands in the error, perhaps with a password.
        why = (
            "it needs a package that is not installed" if isinstance(error, ImportError) else "it is not an http(s) URL"
        )
        hint = "Write HTTPS_PROXY, HTTP_PROXY and ALL_PROXY like http://proxy.example:3128, or name Core in NO_PROXY"
        raise CoreError(
            "the proxy of the environment cannot be used", where=server.address, why=why, hint=hint
        ) from None


def _trusted(ca: Path | None) -> ssl.SSLContext | bool:
    if ca is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca))
    except (OSError, ssl.SSLError) as error:
        why = error.strerror if isinstance(error, FileNotFoundError) else str(error)
        raise CoreError(
            "the CA of the profile cannot be used", where=str(ca), why=why, hint="Give a PEM file"
        ) from error
