"""ksync alerters: list alerters and undelivered alerts; test NAME sends a test alert."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_OK

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.json(parser)
    actions = parser.add_subparsers(dest="action", metavar="test")
    test = actions.add_parser("test", help="send a test alert", description="send a test alert through one alerter")
    test.add_argument("name", metavar="NAME")


def run(args: Namespace, output: Output) -> int:
    """Carries out `ksync alerters [test NAME]`."""
    with open_session(args) as session:
        if args.action == "test":
            session.alerting.test(args.name, time.time())
            output.say(f"alerter/{args.name} sent the test alert: check that it arrived")
        else:
            output.alerters(session.alerting.rows())
        return EXIT_OK
