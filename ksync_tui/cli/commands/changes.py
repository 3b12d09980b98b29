"""ksync changes: list the updates and alerts of a Komodo Core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.choice import target_of
from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_OK

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("target", nargs="?", metavar="KIND/NAME", help="only those of one resource")
    parser.add_argument("--log", metavar="ID", help="one update in full")
    options.json(parser)


def run(args: Namespace, output: Output) -> int:
    """Lists updates and alerts, newest first, or prints the log of one."""
    with open_session(args) as session:
        core = session.core
        if args.log:
            output.document(core.log_of(args.log))
            return EXIT_OK
        output.changes(core.changes(target_of(args.target) if args.target else None))
        return EXIT_OK
