"""`ksync changes`: what happened in a Komodo Core, whoever did it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli.choice import target_of
from ksync_tui.cli.commands import open_session
from ksync_tui.errors import EXIT_OK, NotPossibleError

if TYPE_CHECKING:
    from argparse import Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.services import CoreSide, Session


def changes(wanted: Namespace, output: Output) -> int:
    """Lists updates and alerts, newest first, or prints the log of one."""
    with open_session(wanted) as session:
        core = core_of(session)
        if wanted.log:
            output.document(core.log_of(wanted.log))
            return EXIT_OK
        output.changes(core.changes(target_of(wanted.target) if wanted.target else None))
        return EXIT_OK


def core_of(session: Session) -> CoreSide:
    """The Core's side of a session. Raises NotPossibleError where there is none."""
    if session.core is None:
        why, hint = f"the profile {session.profile} has the embedded engine", "Name a profile of a Core with --profile."
        raise NotPossibleError("only a Komodo Core has that", why=why, hint=hint)
    return session.core
