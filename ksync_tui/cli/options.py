"""Options that several commands take."""

from __future__ import annotations

import argparse


def source(parser: argparse.ArgumentParser, *, deletes: bool = True) -> None:
    """A path, or a stored sync."""
    parser.add_argument("path", nargs="?", metavar="PATH", help="folder or file of resources")
    stored(parser, deletes=deletes)


def stored(parser: argparse.ArgumentParser, *, deletes: bool) -> None:
    """A stored sync, and what of it."""
    parser.add_argument("--sync", metavar="NAME", help="a stored sync instead of a path")
    scope(parser, deletes=deletes)


def scope(parser: argparse.ArgumentParser, *, deletes: bool = True) -> None:
    """Which resources take part."""
    if deletes:
        parser.add_argument("--delete", action="store_true", help="also plan to delete what is live but not declared")
    else:
        parser.set_defaults(delete=False)
    parser.add_argument("--tag", action="append", default=[], metavar="T", help="only resources with all these tags")
    parser.add_argument("--variables", action=argparse.BooleanOptionalAction, default=True, help="include variables")
    parser.add_argument(
        "--user-groups", action=argparse.BooleanOptionalAction, default=True, help="include user groups"
    )


def json(parser: argparse.ArgumentParser) -> None:
    """JSON on standard output."""
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def events(parser: argparse.ArgumentParser) -> None:
    """JSON on standard output while a run goes on."""
    says = "one JSON object a line for all that happens, the run last"
    parser.add_argument("--events", action="store_true", help=says)


def json_again(parser: argparse.ArgumentParser) -> None:
    """--json behind the word of an action as well as before it."""
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON object")


_WHAT = "KIND/NAME, or KIND/NAME:FIELD, or KIND/NAME:FIELD.ENTRY for one entry of an environment or a list"


def ticks(parser: argparse.ArgumentParser) -> None:
    """Which actions to run, and whether to ask."""
    says = "everything that is not blocked; deletes only where they are allowed"
    parser.add_argument("--all", action="store_true", help=says)
    only(parser)
    says = "all but this, written as with --only (repeatable)"
    parser.add_argument("--except", action="append", default=[], dest="left_out", metavar="WHAT", help=says)
    parser.add_argument("--yes", "-y", action="store_true", help="do not prompt")


def only(parser: argparse.ArgumentParser) -> None:
    """What is chosen by name."""
    parser.add_argument("--only", action="append", default=[], metavar="WHAT", help=f"only this: {_WHAT} (repeatable)")


def renames(parser: argparse.ArgumentParser) -> None:
    """Renames instead of creates and deletes."""
    says = "rename a live resource to what the files call it, instead of creating a new one (repeatable)"
    parser.add_argument("--rename", action="append", default=[], metavar="KIND/OLD=NEW", help=says)


def origin(parser: argparse.ArgumentParser) -> None:
    """Only what changed on one side."""
    says = "only what changed on this side since the last apply: in the files, live, or both"
    parser.add_argument("--origin", choices=["files", "live", "both"], help=says)


def removal(parser: argparse.ArgumentParser) -> None:
    """What becomes of containers."""
    says = "containers of deleted resources: down removes them (default), volumes removes their volumes too"
    parser.add_argument("--removal", choices=["down", "volumes", "forget"], help=f"{says}, forget leaves them")


def profile(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """The profile, the engine and the debug log."""
    says = "profile to use (default: KSYNC_PROFILE, then the settings' default, then local)"
    parser.add_argument("--profile", metavar="NAME", default=default, help=says)
    says = "where live resources are kept: on this machine, or in a Komodo Core"
    parser.add_argument("--engine", choices=["embedded", "core"], default=default, help=says)
    says = "append what ksync does to a file, for a report; without the values of secrets (default: KSYNC_DEBUG)"
    parser.add_argument("--debug", metavar="FILE", default=default, help=says)


def base(parser: argparse.ArgumentParser) -> None:
    """What every command takes."""
    parser.add_argument("--no-color", action="store_true", help="no colours (NO_COLOR does the same)")
    parser.add_argument("--plain", action="store_true", help="numbered lines and prompts instead of screens")
    profile(parser)
