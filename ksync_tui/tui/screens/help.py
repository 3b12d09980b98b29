"""The keys of a screen, from the keymap."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from ksync_tui.model.origin import ORIGINS
from ksync_tui.present import origin as origins
from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.lines import Lines

SIGNS = (
    ("+", "create", "create"), ("~", "update", "update"), ("-", "delete", "delete"), ("=", "rename", "rename"),
    ("*", "deploy", "deploy"), ("!", "problem", "problem"), ("x", "blocked", "blocked"),
)  # fmt: skip
BOXES = ("[>] to live   [<] to file   [~] some of it   [ ] left", "[.] needed    [i] ignored")
CORE_ONLY = ("changes", "run_sync", "core_commit")
"""Commands that do nothing without a Komodo Core."""
MOST_HELP = 48
"""Cells of what a command does; its name stands behind them."""


class HelpScreen(Page[None]):
    """What can be pressed on the screen below, and what its signs mean."""

    place = "help"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("help")

    def __init__(self, page: Page[Any]) -> None:
        super().__init__()
        self.page = page
        self.text = list(help_lines(page))

    def do_close(self) -> None:
        """The key that opened it closes it."""
        self.finish(None)

    def where(self) -> Text:
        """Help for which screen."""
        return Text.assemble(("help", style("head")), (f" > {self.page.place}", style("dim")))

    def body(self) -> ComposeResult:
        """The text."""
        yield Lines(id="help", pointing=False)

    def on_mount(self) -> None:
        """Fills the text."""
        self.query_one(Lines).show(len(self.text), lambda line, width: self.text[line])


def help_lines(page: Page[Any]) -> list[Text]:
    """What the signs mean, then one line per command of the screen: keys, what it does, its name in the settings.

    Those that work now stand first; those that do not are dimmed and say why. What only a Core has is left out without.
    """
    commands = [
        command
        for command in page.keys.on(page.place)
        if page.session.capabilities.remote or command.id not in CORE_ONLY
    ]
    reasons = {command.id: page.disabled_reason(command.id) for command in commands}
    lines = [Text(), *_signs(any(command.id == "tick" for command in commands)), Text()]
    for command in sorted(commands, key=lambda command: reasons[command.id] is not None):
        reason = reasons[command.id]
        look = style("dim" if reason else "plain")
        keys, words = f"  {command.all_keys:<14}", f"{command.help:<{MOST_HELP}}"
        lines.append(Text.assemble((keys, style("accent")), (words, look), " ", (command.id, style("dim"))))
        if reason:
            lines.append(ink(f"  {'':<14}not now: {neutral(reason)}", "dim"))
    return lines


def _signs(choosing: bool) -> list[Text]:
    """What the signs of a list mean; where something can be chosen, the boxes and the letters of origins as well."""
    signs = Text("  ")
    for sign, look, words in SIGNS:
        signs.append(f"{sign} ", style(look)).append(f"{words}   ")
    if not choosing:
        return [signs]
    letters = "   ".join(f"{origins.SIGNS[origin]} {origins.WORDS[origin]}" for origin in ORIGINS)
    return [signs, *(Text(f"  {boxes}") for boxes in BOXES), Text(f"  {letters}")]
