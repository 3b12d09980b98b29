"""`ksync demo`: a sandbox of its own, the app on it, and where it lives."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.cli.commands import dumb
from ksync_tui.demo.sandbox import Sandbox, build
from ksync_tui.errors import EXIT_OK
from ksync_tui.services import Session

if TYPE_CHECKING:
    from argparse import Namespace

    from ksync_tui.cli.output import Output

LOST = "The sandbox and all that was done in it will be removed (`ksync demo --keep DIR` keeps it)."


def demo(wanted: Namespace, output: Output) -> int:
    """Builds the sandbox, opens the app on it, and removes it again unless --keep names a folder."""
    keep = wanted.keep is not None
    root = Path(wanted.keep).expanduser().absolute() if keep else Path(tempfile.mkdtemp(prefix="ksync-demo-"))
    try:
        sandbox = build(root)
        output.say(f"the sandbox is {root}: its repository {sandbox.infra}, its state {sandbox.home}")
        _open(sandbox, wanted, output)
    finally:
        if not keep:
            shutil.rmtree(root, ignore_errors=True)
    if keep:
        home = shlex.quote(str(sandbox.home))
        output.say(f"it is kept; open it again with: KSYNC_HOME={home} ksync")
    else:
        output.say("the sandbox was removed; --keep DIR keeps it")
    return EXIT_OK


def _open(sandbox: Sandbox, wanted: Namespace, output: Output) -> None:
    os.environ["KSYNC_HOME"] = str(sandbox.home)
    with Session.open() as session:
        if wanted.plain or not (sys.stdin.isatty() and sys.stdout.isatty()) or dumb():
            output.syncs([session.row(sync) for sync in session.syncs()])
            return
        from ksync_tui.tui.app import run

        run(session, None, at_risk=None if wanted.keep else LOST)
