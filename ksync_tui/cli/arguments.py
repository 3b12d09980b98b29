"""The command line (DESIGN.md, "The command line")."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from ksync_tui import __version__
from ksync_tui.errors import EXIT_ERROR

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EPILOG = """exit codes: 0 nothing to do or done; 1 error, wrong usage, or a problem of severity error in what was read;
2 changes pending (plan), or some actions failed or were skipped (apply)

Every command takes --profile NAME and --engine {embedded,core}: this machine, or a Komodo Core of the settings.
KSYNC_HOME moves all state and configuration of ksync to one folder."""


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
            from ksync_tui.cli.output import Output
            from ksync_tui.errors import UsageError

            Output(plain=True, json=True).failure(UsageError(_Parser.said))
        return code


def _meant(arguments: Sequence[str]) -> str | None:
    """What is wrong with a first word that is no command and no path, and the command that it resembles; or None."""
    word = next((word for at, word in enumerate(arguments) if _is_word(arguments, at)), None)
    if word is None or "/" in word or os.path.lexists(word):
        return None
    from difflib import get_close_matches

    close = get_close_matches(word, [name for name, (summary, _) in COMMANDS.items() if summary], 1)
    return f"no such command or path: {word}. Did you mean `ksync {close[0]}`?" if close else None


def _command_first(arguments: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The command, if it is one, and the arguments with it first: `ksync --profile prod plan` is meant as it reads."""
    at = next((at for at in range(len(arguments)) if _is_word(arguments, at)), len(arguments))
    before, rest = arguments[:at], arguments[at + 1 :]
    word = arguments[at] if at < len(arguments) else None
    command = "runs" if word == "history" else word
    if command not in COMMANDS:
        return None, arguments
    if {"-V", "--version"} & set(before):
        return command, before
    return command, [command, *before, *rest]


def _is_word(arguments: Sequence[str], at: int) -> bool:
    """Whether it is neither an option nor the value of one of those that every command takes."""
    return not arguments[at].startswith("-") and (not at or arguments[at - 1] not in ("--profile", "--engine"))


def _base(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-color", action="store_true", help="no colours (NO_COLOR does the same)")
    parser.add_argument("--plain", action="store_true", help="numbered lines and prompts instead of screens")
    _place(parser)


def _place(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    says = "profile to use (default: KSYNC_PROFILE, then the settings' default, then local)"
    parser.add_argument("--profile", metavar="NAME", default=default, help=says)
    says = "where live resources are kept: on this machine, or in a Komodo Core"
    parser.add_argument("--engine", choices=["embedded", "core"], default=default, help=says)


def _open_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="ksync", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(command="open", sync=None)
    parser.add_argument("path", nargs="?", metavar="PATH", help="folder or file of resources (default: the syncs)")
    _scope(parser)
    _base(parser)
    return parser


def _command_parser(command: str | None) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ksync",
        description="Komodo's resource syncs in a terminal. `ksync [PATH]` opens the app.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", "-V", action="version", version=f"ksync {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (summary, add) in COMMANDS.items():
        if not summary and name != command:
            continue
        child = commands.add_parser(name, description=summary, help=summary) if summary else commands.add_parser(name)
        add(child)
        _base(child)
    return parser


def _source(parser: argparse.ArgumentParser, *, deletes: bool = True) -> None:
    parser.add_argument("path", nargs="?", metavar="PATH", help="folder or file of resources")
    _stored(parser, deletes=deletes)


def _stored(parser: argparse.ArgumentParser, *, deletes: bool) -> None:
    parser.add_argument("--sync", metavar="NAME", help="a stored sync instead of a path")
    _scope(parser, deletes=deletes)


def _scope(parser: argparse.ArgumentParser, *, deletes: bool = True) -> None:
    if deletes:
        parser.add_argument("--delete", action="store_true", help="also plan to delete what is live but not declared")
    else:
        parser.set_defaults(delete=False)
    parser.add_argument("--tag", action="append", default=[], metavar="T", help="only resources with all these tags")
    parser.add_argument("--variables", action=argparse.BooleanOptionalAction, default=True, help="include variables")
    parser.add_argument(
        "--user-groups", action=argparse.BooleanOptionalAction, default=True, help="include user groups"
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _json_too(parser: argparse.ArgumentParser) -> None:
    """--json behind the word of an action as well as before it."""
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON object")


def _plan(parser: argparse.ArgumentParser) -> None:
    _source(parser)
    _json(parser)
    parser.add_argument("--markdown", action="store_true", help="Markdown, for comments on a change")
    _origin(parser)


def _ticks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="run everything that is not blocked")
    parser.add_argument("--only", action="append", default=[], metavar="KIND/NAME", help="only this (repeatable)")
    parser.add_argument("--yes", "-y", action="store_true", help="do not prompt")


def _apply(parser: argparse.ArgumentParser) -> None:
    _source(parser)
    _ticks(parser)
    _json(parser)
    parser.add_argument("--allow-delete", action="store_true", help="include deletes")
    _origin(parser)
    _removal(parser)
    parser.add_argument("--detach", action="store_true", help="run in the background; see `ksync runs`")


def _origin(parser: argparse.ArgumentParser) -> None:
    says = "only what changed on this side since the last apply: in the files, live, or both"
    parser.add_argument("--origin", choices=["files", "live", "both"], help=says)


def _removal(parser: argparse.ArgumentParser) -> None:
    says = "containers of deleted resources: down removes them (default), volumes removes their volumes too"
    parser.add_argument("--removal", choices=["down", "volumes", "forget"], help=f"{says}, forget leaves them")


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="KIND/NAME", help="a stack, deployment, build, repo or procedure")
    _json(parser)
    parser.add_argument("--yes", "-y", action="store_true", help="do not prompt")
    parser.add_argument("--detach", action="store_true", help="run in the background; see `ksync runs`")


def _commit(parser: argparse.ArgumentParser) -> None:
    _source(parser, deletes=False)
    _ticks(parser)
    _origin(parser)
    parser.add_argument("--message", "-m", metavar="TEXT", help="the commit message")
    parser.add_argument("--push", action="store_true", help="push the branch after the commit, never by force")


def _validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders and files of resources")
    _stored(parser, deletes=False)
    _json(parser)


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--with-secrets", action="store_true", help="include secret values, in the clear")
    parser.add_argument("--only", action="append", default=[], metavar="KIND/NAME", help="only this (repeatable)")
    parser.add_argument("--tag", action="append", default=[], metavar="T", help="only resources with all these tags")
    parser.add_argument("--output", "-o", metavar="FILE", help="write a file instead of standard output")


def _syncs(parser: argparse.ArgumentParser) -> None:
    _json(parser)
    actions = parser.add_subparsers(dest="action", metavar="list|add|edit|rename|remove|refresh|commit")
    listing = actions.add_parser("list", help="list them, as without a word", description="list the syncs")
    _place(listing, argparse.SUPPRESS)
    _json_too(listing)
    for name, summary in (
        ("add", "a new sync over files, a git repository or a text"),
        ("edit", "change a sync's options"),
    ):
        child = actions.add_parser(name, help=summary, description=summary)
        _place(child, argparse.SUPPRESS)
        child.add_argument("name", metavar="NAME")
        child.add_argument("--path", action="append", metavar="P", help="folder or file (repeatable)")
        child.add_argument("--inline", metavar="FILE", help="read the text of the sync from this file")
        _repository(child)
        child.add_argument("--match-tag", action="append", metavar="T", help="only resources with all these tags")
        for switch in ("managed", "delete", "include-variables", "include-user-groups"):
            child.add_argument(f"--{switch}", action=argparse.BooleanOptionalAction, default=None)
    for name, summary in (
        ("rename", "give a sync another name"),
        ("remove", "forget a sync; its files and resources stay"),
        ("refresh", "have a Komodo Core refresh its sync"),
        ("commit", "have a Komodo Core write everything live to the file of its managed sync"),
    ):
        child = actions.add_parser(name, help=summary, description=summary)
        child.add_argument("name", metavar="NAME")
        if name == "rename":
            child.add_argument("new", metavar="NEW")
        if name == "commit":
            child.add_argument("--yes", "-y", action="store_true", help="do not prompt")
        _place(child, argparse.SUPPRESS)


def _changes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", metavar="KIND/NAME", help="only those of one resource")
    parser.add_argument("--log", metavar="ID", help="one update in full")
    _json(parser)


def _repository(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repo", metavar="R", help="a git repository: OWNER/NAME, or an https, ssh or file address")
    parser.add_argument("--linked-repo", metavar="NAME", help="the repository of this repo resource")
    parser.add_argument("--branch", metavar="B", help="its branch (default: main)")
    parser.add_argument("--commit", metavar="C", help="pin to this commit or tag")
    parser.add_argument("--provider", metavar="HOST", help="git host of OWNER/NAME (default: github.com)")
    account = "account to read it with; its token comes from KSYNC_GIT_TOKEN_HOST_ACCOUNT"
    parser.add_argument("--account", metavar="A", help=account)
    where = "folder or file in the repository (repeatable; default: all of it)"
    parser.add_argument("--resource-path", action="append", metavar="P", help=where)


def _runs(parser: argparse.ArgumentParser) -> None:
    _json(parser)
    actions = parser.add_subparsers(dest="action", metavar="show|watch|resume|undo")
    for name, summary in (
        ("show", "one run with its actions and log"),
        ("watch", "follow a run until it ends"),
        ("resume", "plan again and run what a run left undone"),
        ("undo", "plan the inverse of a run and run it"),
    ):
        child = actions.add_parser(name, help=summary, description=summary)
        child.add_argument("run", type=int, metavar="RUN")
        _json_too(child)
        _place(child, argparse.SUPPRESS)
        if name in ("resume", "undo"):
            child.add_argument("--yes", "-y", action="store_true", help="do not prompt")
            child.add_argument("--allow-delete", action="store_true", help="include deletes")
            _removal(child)


def _alerters(parser: argparse.ArgumentParser) -> None:
    _json(parser)
    actions = parser.add_subparsers(dest="action", metavar="test")
    test = actions.add_parser("test", help="send a test alert", description="send a test alert through one alerter")
    test.add_argument("name", metavar="NAME")


def _watch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sync", action="append", default=[], metavar="NAME", help="only this sync (repeatable)")
    parser.add_argument("--interval", type=float, metavar="SECONDS", help="between full checks")
    parser.add_argument("--webhooks", metavar="ADDR", help="take webhooks on HOST:PORT (needs ksync-tui[webhooks])")
    allows = "run this sync unattended, with deletes where the sync itself is set up to delete (repeatable)"
    parser.add_argument("--execute", action="append", default=[], metavar="NAME", help=allows)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def _schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", "-o", metavar="FILE", help="write a file instead of standard output")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", metavar="DIR", help="create the sandbox here and keep it")


def _run_frozen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=int)


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "demo": ("a throwaway sandbox with pending changes of every kind", _demo),
    "plan": ("show what would change", _plan),
    "apply": ("apply the plan: --all, or --only KIND/NAME", _apply),
    "run": ("deploy, build, pull or run one resource: KIND/NAME", _run),
    "commit": ("managed syncs: write live changes to the file and commit them", _commit),
    "validate": ("list problems as file:line:column", _validate),
    "export": ("print live resources as TOML", _export),
    "syncs": ("list syncs and their state; add, edit, remove", _syncs),
    "runs": ("list runs (also: history); show, watch, resume, undo", _runs),
    "watch": ("watch the syncs: send alerts, run what may run unattended", _watch),
    "alerters": ("list alerters and undelivered alerts; test NAME sends a test alert", _alerters),
    "changes": ("list the updates and alerts of a Komodo Core", _changes),
    "doctor": ("check what works here: engine, Docker hosts, git, terminal", _json),
    "schema": ("print the JSON Schema of resource files, for editors", _schema),
    "_run": ("", _run_frozen),
}
"""Every command with its summary; one without a summary is ksync's own and not shown."""
