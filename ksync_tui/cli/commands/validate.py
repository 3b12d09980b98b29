"""ksync validate: list problems as file:line:column."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ksync_tui.cli import formats, options
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.errors import EXIT_ERROR, EXIT_OK

if TYPE_CHECKING:
    from ksync_tui.cli.output import Output
    from ksync_tui.model.resource import Problem
    from ksync_tui.services import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders and files of resources")
    options.stored(parser, deletes=False)
    options.json(parser)
    formats.add(parser, "text, json, or github (annotations at their lines)")
    says = "look at the files alone: what no file declares may be live"
    parser.add_argument("--offline", action="store_true", help=says)
    parser.add_argument("--strict", action="store_true", help="warnings are errors")


def run(args: Namespace, output: Output) -> int:
    """Reads and prints problems."""
    wanted = formats.wanted(args, ("text", "json", "github"))
    each = [Namespace(**{**vars(args), "path": path}) for path in args.paths or [None]]
    with open_session(args) as session:
        found = [_problems(session, one, offline=args.offline) for one in each]
    problems = [problem for of_one, _ in found for problem in of_one]
    if wanted:
        formats.write(wanted, output.problem_formats(problems), output)
    if not wanted or args.json:
        output.problems(problems, files=sum(files for _, files in found))
    severities = ("error", "warning") if args.strict else ("error",)
    return EXIT_ERROR if any(problem.severity in severities for problem in problems) else EXIT_OK


def _problems(session: Session, args: Namespace, *, offline: bool) -> tuple[list[Problem], int]:
    """The problems of one path or sync, and how many files it has."""
    sync = sync_of(session, args)
    if offline:
        return session.reviews.problems_in(sync)
    review = session.reviews.create(sync)
    problems = [*review.plan.problems, *session.reviews.clear_secrets(review)]
    return problems, len(review.declarations.files)
