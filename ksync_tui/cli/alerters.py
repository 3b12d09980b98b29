"""`ksync alerters`: who is told of pending syncs; a test of one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ksync_tui.cli.commands import open_session
from ksync_tui.errors import EXIT_OK

if TYPE_CHECKING:
    from argparse import Namespace

    from ksync_tui.cli.output import Output


def alerters(wanted: Namespace, output: Output) -> int:
    """Carries out `ksync alerters [test NAME]`."""
    with open_session(wanted) as session:
        if wanted.action == "test":
            session.alerting.test(wanted.name, time.time())
            output.say(f"alerter/{wanted.name} sent the test alert: check that it arrived")
        else:
            output.alerters(session.alerting.rows())
        return EXIT_OK
