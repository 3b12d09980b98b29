"""A fault in ksync itself: said in a line, with the details in a file for a report."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback

from ksync_tui import __version__


def report(fault: BaseException) -> None:
    """Says on standard error that ksync failed and where the details are: places in the code, no values."""
    places = traceback.extract_tb(fault.__traceback__)
    frames = "".join(f"{place.filename}:{place.lineno} in {place.name}\n" for place in places)
    handle, name = tempfile.mkstemp(prefix="ksync-fault-", suffix=".txt", text=True)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"ksync {__version__}, Python {sys.version}\n{frames}{type(fault).__name__}\n")
    lines = (
        f"error: internal error of ksync ({type(fault).__name__})",
        f"  where: {name}",
        "  do:    `ksync plan` shows what is pending now; please report it with that file",
    )
    print("\n".join(lines), file=sys.stderr)
