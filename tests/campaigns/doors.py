"""Where bytes from outside come in, each with texts to begin with. A door takes bytes and tells its next step."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import io
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import httpx

from ksync_tui import config
from ksync_tui.cli import main
from ksync_tui.engine.core import client, stream
from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.stream import Stream
from ksync_tui.errors import KsyncError
from ksync_tui.planner.selection import possible
from ksync_tui.services import Session
from ksync_tui.tui.key_settings import keymap_of
from ksync_tui.watch.deliveries import WebhookSettings
from ksync_tui.watch.requests import RequestQueue, SyncRequest
from ksync_tui.watch.webhooks import application
from tests.campaigns.mutations import resource_files
from tests.contract.engines import opened
from tests.core.fake import FakeCore
from tests.core.fake.seed import homelab

Steps = Callable[[bytes], Generator[str]]
Door = Callable[[Path], AbstractContextManager[Steps]]
FEW = 4
"""Resources of an input that are edited: all would only take longer."""
SETTINGS = b"""
profile = "lab"
protected = ["stack/db-*", "tag:prod"]
secret_keys = ["*_TOKEN"]
[hosts]
attic = "ssh://rosa@attic"
[docker]
command = ["podman"]
name = "podman"
[profiles.lab]
address = "https://komodo.example"
key = "K_1"
secret = "S_1"
read_only = true
timeout = 10
[profiles.other]
address = "https://other.example"
user = "rosa"
password_file = "/run/secrets/x"
[keys]
go = "F5"
history = ["h", "H"]
[secrets]
A = { command = ["pass", "show", "db"] }
B = { file = "/run/secrets/token" }
C = { dotenv = "~/.env", key = "K" }
D = { keyring = "smtp", user = "rosa" }
E = { env = "OTHER" }
[watch]
interval_seconds = 60
webhook_secret = "s"
"""
SYNCS = b"""
[[ignored]]
sync = "lab"
resource = "stack/web"
field = "environment.LEVEL"
until = 2030-01-01
reason = "by hand"
value = "x"

[[write_back]]
sync = "lab"
"""
KOMODO_CLI = (
    b'default_profile = "prod"\nhost = "https://top.example"\nkey = "K"\nsecret = "S"\n'
    b'[[profile]]\nname = "prod"\naliases = ["p"]\nhost = "https://prod.example/"\nkey = "${K}"\n',
    b"default: prod\nhost: &h https://top.example\nprofile:\n  - name: prod\n    host: *h\n    aliases: [p, q]\n",
    b'{"host": "https://top.example", "profile": [{"name": "a", "cli_key": "K", "cli_secret": "S"}]}',
)
PUSHES = (
    b'{"ref":"refs/heads/main","after":"' + b"1" * 40 + b'","repository":{"full_name":"a/b"},"commits":[]}',
    b'{"object_kind":"push","ref":"refs/heads/main","checkout_sha":"' + b"2" * 40 + b'","project":{"id":1}}',
)
EVENTS = (b"LOGGED_IN", b'{"id":"64b7c8f1e4b0a1b2c3d4e5f6","type":"UPDATE"}', b'{"type":"INVALID_USER"}')


# ------------------------------------------------------------------------------------------------------------ files


@contextmanager
def resources(folder: Path) -> Iterator[Steps]:
    """A resource file: read, planned, edited, applied, exported and read again."""
    homes = count()

    def steps(data: bytes) -> Generator[str]:
        place = folder / str(next(homes))
        place.mkdir()
        file = place / "all.toml"
        file.write_bytes(data)
        try:
            with Session.open(place / "home") as session:
                yield from _through(session, file)
        finally:
            shutil.rmtree(place)

    yield steps


def _through(session: Session, file: Path) -> Generator[str]:
    sync = session.syncs.at(file, delete=True)
    yield "read and plan"
    review = session.reviews.create(sync)
    yield "problems"
    session.reviews.clear_secrets(review)
    for one in review.declarations.resources[:FEW]:
        with contextlib.suppress(KsyncError):
            yield "open a block"
            draft = session.files.open_block(review, one.target)
            yield "check an edited block"
            session.files.check(review, draft, draft.text + "\ndescription = 1")
            yield "edit a block"
            session.files.edits_of(review, draft, draft.text)
    yield "apply"
    open_ = {action.id for action in review.plan.actions if action.verb in ("create", "update")}
    session.runs.run(possible(review.plan, open_))
    yield "export"
    text = session.exports.toml(secrets=True)
    session.exports.toml(secrets=False)
    yield "read again"
    file.write_text(text, "utf-8")
    again = session.reviews.create(sync)
    changed = [action.id for action in again.plan.actions if action.verb in ("create", "update", "delete")]
    # What `after` names may have been in a block that was broken.
    errors = [str(one) for one in again.plan.errors if "after" not in one.message]
    assert (changed, errors) == ([], []), f"an export is not what was exported: {changed} {errors}"


@contextmanager
def settings(folder: Path) -> Iterator[Steps]:
    """The settings, with their keys and each profile."""

    def steps(data: bytes) -> Generator[str]:
        (folder / "config.toml").write_bytes(data)
        (folder / "config.toml").chmod(0o600)
        yield "load"
        found = config.load({"KSYNC_HOME": str(folder)})
        yield "keys"
        keymap_of(found)
        yield "profile"
        config.credentials(found.profile())

    yield steps


@contextmanager
def decisions(folder: Path) -> Iterator[Steps]:
    """What was decided of syncs, beside the settings."""
    file = folder / "lab.toml"
    file.write_text('[[stack]]\nname = "web"\n')

    def steps(data: bytes) -> Generator[str]:
        (folder / "home").mkdir(exist_ok=True)
        (folder / "home/syncs.toml").write_bytes(data)
        with Session.open(folder / "home") as session:
            yield "plan"
            session.reviews.create(session.syncs.at(file))

    yield steps


@contextmanager
def komodo_cli(folder: Path) -> Iterator[Steps]:
    """Komodo CLI's own files, as TOML, YAML and JSON."""

    def steps(data: bytes) -> Generator[str]:
        for name in ("toml", "yaml", "json"):
            file = folder / f"komodo.cli.{name}"
            file.write_bytes(data)
            yield name
            environ = {"KSYNC_HOME": str(folder / "home"), "KOMODO_CLI_CONFIG_PATHS": str(file), "K": "key"}
            found = config.load(environ)
            with contextlib.suppress(KsyncError):
                found.profile("prod")
            file.unlink()

    yield steps


# ------------------------------------------------------------------------------------------------------------- plans


@contextmanager
def plan_file(folder: Path) -> Iterator[Steps]:
    """A plan in a file, applied."""
    (folder / "lab.toml").write_text(PLANNED)

    def steps(data: bytes) -> Generator[str]:
        file = folder / "plan.json"
        file.write_bytes(data.replace(b"@FOLDER@", str(folder).encode()))
        yield "apply"
        assert_in_words(["apply", str(file), "--yes"], folder)

    yield steps


PLANNED = '[[stack]]\nname = "web"\n[stack.config]\nenvironment = "A = 1"\n'


@cache
def _plans() -> tuple[bytes, ...]:
    with TemporaryDirectory() as name:
        (Path(name) / "lab.toml").write_text(PLANNED)
        assert_in_words(["plan", f"{name}/lab.toml", "--out", f"{name}/plan.json"], Path(name))
        return ((Path(name) / "plan.json").read_bytes().replace(name.encode(), b"@FOLDER@"),)


def assert_in_words(words: list[str], folder: Path) -> None:
    """Runs a command in this process: whatever it answers, it is no fault of ksync's."""
    out, err = io.StringIO(), io.StringIO()
    environment = {"KSYNC_HOME": str(folder / "home"), "TMPDIR": str(folder)}
    with patch.dict(os.environ, environment), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    assert code in (0, 1, 2)
    assert "internal error" not in err.getvalue(), err.getvalue()


# -------------------------------------------------------------------------------------------------------------- Core


@contextmanager
def answers(folder: Path) -> Iterator[Steps]:
    """A Core, one of whose answers is this; which one, the answer itself says."""
    core = FakeCore()
    homelab(core)
    inner = httpx.ASGITransport(app=core)
    broken: dict[str, bytes] = {}

    async def answer(request: httpx.Request) -> httpx.Response:
        found = await inner.handle_async_request(request)
        body = broken.get(_asked(request), await found.aread())
        return httpx.Response(found.status_code, headers={"content-type": "application/json"}, content=body)

    place = CoreServer("http://core.test", transport=httpx.MockTransport(answer))
    with patch.object(client, "RETRY_SECONDS", ()), opened(folder, place, KeyAccess(core.key, core.secret)) as engine:

        def steps(data: bytes) -> Generator[str]:
            name, _, body = data.partition(b"\n")
            broken.clear()
            broken[name.decode("latin1")] = body
            yield "snapshot"
            found = engine.snapshot()
            yield "read all of it"
            for live in found.live.values():
                with contextlib.suppress(KsyncError):
                    assert live.resource
            engine.observed(found, list(found.live))
            engine.known_secrets()
            for target in list(found.live)[:FEW]:
                with contextlib.suppress(KsyncError):
                    engine.changes(target, 5)
                engine.fingerprint(target)

        yield steps


def _asked(request: httpx.Request) -> str:
    """The type of a request, or its path."""
    return str(json.loads(request.content)["type"]) if request.method == "POST" else request.url.path


@cache
def _answers() -> tuple[bytes, ...]:
    """What a Core answers to each request that reads all of it."""
    core = FakeCore()
    homelab(core)
    inner, seen = httpx.ASGITransport(app=core), {}

    async def keep(request: httpx.Request) -> httpx.Response:
        found = await inner.handle_async_request(request)
        seen[_asked(request)] = await found.aread()
        return httpx.Response(found.status_code, headers=found.headers, content=seen[_asked(request)])

    place = CoreServer("http://core.test", transport=httpx.MockTransport(keep))
    with TemporaryDirectory() as folder, opened(Path(folder), place, KeyAccess(core.key, core.secret)) as engine:
        found = engine.snapshot()
        engine.known_secrets()
        engine.changes(next(iter(found.live)), 5)
    return tuple(f"{name}\n".encode() + body for name, body in seen.items())


@contextmanager
def events(folder: Path) -> Iterator[Steps]:
    """The stream of a Core's updates: whatever comes, it goes on."""
    del folder

    def steps(data: bytes) -> Generator[str]:
        yield "listen"
        asyncio.run(_hear(data.decode("utf-8", "replace").split("\n")))

    yield steps


async def _hear(messages: list[str]) -> None:
    """Connects, hears the messages, and has to try again after them."""
    again = asyncio.Event()

    class Socket:
        def __init__(self) -> None:
            self.left = ["LOGGED_IN", *messages]

        async def send_text(self, text: str) -> None:
            del text

        async def receive_text(self) -> str:
            if not self.left:
                raise OSError("closed")
            return self.left.pop(0)

    @contextlib.asynccontextmanager
    async def connect(*_: Any) -> AsyncIterator[Socket]:
        yield Socket()

    async def sleep(_: float) -> None:
        again.set()
        await asyncio.Event().wait()

    asking: Any = SimpleNamespace(address="http://core", http=None, access=KeyAccess("k", "s"))
    listening = Stream(asking)
    with patch.object(stream, "aconnect_ws", connect), patch.object(stream.asyncio, "sleep", sleep):
        task = asyncio.create_task(listening._listen())
        waiting = asyncio.create_task(again.wait())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=10)
        assert again.is_set(), f"it listens no more: {task.exception() if task.done() else 'stuck'}"
        task.cancel()


# ---------------------------------------------------------------------------------------------------------- webhooks


class Receiver:
    """A sync that takes webhooks; what is told is kept."""

    def __init__(self) -> None:
        self.requests = RequestQueue(most=3)
        self.lines: list[str] = []

    def hook(self, name: str) -> WebhookSettings | None:
        """Its settings."""
        return WebhookSettings("secret", "main") if name == "lab" else None

    def ask(self, name: str, request: SyncRequest) -> bool:
        """Queues."""
        return self.requests.put(name, request)

    def told(self, name: str, text: str) -> None:
        """Keeps a line."""
        self.lines.append(f"{name} {text}")


@contextmanager
def webhooks(folder: Path) -> Iterator[Steps]:
    """A delivery that is signed as it should be, and holds anything."""
    del folder

    def steps(data: bytes) -> Generator[str]:
        yield "deliver"
        asyncio.run(_deliver(data))

    yield steps


async def _deliver(data: bytes) -> None:
    receiver = Receiver()
    transport = httpx.ASGITransport(application(receiver))
    event, _, body = data.partition(b"\r\n") if data[:1].isalpha() else (b"push", b"", data)
    headers: Mapping[str, bytes] = {
        "x-hub-signature-256": b"sha256=" + hmac.digest(b"secret", body, "sha256").hex().encode(),
        "x-github-event": event.replace(b"\n", b"")[:200],
        "x-github-delivery": body[:40].replace(b"\n", b"").replace(b"\r", b""),
    }
    async with httpx.AsyncClient(transport=transport, base_url="http://ksync") as sender:
        answer = await sender.post("/listener/github/sync/lab/refresh", content=body, headers=headers)
    assert answer.status_code < 500, answer.text
    assert not any("internal error" in line for line in receiver.lines), receiver.lines


DOORS: Mapping[str, Door] = {
    "resources": resources,
    "settings": settings,
    "decisions": decisions,
    "komodo_cli": komodo_cli,
    "plan_file": plan_file,
    "answers": answers,
    "events": events,
    "webhooks": webhooks,
}


def _these(*texts: bytes) -> tuple[bytes, ...]:
    return texts


TEXTS: Mapping[str, Callable[[], tuple[bytes, ...]]] = {
    "resources": resource_files,
    "settings": partial(_these, SETTINGS),
    "decisions": partial(_these, SYNCS),
    "komodo_cli": partial(_these, *KOMODO_CLI),
    "plan_file": _plans,
    "answers": _answers,
    "events": partial(_these, *EVENTS),
    "webhooks": partial(_these, *PUSHES),
}
