"""The client: who it takes for a Core, how it logs in, what it says of every refusal, what it never does twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ksync_tui.engine.core import client as client_module
from ksync_tui.engine.core.access import Access, InMemory, KeyAccess, LoginAccess
from ksync_tui.engine.core.client import WRITE_SECONDS, Client, CoreServer
from ksync_tui.engine.core.errors import refusal
from ksync_tui.errors import (
    BusyError,
    ConflictError,
    CoreError,
    CredentialsError,
    ForbiddenError,
    NoAnswerError,
    NotFoundError,
    RateLimitedError,
)
from tests.core.fake import FakeCore

SECRET = "S_very-secret-indeed_S"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "RETRY_SECONDS", (0.0, 0.0, 0.0))


@pytest.fixture
def core() -> FakeCore:
    return FakeCore()


Ask = Callable[[Client], Any]


def asking(core: FakeCore, ask: Ask, access: Access | None = None, code: Callable[[], str | None] | None = None) -> Any:
    """What a client in a loop of its own answers."""
    return over(httpx.ASGITransport(app=core), ask, access or KeyAccess(core.key, core.secret), code)


def over(
    transport: httpx.AsyncBaseTransport | None,
    ask: Ask,
    access: Access | None = None,
    code: Callable[[], str | None] | None = None,
    server: CoreServer | None = None,
) -> Any:
    async def run() -> Any:
        place = server or CoreServer("http://core.test", transport=transport)
        client = Client(place, access or KeyAccess("K_key_K", SECRET), code)
        try:
            return await ask(client)
        finally:
            await client.close()

    return asyncio.run(run())


def answering(
    status: int, content: bytes = b"", content_type: str | None = None, **headers: str
) -> httpx.MockTransport:
    """Whatever is asked gets this."""
    sent = {**headers, **({"content-type": content_type} if content_type else {})}
    return httpx.MockTransport(lambda _: httpx.Response(status, content=content, headers=sent))


def version(client: Client) -> Any:
    return client.version()


def info(client: Client) -> Any:
    return client.read("GetCoreInfo")


def tag(client: Client) -> Any:
    return client.write("CreateTag", name="home")


def sent(core: FakeCore, name: str) -> int:
    return sum(call.type == name for call in core.log)


# ------------------------------------------------------------- what is a Core


@pytest.mark.parametrize(
    ("transport", "said"),
    [
        (answering(200, b"<!doctype html>", "text/html; charset=utf-8"), "200 with text/html"),
        (answering(404), "404 with nothing"),
        (answering(405), "405 with nothing"),
        (answering(308, location="https://core.test/"), "redirects to https://core.test/"),
        (answering(200, b"hello", "text/plain"), "200 with text/plain"),
    ],
    ids=["page", "nothing there", "not allowed", "redirect", "another service"],
)
@pytest.mark.parametrize("ask", [version, info])
def test_what_is_no_core_is_said_to_be_none(transport: httpx.MockTransport, said: str, ask: Ask) -> None:
    with pytest.raises(CoreError, match="not a Komodo Core") as refused:
        over(transport, ask)
    assert said in str(refused.value)
    assert "address of Core" in str(refused.value.hint)


@pytest.mark.parametrize("told", ["1.19.5", "0.9.0", "1.19.5-dev-1"])
def test_a_core_that_is_too_old_is_refused_by_its_version(core: FakeCore, told: str) -> None:
    core.version = told
    with pytest.raises(CoreError, match="too old") as refused:
        asking(core, version)
    assert told in str(refused.value)
    assert "2.0.0" in str(refused.value)


@pytest.mark.parametrize("told", ["", "two", "2.3", "2.3.x"])
def test_a_version_that_is_none_is_not_believed(core: FakeCore, told: str) -> None:
    core.version = told
    with pytest.raises(CoreError, match="not a Komodo Core"):
        asking(core, version)


@pytest.mark.parametrize("told", ["2.0.0", "2.3.2", "2.4.0-dev-7", "3.0.0"])
def test_newer_cores_are_spoken_to(core: FakeCore, told: str) -> None:
    core.version = told
    assert asking(core, version) == told


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("ask", [version, info])
def test_a_proxy_without_a_core_is_not_taken_for_a_wrong_address(status: int, ask: Ask) -> None:
    with pytest.raises(NoAnswerError, match="does not answer") as refused:
        over(answering(status, b"<html>bad gateway</html>", "text/html"), ask)
    assert str(status) in str(refused.value)


# ------------------------------------------------------------------ refusals

TEXTS: list[tuple[int, str, list[str], type[CoreError]]] = [
    (401, "Invalid client credentials", [], CredentialsError),
    (401, "Invalid user credentials | You have 4 attempts remaining", [], CredentialsError),
    (401, "User is not enabled", [], CredentialsError),
    (500, "Invalid user credentials", [], CredentialsError),
    (500, "Request headers have X-API-KEY but missing X-API-SECRET", [], CredentialsError),
    (403, "User does not have permissions to create Server.", [], ForbiddenError),
    (403, "Only Admins can create Variables", [], ForbiddenError),
    (403, "This call is admin only", [], ForbiddenError),
    (500, "this method is admin only", [], ForbiddenError),
    (500, "this route is only accessable by admins", [], ForbiddenError),
    (
        500,
        "User does not have required permissions on this Stack. Must have at least Write permissions",
        [],
        ForbiddenError,
    ),
    (
        500,
        "Cannot attach Stack to this Server",
        ["User does not have required permissions on this Server. Must have at least Read permissions"],
        ForbiddenError,
    ),
    (500, "Did not find any Stack matching nope", [], NotFoundError),
    (500, "no variable found with given name: NOPE", [], NotFoundError),
    (404, "No api key with key found", [], NotFoundError),
    (409, "Resource with name 'dup' already exists", [], ConflictError),
    (500, "Failed to create Variable on db", ['message: "E11000 duplicate key error"'], ConflictError),
    (500, "Stack busy", [], BusyError),
    (500, "ResourceSync busy", [], BusyError),
    (500, "Resource is busy", [], BusyError),
    (429, "Too many attempts | Try again in 15s", [], RateLimitedError),
    # What only sounds like one of these.
    (500, "Cannot attach Stack to this Server", ["Did not find any Server matching nope"], CoreError),
    (500, "Failed to run compose down", ["rm: cannot remove '/data': Device or resource busy"], CoreError),
    (500, "Failed to pull", ["git@github.com: Permission denied (publickey)."], CoreError),
    (500, "Failed to write /home/admin/all.toml", ["No space left on device (os error 28)"], CoreError),
    (500, "Failed to write file", ["Permission denied (os error 13)"], CoreError),
    (500, "failed to query db for UserGroups", ["id is not ObjectId"], CoreError),
    (500, "Cannot commit to sync. Enabled 'managed' mode.", [], CoreError),
    (500, "Failed to request from Swarm", ["No managers connected"], CoreError),
    (400, "Must provide non-empty name for resource", [], CoreError),
    (422, "Failed to deserialize the JSON body into the target type: params: missing field `stack`", [], CoreError),
    (415, "Expected request with `Content-Type: application/json`", [], CoreError),
]


@pytest.mark.parametrize(("status", "message", "trace", "kind"), TEXTS, ids=lambda value: str(value)[:40])
def test_every_refusal_is_told_apart_by_its_text(
    status: int, message: str, trace: list[str], kind: type[CoreError]
) -> None:
    found = refusal(status, {"error": message, "trace": trace}, "UpdateStack", "http://core.test")
    assert type(found) is kind
    assert all(cause.split(":")[0] in str(found) for cause in trace) or kind is RateLimitedError


def test_a_refusal_for_too_many_failures_says_how_long_to_wait(core: FakeCore) -> None:
    wrong = KeyAccess(core.key, "S_wrong_S")
    for _ in range(5):
        with pytest.raises(CredentialsError):
            asking(core, info, wrong)
    with pytest.raises(RateLimitedError, match="15 s") as refused:
        asking(core, info, wrong)
    assert refused.value.seconds == 15


def test_a_refused_request_is_not_made_again(core: FakeCore) -> None:
    core.fail("GetCoreInfo", 500, {"error": "the database is gone", "trace": []}, times=9)
    with pytest.raises(CoreError, match="the database is gone"):
        asking(core, info)
    assert sent(core, "GetCoreInfo") == 1


@pytest.mark.parametrize("body", [b"[1]", b"null", b'"no"', b'{"error": 3}'])
def test_a_refusal_without_words_is_told_by_its_status(core: FakeCore, body: bytes) -> None:
    core.fail("GetCoreInfo", 500, body)
    with pytest.raises(CoreError, match="it answered 500"):
        asking(core, info)


# --------------------------------------------------------------- credentials


@pytest.mark.parametrize(
    ("key", "secret"),
    [("K_wrong_K", SECRET), ("", ""), ("K_wrong_K", "")],
    ids=["wrong", "none", "no secret"],
)
def test_a_key_that_is_not_accepted_is_said_and_not_shown(core: FakeCore, key: str, secret: str) -> None:
    with pytest.raises(CredentialsError) as refused:
        asking(core, info, KeyAccess(key, secret))
    assert SECRET not in repr(refused.value) + str(refused.value)


@pytest.mark.parametrize("secret", [f"{SECRET}\nx", f"{SECRET}é", f"{SECRET}\x7f", f"{SECRET}\r\nx: y"])
def test_what_no_header_can_carry_is_refused_without_showing_it(core: FakeCore, secret: str) -> None:
    with pytest.raises(CredentialsError, match="cannot be sent") as refused:
        asking(core, info, KeyAccess(core.key, secret))
    chain = f"{refused.value!r} {refused.value.__cause__!r} {refused.value.__context__!r}"
    assert SECRET not in f"{refused.value} {chain}"
    assert not core.log


def test_blanks_around_a_key_do_not_matter(core: FakeCore) -> None:
    assert asking(core, info, KeyAccess(f" {core.key}\n", f"{core.secret}\r\n"))["title"] == "Reference"


def login(core: FakeCore, keeper: InMemory | None = None, user: str = "admin", password: str = "") -> LoginAccess:
    given = password or core.admin.password
    return LoginAccess(user, lambda: given, keeper or InMemory())


def test_a_login_serves_all_requests(core: FakeCore) -> None:
    async def twice(client: Client) -> Any:
        await asyncio.gather(*(client.read("GetCoreInfo") for _ in range(5)))
        return await client.read("GetCoreInfo")

    assert asking(core, twice, login(core))["title"] == "Reference"
    assert sent(core, "LoginLocalUser") == 1


@pytest.mark.parametrize("end", ["expire_jwts", "restart"])
def test_a_token_that_ended_is_replaced_once(core: FakeCore, end: str) -> None:
    access = login(core)

    async def outlive(client: Client) -> Any:
        await client.read("GetCoreInfo")
        getattr(core, end)()
        return await asyncio.gather(client.write("CreateTag", name="home"), client.read("GetCoreInfo"))

    asking(core, outlive, access)
    assert sent(core, "LoginLocalUser") == 2
    assert sent(core, "CreateTag") == 1


def test_a_token_that_was_kept_is_used_without_a_password(core: FakeCore) -> None:
    keeper = InMemory()
    asking(core, info, login(core, keeper))

    def never() -> str:
        raise AssertionError("the password was asked for")

    assert asking(core, info, LoginAccess("admin", never, keeper))["title"] == "Reference"


def test_a_wrong_password_is_tried_once(core: FakeCore) -> None:
    with pytest.raises(CredentialsError) as refused:
        asking(core, info, login(core, password="not-this-one"))
    assert "not-this-one" not in f"{refused.value!r} {refused.value}"
    assert sent(core, "LoginLocalUser") == 1


def test_a_user_that_was_disabled_meanwhile_is_not_logged_in_for_ever(core: FakeCore) -> None:
    core.user("ana", "anas-password").enabled = False
    with pytest.raises(CredentialsError, match="not enabled"):
        asking(core, info, login(core, user="ana", password="anas-password"))
    assert sent(core, "LoginLocalUser") == 2


def test_the_second_factor_is_asked_for_and_sent_in_the_same_session(core: FakeCore) -> None:
    core.user("ana", "anas-password", admin=True, totp="123456")
    access = login(core, user="ana", password="anas-password")
    assert asking(core, info, access, lambda: " 123456\n")["title"] == "Reference"
    assert sent(core, "CompleteTotpLogin") == 1


@pytest.mark.parametrize("code", [None, lambda: None, lambda: ""], ids=["nobody", "no answer", "empty"])
def test_a_second_factor_that_nobody_gives_is_said(core: FakeCore, code: Callable[[], str | None] | None) -> None:
    core.user("ana", "anas-password", totp="123456")
    with pytest.raises(CredentialsError, match="second factor") as refused:
        asking(core, info, login(core, user="ana", password="anas-password"), code)
    assert refused.value.asks == "totp"


def test_a_wrong_code_is_said_and_not_shown(core: FakeCore) -> None:
    core.user("ana", "anas-password", totp="123456")
    with pytest.raises(CredentialsError, match="totp code") as refused:
        asking(core, info, login(core, user="ana", password="anas-password"), lambda: "654321")
    assert "654321" not in str(refused.value)


def test_a_passkey_is_refused_with_what_to_do(core: FakeCore) -> None:
    core.fail("LoginLocalUser", 200, {"type": "Passkey", "data": {"challenge": "x"}})
    with pytest.raises(CredentialsError, match="passkey") as refused:
        asking(core, info, login(core))
    assert "API key" in str(refused.value.hint)


def test_nothing_of_an_access_is_in_its_repr(core: FakeCore) -> None:
    keeper = InMemory("jwt-of-mine")
    shown = repr([KeyAccess(core.key, core.secret), LoginAccess("ana", lambda: "anas-password", keeper)])
    assert not any(part in shown for part in (core.key, core.secret, "anas-password", "jwt-of-mine"))


def test_nothing_secret_is_logged(core: FakeCore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keeper = InMemory()
    asking(core, info)
    asking(core, info, login(core, keeper))
    said = caplog.text
    assert not any(part in said for part in (core.key, core.secret, core.admin.password, keeper.recall()))


# -------------------------------------------------------------------- trouble

HARM: list[tuple[str, Callable[[FakeCore, str], None]]] = [
    ("cut before", lambda core, name: core.cut(name)),
    ("cut after", lambda core, name: core.lose_answer(name)),
    ("half an answer", lambda core, name: core.half(name)),
    ("a proxy", lambda core, name: core.fail(name, 502, b"<html>", content_type="text/html")),
]


@pytest.mark.parametrize("harm", [harm for _, harm in HARM], ids=[name for name, _ in HARM])
def test_a_read_is_asked_again_when_nothing_came_back(core: FakeCore, harm: Callable[[FakeCore, str], None]) -> None:
    harm(core, "GetCoreInfo")
    assert asking(core, info)["title"] == "Reference"
    assert sent(core, "GetCoreInfo") == 2


@pytest.mark.parametrize("harm", [harm for _, harm in HARM], ids=[name for name, _ in HARM])
def test_a_write_is_sent_once(core: FakeCore, harm: Callable[[FakeCore, str], None]) -> None:
    harm(core, "CreateTag")
    with pytest.raises(NoAnswerError) as refused:
        asking(core, tag)
    assert refused.value.sent
    assert sent(core, "CreateTag") == 1


def test_a_read_is_given_up_in_the_end(core: FakeCore) -> None:
    core.cut("GetCoreInfo", times=99)
    with pytest.raises(NoAnswerError, match="cut"):
        asking(core, info)
    assert sent(core, "GetCoreInfo") == 4


@pytest.mark.parametrize(
    ("error", "said", "sent_"),
    [
        (httpx.ReadTimeout(""), "too slow", True),
        (httpx.WriteTimeout(""), "too slow", True),
        (httpx.ConnectTimeout(""), "cannot be reached", False),
        (httpx.ConnectError("[Errno -2] Name or service not known"), "Name or service not known", False),
        (httpx.PoolTimeout(""), "too slow", False),
        (httpx.ProxyError("407 Proxy Authentication Required"), "HTTPS_PROXY", False),
        (httpx.RemoteProtocolError("Server disconnected"), "Server disconnected", True),
        (httpx.UnsupportedProtocol("ftp"), "https://komodo.example", False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_went_wrong_on_the_way_is_told_apart(error: httpx.HTTPError, said: str, sent_: bool) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(NoAnswerError) as refused:
        over(httpx.MockTransport(fail), tag)
    assert said in str(refused.value)
    assert refused.value.sent is sent_
    assert refused.value.hint


def test_a_write_may_take_longer_than_a_read() -> None:
    waits = {}

    def note(request: httpx.Request) -> httpx.Response:
        waits[request.url.path] = request.extensions["timeout"]["read"]
        return httpx.Response(200, json={})

    async def both(client: Client) -> None:
        await client.read("GetCoreInfo")
        await client.write("DeleteStack", id="web")
        await client.execute("DeployStack", stack="web")

    over(None, both, server=CoreServer("http://core.test", 7.0, transport=httpx.MockTransport(note)))
    assert waits == {"/read": 7.0, "/write": WRITE_SECONDS, "/execute": 7.0}


@pytest.mark.parametrize("proxy", ["socks5://user:pr0xy-pass@proxy:1080", "ftp://proxy:21"])
def test_a_proxy_that_cannot_be_used_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(CoreError, match="proxy of the environment") as refused:
        Client(CoreServer("http://core.test"), KeyAccess("K_key_K", SECRET))
    assert "pr0xy-pass" not in f"{refused.value} {refused.value!r}"


def test_keys_that_nobody_knows_do_not_matter(core: FakeCore) -> None:
    core.chatty = True
    assert asking(core, info)["title"] == "Reference"
    assert asking(core, info, login(core))["title"] == "Reference"


@pytest.mark.parametrize("text", [None, "not a certificate"])
def test_a_ca_that_is_none_is_said(tmp_path: Path, text: str | None) -> None:
    ca = tmp_path / "ca.pem"
    if text is not None:
        ca.write_text(text)
    with pytest.raises(CoreError, match="the CA of the profile cannot be used") as refused:
        Client(CoreServer("https://core.test", ca=ca), KeyAccess("K_key_K", SECRET))
    assert refused.value.where == str(ca)
