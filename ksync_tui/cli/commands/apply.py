"""ksync apply: apply the plan: --all, --only KIND/NAME[:FIELD[.ENTRY]], or a file of `plan --out`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.carry_out import carry_out
from ksync_tui.cli.choice import allowed, choose
from ksync_tui.cli.opening import open_session, reviewed
from ksync_tui.cli.plan_files import ensure_fresh, ensure_planned, from_plan, plan_of
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
    options.events(parser)
    parser.add_argument("--allow-delete", action="store_true", help="include deletes")
    options.origin(parser)
    options.removal(parser)
    options.renames(parser)
    parser.add_argument("--detach", action="store_true", help="run in the background; see `ksync runs`")


def run(args: Namespace, output: Output) -> int:
    """Carries out what --all or --only choose, less --except, or what a plan in a file has; deletes only with
    --allow-delete."""
    file = plan_of(args.path)
    args = from_plan(file, args) if file else args
    with open_session(args) as session:
        plan = reviewed(session, args).plan
        if not args.all and not args.only and not file:
            raise UsageError("nothing selected", hint="Give --all, or --only KIND/NAME (`ksync plan` lists them).")
        if file:
            ensure_fresh(file, plan, session)
        choice = choose(plan.actions, args.only, args.left_out, everything=args.all or not args.only)
        plan = narrowed(plan, choice.parts)
        chosen = plan.only(args.origin) if args.origin else plan
        ids = choice.ids & {planned.id for planned in file.actions} if file else choice.ids
        selection = possible(plan, allowed(chosen, deletes=args.allow_delete) & ids)
        if args.removal:
            selection = selection.removing(args.removal)
        if file:
            ensure_planned(file, selection)
        meant = replace(chosen, actions=tuple(action for action in chosen.actions if action.id in choice.ids))
        output.left_out(meant, selection, deletes=args.allow_delete)
        if chosen.pending < plan.pending:
            output.say(f"{count(plan.pending - chosen.pending, 'action')} left out: not from {args.origin}")
        return carry_out(session, plan, selection, output, yes=args.yes, detach=args.detach)
