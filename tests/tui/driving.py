"""How tests press keys, look at the screen, and wait for what they expect."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast
from unittest.mock import patch

from textual._xterm_parser import XTermParser
from textual.pilot import Pilot

from ksync_tui.services import Session, Sync
from ksync_tui.tui.app import KsyncApp
from ksync_tui.tui.keymap import DEFAULT, Keymap

SMALL = (80, 24)
LARGE = (160, 48)
SIZES = (SMALL, LARGE)


def is_busy() -> bool:
    """Whether the event loop has anything to do at once."""
    loop: Any = asyncio.get_running_loop()  # it says so nowhere in public
    return bool(loop._ready)


async def nothing_to_do(*_: float) -> None:
    """In place of Textual's own wait, which sleeps and measures the processor, 40 ms at least for each key."""
    for _turn in range(1_000):
        await asyncio.sleep(0.001)  # not 0: held keys wait for a loop that has nothing to do, this call included
        if not is_busy():
            return


class Driver:
    """An app that is running without a terminal."""

    def __init__(self, app: KsyncApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def page(self) -> Any:
        """The screen on top."""
        return self.app.screen

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    async def press(self, *keys: str) -> None:
        """Presses keys, lets each be handled, and paints what came of it."""
        await self.pilot.press(*keys)
        self.page._on_timer_update()

    async def type(self, words: str) -> None:
        """Types a text."""
        await self.press(*("space" if char == " " else char for char in words))

    def burst(self, typed: str) -> None:
        """Hands the app all bytes of one read from the terminal, as its driver does."""
        assert self.app._driver
        for message in XTermParser().feed(typed):
            self.app._driver.process_message(message)

    async def slowly(self, keys: Sequence[str]) -> None:
        """Types one key after the other, each when all that the one before led to is done and painted."""
        for key in keys:
            self.burst(key)
            await self.idle()

    async def idle(self) -> None:
        """Waits until nothing is left to do: no message on its way, no key held back, no work, all painted."""
        for _ in range(20_000):
            waiting = self.app.type_ahead.held or getattr(self.page, "busy", None)
            await asyncio.sleep(0.001 if waiting else 0)
            page = self.page
            if waiting or is_busy():
                continue
            if page._layout_required or page._callbacks or page._scroll_required:
                page._on_timer_update()
            else:
                return
        raise AssertionError(f"never idle\n{self.text}")

    async def until(self, there: Callable[[], object], what: str = "") -> None:
        """Waits until something is so."""
        for _ in range(600):
            await self.pilot.pause(0.01)
            if there():
                return
        raise AssertionError(f"never: {what}\n{self.text}")

    async def settle(self, sent: list[object]) -> None:
        """Waits until nothing more is sent of what was going on before, and empties the list of it."""
        seen = -1
        while seen != len(sent):
            seen = len(sent)
            for _ in range(10):
                await self.pilot.pause(0.01)
        sent.clear()

    async def see(self, *words: str) -> None:
        """Waits until all words are on the screen."""
        await self.until(lambda: all(word in self.text for word in words), f"to see {words}")

    async def at(self, place: str) -> None:
        """Waits until a screen is on top and nothing is going on."""
        await self.until(lambda: getattr(self.page, "place", "") == place and self.page.busy is None, f"at {place}")
        await self.pilot.pause()

    async def point(self, words: str) -> None:
        """Moves the cursor with `j` and `k` until its line has these words; `~ web` is `~* web` as well."""
        wanted = re.compile(re.escape(words[:1]) + r"\*?" + re.escape(words[1:]))
        await self.press("g")
        for _ in range(20):
            lines = [line.split("│")[0] for line in self.text.splitlines()]
            here = next((at for at, line in enumerate(lines) if line.startswith("> ")), 0)
            there = next((at for at, line in enumerate(lines) if wanted.search(line)), here + 5)
            if here == there:
                return
            await self.press(*["j" if there > here else "k"] * abs(there - here))
        raise AssertionError(f"no line with {words}\n{self.text}")


@asynccontextmanager
async def driven(
    session: Any, size: tuple[int, int] = SMALL, start: Sync | None = None, keymap: Keymap = DEFAULT
) -> AsyncIterator[Driver]:
    """Runs the app on a session."""
    app = KsyncApp(cast("Session", session), start, held_keys=0, keymap=keymap)
    with patch("textual.app.wait_for_idle", nothing_to_do), patch("textual.pilot.wait_for_idle", nothing_to_do):
        async with app.run_test(size=size) as pilot:
            yield Driver(app, pilot)
