"""ksync doctor: check what works here: engine, Docker hosts, git, terminal."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from ksync_tui import __version__
from ksync_tui.cli import options
from ksync_tui.cli.findings import Finding, engine_finding, host_finding
from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, ConfigError, KsyncError
from ksync_tui.present.text import count

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.services import Session


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
            findings += map(host_finding, session.look_at_hosts())
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
        engine_finding(session),
    ]


def _names(session: Session) -> str:
    return ", ".join(profile.name for profile in session.profiles.all())


def _git() -> Finding:
    path = shutil.which("git")
    return Finding("git", path is not None, path or "not found: install git; commits and repositories need it")


def _terminal() -> Finding:
    size = shutil.get_terminal_size()
    name = os.environ.get("TERM", "unknown")
    where = "a terminal" if sys.stdout.isatty() else "no terminal"
    return Finding("terminal", None, f"{where}, TERM={name}, {size.columns} x {size.lines}")
