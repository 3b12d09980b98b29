"""Type-ahead: keys act in the order in which they were typed, each on what the one before it led to.

Textual hands a key to the widget that has the focus at that moment, and goes on to the next key while the first is
still on its way: through the widgets' message queues to a binding, to a screen that is being mounted, to a focus that
is being moved. Typed fast, a key acts on what an earlier key is about to leave. Here a key waits until the one before
it has settled: nothing on its way, the layout done, and nothing being read that the key opens.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from textual import events
from textual.message import Message

from ksync_tui.tui.keymap import LEAVING

if TYPE_CHECKING:
    from textual.screen import Screen

    from ksync_tui.tui.keymap import Keymap

MOST_LOOKS = 10_000
"""Looks for the end of what a key led to, after which the next key is handled all the same: none waits for ever."""


class TypingPage(Protocol):
    """A screen as keys that wait see it."""

    place: ClassVar[str]

    @property
    def keys(self) -> Keymap:
        """The commands and their keys."""

    @property
    def opening(self) -> bool:
        """Whether slow work is going on that leads to what the next keys are for."""

    def shows_busy(self, at: float) -> bool:
        """Whether it was on the screen at a moment (monotonic seconds) that something is going on."""


class TypingApp(Protocol):
    """The app as keys that wait see it."""

    @property
    def screen_stack(self) -> list[Screen[Any]]:
        """The open screens, the newest last."""

    def pages(self) -> Iterator[TypingPage]:
        """The open screens of ksync, the newest first."""

    def post_message(self, message: Message) -> bool:
        """Sends a message to the app."""


class TypeAhead:
    """Keys, clicks and pastes that are not handled yet.

    A key that cancels the work that the screen shows does not wait; what was typed before it is dropped, as a terminal
    does at an interrupt.
    """

    def __init__(self, app: TypingApp) -> None:
        self._app = app
        self._held: deque[Message] = deque()
        self._current: Message | None = None
        self._interrupt: Message | None = None
        self._looking = False
        self._looks = 0

    @property
    def held(self) -> int:
        """How many wait."""
        return len(self._held)

    @property
    def typed_at(self) -> float:
        """When the key that is handled now was typed, in monotonic seconds."""
        return self._current.time if self._current else 0.0

    def takes(self, message: Message) -> bool:
        """Holds a message back if it is new input; whether it did."""
        if not isinstance(message, events.InputEvent | events.Paste) or message.is_forwarded:
            return False
        if message is self._current:
            return False
        if self._interrupts(message):
            self._held.clear()
            self._interrupt = message
        self._held.append(message)
        self.go_on()
        return True

    def go_on(self) -> None:
        """Handles the next message as soon as that can be."""
        if not self._looking:
            self._looking = True
            self._look_again()

    def _look_again(self) -> None:
        asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._looks += 1
        screen = self._screen
        if not self._held or screen is None:
            self._looking = False
        elif self._looks < MOST_LOOKS and not _settled(screen):
            self._look_again()
        elif self._held[0] is not self._interrupt and getattr(screen, "opening", False):
            self._looking = False  # the work calls `go_on` at its end
        else:
            self._deliver(self._held.popleft())

    def _deliver(self, message: Message) -> None:
        self._looks = 0
        self._current = message
        self._app.post_message(message)
        self._look_again()

    def _interrupts(self, message: Message) -> bool:
        if not isinstance(message, events.Key):
            return False
        page = next(self._app.pages(), None)
        if page is None or cast("object", page) is not self._screen or not page.opening:
            return False
        if message.key in LEAVING:
            return True
        return page.shows_busy(message.time) and message.key in page.keys.ways_out(page.place)

    @property
    def _screen(self) -> Screen[Any] | None:
        stack = self._app.screen_stack
        return stack[-1] if stack else None


def _settled(screen: Screen[Any]) -> bool:
    """Whether all is done that needs neither time nor input; what is due at the next paint is laid out now.

    Neither asyncio nor Textual says this in public.
    """
    if asyncio.get_running_loop()._ready:  # type: ignore[attr-defined]  # the calls that are due
        return False
    if not (screen._layout_required or screen._scroll_required or screen._callbacks):
        return True
    screen._on_timer_update()
    return False
