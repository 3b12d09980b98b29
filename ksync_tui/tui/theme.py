"""How things look: the terminal's own colours, one accent, one colour per verb.

The sixteen ANSI colours are used, so the terminal's scheme decides what they are; create (cyan) and delete (red) stay
apart for red-green blind eyes, and every colour stands beside a sign.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from rich.text import Text
from textual.theme import BUILTIN_THEMES, Theme

NAME = "ksync"

THEME = Theme(
    name=NAME,
    ansi=True,
    primary="ansi_bright_blue",
    secondary="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_cyan",
    accent="ansi_bright_blue",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_bright_blue",
        "screen-selection-foreground": "ansi_black",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_bright_black",
        "scrollbar-active": "ansi_white",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
        "scrollbar-corner-color": "ansi_default",
    },
)

SIGN_LOOK = {
    "+": "create", "~": "update", "-": "delete", "=": "rename", "*": "deploy", "$": "deploy", "<": "accent",
}  # fmt: skip
"""How the sign of an action looks."""

STYLES: Mapping[str, Style] = {
    "plain": Style(),
    "dim": Style(dim=True),
    "bold": Style(bold=True),
    "accent": Style(color="bright_blue", bold=True),
    "head": Style(bold=True),
    "create": Style(color="cyan"),
    "update": Style(color="yellow"),
    "rename": Style(color="yellow"),
    "delete": Style(color="red"),
    "deploy": Style(color="magenta"),
    "problem": Style(color="bright_red", bold=True),
    "blocked": Style(color="bright_red", dim=True),
    "badge": Style(reverse=True, bold=True),
    "mark": Style(reverse=True),
    "core": Style(color="bright_blue", reverse=True, bold=True),
}


def style(name: str) -> Style:
    """The style of a role or a verb; unknown ones are plain."""
    return STYLES.get(name, STYLES["plain"])


def ink(words: str, look: str = "plain") -> Text:
    """Words in the style of a role or a verb, ready to have others appended in theirs."""
    return Text(end="", no_wrap=True).append(words, style(look))
