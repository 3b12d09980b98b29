"""What every screen has: the frame, commands from the keymap, slow work off the UI thread, notices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from rich.text import Text
from textual import events
from textual.app import ComposeResult, SuspendNotSupported
from textual.screen import Screen
from textual.worker import Worker

from ksync_tui.errors import KsyncError
from ksync_tui.present.text import neutral
from ksync_tui.tui import requests
from ksync_tui.tui.background import COUNT_AFTER, SHOW_AFTER, Busy, in_thread, start
from ksync_tui.tui.change_notifier import ChangeNotifier
from ksync_tui.tui.editors import open_in_editor
from ksync_tui.tui.keymap import Keymap
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.frame import MIN_HEIGHT, MIN_WIDTH, FrameLine, KeyLine, Notice, TooSmall, TopLine
from ksync_tui.tui.widgets.lines import Lines
from ksync_tui.tui.widgets.status_line import status_line

if TYPE_CHECKING:
    from ksync_tui.services import Session
    from ksync_tui.tui.host import Host
    from ksync_tui.tui.requests import Request

T = TypeVar("T")
Result = TypeVar("Result")


class Page(Screen[Result | None], Generic[Result]):
    """A screen with the frame around it. `place` is its name in the keymap."""

    place: ClassVar[str] = ""
    ESCAPE_TO_MINIMIZE = False
    DEFAULT_CSS = """
    Page { background: ansi_default; layout: vertical; overflow: hidden; }
    Page.-small > * { display: none; }
    Page.-small > TooSmall { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.busy: Busy | None = None
        self._work: Worker[None] | None = None
        self._background = False
        self._renewing = False
        self.change_notifier = ChangeNotifier(self)

    @property
    def host(self) -> Host:
        """The app this screen is in."""
        return cast("Host", self.app)

    @property
    def on_top(self) -> bool:
        """Whether no other screen is over it."""
        return self.app.screen is self

    @property
    def session(self) -> Session:
        """The one door to everything."""
        return self.host.session

    @property
    def keys(self) -> Keymap:
        """The commands and their keys."""
        return self.host.keymap

    def key_of(self, command: str) -> str:
        """The key of a command, for sentences that name it."""
        return self.keys.by_id[command].key

    def compose(self) -> ComposeResult:
        """The frame and, inside, the screen's body."""
        yield TopLine(self)
        yield from self.body()
        yield Notice()
        yield KeyLine(self)
        yield TooSmall()

    def loss(self) -> str | None:
        """What is lost when this screen is left for good, in a sentence."""
        return None

    def body(self) -> ComposeResult:
        """What stands between the top line and the keys."""
        yield from ()

    def where(self) -> Text:
        """The path to here."""
        return ink("ksync", "head")

    def status_line(self, room: int) -> Text:
        """What is going on, or else engine, profile, address and READ-ONLY."""
        if self.busy and (words := self.busy.line(self.key_of("back"), neutral(self.session.waiting.line))):
            return ink(words, "accent")
        return status_line(self.session, room)

    def counts(self) -> Text:
        """How much is pending."""
        return Text()

    def news(self) -> Text:
        """What is new since this was read."""
        return self.change_notifier.words()

    def disabled_reason(self, command: str) -> str | None:
        """Why a command does not work right now, or None."""
        return None

    def label_of(self, command: str) -> str | None:
        """Another footer label, where it depends on the state."""
        return None

    def changed(self) -> None:
        """Something that the frame shows is different now; once for all that one key leads to."""
        if not self._renewing:
            self._renewing = True
            self.call_next(self._renew)

    def _renew(self) -> None:
        self._renewing = False
        for line in self.query(FrameLine):
            line.renew()

    def action_command(self, name: str) -> None:
        """Does what a key stands for, or says why it cannot be done now."""
        self.tell("")
        if name == "back" and self._back_stops:
            self.abandon()
        elif reason := self.disabled_reason(name):
            self.tell(reason)
        else:
            getattr(self, f"do_{name}")()
        self.changed()

    def entered(self, command: str) -> None:
        """`enter` in a field, which takes it before any binding: does a command that is on `enter`."""
        if "enter" in self.keys.by_id[command].keys:
            self.action_command(command)

    def read_again(self, words: str | None) -> None:
        """Reads again after something was done, and says what."""
        self.action_command("refresh")
        if words:
            self.tell(words)

    def edit_file(self, path: str, line: int) -> None:
        """Opens a file in the person's own editor, then reads again."""
        try:
            said = open_in_editor(self.app, path, line)
        except SuspendNotSupported:
            self.tell("An editor cannot be opened in this terminal.")
        else:
            self.read_again(said)

    def finish(self, result: Result | None) -> None:
        """Closes this screen with its answer."""
        self.dismiss(result)

    def tell(self, words: str | Text) -> None:
        """A short notice above the keys, until the next key."""
        text = words if isinstance(words, Text) else Text(neutral(words))
        self.query_one(Notice).tell(text)

    def tell_error(self, error: KsyncError) -> None:
        """An error: what, where, why, what to do."""
        self.tell(error_text(error))

    def work(
        self,
        what: str,
        call: Callable[[], T],
        done: Callable[[T], None],
        *,
        turn: bool = True,
        background: bool = False,
    ) -> None:
        """Runs `call` off the UI thread, then `done` with its result; shows that it works after 100 ms.

        It waits for its turn with the session, unless it has nothing to do with what is read there. Keys that are
        typed meanwhile wait for its end, unless it goes on in the background of what is shown.
        """
        self._start_work(what, partial(self.host.in_turn, call) if turn else call, done, background=background)

    async def result_of(self, what: str, call: Callable[[], T]) -> T:
        """For flows: what `call` returns, run as `work` runs it.

        Raises CancelledError, which ends the flow, where the call fails (the error is shown) or is given up.
        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._start_work(what, partial(self.host.in_turn, call), answer.set_result, answer.cancel)
        return await answer

    def request(self, request: Request) -> None:
        """Asks for what other screens show: `self.request(requests.ShowDiff())`; `tui.flows` carries it out."""
        self.host.carry_out(self, request)

    def _start_work(
        self,
        what: str,
        call: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[], object] = lambda: None,
        *,
        background: bool = False,
    ) -> None:
        self.busy = Busy.now(what)
        self._background = background
        self._work = start(self, partial(self._carry_out, call, done, failed), group="work", exclusive=True)
        for delay in (SHOW_AFTER, COUNT_AFTER):
            self.set_timer(delay + 0.01, self.changed)

    @property
    def working(self) -> bool:
        """Whether slow work is going on."""
        return self._work is not None and self._work.is_running

    @property
    def opening(self) -> bool:
        """Whether slow work is going on that leads to what the next keys are for."""
        return self.working and not self._background

    @property
    def _back_stops(self) -> bool:
        """Whether `back` stops what is going on. What goes on behind something to read is left with it instead, or a
        second `q` after a run would only stop the newer review from being read; unless the top line says that it stops.
        """
        if self.busy is None or self._work is None:
            return False
        return not self._background or self.busy.offers_stop

    def shows_busy(self, at: float) -> bool:
        """Whether it was on the screen at a moment (monotonic seconds) that something is going on."""
        return self.busy is not None and at - self.busy.since >= SHOW_AFTER

    def abandon(self) -> None:
        """Stops waiting for what is going on; its result is not used."""
        if self._work:
            self._work.cancel()
            self.session.waiting.give_up()
        self.busy = None
        self.tell("Stopped.")
        self.host.type_ahead.go_on()

    def failed(self, error: KsyncError) -> None:
        """What a failure of slow work leads to."""
        self.tell_error(error)

    async def _carry_out(self, call: Callable[[], T], done: Callable[[T], None], failed: Callable[[], object]) -> None:
        ticking = asyncio.create_task(self._count_seconds())
        try:
            result = await in_thread(call)
        except KsyncError as error:
            self.busy = None
            self.failed(error)
            failed()
        except asyncio.CancelledError:
            failed()
            raise
        else:
            self.busy = None
            done(result)
        finally:
            ticking.cancel()
            asyncio.get_running_loop().call_soon(self.host.type_ahead.go_on)
        self.changed()

    async def _count_seconds(self) -> None:
        await asyncio.sleep(COUNT_AFTER)
        while True:
            self.changed()
            await asyncio.sleep(1)

    def on_resize(self, event: events.Resize) -> None:
        """A terminal in which nothing would be readable shows one message instead."""
        self.set_class(event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT, "-small")

    def lines(self) -> Lines | None:
        """The list or text that the movement keys move in."""
        if isinstance(self.focused, Lines):
            return self.focused
        return next(iter(self.query(Lines)), None)

    def do_down(self) -> None:
        """Next line."""
        self._move(lambda lines: lines.move(1))

    def do_up(self) -> None:
        """Previous line."""
        self._move(lambda lines: lines.move(-1))

    def do_top(self) -> None:
        """First line."""
        self._move(lambda lines: lines.move_to(0))

    def do_bottom(self) -> None:
        """Last line."""
        self._move(lambda lines: lines.move_to(-1))

    def do_page_down(self) -> None:
        """One page down."""
        self._move(lambda lines: lines.move_page(1))

    def do_page_up(self) -> None:
        """One page up."""
        self._move(lambda lines: lines.move_page(-1))

    def do_next_pane(self) -> None:
        """The next pane gets the keys."""
        self.focus_next()

    def do_previous_pane(self) -> None:
        """The previous pane gets the keys."""
        self.focus_previous()

    def do_back(self) -> None:
        """Leaves this screen."""
        self.finish(None)

    def do_cancel(self) -> None:
        """Leaves this screen with nothing done."""
        self.finish(None)

    def do_help(self) -> None:
        """Shows the keys of this screen."""
        self.request(requests.ShowHelp())

    def do_palette(self) -> None:
        """Shows all commands of this screen."""
        self.request(requests.ShowPalette())

    def do_history(self) -> None:
        """Shows past runs."""
        self.request(requests.ShowHistory())

    def do_profile(self) -> None:
        """Shows the profiles."""
        self.request(requests.ShowProfiles())

    def _move(self, movement: Callable[[Lines], None]) -> None:
        if lines := self.lines():
            movement(lines)


def error_text(error: KsyncError) -> Text:
    """An error in lines: what failed and where, why, what to do."""
    text = Text.assemble(("! ", style("problem")), (neutral(error.what), style("bold")))
    if error.where:
        text.append(f"  {neutral(error.where)}", style("dim"))
    for line in (error.why, error.hint):
        if line:
            text.append(f"\n  {neutral(line)}")
    return text
