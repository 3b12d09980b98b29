"""ksync _names: names of what there is, for the completion of a shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_OK, KsyncError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Mapping

    from ksync_tui.cli.output import Output
    from ksync_tui.services import Session

_PLAIN = re.compile(r"[A-Za-z0-9._/@+-]+")
"""A shell expands what it completes from: a name with anything else in it could be a command."""


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("what", choices=sorted(_NAMES))


def run(args: Namespace, output: Output) -> int:
    """Prints a name a line; nothing where nothing can be read."""
    try:
        with open_session(args) as session:
            output.document([name for name in _NAMES[args.what](session) if _PLAIN.fullmatch(name)])
    except KsyncError:
        return EXIT_OK
    return EXIT_OK


def _resources(session: Session) -> Iterable[str]:
    return sorted(map(str, session.recent().live))


_NAMES: Mapping[str, Callable[[Session], Iterable[str]]] = {
    "syncs": lambda session: [sync.name for sync in session.syncs.all()],
    "resources": _resources,
    "servers": lambda session: sorted(target.name for target in session.recent().live if target.kind == "server"),
    "alerters": lambda session: sorted(target.name for target in session.recent().live if target.kind == "alerter"),
    "profiles": lambda session: [profile.name for profile in session.profiles.all()],
    "runs": lambda session: [str(record.id) for record in session.runs.latest()],
}
