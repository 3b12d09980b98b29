"""Makes the README's pictures from the real app on the demo: `python screenshots/make.py`.

The same pictures come out every time: place, commits, clock and terminal sizes are fixed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from ksync_tui.demo.sandbox import Sandbox, build
from ksync_tui.services import Session
from ksync_tui.tui.app import KsyncApp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.pilot import Pilot

NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)
HOUSE = Path(tempfile.gettempdir()) / "ksync-pictures"
"""The same place every time, for it stands in a committed file and so in the hash of a commit."""
WIDE, FLAT, NARROW = (120, 36), (120, 12), (80, 24)
STEPS = 200


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the sync it is opened on (None: the list of syncs), the keys pressed then, the terminal's size."""

    name: str
    sync: str | None
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE


PICTURES = (
    Picture("syncs", None, size=FLAT),
    Picture("review", "homelab", ("a", *["j"] * 8)),
    Picture("review-narrow", "homelab", ("a",), NARROW),
)


def main(folder: Path) -> None:
    """Writes every picture into `folder`."""
    if HOUSE.exists():
        sys.exit(f"{HOUSE} is in the way: remove it first")
    surroundings = {"HOME": str(HOUSE), "LOGNAME": "rosa", "TZ": "UTC"}
    try:
        with patch.dict(os.environ, surroundings), patch("time.time", NOW.timestamp):
            asyncio.run(_all(build(HOUSE, NOW), folder))
    finally:
        shutil.rmtree(HOUSE, ignore_errors=True)


async def _all(sandbox: Sandbox, folder: Path) -> None:
    with Session.open(sandbox.home) as session:
        for picture in PICTURES:
            folder.joinpath(f"{picture.name}.svg").write_text(await _take(session, picture), encoding="utf-8")


async def _take(session: Session, picture: Picture) -> str:
    app = KsyncApp(session, session.syncs.get(picture.sync) if picture.sync else None, held_keys=0)
    async with app.run_test(size=picture.size) as pilot:
        await _until_still(app, pilot, "review" if picture.sync else "syncs")
        await pilot.press(*picture.keys)
        await _until_still(app, pilot, "review" if picture.sync else "syncs")
        return _settled(app.export_screenshot(title="ksync"))


async def _until_still(app: KsyncApp, pilot: Pilot[Any], place: str) -> None:
    """Waits until the screen is there and nothing works in the background any more."""
    for _ in range(STEPS):
        await pilot.pause(0.02)
        working = [worker for worker in app.workers if not worker.is_finished]
        if getattr(app.screen, "place", None) == place and not working:
            return
    raise TimeoutError(f"{place} did not come to rest")


def _settled(svg: str) -> str:
    """Lines without trailing blanks, so that the picture is stored as it is made."""
    return "\n".join(_lines(svg)) + "\n"


def _lines(svg: str) -> Iterator[str]:
    return (line.rstrip() for line in svg.splitlines())


if __name__ == "__main__":
    main(Path(__file__).parent)
