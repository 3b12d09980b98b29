"""The app: one session, a stack of screens. Nothing here decides anything; the session does."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType

from ksync_tui.errors import KsyncError
from ksync_tui.tui import theme
from ksync_tui.tui.background import Turns, in_thread, start
from ksync_tui.tui.flows import flow_of
from ksync_tui.tui.flows.prompts import Prompts
from ksync_tui.tui.key_settings import keymap_of
from ksync_tui.tui.keymap import DEFAULT, LEAVING, Keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.screens.question import QuestionScreen
from ksync_tui.tui.screens.syncs import SyncsScreen
from ksync_tui.tui.type_ahead import TypeAhead
from ksync_tui.tui.words import ticks_lost

if TYPE_CHECKING:
    from ksync_tui.model.plan import Direction
    from ksync_tui.present.ticks import Ticks
    from ksync_tui.services import Session, Sync
    from ksync_tui.tui.requests import Request

T = TypeVar("T")

ENDING = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGVTALRM", "SIGPROF")
RECENT = 5
"""Runs that are looked at for whether one still goes on."""

HELD_KEYS = 0.4
"""Seconds after opening a confirmation in which keys still held down are dropped."""


class KsyncApp(App[None]):
    """ksync on a whole terminal.

    `held_keys` is how long confirmations drop keys, in seconds; `keymap` the keys of whoever sits there; `at_risk` what
    is lost with ksync itself, in a sentence.
    """

    TITLE = "ksync"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, "leave", show=False, priority=True) for key in LEAVING),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]
    CSS = """
    Screen { background: ansi_default; }
    Input, Input:focus { border: none; height: 1; padding: 0; background: transparent; }
    """

    def __init__(
        self,
        session: Session,
        start: Sync | None = None,
        *,
        held_keys: float = HELD_KEYS,
        keymap: Keymap = DEFAULT,
        at_risk: str | None = None,
    ) -> None:
        super().__init__(ansi_color=True)
        self.session = session
        self.start = start
        self.held_keys = held_keys
        self.keymap = keymap
        self.set_keymap(keymap.changes())
        self.animation_level = "none"
        self.register_theme(theme.THEME)
        self.theme = theme.NAME
        self.at_risk = at_risk
        self.helped = False
        """Whether somebody has opened the help since the start."""
        self._kept_ticks: dict[str, Mapping[Direction, Ticks]] = {}
        self._turns = Turns()
        self.type_ahead = TypeAhead(self)
        self._prompts = Prompts(self)
        self._copies: Path | None = None

    async def on_event(self, event: events.Event) -> None:
        """Keys, clicks and pastes are handled in the order in which they come, each when the one before is done."""
        if not self.type_ahead.takes(event):
            await super().on_event(event)

    def on_mount(self) -> None:
        """Opens the list of syncs, and a source's review over it when one was asked for."""
        self.session.ask_with(self._prompts)
        self.push_screen(SyncsScreen(open_first=self.start))

    def on_unmount(self) -> None:
        """Nobody is there any more to be asked."""
        self._prompts.end()

    def switch_session(self, session: Session) -> None:
        """Begins anew on another session, at its list of syncs; the one before is closed when its last call ends."""
        before, turns = self.session, self._turns
        for page in tuple(self.pages())[1:]:
            self.workers.cancel_node(page)  # what a screen still asks for is of the session before
        self.session, self._turns = session, Turns()
        self._kept_ticks.clear()
        for _ in tuple(self.pages()):
            self.pop_screen()
        self.push_screen(SyncsScreen())
        start(self, partial(in_thread, partial(turns.end, before.close)))

    def _fatal_error(self) -> None:
        """Leaves after a fault of ksync itself. Textual would print every local variable, secrets among them."""
        self._close_messages_no_wait()

    def carry_out(self, page: Page[Any], request: Request) -> None:
        """Starts the flow of a request that a screen makes; it ends with the screen at the latest."""
        start(page, partial(flow_of(request), page, request), group="flow")

    def in_turn(self, call: Callable[[], T]) -> T:
        """Runs a call that reads or plans; two of them never run at once. Never on the UI thread."""
        return self._turns.take(call)

    def action_leave(self) -> None:
        """Leaves ksync; asks first when something would be lost or goes on by itself. Twice leaves in any case."""
        losses = [*self.losses(), *self.running(), *([self.at_risk] if self.at_risk else [])]
        question = "\n".join([*losses, "", "Quit ksync?"])
        if not losses or self._asks(question):
            self.exit()
        else:
            self.ask(question, self.exit)

    def _asks(self, question: str) -> bool:
        return isinstance(self.screen, QuestionScreen) and self.screen.question == question

    def losses(self) -> list[str]:
        """What is lost when all screens are left, in sentences."""
        kept = ((name, sum(len(tick.selection) for tick in ticks.values())) for name, ticks in self._kept_ticks.items())
        pages = [page.loss() for page in self.pages()]
        return [*filter(None, pages), *(ticks_lost(name, ticked) for name, ticked in kept if ticked)]

    def running(self) -> Iterator[str]:
        """The runs that continue when ksync is left, in sentences."""
        with suppress(KsyncError):  # a journal that cannot be read keeps nobody in
            for run in self.session.runs.latest(RECENT):
                if run.state in ("planned", "running"):
                    yield f"Run {run.id} of {run.sync} continues in the background."

    def keep_ticks(self, sync: Sync, ticks: Mapping[Direction, Ticks]) -> None:
        """Keeps the ticks of a review that is left until it is opened again."""
        self._kept_ticks[sync.options.name] = ticks

    def kept_ticks(self, sync: Sync) -> Mapping[Direction, Ticks]:
        """The ticks of a review when it was left; they are the review's now."""
        return self._kept_ticks.pop(sync.options.name, {})

    def pages(self) -> Iterator[Page[Any]]:
        """The screens that are open, the newest first."""
        return (screen for screen in reversed(self.screen_stack) if isinstance(screen, Page))

    def ask(self, question: str, yes: Callable[[], object]) -> None:
        """Asks a question; `enter` does it, `esc` does not."""

        def answered(agreed: bool | None) -> None:
            if agreed:
                yes()

        if not isinstance(self.screen, QuestionScreen):
            self.push_screen(QuestionScreen(question), answered)

    def copy_text(self, text: str) -> str:
        """Copies a text through the terminal (OSC 52) and into a file; answers with what was done."""
        self.copy_to_clipboard(text)
        if self._copies is None:
            handle, name = tempfile.mkstemp(prefix="ksync-", suffix=".txt", text=True)
            self._copies = Path(name)
            os.close(handle)
        self._copies.write_text(text + "\n", encoding="utf-8")
        return f"Copied. If your terminal has no OSC 52, it is in {self._copies}"


def run(session: Session, start: Sync | None = None, at_risk: str | None = None) -> int:
    """Runs the app until it is left; answers with 0, or 128 and the number of the signal that ended it.

    `at_risk` is what is lost with it, in a sentence. The terminal is restored whatever ends it; a fault is
    raised then. Raises ConfigError for keys in the settings that cannot be used.
    """
    app = KsyncApp(session, start, keymap=keymap_of(session.settings), at_risk=at_risk)
    try:
        with _leaving_on_signals(app):
            app.run()
    finally:
        app.on_unmount()
        if app.session is not session:
            app.session.close()
    if app._exception is not None:
        raise app._exception
    return app.return_code or 0


@contextmanager
def _leaving_on_signals(app: KsyncApp) -> Iterator[None]:
    """Signals that would end ksync leave the app the ordinary way, which restores the terminal; a second ends it."""

    def leave(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        app.call_later(app.exit, return_code=128 + number)

    names = [name for name in ENDING if hasattr(signal, name)]
    before = {getattr(signal, name): signal.signal(getattr(signal, name), leave) for name in names}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
