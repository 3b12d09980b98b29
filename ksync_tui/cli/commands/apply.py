"""ksync apply: apply the plan: --all, or --only KIND/NAME."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.carry_out import carry_out
from ksync_tui.cli.choice import ticks_of
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.planner.selection import possible
from ksync_tui.present.text import count

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.source(parser)
    options.ticks(parser)
    options.json(parser)
    parser.add_argument("--allow-delete", action="store_true", help="include deletes")
    options.origin(parser)
    options.removal(parser)
    parser.add_argument("--detach", action="store_true", help="run in the background; see `ksync runs`")


def run(args: Namespace, output: Output) -> int:
    """Carries out what --all or --only tick; deletes only with --allow-delete."""
    with open_session(args) as session:
        plan = session.reviews.create(sync_of(session, args)).plan
        ticks = ticks_of(plan, args.only, everything=args.all, deletes=args.allow_delete)
        chosen = plan.only(args.origin) if args.origin else plan
        selection = possible(plan, ticks & chosen.by_id.keys())
        if args.removal:
            selection = selection.removing(args.removal)
        output.left_out(chosen, selection, deletes=args.allow_delete)
        if chosen.pending < plan.pending:
            output.say(f"{count(plan.pending - chosen.pending, 'action')} left out: not from {args.origin}")
        return carry_out(session, plan, selection, output, yes=args.yes, detach=args.detach)
