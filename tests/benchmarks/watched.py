"""In one process: a first look at FOLDER, then after a file was edited, and after none was. Prints seconds as JSON.

`python -m tests.benchmarks.watched FOLDER`, with KSYNC_HOME naming a state in which all of it is live.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ksync_tui.services import Session
from ksync_tui.services.watching import Watching

EDITS = 7
SYNC = "bench"


def main(folder: Path) -> None:
    """Looks, edits a file, looks again."""
    files = sorted(folder.glob("*.toml"))
    with Session.open() as session:
        session.syncs.add(SYNC, {"include_variables": True, "include_user_groups": True}, [str(folder)])
        watching = Watching(session, lambda _: None)
        first = _seconds(watching.look_at_all)
        edited, idle = [], []
        for at in range(EDITS):
            text = files[at * 20].read_text("utf-8")
            files[at * 20].write_text(text.replace("LEVEL = info", f"LEVEL = level-{at}", 1), encoding="utf-8")
            edited.append(_seconds(lambda: watching.touched(SYNC)))
            idle.append(_seconds(lambda: watching.touched(SYNC)))
            files[at * 20].write_text(text, encoding="utf-8")
            watching.touched(SYNC)
        session.syncs.remove(SYNC)
    print(json.dumps({"first": first, "edited": edited, "idle": idle}))


def _seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(Path(sys.argv[1]))
