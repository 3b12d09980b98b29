"""ksync doctor: check what works here: engine, Docker hosts, git, terminal."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ksync_tui import __version__
from ksync_tui.cli import options
from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, ConfigError, KsyncError
from ksync_tui.present.text import count

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.engine.embedded.observing import HostState
    from ksync_tui.services import Session


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `works` is None where it is only worth knowing."""

    what: str
    works: bool | None
    found: str


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.json(parser)


def run(args: Namespace, output: Output) -> int:
    """Looks at engine, database, git, terminal and each Docker host."""
    findings = [Finding("ksync", None, f"{__version__}, Python {sys.version.split()[0]}")]
    try:
        with open_session(args) as session:
            findings += _kept(session)
            findings += [_git(), _terminal()]
            findings += map(_host, session.hosts())
    except ConfigError as error:
        findings.append(Finding("settings", False, str(error)))
    except KsyncError as error:
        findings.append(Finding("database", False, str(error)))
    output.findings([asdict(finding) for finding in findings])
    return EXIT_ERROR if any(finding.works is False for finding in findings) else EXIT_OK


def _kept(session: Session) -> list[Finding]:
    settings = session.settings
    summary = f"{settings.file}, {count(len(settings.hosts), 'host')} mapped, profiles: {_names(session)}"
    return [
        Finding("database", True, str(settings.state)),
        Finding("settings", None, summary),
        *(Finding("settings", None, f"warning: {warning}") for warning in settings.warnings),
        _engine(session),
    ]


def _names(session: Session) -> str:
    return ", ".join(profile.name for profile in session.profiles.all())


def _engine(session: Session) -> Finding:
    """Whether live resources can be read, and where they are."""
    where = f" at {session.address}" if session.address else ""
    try:
        found = count(len(session.snapshot().live), "live resource")
        who = f", {session.core.who()}" if session.capabilities.remote else ""
    except KsyncError as error:
        return Finding("engine", False, f"{session.engine}, profile {session.profile}{where}: {error}")
    return Finding("engine", True, f"{session.engine}, profile {session.profile}{where}{who}, {found}")


def _git() -> Finding:
    path = shutil.which("git")
    return Finding("git", path is not None, path or "not found: install git; commits and repositories need it")


def _terminal() -> Finding:
    size = shutil.get_terminal_size()
    name = os.environ.get("TERM", "unknown")
    where = "a terminal" if sys.stdout.isatty() else "no terminal"
    return Finding("terminal", None, f"{where}, TERM={name}, {size.columns} x {size.lines}")


def _host(seen: HostState) -> Finding:
    what = f"docker {seen.address or '(its default host)'}"
    servers = f"for {', '.join(seen.servers)}: " if seen.servers else "no server is mapped to it: "
    report = seen.report
    if report is None:
        return Finding(what, False, f"{servers}no answer")
    # Without a server nothing is deployed, so that a machine without Docker is not ill.
    works = (report.reachable and report.compose is not None) or (None if not seen.servers else False)
    if not report.reachable:
        return Finding(what, works, f"{servers}not reachable: {report.problem}")
    compose = f"compose {report.compose}" if report.compose else f"no compose: {report.problem}"
    return Finding(what, works, f"{servers}Docker {report.version}, {compose}, {report.seconds:.2f} s")
