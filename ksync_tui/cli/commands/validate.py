"""ksync validate: list problems as file:line:column."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from itertools import chain
from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.errors import EXIT_ERROR, EXIT_OK

if TYPE_CHECKING:
    from ksync_tui.cli.output import Output


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders and files of resources")
    options.stored(parser, deletes=False)
    options.json(parser)


def run(args: Namespace, output: Output) -> int:
    """Reads and prints problems."""
    each = [Namespace(**{**vars(args), "path": path}) for path in args.paths or [None]]
    with open_session(args) as session:
        reviews = [session.reviews.create(sync_of(session, one)) for one in each]
        clear = (session.reviews.clear_secrets(review) for review in reviews)
        problems = [*(problem for review in reviews for problem in review.plan.problems), *chain.from_iterable(clear)]
        output.problems(problems, files=sum(len(review.declarations.files) for review in reviews))
        return EXIT_ERROR if any(review.plan.errors for review in reviews) else EXIT_OK
