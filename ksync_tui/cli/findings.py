"""What was found to work, as `ksync doctor` and the tests of hosts and profiles say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import KsyncError
from ksync_tui.present.hosts import report_words
from ksync_tui.present.text import count

if TYPE_CHECKING:
    from ksync_tui.engine.embedded.observing import HostState
    from ksync_tui.services import Session


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `works` is None where it is only worth knowing."""

    what: str
    works: bool | None
    found: str


def engine_finding(session: Session) -> Finding:
    """Whether live resources can be read, and where they are."""
    where = f" at {session.address}" if session.address else ""
    try:
        found = count(len(session.snapshot().live), "live resource")
        who = f", {session.core.who()}" if session.capabilities.remote else ""
    except KsyncError as error:
        return Finding("engine", False, f"{session.engine}, profile {session.profile}{where}: {error}")
    return Finding("engine", True, f"{session.engine}, profile {session.profile}{where}{who}, {found}")


def host_finding(seen: HostState) -> Finding:
    """Whether a Docker host answers."""
    what = f"docker {seen.address or '(its default host)'}"
    servers = f"for {', '.join(seen.servers)}: " if seen.servers else "no server is mapped to it: "
    works, said = report_words(seen.report)
    # Without a server nothing is deployed, so that a machine without Docker is not ill.
    return Finding(what, works or (None if not seen.servers else False), f"{servers}{said}")
