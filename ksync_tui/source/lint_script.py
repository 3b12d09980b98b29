"""Commands of several lines, which Komodo joins with && unless shell_mode is on (semantics e.3)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from ksync_tui.model.kinds.common import SystemCommand
from ksync_tui.model.text import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ksync_tui.model.kinds.accept import Path
    from ksync_tui.model.kinds.fields import Table

Flaw = tuple["Path", str, str]
"""Where below the field, what is wrong, and what to do."""

COMPOSE_COMMAND = "[[COMPOSE_COMMAND]]"

_HEREDOC = re.compile(r"(?<!<)<<-?\s*[\\'\"]?[A-Za-z_]")
_OPENING = re.compile(r"(?:^|;\s*|&&\s*|\|\|\s*)(if|for|while|until|case|then|do|else)\b")
_LATER_WORD = re.compile(r"(then|do|else|elif|fi|done|esac)\b|\}|\)|;;|&&|\|")
_OPEN_END = re.compile(r"(?:(?:^|;\s*)(?:then|do|else)|&&|\|\||\||&|;|\{|\()$")


def script(value: SystemCommand, table: Table) -> Iterator[Flaw]:
    """A command that the shell refuses once its lines are joined."""
    if not value.shell_mode and (why := broken_by_joining(value.command)) is not None:
        message = f"has {why}, which breaks as Komodo joins the lines with &&"
        yield ("command",), message, "write shell_mode = true beside the command"


def compose_wrapper(value: str, table: Table) -> Iterator[Flaw]:
    """A wrapper that wraps nothing, or whose lines cannot be joined."""
    if COMPOSE_COMMAND not in value:
        yield (), f"lacks {COMPOSE_COMMAND}: Komodo refuses to deploy", f"put {COMPOSE_COMMAND} where compose is to run"
    elif (why := broken_by_joining(value)) is not None:
        yield (), f"has {why}, which breaks as Komodo joins the lines with &&", "write it on one line"


def broken_by_joining(command: str) -> str | None:
    """What in a command does not outlive Komodo's joining of its lines; None where it does."""
    bare = command.strip()
    if not any(mark in bare for mark in "\n'\""):
        return None
    lines = _joined(bare)
    for line in lines:
        if _open_quote(line):
            return "a quote that is not closed on its line"
    if len(lines) < 2:
        return None
    if any(_HEREDOC.search(line) for line in lines):
        return "a heredoc"
    for before, line in pairwise(lines):
        if (word := _OPEN_END.search(before)) or (word := _LATER_WORD.match(line)):
            opening = next((found[1] for each in lines if (found := _OPENING.search(each))), None)
            return f"`{opening}` over several lines" if opening else f"`{word[0].strip('; ') or ';'}` at a line's edge"
    return None


def _joined(command: str) -> list[str]:
    """The lines that Komodo puts && between: trimmed, without comments and blank ones, continuations made one."""
    bare = (line.strip() for line in lines_of(command))
    kept = [line.split(" #", 1)[0].rstrip() for line in bare if line and not line.startswith("#")]
    return [line.strip() for line in "\n".join(kept).replace(" \\\n", " ").split("\n") if line.strip()]


def _open_quote(line: str) -> bool:
    """Whether a quote is open at the end of a line of shell."""
    quote, escaped = "", False
    for character in line:
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
    return bool(quote)
