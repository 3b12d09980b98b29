"""Connections of the webhooks: limits that keep room for deliveries, whoever else holds sockets open."""

from __future__ import annotations

import asyncio
import errno
import resource
import socket
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

MOST_CONNECTIONS = 128
MOST_QUEUED = 1024
REQUEST_SECONDS = 10.0
"""Time for a request line and headers, counted from the connection or from the answer before."""
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def most_connections() -> int:
    """How many sockets may be open: a quarter of the process's file descriptors is left for them at most."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(MOST_CONNECTIONS, soft // 4))


class WebhookConnection(H11Protocol):
    """A connection that is closed when no request comes in time, or when others need its place first."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.opened = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def receiving(self) -> bool:
        """Whether a request whose headers are there is not answered yet."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def complete(self) -> bool:
        """Whether a request is there to its last byte and is not answered yet."""
        return self.receiving and not self.cycle.more_body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base class does
        """Counts the new connection, closing another where there are too many."""
        super().connection_made(transport)
        self._expect_request()
        if len(self.connections) > most_connections():
            drop_oldest_incomplete(self.connections)

    def on_response_complete(self) -> None:
        """Expects the next request."""
        self._expect_request()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the deadline."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def drop(self) -> None:
        """Closes the connection without a word; its place is free at once."""
        self.connections.discard(self)
        self.transport.abort()

    def _expect_request(self) -> None:
        # Bytes do not move the deadline: one a second would keep a connection open for ever.
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._end_silence)

    def _end_silence(self) -> None:
        if not self.receiving:
            self.drop()


def drop_oldest_incomplete(connections: Iterable[Any], count: int = 1) -> None:
    """Closes the oldest connections that have not sent a whole request."""
    incomplete = (each for each in connections if isinstance(each, WebhookConnection) and not each.complete)
    for connection in sorted(incomplete, key=attrgetter("opened"))[:count]:
        connection.drop()


class WebhookServer(uvicorn.Server):
    """A server that goes on where file descriptors run out."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen."""
        asyncio.get_running_loop().set_exception_handler(self._on_error)
        await super().startup(sockets)
        for bound in sockets or ():
            # asyncio accepts as many at once as it lets the kernel queue: the one has to be few, the other many.
            bound.listen(MOST_QUEUED)

    def _on_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _NO_ROOM:  # asyncio tries again in a second
            drop_oldest_incomplete(self.server_state.connections, most_connections() // 2)
        else:
            loop.default_exception_handler(context)
