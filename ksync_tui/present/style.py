"""Lines of text with what each piece means. The meaning becomes a colour only where one is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Style(Enum):
    """What a piece of text means; the value is its ANSI code."""

    PLAIN = ""
    BOLD = "1"
    DIM = "2"
    CREATE = "36"
    UPDATE = "33"
    RENAME = "33;2"
    DELETE = "31"
    DEPLOY = "35"
    PROBLEM = "1;31"
    WARNING = "33;1"


Piece = tuple[str, Style]
StyledLine = tuple[Piece, ...]

OF_VERB = {
    "create": Style.CREATE,
    "update": Style.UPDATE,
    "rename": Style.RENAME,
    "delete": Style.DELETE,
    "deploy": Style.DEPLOY,
}
OF_SIGN = {"+": Style.CREATE, "~": Style.UPDATE, "-": Style.DELETE, " ": Style.PLAIN}


def line(*pieces: str | Piece) -> StyledLine:
    """A line of pieces; a bare text is plain."""
    return tuple((piece, Style.PLAIN) if isinstance(piece, str) else piece for piece in pieces)


def rendered(styled: StyledLine, colour: bool) -> str:
    """The line as text, with ANSI colours when asked."""
    return "".join(_coloured(text, style) if colour else text for text, style in styled)


def _coloured(text: str, style: Style) -> str:
    return f"\x1b[{style.value}m{text}\x1b[0m" if style.value and text else text


def joined(lines: Iterable[StyledLine], colour: bool = False) -> str:
    """Lines as one text."""
    return "\n".join(rendered(styled, colour) for styled in lines)
