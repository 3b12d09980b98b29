"""ksync import: write down what already runs on a Docker host as resources; --adopt takes it over as it is."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.carry_out import carry_out
from ksync_tui.cli.choice import allowed, choose, target_of
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.errors import EXIT_OK, UsageError
from ksync_tui.planner.selection import possible
from ksync_tui.present.text import count

if TYPE_CHECKING:
    from ksync_tui.cli.output import Output
    from ksync_tui.model.discovery import Discovery
    from ksync_tui.services import Session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("--host", required=True, metavar="SERVER", help="the server whose Docker host is looked at")
    says = "with --adopt: folder or file that declares what to take over"
    parser.add_argument("path", nargs="?", metavar="PATH", help=says)
    parser.add_argument("--output", "-o", metavar="FILE", help="write a new file instead of standard output")
    parser.add_argument("--with-secrets", action="store_true", help="include secret values, in the clear")
    parser.add_argument("--adopt", action="store_true", help="take over what PATH or --sync declares; nothing restarts")
    options.stored(parser, deletes=False)
    options.ticks(parser)
    options.json(parser)
    options.events(parser)


def run(args: argparse.Namespace, output: Output) -> int:
    """Prints what runs as a resource file, or takes over what --all or --only choose of it."""
    if not args.adopt and (args.path or args.sync or args.all):
        raise UsageError("nothing is taken over without --adopt", hint="Give --adopt, or leave out PATH and --all.")
    with open_session(args) as session:
        found = session.imports.discover(args.host)
        if args.adopt:
            return _adopt(session, found, args, output)
        return _write(session, _chosen(found, args), args, output)


def _chosen(found: Discovery, args: argparse.Namespace) -> Discovery:
    """What --only and --except leave of it. Raises UsageError for a name that is not there."""
    only, left_out = ({target_of(word) for word in words} for words in (args.only, args.left_out))
    known = {one.target for one in found.found}
    if missing := next((target for target in (*only, *left_out) if target not in known), None):
        raise UsageError("nothing of that name can be imported", where=str(missing))
    kept = (one for one in found.found if one.target not in left_out and (not only or one.target in only))
    return replace(found, found=tuple(kept))


def _write(session: Session, found: Discovery, args: argparse.Namespace, output: Output) -> int:
    if args.output and os.path.lexists(args.output):
        raise UsageError("the file already exists", where=args.output, hint="Give the name of a new file.")
    text = session.imports.toml(found, secrets=args.with_secrets)
    if args.json:
        output.discovery(found, text)
    elif found.found:
        output.text(text, args.output, secret=args.with_secrets)
    _say(found, output)
    if args.output and found.found:
        output.say(f"next: look at it, then `ksync import --host {found.server} --adopt {args.output} --all`")
    return EXIT_OK


def _say(found: Discovery, output: Output) -> None:
    """What was found, what was not taken, and what the blocks cannot say."""
    for one in found.found:
        for note in one.notes:
            output.say(f"{one.target}: {note}")
        if one.live:
            output.say(f"{one.target} exists already: --adopt with the file that declares it takes over what runs")
    for left in found.left_out:
        output.say(f"left out: {left.name}: {left.why}")
    stacks = sum(one.target.kind == "stack" for one in found.found)
    deployments = count(len(found.found) - stacks, "deployment")
    owned = f"; {count(found.owned, 'container')} managed by ksync already" if found.owned else ""
    output.say(f"{count(stacks, 'stack')} and {deployments} on server {found.server}{owned}")


def _adopt(session: Session, found: Discovery, args: argparse.Namespace, output: Output) -> int:
    if not args.path and not args.sync:
        hint = f"`ksync import --host {args.host} -o FILE` writes it; review it, then give FILE here."
        raise UsageError("no file says what to take over", hint=hint)
    if not args.all and not args.only:
        raise UsageError("nothing selected", hint="Give --all, or --only KIND/NAME.")
    plan = session.imports.adopting(found, sync_of(session, args))
    choice = choose(plan.actions, args.only, args.left_out, everything=args.all)
    selection = possible(plan, allowed(plan, deletes=False) & choice.ids)
    for action in plan.actions:
        if action.blocked and action.id in choice.ids:
            output.say(f"not adopted: {action.target}: {action.blocked}")
        for consequence in action.consequences if action.id in selection else ():
            output.say(f"{action.target}: {consequence}")
    return carry_out(session, plan, selection, output, yes=args.yes)
