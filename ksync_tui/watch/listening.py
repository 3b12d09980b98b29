"""Serving the webhooks: one address, a thread of its own."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from ksync_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ksync_tui.watch.deliveries import WebhookReceiver

END_SECONDS = 5
LOCAL = "127.0.0.1"


def address_of(written: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, `[::1]:PORT` or `PORT`, which is on this machine only. Raises UsageError."""
    host, colon, port = written.rpartition(":")
    if not port.isdecimal() or not 0 <= int(port) <= 65535 or (colon and not host):
        hint = f"Write HOST:PORT, such as {LOCAL}:9121, or 0.0.0.0:9121 to be reached from elsewhere."
        raise UsageError("not an address to listen on", where=written, hint=hint)
    return host.strip("[]") or LOCAL, int(port)


@contextmanager
def listening(written: str, receiver: WebhookReceiver) -> Iterator[str]:
    """Takes webhooks while inside; yields the address. Raises UsageError where that cannot be."""
    host, port = address_of(written)
    try:
        import uvicorn  # noqa: PLC0415 - an optional package

        from ksync_tui.watch.connections import WebhookConnection, WebhookServer, most_connections  # noqa: PLC0415 - an optional package
        from ksync_tui.watch.webhooks import application  # noqa: PLC0415 - an optional package
    except ImportError as missing:
        why, hint = f"{missing.name} is not installed", "pip install 'ksync-tui[webhooks]'"
        raise UsageError("cannot listen for webhooks", why=why, hint=hint) from None
    bound = _bound(host, port)
    config = uvicorn.Config(
        application(receiver),
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        http=WebhookConnection,
        ws="none",
        loop="asyncio",
        proxy_headers=False,
        server_header=False,
        backlog=max(1, most_connections() // 4),  # as many are accepted before the open ones are counted
        timeout_graceful_shutdown=END_SECONDS,
    )
    server = WebhookServer(config)
    thread = Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True, name="ksync-webhooks")
    thread.start()
    try:
        yield f"{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(2 * END_SECONDS)
        bound.close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        hint = "Choose another port, or stop what is listening there."
        raise UsageError("cannot listen", where=f"{host}:{port}", why=error.strerror or str(error), hint=hint) from None
