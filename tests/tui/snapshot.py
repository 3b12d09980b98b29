"""Pictures of screens as SVG, compared with those that were looked at and kept.

Not pytest-textual-snapshot: it starts the app once for each picture, and pins a syrupy that needs pytest below 9.
`KSYNC_UPDATE_SNAPSHOTS=1` writes the pictures anew.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from difflib import unified_diff
from html import unescape
from importlib.metadata import version
from pathlib import Path
from re import findall

import pytest
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME
from textual.filter import NoColor
from textual.widgets import Input, TextArea

from tests.tui.driving import Driver

FOLDER = Path(__file__).parent / "snapshots"
VERSIONS = FOLDER / "versions.json"
"""What drew the pictures: other versions draw other pictures of the same screen."""
UPDATE = bool(os.environ.get("KSYNC_UPDATE_SNAPSHOTS"))
THEMES = {"dark": SVG_EXPORT_THEME, "light": DEFAULT_TERMINAL_THEME, "no-color": SVG_EXPORT_THEME}


def installed() -> dict[str, str]:
    return {name: version(name) for name in ("textual", "rich")}


def require_same_versions() -> None:
    """Skips where the pictures were drawn by other versions."""
    drawn_by = json.loads(VERSIONS.read_text("utf-8")) if VERSIONS.exists() else {}
    if UPDATE:
        FOLDER.mkdir(exist_ok=True)
        VERSIONS.write_text(json.dumps(installed()) + "\n", "utf-8")
    elif drawn_by != installed():
        pytest.skip(f"the snapshots were drawn by {drawn_by}")


async def compare(driver: Driver, name: str) -> None:
    """Compares a screen with its pictures in the terminal's dark and light colours, and without any."""
    different = []
    for look in THEMES:
        if look == "no-color":
            await _without_colour(driver)
        path = FOLDER / f"{name}-{look}.svg"
        drawn = _draw(driver, look)
        kept = path.read_text("utf-8") if path.exists() else ""
        if UPDATE:
            path.write_text(drawn, "utf-8")
        elif drawn != kept:
            different += [
                f"{path.name} differs:",
                *unified_diff(_text(kept), _text(drawn), "kept", "drawn", lineterm=""),
            ]
    assert not different, "\n".join(different)


def _draw(driver: Driver, look: str) -> str:
    _still_cursors(driver)
    width, height = driver.app.size
    console = Console(
        width=width, height=height, file=io.StringIO(), force_terminal=True, color_system="truecolor", record=True,
        legacy_windows=False,
    )  # fmt: skip
    console.print(driver.app.screen._compositor.render_update(full=True))
    svg = console.export_svg(title="ksync", theme=THEMES[look], unique_id="ksync")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def _still_cursors(driver: Driver) -> None:
    for field in driver.app.screen.query(Input).results(Input):
        field.cursor_blink = False
        field._cursor_visible = True
    for area in driver.app.screen.query(TextArea).results(TextArea):
        area.cursor_blink = False
        area._cursor_visible = True


async def _without_colour(driver: Driver) -> None:
    """As NO_COLOR has it from the start."""
    driver.app._filters.append(NoColor())
    for widget in driver.app.screen.walk_children(with_self=True):
        widget._styles_cache.clear()
        widget.refresh()
    await driver.pilot.pause()


def _text(svg: str) -> list[str]:
    """What a picture says, line by line."""
    lines: dict[str, str] = {}
    for at, words in findall(r'<text [^>]*\by="([^"]+)"[^>]*>([^<]*)</text>', svg):
        lines[at] = lines.get(at, "") + unescape(words)
    return list(lines.values())


def names() -> Iterator[str]:
    """The pictures that are kept."""
    return (path.name for path in FOLDER.glob("*.svg"))
