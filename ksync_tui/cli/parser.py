"""The command line: which command, with which options."""

from __future__ import annotations

import argparse
import os
import sys

from ksync_tui import __version__
from ksync_tui.cli import options
from ksync_tui.cli.commands import MODULES, NAMES, exists, summary_of
from ksync_tui.errors import EXIT_ERROR
from ksync_tui.lazy import load

TYPE_CHECKING = False  # see lazy.py
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    AddArguments = Callable[[argparse.ArgumentParser], None]

EPILOG = """exit codes: 0 nothing to do or done; 1 error, wrong usage, or a problem of severity error in what was read;
2 changes pending (plan), or some actions failed or were skipped (apply)

Every command takes --profile NAME and --engine {embedded,core}: this machine, or a Komodo Core of the settings;
and --debug FILE: what ksync does, for a report.
KSYNC_HOME moves all state and configuration of ksync to one folder."""


_OF_RUNS = {word: f"runs {word}" for word in ("resume", "show", "undo")}
_WITH_VALUE = ("--profile", "--engine", "--debug")


class _Parser(argparse.ArgumentParser):
    """argparse, with ksync's exit code for wrong usage."""

    said = ""

    def error(self, message: str) -> NoReturn:
        _Parser.said = message
        self.print_usage(sys.stderr)
        self.exit(EXIT_ERROR, f"ksync: error: {message}\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace | int:
    """The wanted command with its options, or an exit code where help or an error was printed."""
    command, arguments = _command_first(arguments)
    help_asked = bool({"-h", "--help"} & set(arguments))
    parser = _command_parser(command) if command or help_asked else _open_parser()
    try:
        if not command and not help_asked and (meant := _meant(arguments)):
            parser.error(meant)
        return parser.parse_args(arguments)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else EXIT_ERROR
        if code and "--json" in arguments:
            from ksync_tui.cli.output import Output  # noqa: PLC0415 - only an error needs it
            from ksync_tui.errors import UsageError  # noqa: PLC0415 - only an error needs it

            Output(plain=True, json=True).failure(UsageError(_Parser.said))
        return code


def _meant(arguments: Sequence[str]) -> str | None:
    """What is wrong with a first word that is no command and no path, and the command that was meant; or None."""
    word = next((word for at, word in enumerate(arguments) if _is_word(arguments, at)), None)
    if word is None or "/" in word or os.path.lexists(word):
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistyped word needs it

    close = _OF_RUNS.get(word) or next(iter(get_close_matches(word, NAMES, 1)), None)
    return f"neither a command nor a path: {word}. Did you mean `ksync {close}`?" if close else None


def _command_first(arguments: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The command, if it is one, and the arguments with it first: `ksync --profile prod plan` is meant as it reads."""
    at = next((at for at in range(len(arguments)) if _is_word(arguments, at)), len(arguments))
    before, rest = arguments[:at], arguments[at + 1 :]
    word = arguments[at] if at < len(arguments) else None
    command = "runs" if word == "history" else word
    if command is None or not exists(command):
        return None, arguments
    if {"-V", "--version"} & set(before):
        return command, before
    return command, [command, *before, *rest]


def _is_word(arguments: Sequence[str], at: int) -> bool:
    """Whether it is neither an option nor the value of one of those that every command takes."""
    return not arguments[at].startswith("-") and (not at or arguments[at - 1] not in _WITH_VALUE)


def _open_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="ksync", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(command="open", sync=None)
    parser.add_argument("path", nargs="?", metavar="PATH", help="folder or file of resources (default: the syncs)")
    options.scope(parser)
    options.base(parser)
    return parser


def whole_parser() -> argparse.ArgumentParser:
    """Every command with all its options, for whoever describes them."""
    return _command_parser(None, whole=True)


def _command_parser(command: str | None, *, whole: bool = False) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ksync",
        description="Komodo's resource syncs in a terminal. `ksync [PATH]` opens the app.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", "-V", action="version", version=f"ksync {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name in NAMES if command is None else [command]:
        summary = None if name.startswith("_") else summary_of(name)
        child = subparsers.add_parser(name, description=summary, help=summary)
        if whole or name == command:
            add_arguments: AddArguments = load(f"{MODULES}.{name}:add_arguments")
            add_arguments(child)
            options.base(child)
    return parser
