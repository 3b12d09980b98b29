"""ksync plan: show what would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.cli import formats, options
from ksync_tui.cli.exit_codes import plan_code
from ksync_tui.cli.opening import open_session, reviewed
from ksync_tui.cli.plan_files import write_plan

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.source(parser)
    options.json(parser)
    parser.add_argument("--markdown", action="store_true", help="Markdown, for comments on a change")
    formats.add(parser, "text, json, markdown, or the problems as github (annotations) or sarif")
    options.origin(parser)
    options.renames(parser)
    says = "keep the plan in this file; `ksync apply FILE` does just that, or nothing where something moved"
    parser.add_argument("--out", metavar="FILE", help=says)


def run(args: Namespace, output: Output) -> int:
    """Reads, plans and prints."""
    wanted = formats.wanted(args, ("text", "json", "markdown", "github", "sarif"))
    with open_session(args) as session:
        review = reviewed(session, args)
        plan = review.plan.only(args.origin) if args.origin else review.plan
        if wanted:
            located = review.sync.seen_from(plan.problems, Path.cwd())
            formats.write(wanted, output.plan_formats(plan, located, session), output)
        if not wanted or args.json:
            output.plan(plan, session, markdown=args.markdown)
        if args.out:
            write_plan(args.out, plan, session, args)
            output.say(f"kept in {args.out}: `ksync apply {args.out}` does just that")
        if review.uncommitted:
            names = ", ".join(change.file for change in review.uncommitted)
            output.say(f"written, not committed: {names}; `ksync commit` commits it")
        return plan_code(plan)
