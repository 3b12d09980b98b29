"""The client over real sockets: certificates, proxies, connections that are kept and connections that break."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme
import uvicorn

from ksync_tui.engine.core import client as client_module
from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import Client, CoreServer
from ksync_tui.errors import NoAnswerError
from tests.core.fake import FakeCore
from tests.core.fake.serving import Closing


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "RETRY_SECONDS", (0.0,))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Noting:
    """A Core that notes from where it is asked, and under which name."""

    def __init__(self, core: FakeCore) -> None:
        self.inner = Closing(core)
        self.callers: set[Any] = set()
        self.hosts: set[str] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        self.callers.add(tuple(scope["client"]))
        self.hosts |= {held.decode() for key, held in scope["headers"] if key == b"host"}
        # A proxy is sent the whole address.
        await self.inner({**scope, "path": urlsplit(scope["path"]).path}, receive, send)


@contextmanager
def listening(app: Any, **settings: Any) -> Iterator[int]:
    """Serves an app; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="wsproto", **settings))
        thread = Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def asked(server: CoreServer, core: FakeCore, ask: Callable[[Client], Any]) -> Any:
    async def run() -> Any:
        client = Client(server, KeyAccess(core.key, core.secret))
        try:
            return await ask(client)
        finally:
            await client.close()

    return asyncio.run(run())


def info(client: Client) -> Any:
    return client.read("GetCoreInfo")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def encrypted(core: FakeCore, authority: trustme.CA, tmp_path: Path, name: str = "127.0.0.1") -> Iterator[str]:
    keys = tmp_path / "server.pem"
    authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(str(keys))
    with listening(Closing(core), ssl_certfile=str(keys)) as port:
        yield f"https://127.0.0.1:{port}"


def test_a_certificate_of_an_unknown_ca_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    core = FakeCore()
    with encrypted(core, authority, tmp_path) as address, pytest.raises(NoAnswerError, match="not trusted") as refused:
        asked(CoreServer(address), core, info)
    assert "`ca` of the profile" in str(refused.value)
    assert not core.log


def test_the_ca_of_the_profile_is_trusted(authority: trustme.CA, tmp_path: Path) -> None:
    core = FakeCore()
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    with encrypted(core, authority, tmp_path) as address:
        assert asked(CoreServer(address, ca=ca), core, info)["title"] == "Reference"


def test_a_certificate_for_another_name_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    core = FakeCore()
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    with encrypted(core, authority, tmp_path, "core.example") as address, pytest.raises(NoAnswerError, match="trusted"):
        asked(CoreServer(address, ca=ca), core, info)


def test_connections_are_used_again() -> None:
    core = FakeCore()
    app = Noting(core)

    async def many(client: Client) -> None:
        for _ in range(10):
            await client.read("GetCoreInfo")

    with listening(app) as port:
        asked(CoreServer(f"http://127.0.0.1:{port}"), core, many)
    assert len(app.callers) == 1


def test_few_connections_serve_many_requests_at_once() -> None:
    core = FakeCore()
    app = Noting(core)

    async def many(client: Client) -> None:
        await asyncio.gather(*(client.read("GetCoreInfo") for _ in range(60)))

    with listening(app) as port:
        asked(CoreServer(f"http://127.0.0.1:{port}"), core, many)
    assert len(app.callers) <= client_module.AT_ONCE


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    core = FakeCore()
    app = Noting(core)
    with listening(app) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        assert asked(CoreServer("http://core.nowhere.test"), core, info)["title"] == "Reference"
    assert app.hosts == {"core.nowhere.test"}


def test_what_no_proxy_names_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    core = FakeCore()
    with listening(Closing(core)) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert asked(CoreServer(f"http://127.0.0.1:{port}"), core, info)["title"] == "Reference"


def test_where_nobody_listens_is_said() -> None:
    core = FakeCore()
    with pytest.raises(NoAnswerError, match="cannot be reached") as refused:
        asked(CoreServer(f"http://127.0.0.1:{closed_port()}"), core, info)
    assert not refused.value.sent


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@pytest.mark.parametrize("harm", ["cut", "lose_answer", "half"])
def test_a_broken_connection_costs_a_read_one_more_try_and_a_write_its_answer(harm: str) -> None:
    core = FakeCore()
    with listening(Closing(core)) as port:
        server = CoreServer(f"http://127.0.0.1:{port}")
        getattr(core, harm)("GetCoreInfo")
        getattr(core, harm)("CreateTag")
        assert asked(server, core, info)["title"] == "Reference"
        with pytest.raises(NoAnswerError) as refused:
            asked(server, core, lambda client: client.write("CreateTag", name="home"))
    assert refused.value.sent
    assert [call.type for call in core.log] == ["GetCoreInfo", "GetCoreInfo", "CreateTag"]
