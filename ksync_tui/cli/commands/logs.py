"""ksync logs: print the last lines of a stack's or deployment's containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli.choice import target_of
from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_OK

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("target", metavar="KIND/NAME", help="stack/NAME or deployment/NAME")


def run(args: Namespace, output: Output) -> int:
    """Prints what the containers wrote last, secrets masked."""
    with open_session(args) as session:
        lines = session.container_log(target_of(args.target))
        output.document(lines)
        if not lines:
            output.say("its containers wrote nothing")
        return EXIT_OK
