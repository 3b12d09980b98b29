"""Makes the README's pictures from the real app on the demo: `python screenshots/make.py`.

Stills in dark and light, and a moving picture of the whole way: difference, choice, run, commit. The same pictures come
out every time: place, commits, clock, durations and terminal sizes are fixed.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME

from ksync_tui.demo.sandbox import Sandbox, build
from ksync_tui.services import Session
from ksync_tui.services.runs import Runs
from ksync_tui.tui.app import KsyncApp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.pilot import Pilot

NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)
HOUSE = Path(tempfile.gettempdir()) / "ksync-pictures"
"""The same place every time, for it stands in a committed file and so in the hash of a commit."""
WIDE, FLAT, NARROW = (120, 32), (120, 12), (80, 24)
STEPS = 500
LOOKS = {"": SVG_EXPORT_THEME, "-light": DEFAULT_TERMINAL_THEME}
"""What is added to a picture's name, and its colours."""
SECONDS = 2.2
"""How long each frame of the moving picture is seen."""


@dataclass(frozen=True, slots=True)
class Step:
    """Keys, the screen that they lead to, and words that stand on it then."""

    keys: tuple[str, ...]
    place: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the sync it is opened on (None: the list of syncs), what leads to it, the terminal's size."""

    name: str
    sync: str | None
    steps: tuple[Step, ...] = ()
    size: tuple[int, int] = WIDE


REVIEW = Step(("j", "right", "j", "less_than_sign", "k", "k", "greater_than_sign"), "review", "to file")
CONFIRM = Step(("x",), "confirm", "commit to")
EDIT = Step(
    ("e", "down", "down", "end", "left", *("space" if char == " " else char for char in " and series")), "editor"
)
RUN = Step(("enter",), "run", "planned again")
PICTURES = (
    Picture("syncs", None, size=FLAT),
    Picture("review", "media", (REVIEW,)),
    Picture("review-narrow", "media", (REVIEW,), NARROW),
    Picture("confirm", "media", (REVIEW, CONFIRM)),
    Picture("editor", "media", (Step(("e",), "editor"),)),
    Picture("commit", "media", (EDIT, Step(("f2",), "preview"), Step(("enter",), "commit"))),
    Picture("run", "media", (REVIEW, CONFIRM, RUN)),
)
FILM = (
    Step((), "review"),
    Step(("j", "right"), "review"),
    Step(("j", "less_than_sign"), "review", "[<]"),
    Step(("k", "k", "greater_than_sign"), "review", "[>]"),
    CONFIRM,
    RUN,
    Step(("escape",), "review", "0 ticked"),
)


def main(folder: Path) -> None:
    """Writes every picture into `folder`."""
    if HOUSE.exists():
        sys.exit(f"{HOUSE} is in the way: remove it first")
    surroundings = {"HOME": str(HOUSE), "LOGNAME": "rosa", "TZ": "UTC"}
    at_once = patch.object(Runs, "start", lambda runs, selection: runs.run(selection, lambda _: None).id)
    with patch.dict(os.environ, surroundings), patch("time.time", NOW.timestamp), at_once:
        for picture in PICTURES:
            asyncio.run(_in_demo(picture.sync, picture.size, picture.steps, folder, picture.name))
        asyncio.run(_in_demo("media", WIDE, FILM, folder, ""))


async def _in_demo(sync: str | None, size: tuple[int, int], steps: Sequence[Step], folder: Path, name: str) -> None:
    """Goes the steps in a new demo; draws the last screen under a name, or all of them as the moving picture."""
    sandbox: Sandbox = build(HOUSE, NOW)
    try:
        with Session.open(sandbox.home) as session:
            frames = await _frames(session, sync, size, steps)
    finally:
        shutil.rmtree(HOUSE, ignore_errors=True)
    if not name:
        folder.joinpath("whole-way.svg").write_text(_moving([frame[""] for frame in frames]), "utf-8")
        return
    for look, drawn in frames[-1].items():
        folder.joinpath(f"{name}{look}.svg").write_text(drawn, "utf-8")


async def _frames(
    session: Session, sync: str | None, size: tuple[int, int], steps: Sequence[Step]
) -> list[dict[str, str]]:
    app = KsyncApp(session, session.syncs.get(sync) if sync else None, held_keys=0)
    frames = []
    async with app.run_test(size=size) as pilot:
        for step in (Step((), "review" if sync else "syncs"), *steps):
            await pilot.press(*step.keys)
            await _until_still(app, pilot, step)
            frames.append({look: _draw(app, look) for look in LOOKS})
    return frames


async def _until_still(app: KsyncApp, pilot: Pilot[Any], step: Step) -> None:
    """Waits until the screen is there, says what it is to say, and nothing works in the background any more."""
    for _ in range(STEPS):
        await pilot.pause(0.02)
        working = [worker for worker in app.workers if not worker.is_finished and worker.group == "work"]
        if getattr(app.screen, "place", None) == step.place and not working and step.words in _text(app):
            return
    raise TimeoutError(f"{step.place} did not come to rest\n{_text(app)}")


def _text(app: KsyncApp) -> str:
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def _draw(app: KsyncApp, look: str) -> str:
    """The screen as SVG, without trailing blanks, and with the same commit id every time: git has its own clock."""
    width, height = app.size
    console = Console(
        width=width, height=height, file=io.StringIO(), force_terminal=True, color_system="truecolor", record=True,
        legacy_windows=False, safe_box=False,
    )  # fmt: skip
    console.print(app.screen._compositor.render_update(full=True))
    svg = console.export_svg(title="ksync", theme=LOOKS[look], unique_id=f"k{look}")
    steady = re.sub(r"(?<=committed&#160;)[0-9a-f]{7}", "4f2a91c", svg)
    return "\n".join(_lines(steady)) + "\n"


def _lines(svg: str) -> Iterator[str]:
    return (line.rstrip() for line in svg.splitlines())


def _moving(frames: Sequence[str]) -> str:
    """Pictures of one size as one that shows them in turn, without a script."""
    opening = frames[0][: frames[0].index(">") + 1]
    whole, share = SECONDS * len(frames), 100 / len(frames)
    steps = f"0%, {share:.3f}% {{ visibility: visible }} {share + 0.001:.3f}%, 100% {{ visibility: hidden }}"
    turn = f"visibility: hidden; animation: frame {whole:.1f}s step-end infinite"
    style = f"<style>@keyframes frame {{ {steps} }} .frame {{ {turn} }}</style>"
    parts = [
        f'<g class="frame" style="animation-delay: {SECONDS * number:.1f}s">\n{_numbered(frame, number)}</g>'
        for number, frame in enumerate(frames)
    ]
    still = _numbered(frames[0], len(frames))  # for who shows no movement
    return "\n".join([opening, style, still, *parts, "</svg>", ""])


def _numbered(frame: str, number: int) -> str:
    """A picture whose names are its own among the others."""
    return re.sub(r"\bk-", f"k{number}-", frame)


if __name__ == "__main__":
    main(Path(__file__).parent)
