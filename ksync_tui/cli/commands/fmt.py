"""ksync fmt: format resource files in place: blanks and blank lines, or the form that export writes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, EXIT_PENDING, UsageError
from ksync_tui.model.resource import Problem
from ksync_tui.services import formatting
from ksync_tui.source.decoding import MAX_BYTES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from ksync_tui.cli.output import Output
    from ksync_tui.services.formatting import Formatted

STDIN = "-"


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    says = "folders and files of resources (default: this folder); - formats standard input to standard output"
    parser.add_argument("paths", nargs="*", metavar="PATH", help=says)
    says = "change nothing; list the files that would change, with exit code 2 where there are any"
    parser.add_argument("--check", action="store_true", help=says)
    parser.add_argument("--diff", action="store_true", help="change nothing; print what would change, secrets masked")
    says = "write each block as `ksync export` does: its order of keys, no defaults; comments stay"
    parser.add_argument("--export-form", action="store_true", help=says)
    options.json(parser)


def run(args: Namespace, output: Output) -> int:
    """Formats, and prints which files changed or would change."""
    looks = args.check or args.diff
    if STDIN in args.paths and len(args.paths) > 1:
        raise UsageError("standard input and files cannot be formatted together", hint="Give - alone, or paths.")
    if args.paths == [STDIN] and not looks:
        return _filter(args, output)
    found = _formatted(args)
    problems, changed = list(found.problems), [file for file in found.files if file.changed]
    if not looks:
        done = list(formatting.write(changed))
        problems += [one for one in done if isinstance(one, Problem)]
        changed = [one for one in done if not isinstance(one, Problem)]
    diffs = [formatting.difference(file).diff for file in changed] if args.diff else None
    output.formatted(found.files, changed, problems, diffs=diffs, written=not looks)
    return _code(problems) or (EXIT_PENDING if args.check and changed else EXIT_OK)


def _filter(args: Namespace, output: Output) -> int:
    """Standard input to standard output, which stays empty where it cannot be formatted."""
    if output.json:
        raise UsageError("the formatted text and JSON both go to standard output", hint="Add --check or --diff.")
    found = _formatted(args)
    output.remarks(found.problems)
    if not _code(found.problems):
        sys.stdout.buffer.write(found.files[0].edit.after)
        sys.stdout.flush()
    return _code(found.problems)


def _formatted(args: Namespace) -> Formatted:
    """What the paths, or standard input, hold. Raises UsageError."""
    if args.paths == [STDIN]:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        return formatting.format_bytes("(standard input)", data, export_form=args.export_form)
    return formatting.format_paths(args.paths or ["."], export_form=args.export_form)


def _code(problems: Sequence[Problem]) -> int:
    return EXIT_ERROR if any(problem.severity == "error" for problem in problems) else EXIT_OK
