"""The `ksync` command: parse arguments, call the session, print. Nothing is decided here.

Heavy modules are imported only by the command that needs them, so that `--version` and `--help` answer at once.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager

from ksync_tui import __version__

TYPE_CHECKING = False  # see lazy.py
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and answers its exit code (see `ksync_tui.errors`). Never raises."""
    try:
        _writable_streams()
        arguments = list(sys.argv[1:] if argv is None else argv)
        if arguments in (["--version"], ["-V"]):
            print(f"ksync {__version__}", flush=True)
            return 0
        with _interrupted_by_signals():
            code = _run(arguments)
            sys.stdout.flush()
    except BrokenPipeError:
        _discard(sys.stdout)
        return 0
    except KeyboardInterrupt as stop:
        print("stopped", file=sys.stderr)
        return 128 + stop.args[0] if stop.args else 1
    except OSError as error:
        _discard(sys.stdout)
        where = f"  {error.filename}" if error.filename else ""
        print(f"error: the system refuses: {error.strerror or error}{where}", file=sys.stderr)
    except Exception as fault:  # noqa: BLE001 - the outermost border: whoever works at night is told, not shown code
        from ksync_tui.cli.fault import report  # noqa: PLC0415 - only a fault of ksync needs it

        report(fault)
    else:
        return code
    return 1


def _run(arguments: list[str]) -> int:
    from ksync_tui.cli.parser import parse  # noqa: PLC0415 - `--version` does without

    args = parse(arguments)
    if isinstance(args, int):
        return args
    from ksync_tui.cli.dispatch import carry_out  # noqa: PLC0415 - `--version` does without

    return carry_out(args)


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP do what Ctrl-C does, so that nothing is left half done; commands may handle them better."""
    import signal  # noqa: PLC0415 - `--version` does without
    from threading import current_thread, main_thread  # noqa: PLC0415 - `--version` does without

    def interrupt(number: int, frame: object) -> None:
        del frame
        raise KeyboardInterrupt(number)

    names = ("SIGTERM", "SIGHUP") if current_thread() is main_thread() else ()
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in (number for number, handler in before.items() if handler is signal.SIG_DFL):
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _writable_streams() -> None:
    """A stream that is closed leads nowhere; what a stream's encoding lacks is escaped, never an error.

    In this order, so that no file that is opened later gets the number of a stream.
    """
    for name, flags, mode in (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_WRONLY, "w"), ("stderr", os.O_WRONLY, "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _discard(stream: object) -> None:
    """What is still buffered for a stream that takes nothing more is dropped: Python would fail on it at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]  # a real file here
    except (OSError, ValueError, AttributeError):
        return
