"""What is new while a screen is shown: said in the frame, and nothing else on the screen moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from rich.text import Text

from ksync_tui.tui.background import Busy, in_thread, start
from ksync_tui.tui.theme import style

if TYPE_CHECKING:
    from textual.worker import Worker

    from ksync_tui.services.change_detector import ChangeDetector
    from ksync_tui.tui.host import Host

ASK_SECONDS = 5.0
"""Seconds between two questions; nothing is drawn unless the answer is another."""


@dataclass
class _Followed:
    news: ChangeDetector
    count: int = 0


class WatchedPage(Protocol):
    """A screen as the notifier sees it."""

    busy: Busy | None

    @property
    def host(self) -> Host:
        """The app it is in."""

    @property
    def on_top(self) -> bool:
        """Whether it is the one on top."""

    def key_of(self, command: str) -> str:
        """The key of a command."""

    def changed(self) -> None:
        """Something that the frame shows is different now."""

    def set_interval(self, interval: float, callback: Callable[[], None]) -> object:
        """Calls back every `interval` seconds."""

    def run_worker(self, work: Any, *, group: str, exclusive: bool) -> Worker[Any]:
        """Starts a worker."""


class ChangeNotifier:
    """Asks what is new of what a page shows, while it is the one on top and nothing else is going on."""

    def __init__(self, page: WatchedPage) -> None:
        self._page = page
        self._followed: list[_Followed] = []
        self._asking = False

    @property
    def count(self) -> int:
        """How much is new."""
        return sum(detector.count for detector in self._followed)

    def words(self) -> Text:
        """`3 new, press r`, with room behind it; nothing where nothing is new."""
        if not self.count:
            return Text()
        return Text.assemble((f"{self.count:,} new, press {self._page.key_of('refresh')}", style("accent")), "   ")

    def follow(self, news: Sequence[ChangeDetector]) -> None:
        """Something was shown anew: from now on what is new is counted from there."""
        self._followed = [_Followed(detector) for detector in news]
        self._page.changed()

    def start_checking(self) -> None:
        """Asks every few seconds as long as the page lives."""
        self._page.set_interval(ASK_SECONDS, self.check_in_background)

    def check_in_background(self) -> None:
        """Starts to ask. Not below another screen: any message there draws both of them anew."""
        if self._page.on_top:
            start(self._page, self.ask, group="news")

    async def ask(self) -> None:
        """Asks once, off the UI thread. What cannot be read now is asked again."""
        if self._asking or self._page.busy or not self._page.on_top:
            return
        self._asking = True
        before, followed = self.count, self._followed
        try:
            for detector in followed:
                await self._check_one(detector)
        finally:
            self._asking = False
        if followed is self._followed and self.count != before:
            self._page.changed()

    async def _check_one(self, followed: _Followed) -> None:
        try:
            if await in_thread(partial(followed.news.moved, monotonic())):
                followed.count = await in_thread(partial(self._page.host.in_turn, followed.news.count))
        except Exception:  # noqa: BLE001 - it may be of a session that was closed meanwhile; news are no reason to end
            return
