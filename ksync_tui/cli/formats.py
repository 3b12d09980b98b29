"""What a command prints, in one format or several, on standard output or into files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ksync_tui.errors import UsageError

if TYPE_CHECKING:
    from ksync_tui.cli.output import Output

Formats = Mapping[str, Callable[[], str]]
"""What makes the text of each format."""


def add(parser: ArgumentParser, names: str) -> None:
    """--format, with the names that the command knows."""
    says = f"{names} (default: text); NAME=FILE writes it to a file (repeatable)"
    parser.add_argument("--format", action="append", default=[], dest="formats", metavar="NAME[=FILE]", help=says)


def wanted(args: Namespace, known: tuple[str, ...]) -> dict[str, str | None]:
    """The formats that a command line names, each with its file. Raises UsageError."""
    found: dict[str, str | None] = {}
    for word in args.formats:
        name, equals, file = word.partition("=")
        if name not in known or (equals and not file):
            raise UsageError("no such format", where=word, hint=f"Write one of {', '.join(known)}, or NAME=FILE.")
        found[name] = file or None
    if sum(file is None for file in found.values()) > 1:
        raise UsageError("two formats for standard output", hint="Write one of them to a file: NAME=FILE.")
    return found


def write(formats: Mapping[str, str | None], made: Formats, output: Output) -> None:
    """Prints or writes each format that was named."""
    for name, file in formats.items():
        output.text(made[name]().rstrip("\n"), file)
