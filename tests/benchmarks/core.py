"""In one process: all of a Core with COUNT deployments as a snapshot, then again when nothing changed.

`python -m tests.benchmarks.core COUNT` prints seconds, without the server's, and the number of requests as JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.reading import read_all
from tests.contract.engines import opened
from tests.core.fake import FakeCore

ADDRESS = "http://core.test"


def main(count: int) -> None:
    """Fills a Core, reads it twice; without garbage collection, as commands that end soon go."""
    gc.disable()
    core = FakeCore()
    core.add("server", "edge")
    for at in range(count):
        core.add(
            "deployment", f"api-{at}", {"server_id": "edge", "environment": f"LEVEL = {at}\n", "network": "bridge"}
        )
    server = CoreServer(ADDRESS, seconds=600, transport=httpx.ASGITransport(app=core))
    with TemporaryDirectory() as folder, opened(Path(folder), server, KeyAccess(core.key, core.secret)) as engine:
        before = len(core.log)
        reading = engine.connection.ask(read_all(engine.connection.client))
        requests = len(core.log) - before
        took = []
        for _ in range(2):
            begin = time.perf_counter()
            engine._snapshot(reading)
            took.append(time.perf_counter() - begin)
    print(json.dumps({"first": took[0], "again": took[1], "requests": requests}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
