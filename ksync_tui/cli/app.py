"""`ksync [PATH]`: the app, or numbered lines where the terminal can show no screens."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.lazy import load

if TYPE_CHECKING:
    from argparse import Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.services import Session, Sync


def run(args: Namespace, output: Output) -> int:
    """Opens the app on the syncs, or on a path."""
    if no_screens(plain=args.plain):
        code: int = load("ksync_tui.cli.plain:plain")(args, output)
        return code
    with open_session(args) as session:
        return show(session, sync_of(session, args) if args.path else None)


def show(session: Session, start: Sync | None = None, at_risk: str | None = None) -> int:
    """Runs the app (see `tui.app.run`), which is loaded only here: it takes most of the start-up."""
    code: int = load("ksync_tui.tui.app:run")(session, start, at_risk)
    return code


def no_screens(*, plain: bool) -> bool:
    """Whether lines are printed instead of screens."""
    dumb = os.environ.get("TERM", "dumb") == "dumb"
    return plain or dumb or not (sys.stdin.isatty() and sys.stdout.isatty())
