"""Forges as they are: what each sends is heard on its path, and nothing that only looks like it."""

from __future__ import annotations

import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ksync_tui.watch.requests import SyncRequest
from ksync_tui.watch.signature import HEADERS, SIGNATURES
from ksync_tui.watch.webhooks import OPTIONS, application
from tests.watch.forges import AFTER, NONE, SECRET, SENDERS, Delivery, bearer, codeberg, forgejo, gitea, github, gitlab
from tests.watch.test_webhooks import Gate

GUIDE = (Path(__file__).parents[2] / "docs/watch.md").read_text("utf-8")
REPEATED = {"result": "ignored: it was delivered before"}


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def client(gate: Gate) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(gate, lambda: gate.now))
    async with httpx.AsyncClient(transport=transport, base_url="http://ksync") as opened:
        yield opened


async def post(
    client: httpx.AsyncClient, path: str, sent: Delivery, option: str = "sync", sync: str = "wh"
) -> tuple[int, Any]:
    answer = await client.post(f"/listener/{path}/sync/{sync}/{option}", **sent.request)
    return answer.status_code, answer.json()


def path_of(sender: str) -> str:
    return SENDERS[sender][0]


def sent_by(sender: str, *args: str, **given: Any) -> Delivery:
    return SENDERS[sender][1](*args, **given)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("sender", SENDERS)
async def test_a_push_of_each_forge_is_queued(client: httpx.AsyncClient, gate: Gate, sender: str, option: str) -> None:
    path = path_of(sender)
    assert await post(client, path, sent_by(sender), option) == (200, {"result": f"queued: {option}"})
    assert gate.asked == [("wh", SyncRequest(f"webhook {path}", run=OPTIONS[option], fresh=True))]


@pytest.mark.parametrize("path", ["github", "gitea"])
@pytest.mark.parametrize("sent", [gitea, forgejo, codeberg])
async def test_a_hook_made_for_another_path_of_komodo_goes_on_working(
    client: httpx.AsyncClient, gate: Gate, path: str, sent: Any
) -> None:
    """Komodo knows Gitea and Forgejo as `github`; both send all that GitHub does, Forgejo all that Gitea does."""
    assert await post(client, path, sent()) == (200, {"result": "queued: sync"})
    assert len(gate.asked) == 1


@pytest.mark.parametrize("maker", ["gitea", "forgejo", "github"])
async def test_a_delivery_is_known_again_by_the_id_of_its_forge(client: httpx.AsyncClient, maker: str) -> None:
    others = {f"x-{other}-delivery" for other in ("gitea", "forgejo", "github", "gogs")} - {f"x-{maker}-delivery"}
    first, second = (forgejo(after=after).without(*others) for after in (AFTER, "1" * 40))
    assert (await post(client, "github", first))[1] == {"result": "queued: sync"}
    assert (await post(client, "github", second))[1] == REPEATED


@pytest.mark.parametrize("name", ["x-gitlab-event-uuid", "idempotency-key"])
async def test_a_gitlab_delivery_is_known_again_by_either_id(client: httpx.AsyncClient, name: str) -> None:
    other = {"x-gitlab-event-uuid", "idempotency-key"} - {name}
    first, second = (gitlab(after=after).without(*other) for after in (AFTER, "1" * 40))
    assert (await post(client, "gitlab", first))[1] == {"result": "queued: sync"}
    assert (await post(client, "gitlab", second))[1] == REPEATED


@pytest.mark.parametrize("sender", SENDERS)
async def test_what_is_sent_again_runs_once_on_whatever_path(
    client: httpx.AsyncClient, gate: Gate, sender: str
) -> None:
    path, sent = path_of(sender), sent_by(sender)
    assert (await post(client, path, sent))[1] == {"result": "queued: sync"}
    assert (await post(client, path, sent))[1] == REPEATED
    if "x-hub-signature-256" in sent.headers:  # the same body on another path, with another id
        moved = sent.with_headers(x_github_delivery="other", x_gitea_delivery="other", x_forgejo_delivery="other")
        assert (await post(client, "github", moved))[1] == REPEATED
    assert len(gate.asked) == 1


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("secret", ["other", "", SECRET.upper(), f"{SECRET} "])
async def test_a_wrong_secret_opens_no_path(client: httpx.AsyncClient, gate: Gate, sender: str, secret: str) -> None:
    sent = sent_by(sender, secret=secret)
    answers = [await post(client, path, sent) for path in HEADERS]
    assert [status for status, _ in answers] == [401] * len(HEADERS)
    assert SECRET not in str(answers)
    assert gate.asked == []


@pytest.mark.parametrize("path", HEADERS)
@pytest.mark.parametrize("sender", SENDERS)
async def test_a_path_takes_only_the_proof_that_is_its_own(
    client: httpx.AsyncClient, gate: Gate, sender: str, path: str
) -> None:
    genuine = sent_by(sender)
    header, known = HEADERS[path].lower(), {each.lower() for each in HEADERS.values()}
    missing = genuine.without(header)
    assert (await post(client, path, missing))[0] == 401
    fits = path == "gitlab" if sender == "GitLab" else path in SIGNATURES
    for proof in (value for name, value in genuine.headers.items() if name in known):
        moved = missing.with_headers(**{header: proof})  # a signature is no token, nor the other way round
        assert (await post(client, path, moved))[0] == (200 if fits else 401)
    changed = Delivery(genuine.headers, genuine.content.replace(b"web 2", b"web 3"))
    if path in SIGNATURES:
        assert (await post(client, path, changed))[0] == 401


@pytest.mark.parametrize(
    ("path", "sent", "why"),
    [
        ("github", github(event="ping"), "ping is not a push"),
        ("github", github(after=NONE), "the branch was deleted"),
        ("github", github("refs/heads/feature/x"), "follows branch main"),
        ("github", github("refs/tags/v1.0.0"), "follows branch main"),
        ("gitlab", gitlab(after=NONE), "the branch was deleted"),
        ("gitlab", gitlab("refs/tags/v1.0.0", event="Tag Push Hook"), "Tag Push Hook is not a push"),
        ("gitlab", gitlab("refs/heads/feature/x"), "follows branch main"),
        ("gitea", gitea("main", event="delete"), "delete is not a push"),
        ("gitea", gitea("feature/x", event="create"), "create is not a push"),
        ("gitea", gitea("refs/tags/v1.0.0"), "follows branch main"),
        ("gitea", gitea(after="0" * 64), "the branch was deleted"),
        ("forgejo", forgejo("main", event="delete"), "delete is not a push"),
        ("forgejo", forgejo("refs/heads/feature/x"), "follows branch main"),
    ],
)
async def test_what_is_no_push_to_the_branch_is_answered_and_ignored(
    client: httpx.AsyncClient, gate: Gate, path: str, sent: Delivery, why: str
) -> None:
    status, answer = await post(client, path, sent)
    assert (status, answer["result"].startswith("ignored: ")) == (200, True)
    assert why in answer["result"]
    assert gate.asked == []


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [("github", github(form=True), 400), ("gitea", gitea(form=True), 401), ("forgejo", forgejo(form=True), 401)],
)
async def test_a_form_is_refused_with_the_content_type_that_is_meant(
    client: httpx.AsyncClient, path: str, sent: Delivery, status: int
) -> None:
    answered, answer = await post(client, path, sent)
    assert (answered, "application/json" in answer["error"]) == (status, True)


@pytest.mark.parametrize(
    "body", [b"", b"\n", b"{}", b'{"ref":"refs/heads/main"}', b'{"ref":"main"}', b'{"ref":"","pipeline":7}']
)
async def test_a_ci_job_needs_a_token_and_nothing_else(client: httpx.AsyncClient, gate: Gate, body: bytes) -> None:
    for _ in range(2):  # such a body names no commit: it is no repetition
        assert await post(client, "bearer", bearer(body)) == (200, {"result": "queued: sync"})
    assert gate.asked == [("wh", SyncRequest("webhook bearer", run=True, fresh=True))]


async def test_a_ci_job_may_say_which_branch_it_is_about(client: httpx.AsyncClient, gate: Gate) -> None:
    for body in (b'{"ref":"refs/heads/other"}', b'{"ref":"other"}'):
        _, answer = await post(client, "bearer", bearer(body))
        assert answer == {"result": "ignored: the sync follows branch main"}
    assert await post(client, "bearer", bearer(), sync="any") == (200, {"result": "queued: sync"})
    assert [name for name, _ in gate.asked] == ["any"]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        SECRET,
        f"Basic {SECRET}",
        f"Bearer{SECRET}",
        f"Bearer {SECRET}x",
        "Bearer é",
    ],
)
async def test_a_wrong_token_is_refused_before_the_body(
    client: httpx.AsyncClient, gate: Gate, authorization: str
) -> None:
    headers = {"authorization": authorization.encode()}
    for sync in ("wh", "open", "off"):
        answer = await client.post(f"/listener/bearer/sync/{sync}/sync", headers=headers)
        assert (answer.status_code, list(answer.json())) == (401, ["error"])
        assert SECRET not in answer.text
    assert gate.asked == []


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
async def test_the_scheme_of_a_token_is_written_as_one_likes(client: httpx.AsyncClient, scheme: str) -> None:
    answer = await client.post("/listener/bearer/sync/wh/sync", headers={"authorization": f"{scheme} {SECRET}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("body", [b"ref=main", b"[1]", b'{"ref":7}', b"\xff"])
async def test_a_body_that_a_ci_job_sends_has_to_be_understood(client: httpx.AsyncClient, body: bytes) -> None:
    status, answer = await post(client, "bearer", bearer(body))
    assert (status, list(answer)) == (400, ["error"])


async def test_ci_jobs_meet_the_same_bound(client: httpx.AsyncClient, gate: Gate) -> None:
    answers = [await post(client, "bearer", bearer()) for _ in range(5)]
    assert [status for status, _ in answers] == [200] * 3 + [429] * 2
    assert len(gate.asked) == 1


async def test_the_paths_of_the_guide_are_those_that_are_served(client: httpx.AsyncClient, gate: Gate) -> None:
    rows = re.findall(r"^\| ([^|]+?) \| `/listener/([a-z]+)/sync/NAME/sync` \|", GUIDE, re.MULTILINE)
    senders = {name: path for names, path in rows for name in names.split(", ")}
    assert senders == {**{name: path for name, (path, _) in SENDERS.items()}, "a CI job": "bearer"}
    assert set(senders.values()) == set(HEADERS)
    for name, path in senders.items():
        sent = sent_by(name) if name in SENDERS else bearer()
        assert (await post(client, path, sent))[1] == {"result": "queued: sync"}, name
        assert gate.asked
        gate.now += 3600


async def test_the_line_of_the_guide_for_ci_jobs_works(client: httpx.AsyncClient) -> None:
    line = next(line for line in GUIDE.splitlines() if line.startswith("curl "))
    flags, _, method, _, header, address = shlex.split(line)[1:]
    name, _, value = header.partition(": ")
    url = address.replace("https://HOST", "").replace("NAME", "wh")
    answer = await client.request(method, url, headers={name: value.replace("$KSYNC_TOKEN", SECRET)})
    assert (flags, answer.json()) == ("-fsS", {"result": "queued: sync"})
