"""ksync _run: what the process of a detached run carries out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_OK
from ksync_tui.run.detached import stop_signals

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("run", type=int)


def run(args: Namespace, output: Output) -> int:
    """Carries out a run that was frozen before."""
    del output  # the journal is the only channel of a detached run
    with open_session(args) as session, stop_signals() as cancellation:
        session.runs.carry_out(args.run, cancellation=cancellation)
    return EXIT_OK
