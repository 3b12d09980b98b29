"""ksync export: print live resources as TOML."""

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
    parser.add_argument("--with-secrets", action="store_true", help="include secret values, in the clear")
    parser.add_argument("--only", action="append", default=[], metavar="KIND/NAME", help="only this (repeatable)")
    parser.add_argument("--tag", action="append", default=[], metavar="T", help="only resources with all these tags")
    parser.add_argument("--output", "-o", metavar="FILE", help="write a file instead of standard output")


def run(args: Namespace, output: Output) -> int:
    """Prints live resources, and what is left out on standard error."""
    with open_session(args) as session:
        targets = [target_of(word) for word in args.only]
        text = session.exports.toml(secrets=args.with_secrets, targets=targets, tags=args.tag)
        output.text(text, args.output, secret=args.with_secrets)
        for line in [] if args.with_secrets else session.exports.left_out(targets, args.tag):
            output.say(line)
        return EXIT_OK
