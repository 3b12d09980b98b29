"""Webhooks: who is heard, what is ignored, and that nothing from outside fills memory or runs twice."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ksync_tui.errors import StoreError
from ksync_tui.watch import webhooks
from ksync_tui.watch.deliveries import (
    MOST_REMEMBERED,
    REMEMBERED_SECONDS,
    Push,
    SeenDeliveries,
    WebhookSettings,
    push_of,
)
from ksync_tui.watch.requests import RequestQueue, SyncRequest
from ksync_tui.watch.webhooks import application

KOMODO = os.environ.get("KSYNC_TEST_KOMODO")
SECRET = "wh-secret"
MAIN = b'{"ref":"refs/heads/main"}'


class Gate:
    """Syncs, their queues, and what was said."""

    def __init__(self) -> None:
        self.hooks = {
            "wh": WebhookSettings(SECRET, "main"),
            "off": WebhookSettings(SECRET, "main", enabled=False),
            "any": WebhookSettings(SECRET, ""),
        }
        self.hooks["open"] = WebhookSettings("", "main")
        self.requests = RequestQueue(most=3)
        self.lines: list[str] = []
        self.problem: Exception | None = None
        self.now = 1000.0

    def hook(self, name: str) -> WebhookSettings | None:
        if self.problem is not None:
            raise self.problem
        return self.hooks.get(name)

    def ask(self, name: str, request: SyncRequest) -> bool:
        return self.requests.put(name, request)

    def told(self, name: str, text: str) -> None:
        self.lines.append(f"{name} {text}")

    @property
    def asked(self) -> list[tuple[str, SyncRequest]]:
        """What is queued, and is not any more."""
        return list(iter(lambda: self.requests.take(0), None))


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def client(gate: Gate) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(gate, lambda: gate.now))
    async with httpx.AsyncClient(transport=transport, base_url="http://ksync") as opened:
        yield opened


def github(body: bytes, secret: str = SECRET, **headers: str) -> dict[str, Any]:
    signature = "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"content": body, "headers": {"x-hub-signature-256": signature} | named}


def gitlab(body: bytes = MAIN, token: str = SECRET, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"content": body, "headers": {"x-gitlab-token": token} | named}


REFRESH = "/listener/github/sync/wh/refresh"
RUN = "/listener/github/sync/wh/sync"
LAB = "/listener/gitlab/sync/wh/refresh"


@pytest.mark.parametrize(
    ("path", "request_", "queued"),
    [
        (REFRESH, github(MAIN), SyncRequest("webhook github", run=False, fresh=True)),
        (RUN, github(MAIN, x_github_event="push", x_github_delivery="1"), SyncRequest("webhook github", True, True)),
        (LAB, gitlab(x_gitlab_event="Push Hook"), SyncRequest("webhook gitlab", run=False, fresh=True)),
    ],
)
async def test_a_push_is_queued_and_answered(
    client: httpx.AsyncClient, gate: Gate, path: str, request_: dict[str, Any], queued: SyncRequest
) -> None:
    answer = await client.post(path, **request_)
    assert (answer.status_code, answer.json()["result"].split()[0]) == (200, "queued:")
    assert gate.asked == [("wh", queued)]


@pytest.mark.skipif(KOMODO is None, reason="KSYNC_TEST_KOMODO names no folder of recordings")
@pytest.mark.parametrize("number", range(1, 13))
async def test_deliveries_are_judged_as_core_judged_them(client: httpx.AsyncClient, gate: Gate, number: int) -> None:
    recording = json.loads((Path(KOMODO or "") / "exchanges" / "10-webhooks.json").read_text("utf-8"))
    exchange = recording["exchanges"][number]
    request, core = exchange["request"], exchange["response"]["status"]
    answer = await client.post(request["path"], content=request["content"], headers=request["headers"])
    # Core answers 400 for names it does not know, and 200 for a body that it then does not understand.
    ours = {"unknown sync": 404, "unknown option": 404, "form encoded": 400}.get(exchange["note"], core)
    assert answer.status_code == ours, exchange["note"]
    runs = exchange["note"].startswith(("good", "no prefix", "gitlab token"))
    assert len(gate.asked) == runs


@pytest.mark.parametrize(
    ("path", "request_", "status"),
    [
        (REFRESH, github(MAIN, secret="other"), 401),
        (REFRESH, github(MAIN, secret=""), 401),
        (REFRESH, {"content": MAIN}, 401),
        (REFRESH, {"content": MAIN, "headers": {"x-hub-signature-256": "sha256=é".encode()}}, 401),
        (REFRESH, {"content": MAIN, "headers": {"x-hub-signature-256": ""}}, 401),
        (REFRESH, gitlab(), 401),
        (LAB, gitlab(token="x"), 401),
        (LAB, gitlab(token=""), 401),
        (LAB, github(MAIN), 401),
        ("/listener/github/sync/open/refresh", github(MAIN, secret=""), 401),  # no secret is no way in (h.15)
        ("/listener/gitlab/sync/open/refresh", gitlab(token=""), 401),
        ("/listener/github/sync/none/refresh", github(MAIN), 404),
        ("/listener/github/sync/wh/other", github(MAIN), 404),
        ("/listener/bitbucket/sync/wh/refresh", github(MAIN), 404),
        ("/listener/github/stack/wh/deploy", github(MAIN), 404),
        ("/", github(MAIN), 404),
        (REFRESH, github(b"payload=%7B%7D"), 400),
        (REFRESH, github(b""), 400),
        (REFRESH, github(b"\xff\xfe"), 400),
        (REFRESH, github(b"[" * 100_000), 400),
        (REFRESH, github(b"[1]"), 400),
        (REFRESH, github(b'{"ref":7}'), 400),
        (REFRESH, github(b"{}"), 400),
    ],
)
async def test_a_refusal_says_why_and_does_nothing(
    client: httpx.AsyncClient, gate: Gate, path: str, request_: dict[str, Any], status: int
) -> None:
    answer = await client.post(path, **request_)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert SECRET not in answer.text
    assert gate.asked == []


async def test_only_post_is_answered(client: httpx.AsyncClient) -> None:
    answer = await client.get(REFRESH)
    assert (answer.status_code, list(answer.json())) == (405, ["error"])


@pytest.mark.parametrize(
    ("path", "request_", "why"),
    [
        (REFRESH, github(b'{"ref":"refs/heads/other"}'), "follows branch main"),
        (REFRESH, github(b'{"ref":"refs/tags/main"}'), "follows branch main"),
        (REFRESH, github(b'{"zen":"Keep it simple"}', x_github_event="ping"), "ping is not a push"),
        (LAB, gitlab(x_gitlab_event="Tag Push Hook"), "Tag Push Hook is not a push"),
        ("/listener/github/sync/off/sync", github(MAIN), "webhook_enabled = false"),
    ],
)
async def test_what_is_not_for_the_sync_is_answered_and_ignored(
    client: httpx.AsyncClient, gate: Gate, path: str, request_: dict[str, Any], why: str
) -> None:
    answer = await client.post(path, **request_)
    assert (answer.status_code, answer.json()["result"].startswith("ignored: ")) == (200, True)
    assert why in answer.json()["result"]
    assert gate.asked == []


async def test_a_sync_without_a_branch_takes_any(client: httpx.AsyncClient, gate: Gate) -> None:
    await client.post("/listener/github/sync/any/refresh", **github(b'{"ref":"refs/heads/x"}'))
    assert [name for name, _ in gate.asked] == ["any"]


async def test_a_replayed_delivery_is_answered_and_not_queued_twice(client: httpx.AsyncClient, gate: Gate) -> None:
    async def queued(path: str, body: bytes, id_: str) -> bool:
        answer = await client.post(path, **github(body, x_github_delivery=id_))
        assert answer.status_code == 200
        return bool(answer.json()["result"].startswith("queued"))

    first = b'{"ref":"refs/heads/main","after":"1"}'
    other = b'{"ref":"refs/heads/main","after":"2"}'
    assert await queued(REFRESH, first, "1")
    assert not await queued(REFRESH, first, "1")
    assert not await queued(REFRESH, first, "2")  # an id is not signed: the same body is the same delivery
    assert not await queued(REFRESH, other, "1")
    assert await queued(RUN, first, "1")  # another hook of the same repository
    assert await queued(REFRESH, other, "3")
    assert len(gate.asked) == 1
    gate.now += REMEMBERED_SECONDS
    assert await queued(REFRESH, first, "1")


@pytest.mark.parametrize("body", [MAIN, b'{"ref":"refs/heads/main","after":null}'])
async def test_a_delivery_that_names_no_commit_is_no_replay_of_the_one_before(
    client: httpx.AsyncClient, gate: Gate, body: bytes
) -> None:
    for _ in range(2):
        assert (await client.post(REFRESH, **github(body))).json() == {"result": "queued: refresh"}
        assert (await client.post(LAB, **gitlab(body))).json() == {"result": "queued: refresh"}
        assert gate.asked
    assert (await client.post(REFRESH, **github(body, x_github_delivery="1"))).json() == {"result": "queued: refresh"}
    again = await client.post(REFRESH, **github(body, x_github_delivery="1"))
    assert again.json() == {"result": "ignored: it was delivered before"}


async def test_a_gitlab_push_is_known_again_by_its_commit(client: httpx.AsyncClient) -> None:
    body = b'{"ref":"refs/heads/main","checkout_sha":"1"}'
    assert (await client.post(LAB, **gitlab(body))).json() == {"result": "queued: refresh"}
    assert (await client.post(LAB, **gitlab(body))).json() == {"result": "ignored: it was delivered before"}


async def test_a_flood_meets_a_bound_and_nothing_of_it_is_lost(client: httpx.AsyncClient, gate: Gate) -> None:
    bodies = [json.dumps({"ref": "refs/heads/main", "after": at}).encode() for at in range(20)]
    answers = [await client.post(REFRESH, **github(body)) for body in bodies]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 17
    assert int(answers[-1].headers["retry-after"]) > 0
    assert len(gate.asked) == 1
    assert (await client.post(REFRESH, **github(bodies[-1]))).status_code == 200  # sent again, as it was told


async def endless(total: int, chunk: int = webhooks.MB) -> AsyncIterator[bytes]:
    for _ in range(total // chunk):
        yield b"x" * chunk


class Sent:
    """A request as a server hands it on, a piece of the body at a time; counts the pieces that were taken."""

    def __init__(self, pieces: AsyncIterator[bytes], **headers: str) -> None:
        self.pieces = pieces
        self.taken = 0
        self.answer: dict[str, Any] = {}
        signature = ("x-hub-signature-256", "sha256=" + "0" * 64)
        named = [signature, *((name.replace("_", "-"), value) for name, value in headers.items())]
        self.scope = {
            "type": "http", "method": "POST", "path": REFRESH, "raw_path": REFRESH.encode(), "query_string": b"",
            "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("ksync", 80), "client": ("x", 1),
            "headers": [(name.encode(), value.encode()) for name, value in named],
        }  # fmt: skip

    async def receive(self) -> dict[str, Any]:
        try:
            piece = await anext(self.pieces)
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}
        self.taken += 1
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(self, message: Any) -> None:
        self.answer |= message


async def test_a_body_of_100_mb_is_not_read_to_its_end(gate: Gate) -> None:
    told, untold = (
        Sent(endless(100 * webhooks.MB), content_length=str(100 * webhooks.MB)),
        Sent(endless(100 * webhooks.MB)),
    )
    for sent in (told, untold):
        await application(gate)(sent.scope, sent.receive, sent.send)
        assert sent.answer["status"] == 413
    assert told.taken == 0
    assert untold.taken == webhooks.MOST_BODY // webhooks.MB + 1


async def test_many_large_bodies_at_once_are_bounded_together(gate: Gate) -> None:
    app = application(gate)
    stopped: list[int] = []

    async def stuck(then: Sent) -> AsyncIterator[bytes]:
        for _ in range(24):
            yield b"x" * webhooks.MB
        await app(then.scope, then.receive, then.send)  # while this one is still being received
        stopped.append(then.answer["status"])

    third = Sent(endless(24 * webhooks.MB))
    second = Sent(stuck(third))
    first = Sent(stuck(second))
    await app(first.scope, first.receive, first.send)
    assert (first.answer["status"], second.answer["status"], third.answer["status"]) == (401, 401, 429)
    again = Sent(endless(24 * webhooks.MB))
    await app(again.scope, again.receive, again.send)
    assert again.answer["status"] == 401


async def test_a_body_that_does_not_come_is_given_up(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    monkeypatch.setattr(webhooks, "BODY_SECONDS", 0.0)
    sent = Sent(stuck())
    await application(gate)(sent.scope, sent.receive, sent.send)
    assert sent.answer["status"] == 408


async def test_a_store_that_cannot_be_read_is_no_fault_of_the_sender(client: httpx.AsyncClient, gate: Gate) -> None:
    gate.problem = StoreError("the database is locked")
    assert (await client.post(REFRESH, **github(MAIN))).status_code == 503
    gate.problem = ZeroDivisionError("s3cr3t")
    answer = await client.post(REFRESH, **github(MAIN))
    assert answer.status_code == 500
    assert "s3cr3t" not in answer.text + " ".join(gate.lines)


async def test_whoever_knocks_without_end_fills_no_log(client: httpx.AsyncClient, gate: Gate) -> None:
    for _ in range(20):
        await client.post(REFRESH, content=MAIN)
    assert len(gate.lines) == 1
    gate.now += 60
    await client.post(REFRESH, content=MAIN)
    assert len(gate.lines) == 2
    assert "refused: 401" in gate.lines[0]


def test_what_is_remembered_is_bounded() -> None:
    remembered = SeenDeliveries()
    for at in range(3 * MOST_REMEMBERED):
        remembered.keep((str(at),), 0.0)
    assert not remembered.has(("0",), 0.0)
    assert remembered.has((str(3 * MOST_REMEMBERED - 1),), 0.0)


def test_a_branch_may_have_slashes() -> None:
    assert push_of(b'{"ref":"refs/heads/team/web"}') == Push("team/web", "")
