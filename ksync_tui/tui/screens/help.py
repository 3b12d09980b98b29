"""The keys of a screen, from the keymap."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from ksync_tui.model.origin import ORIGINS, Origin
from ksync_tui.present import origin as origins
from ksync_tui.present.search import ORIGIN
from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.lines import Lines

SIGNS = (
    ("+", "create", "create"), ("~", "update", "update"), ("-", "delete", "delete"), (">", "rename", "rename"),
    ("*", "deploy", "deploy"), ("!", "problem", "problem"), ("x", "blocked", "blocked: the line says why"),
)  # fmt: skip
BOXES = (
    ("[>]", "to live: the file's side is taken"), ("[<]", "to file: live's side is taken"),
    ("[~]", "some of what is under it"), ("[.]", "included: something ticked needs it"), ("[ ]", "not ticked"),
)  # fmt: skip


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
    """One line per command of the screen: keys, what it does, its name in the settings.

    Those that do not work right now are dimmed and say why.
    """
    lines = [Text()]
    for command in page.keys.on(page.place):
        reason = page.disabled_reason(command.id)
        look = style("dim" if reason else "plain")
        keys, words = f"  {command.all_keys:<14}", f"{command.help:<{MOST_HELP}}"
        lines.append(Text.assemble((keys, style("accent")), (words, look), " ", (command.id, style("dim"))))
        if reason:
            lines.append(ink(f"  {'':<14}not now: {neutral(reason)}", "dim"))
    lines += [Text(), *(Text.assemble((f"  {sign:<14}", style(look)), words) for sign, look, words in SIGNS)]
    if "origin" in (command.id for command in page.keys.on(page.place)):
        lines += [Text(), *(Text(_origin_line(origin)) for origin in ORIGINS)]
    return [*lines, Text(), *(Text(f"  {box:<14}{words}") for box, words in BOXES)]


def _origin_line(origin: Origin) -> str:
    return f"  {origins.SIGNS[origin]:<14}{ORIGIN + origin:<14}{origins.WORDS[origin]} since it was applied"
