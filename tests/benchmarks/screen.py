"""The app on FILE's review without a terminal: peak memory, and the time of a cursor move. Prints JSON.

`python -m tests.benchmarks.screen FILE`, with KSYNC_HOME naming the state.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ksync_tui.services import Session
from ksync_tui.tui.app import KsyncApp

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZE = (120, 36)
MOVES = 60
PATIENCE = 60
"""Seconds that the review may take to appear."""


async def main(file: Path) -> None:
    """Opens the review, moves the cursor down."""
    with Session.open() as session:
        app = KsyncApp(session, session.syncs.at(file))
        async with app.run_test(size=SIZE) as pilot:
            begin = time.perf_counter()
            await _until_review(app, pilot, begin)
            shown = time.perf_counter() - begin
            moves = [await _move(pilot, "j") for _ in range(MOVES)]
            nothing = [await _move(pilot, "f12") for _ in range(MOVES)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"peak_kib": peak, "moves": moves, "nothing": nothing, "shown": shown}))


async def _until_review(app: KsyncApp, pilot: Pilot[Any], begin: float) -> None:
    while getattr(app.screen, "place", "") != "review" or getattr(app.screen, "busy", None):
        if time.perf_counter() - begin > PATIENCE:
            raise TimeoutError("the review did not appear")
        await pilot.pause(0.05)


async def _move(pilot: Pilot[Any], key: str) -> float:
    # Processor time, for Pilot finds out by sleeping 20 ms at a time that the app is idle.
    begin = time.process_time()
    await pilot.press(key)
    return time.process_time() - begin


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
