"""In one process: a first plan of FILE, then plans after one block changed. Prints seconds as JSON.

`python -m tests.benchmarks.again FILE`, with KSYNC_HOME naming the state.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from ksync_tui.services import Session, Sync

CHANGES = 7


def main(file: Path) -> None:
    """Plans, changes a block, plans again."""
    text = file.read_text("utf-8")
    with Session.open() as session:
        sync = session.syncs.at(file)
        first = _seconds(session, sync)
        again = []
        for at in range(CHANGES):
            file.write_text(text.replace("LEVEL = info", f"LEVEL = level-{at}", 1), encoding="utf-8")
            again.append(_seconds(session, sync))
    file.write_text(text, encoding="utf-8")
    print(json.dumps({"first": first, "again": again}))


def _seconds(session: Session, sync: Sync) -> float:
    begin = time.perf_counter()
    session.reviews.create(sync)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(Path(sys.argv[1]))
