"""Deliveries are answered whoever else holds sockets open, and few file descriptors end nothing."""

from __future__ import annotations

import hmac
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from ksync_tui.services import Session
from ksync_tui.watch import connections
from ksync_tui.watch.listening import listening
from tests.watch.conftest import apply
from tests.watch.test_vigil import SECRET, push, watcher
from tests.watch.test_watching import VARIABLES, variable
from tests.watch.test_webhooks import MAIN, REFRESH, Gate
from tests.watch.test_webhooks import SECRET as GATE_SECRET

IDLE = 400
HEAD = b"POST /listener/github/sync/wh/refresh HTTP/1.1\r\nHost: ksync\r\n"
SIGNATURE = b"X-Hub-Signature-256: sha256=" + b"0" * 64 + b"\r\n"
SLOW = {
    "silent": b"",
    "half a header": HEAD,
    "half a body": HEAD + SIGNATURE + b"Content-Length: 100\r\n\r\n{",
    "refused, then the rest of its body": HEAD + b"Content-Length: 100\r\n\r\n{",
    "answered, then idle": b"GET / HTTP/1.1\r\nHost: ksync\r\n\r\n",
}


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    with listening("127.0.0.1:0", Gate()) as where:
        host, _, port = where.rpartition(":")
        yield host, int(port)


@contextmanager
def held(address: tuple[str, int], count: int, sent: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections that send this and no more."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_connection(address, timeout=30)) for _ in range(count)]
        for each in sockets:
            each.sendall(sent)
        yield sockets


@contextmanager
def descriptors(most: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def deliver(address: tuple[str, int]) -> int:
    signature = "sha256=" + hmac.digest(GATE_SECRET.encode(), MAIN, "sha256").hex()
    url = f"http://{address[0]}:{address[1]}{REFRESH}"
    return httpx.post(url, content=MAIN, headers={"x-hub-signature-256": signature}, timeout=30).status_code


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW.keys())
def test_a_delivery_is_answered_beside_many_that_hold_their_sockets(address: tuple[str, int], sent: bytes) -> None:
    with held(address, IDLE, sent) as sockets:
        assert [deliver(address) for _ in range(3)] == [200, 200, 200]
        assert sum(map(_is_open, sockets)) <= connections.MOST_CONNECTIONS


def _is_open(held_open: socket.socket) -> bool:
    held_open.setblocking(False)
    try:
        while held_open.recv(4096):
            pass
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    return False


@pytest.mark.parametrize("sent", [SLOW["silent"], SLOW["half a header"], SLOW["answered, then idle"]])
def test_a_connection_on_which_no_request_comes_is_closed(
    address: tuple[str, int], sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.01)
    with held(address, 1, sent) as [silent]:
        assert _ends(silent)


def test_bytes_now_and_then_do_not_keep_a_connection_open(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.01)
    with held(address, 1, HEAD) as [dripping]:
        assert _ends(dripping, b"X-More: 1\r\n")


def _ends(connection: socket.socket, dripping: bytes = b"") -> bool:
    try:
        while dripping or connection.recv(4096):
            connection.sendall(dripping)
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize(
    ("soft", "most"), [(64, 16), (256, 64), (1024, 128), (1_000_000, 128), (resource.RLIM_INFINITY, 128), (2, 1)]
)
def test_sockets_take_a_quarter_of_the_file_descriptors_at_most(
    soft: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, soft))
    assert connections.most_connections() == most


@pytest.mark.parametrize("most", [64, 256])
def test_a_watch_with_few_file_descriptors_goes_on(session: Session, folder: Path, tmp_path: Path, most: int) -> None:
    apply(session, folder, VARIABLES + f'webhook_secret = "{SECRET}"\n')
    with ExitStack() as stack:
        with descriptors(most):
            watch = stack.enter_context(watcher(tmp_path / "home", "--webhooks", "127.0.0.1:0"))
        port = watch.what("webhook")["text"].rpartition(":")[2]
        watch.what("clean")
        with held(("127.0.0.1", int(port)), IDLE):
            (folder / "all.toml").write_text(variable("A"))
            assert push(port, "refresh", 1).status_code == 200
            assert watch.what("pending")["text"] == "+1"
        assert watch.end() == (0, "")
        assert not [line for line in watch.lines if line["what"] in ("problem", "fault")]
