"""The `ksync` command: parse arguments, call the session, print. Nothing is decided here.

Heavy modules are imported only by the command that needs them, so that `--version` and `--help` answer at once.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ksync_tui import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and answers its exit code (see `ksync_tui.errors`). Never raises."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in (["--version"], ["-V"]):
        print(f"ksync {__version__}")
        return 0
    from ksync_tui.cli.arguments import parse

    wanted = parse(arguments)
    if isinstance(wanted, int):
        return wanted
    from ksync_tui.cli.commands import carry_out

    try:
        return carry_out(wanted)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    except Exception as fault:  # noqa: BLE001 - the outermost border: whoever works at night is told, not shown code
        from ksync_tui.cli.fault import report

        report(fault)
    return 1
