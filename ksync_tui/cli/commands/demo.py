"""ksync demo: a throwaway sandbox with pending changes of every kind."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.cli.app import no_screens, show
from ksync_tui.demo.sandbox import Sandbox, build
from ksync_tui.errors import EXIT_OK
from ksync_tui.services import Session

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output

LOST = "The sandbox and all that was done in it will be removed (`ksync demo --keep DIR` keeps it)."


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("--keep", metavar="DIR", help="create the sandbox here and keep it")


def run(args: Namespace, output: Output) -> int:
    """Builds the sandbox, opens the app on it, and removes it again unless --keep names a folder."""
    keep = args.keep is not None
    root = Path(args.keep).expanduser().absolute() if keep else Path(tempfile.mkdtemp(prefix="ksync-demo-"))
    try:
        output.say("making a homelab to try things on; its Docker hosts are pretend ones, so nothing is ever deployed")
        sandbox = build(root)
        output.say(f"the sandbox is {root}: its repository {sandbox.infra}, its state {sandbox.home}")
        _open(sandbox, args, output)
    finally:
        if not keep:
            shutil.rmtree(root, ignore_errors=True)
    if keep:
        home = shlex.quote(str(sandbox.home))
        output.say(f"it is kept; open it again with: KSYNC_HOME={home} ksync")
    else:
        output.say("the sandbox was removed; --keep DIR keeps it")
    return EXIT_OK


def _open(sandbox: Sandbox, args: Namespace, output: Output) -> None:
    os.environ["KSYNC_HOME"] = str(sandbox.home)
    with Session.open() as session:
        if no_screens(plain=args.plain):
            output.syncs([session.reviews.row(sync) for sync in session.syncs.all()])
            return
        show(session, at_risk=None if args.keep else LOST)
