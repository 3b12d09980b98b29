"""ksync run: deploy, build, pull or run one resource: KIND/NAME."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.carry_out import carry_out
from ksync_tui.cli.choice import target_of
from ksync_tui.cli.opening import open_session

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("target", metavar="KIND/NAME", help="a stack, deployment, build, repo or procedure")
    options.json(parser)
    options.events(parser)
    parser.add_argument("--yes", "-y", action="store_true", help="do not prompt")
    parser.add_argument("--detach", action="store_true", help="run in the background; see `ksync runs`")


def run(args: Namespace, output: Output) -> int:
    """Deploys, builds, pulls or runs one resource."""
    with open_session(args) as session:
        selection = session.runs.manual(target_of(args.target))
        return carry_out(session, selection.plan, selection, output, yes=args.yes, detach=args.detach)
