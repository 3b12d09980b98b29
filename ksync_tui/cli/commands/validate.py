"""ksync validate: list problems as file:line:column."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.cli import formats, options
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.errors import EXIT_ERROR, EXIT_OK

if TYPE_CHECKING:
    from ksync_tui.cli.output import Output
    from ksync_tui.model.resource import Problem
    from ksync_tui.services import Session
    from ksync_tui.services.sync import Sync


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders and files of resources")
    options.stored(parser, deletes=False)
    options.json(parser)
    formats.add(parser, "text, json, github (annotations at their lines), or sarif")
    says = "look at the files alone: what no file declares may be live"
    parser.add_argument("--offline", action="store_true", help=says)
    parser.add_argument("--strict", action="store_true", help="warnings are errors")


def run(args: Namespace, output: Output) -> int:
    """Reads and prints problems."""
    wanted = formats.wanted(args, ("text", "json", "github", "sarif"))
    each = [Namespace(**{**vars(args), "path": path}) for path in args.paths or [None]]
    with open_session(args) as session:
        read = [_problems(session, one, offline=args.offline) for one in each]
    problems = [problem for _, of_one, _ in read for problem in of_one]
    if wanted:
        located = [problem for sync, of_one, _ in read for problem in sync.seen_from(of_one, Path.cwd())]
        formats.write(wanted, output.problem_formats(problems, located), output)
    if not wanted or args.json:
        output.problems(problems, files=sum(files for _, _, files in read))
    severities = ("error", "warning") if args.strict else ("error",)
    return EXIT_ERROR if any(problem.severity in severities for problem in problems) else EXIT_OK


def _problems(session: Session, args: Namespace, *, offline: bool) -> tuple[Sync, list[Problem], int]:
    """One path or sync, its problems, and how many files it has."""
    sync = sync_of(session, args)
    if offline:
        return sync, *session.reviews.problems_in(sync)
    review = session.reviews.create(sync)
    problems = [*review.plan.problems, *session.reviews.clear_secrets(review)]
    return sync, problems, len(review.declarations.files)
