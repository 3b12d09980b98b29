"""A run of COUNT creates in a Core that takes 50 ms to answer, behind a socket and in a process of its own.

`python -m tests.benchmarks.core_writes COUNT` prints as JSON the seconds it took, those of as many creates one after
another with two reads around each, the number of requests, and the greatest number of them at the same time.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import uvicorn

from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.run.runner import run
from ksync_tui.services.home import open_home
from ksync_tui.state.journal import Journal
from tests.contract.engines import create, opened
from tests.core.fake import FakeCore
from tests.core.fake.serving import listening_on

ANSWER_SECONDS = 0.05
SAMPLES = 20
EACH = 3
"""Requests for a create where it is looked at before and after."""


class Distant:
    """ASGI: a Core whose answers take a while, however many there are."""

    def __init__(self) -> None:
        self.core = FakeCore()
        self.requests = self.under_way = self.most = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Waits, then lets the Core answer."""
        if scope["type"] != "http":
            await self.core(scope, receive, send)
            return
        self.requests += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(ANSWER_SECONDS)
            await self.core(scope, receive, send)
        finally:
            self.under_way -= 1


def serve(line: Connection) -> None:
    """Serves one and tells over the line where, then its counts whenever it is asked."""
    app = Distant()
    listening = listening_on(0)
    line.send((listening.getsockname()[1], app.core.key, app.core.secret))

    def answer() -> None:
        while line.recv():
            line.send((app.requests, app.most))

    Thread(target=answer, daemon=True).start()
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="wsproto", date_header=False)
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def distant() -> Iterator[tuple[Connection, CoreEngine]]:
    """The engine on such a Core, and the line to it."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    process.start()
    port, key, secret = here.recv()
    try:
        with TemporaryDirectory() as folder:
            place = CoreServer(f"http://127.0.0.1:{port}")
            with opened(Path(folder), place, KeyAccess(key, secret)) as engine:
                yield here, engine
    finally:
        process.kill()


def main(count: int) -> None:
    """Measures a single request, then the run."""
    with distant() as (line, engine), TemporaryDirectory() as folder, closing(open_home(Path(folder))) as home:
        single = median(_request(engine) for _ in range(SAMPLES))
        actions = [create("deployment", f"api-{at}", config={"environment": f"LEVEL = {at}\n"}) for at in range(count)]
        selection = Plan(SyncOptions("bench"), "core", tuple(actions)).select([action.id for action in actions])
        journal = Journal(home.database, home.secret_store)
        run_id = journal.create(selection, "bench")
        line.send(True)
        before, _ = line.recv()
        begin = time.perf_counter()
        record = run(run_id, engine, journal)
        took = time.perf_counter() - begin
        line.send(True)
        after, most = line.recv()
    assert record.counts == {"done": count}, record.counts
    found = {"took": took, "one_by_one": EACH * count * single, "requests": after - before, "most": most}
    print(json.dumps(found))


def _request(engine: CoreEngine) -> float:
    begin = time.perf_counter()
    engine.connection.ask(engine.connection.client.read("GetVersion"))
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(int(sys.argv[1]))
