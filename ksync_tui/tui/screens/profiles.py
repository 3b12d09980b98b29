"""The profiles: which engine each is, where, and which one is on. `enter` goes over into another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.present.profiles import ProfileRow, profile_rows
from ksync_tui.present.text import cell_width, count, cut_middle, neutral, pad
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.screens.listing import Listing
from ksync_tui.tui.switching import Attempt
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.filter import FilterLine
from ksync_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from ksync_tui.config import Profile
    from ksync_tui.services import Session

MOST_NAME = 20
MOST_ADDRESS = 32
ENGINE = 10
BADGE = " READ-ONLY "

Found = tuple[tuple["Profile", ...], tuple[str, ...], frozenset[str]]
"""The profiles, what is broken, and which stand in the settings file."""


class ProfilesScreen(Listing[None]):
    """Answers nothing: in another profile the app begins anew."""

    place = "profiles"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("profiles")
    DEFAULT_CSS = "ProfilesScreen #warnings { height: auto; max-height: 50%; padding: 0 2 1 2; }"

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ProfileRow] = []
        self.shown: list[ProfileRow] = []
        self.warnings: tuple[str, ...] = ()
        self.removable: frozenset[str] = frozenset()
        self.attempt: Attempt | None = None

    def body(self) -> ComposeResult:
        """The list, and below it what is broken, so that nobody looks for it in vain."""
        yield Lines(id="list")
        yield Static(id="warnings")
        yield FilterLine()

    def on_mount(self) -> None:
        """Reads them."""
        self.do_refresh()

    def where(self) -> Text:
        """Profiles."""
        return ink("profiles", "head")

    def counts(self) -> Text:
        """How many."""
        return ink(count(len(self.rows), "profile"), "bold")

    def disabled_reason(self, command: str) -> str | None:
        """Going over needs another one under the cursor; only what the settings say can be taken out of them."""
        if command == "remove_profile" and (not self.shown or self.here.key not in self.removable):
            return f"{self.here.name} is not in the settings file." if self.shown else "No profile to remove."
        if command == "open" and not self.shown:
            return "No profile has that name."
        if command in ("open", "remove_profile") and self.here.on:
            return f"{self.here.name} is {'already ' if command == 'open' else ''}active."
        return None

    def label_of(self, command: str) -> str | None:
        """Opening one means going over into it."""
        return "switch to it" if command == "open" else None

    def do_refresh(self) -> None:
        """Reads again which there are."""
        self.work("Reading the profiles", self._look, self._read, turn=False, background=bool(self.shown))

    def do_open(self) -> None:
        """Goes over into the profile under the cursor; asks first when something goes on or would be lost."""
        name = self.here.key
        if losses := [*self.host.losses(), *self.host.running()]:
            self.host.ask("\n".join([*losses, "", f"Switch to {name}?"]), partial(self._switch, name))
        else:
            self._switch(name)

    def do_new_profile(self) -> None:
        """Names a Komodo Core."""
        self.request(requests.AddProfile())

    def do_remove_profile(self) -> None:
        """Takes the profile under the cursor out of the settings."""
        self.request(requests.RemoveProfile(self.here.key))

    def do_other_settings(self) -> None:
        """The Docker hosts."""
        self.request(requests.SwitchSettings())

    @property
    def here(self) -> ProfileRow:
        """The profile under the cursor; only where one is shown."""
        return self.shown[self.items.cursor]

    def abandon(self) -> None:
        """Stays where one is."""
        if self.attempt:
            self.attempt.give_up()
        super().abandon()

    def fill(self) -> None:
        """Shows those that pass the filter."""
        words = self.words.casefold().split()
        self.shown = [row for row in self.rows if all(word in row.words for word in words)]
        self.items.show(len(self.shown), self._draw, key=lambda line: self.shown[line].key)
        self.query_one("#warnings", Static).update(Text("\n").join(map(_warning, self.warnings)))

    def _switch(self, name: str) -> None:
        self.attempt = Attempt(self.session, name)
        self.work(f"Opening {name}", self.attempt, self._opened, turn=False)

    def _opened(self, session: Session) -> None:
        self.host.switch_session(session)

    def _look(self) -> Found:
        profiles = self.session.profiles
        return profiles.all(), profiles.warnings(), profiles.removable()

    def _read(self, found: Found) -> None:
        profiles, self.warnings, self.removable = found
        first = not self.rows
        self.rows = profile_rows(profiles, self.session.profile)
        self.fill()
        if first:
            self.items.move_to(next((at for at, row in enumerate(self.shown) if row.on), 0))

    def _draw(self, line: int, width: int) -> Text:
        row = self.shown[line]
        name = min(max(cell_width(row.name) for row in self.rows), MOST_NAME)
        address = min(max(cell_width(row.address) for row in self.rows), MOST_ADDRESS, max(width - name - 20, 0))
        text = ink("* " if row.on else "  ", "accent")
        text.append(pad(row.name, name), style("bold")).append("  ")
        text.append(f"{row.engine:<{ENGINE}}", style("accent" if row.engine == "core" else "plain"))
        text.append(pad(row.address, address)).append("  ")
        if row.read_only:
            text.append(BADGE, style("badge")).append("  ")
        return text.append(cut_middle(row.origin, max(width - text.cell_len, 0)), style("dim"))


def _warning(words: str) -> Text:
    return Text.assemble(("! ", style("update")), neutral(words))
