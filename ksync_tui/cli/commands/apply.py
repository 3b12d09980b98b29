"""ksync apply: apply the plan: --all, or --only KIND/NAME[:FIELD[.ENTRY]]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.carry_out import carry_out
from ksync_tui.cli.choice import allowed, choose
from ksync_tui.cli.opening import open_session, reviewed
from ksync_tui.errors import UsageError
from ksync_tui.planner.selection import narrowed, possible
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
    options.renames(parser)
    parser.add_argument("--detach", action="store_true", help="run in the background; see `ksync runs`")


def run(args: Namespace, output: Output) -> int:
    """Carries out what --all or --only choose, less --except; deletes only with --allow-delete."""
    with open_session(args) as session:
        plan = reviewed(session, args).plan
        if not args.all and not args.only:
            raise UsageError("nothing selected", hint="Give --all, or --only KIND/NAME (`ksync plan` lists them).")
        choice = choose(plan.actions, args.only, args.left_out, everything=args.all)
        plan = narrowed(plan, choice.parts)
        chosen = plan.only(args.origin) if args.origin else plan
        selection = possible(plan, allowed(chosen, deletes=args.allow_delete) & choice.ids)
        if args.removal:
            selection = selection.removing(args.removal)
        output.left_out(chosen, selection, deletes=args.allow_delete)
        if chosen.pending < plan.pending:
            output.say(f"{count(plan.pending - chosen.pending, 'action')} left out: not from {args.origin}")
        return carry_out(session, plan, selection, output, yes=args.yes, detach=args.detach)
