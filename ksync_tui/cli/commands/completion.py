"""ksync completion: print the completion script of a shell: bash, zsh or fish."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ksync_tui.errors import EXIT_OK
from ksync_tui.lazy import load

if TYPE_CHECKING:
    from argparse import Action, ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

    from ksync_tui.cli.output import Output

SHELLS = ("bash", "zsh", "fish")
_FILES = ("PATH", "FILE", "DIR", "P")
_RESOURCES = ("KIND/NAME", "WHAT", "KIND/OLD=NEW")
_NAMES = {"syncs": "syncs", "profiles": "profiles", "alerters": "alerters"}
"""What NAME stands for behind a command, where it is something that there is."""


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("shell", choices=SHELLS)


def run(args: Namespace, output: Output) -> int:
    """Prints the script: `eval "$(ksync completion bash)"`."""
    import shtab  # noqa: PLC0415 - only this command needs it

    make: Callable[[], ArgumentParser] = load("ksync_tui.cli.parser:whole_parser")  # it knows this command as well
    parser = make()
    for command, action in _actions(parser):
        words = _words_of(command, action)
        if words == "files":
            action.complete = shtab.FILE  # type: ignore[attr-defined]  # as shtab has it
        elif words:
            action.complete = shtab.cmd(f"ksync _names {words} 2>/dev/null")  # type: ignore[attr-defined]  # the same
    output.document(shtab.complete(parser, shell=args.shell).split("\n"))
    return EXIT_OK


def _actions(parser: ArgumentParser, command: str = "") -> Iterator[tuple[str, Action]]:
    """Every option and argument, with the command that it belongs to."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from _actions(child, command or name)
        elif action.option_strings or action.metavar:
            yield command, action


def _words_of(command: str, action: Action) -> str:
    """What completes an option or argument: `files`, or names of what there is."""
    if action.metavar in _FILES:
        return "files"
    if action.metavar in _RESOURCES:
        return "resources"
    if action.metavar in ("SERVER", "RUN"):
        return f"{action.metavar.lower()}s"
    if action.metavar != "NAME":
        return ""
    if action.dest in ("profile", "sync", "execute"):
        return "profiles" if action.dest == "profile" else "syncs"
    return _NAMES.get(command, "")
