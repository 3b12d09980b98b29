"""`python -m tests.core.fake --port N`: a fake Core to try things against; says address, key and secret."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from tests.core.fake import FakeCore, seed
from tests.core.fake.serving import listening_on, server
from tests.core.fake.state import WallClock


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.core.fake", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0: any that is free")
    parser.add_argument("--seed", action="store_true", help="fill it with a small homelab")
    parser.add_argument("--sync-folder", type=Path, help="where the folders of syncs with files on host are")
    parser.add_argument("--slow", type=int, default=0, metavar="POLLS", help="deploys take this many looks")
    chosen = parser.parse_args()
    core = FakeCore()
    core.clock = WallClock()
    core.sync_folder = chosen.sync_folder or Path(tempfile.mkdtemp(prefix="fake-core-"))
    if chosen.seed:
        seed.homelab(core)
    for name in ("stack", "deployment") if chosen.slow else ():
        core.slow(name, chosen.slow)
    with listening_on(chosen.port) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        print(json.dumps({"address": address, "key": core.key, "secret": core.secret}), flush=True)
        server(core).run(sockets=[listening])


if __name__ == "__main__":
    main()
