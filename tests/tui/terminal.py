"""A terminal in which the real program runs: what is typed reaches it through a pty, what it paints is a screen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte

PATIENCE = 30.0
"""Seconds without any output after which a wait has failed."""


class Terminal:
    """The terminal's side: `sent` is all that the program sent to it."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int, size: tuple[int, int]) -> None:
        self.process = process
        self.sent = b""
        self._descriptor = descriptor
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def type(self, keys: str) -> None:
        """Types keys in one write."""
        os.write(self._descriptor, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Gives the window another size."""
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._screen.resize(lines, columns)
        self.process.send_signal(signal.SIGWINCH)

    @property
    def lines(self) -> list[str]:
        """The lines of the screen."""
        return self.text.splitlines()

    def see(self, *words: str) -> None:
        """Waits until all of these are on the screen."""
        self.until(lambda: all(word in self.text for word in words), f"never: {words}")

    def until(self, there: Callable[[], object], what: str = "") -> None:
        """Waits until something is so."""
        while not there():
            assert self._read(), f"{what}\n{self.text}"

    def end(self) -> int:
        """Reads to the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        if not select.select([self._descriptor], [], [], PATIENCE)[0]:
            return False
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # Linux says so when the program has closed its side
            return False
        self.sent += data
        self._stream.feed(data)
        return bool(data)


@contextmanager
def terminal(*arguments: str, home: Path, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    """`ksync ARGUMENTS` in a terminal of a size (columns, lines)."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    environment = os.environ | {"KSYNC_HOME": str(home), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "ksync_tui", *arguments]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours, size)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
