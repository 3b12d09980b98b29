"""The log for a report of a fault: `--debug FILE`, or KSYNC_DEBUG. Without either the loggers of ksync are silent.

What is logged names files, resources, requests and commands, never contents; should a known secret get into a line
nevertheless, it is taken out before the line is written.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from ksync_tui.errors import UsageError
from ksync_tui.model.secrets import Redactor, without_named_secrets
from ksync_tui.system.files import OWNER_ONLY

VARIABLE = "KSYNC_DEBUG"
"""The environment variable that names the file: a run in the background writes to it too."""
_ROOT = "ksync_tui"
_FORM = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
_USER = re.compile(r"(?<=://)[^/@\s]*@")


class _Formatter(logging.Formatter):
    """One line per record: without known secrets, without users and passwords of addresses, control bytes escaped."""

    def __init__(self) -> None:
        super().__init__(_FORM)
        self._labels: dict[str, str] = {}
        self._redact = Redactor({})

    def hide(self, secrets: Mapping[str, str]) -> None:
        known = len(self._labels)
        self._labels |= {value: label for label, value in secrets.items() if value}
        if len(self._labels) > known:
            self._redact = Redactor((label, value) for value, label in self._labels.items())

    def format(self, record: logging.LogRecord) -> str:
        line = without_named_secrets(_USER.sub("", self._redact(super().format(record))))
        return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line)


class _PrivateFile(logging.FileHandler):
    """A file that only its owner can read."""

    def _open(self) -> IO[str]:  # type: ignore[override]  # what os.fdopen answers
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, OWNER_ONLY)
        return os.fdopen(handle, self.mode, encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A disk that is full costs the log, never the screen."""
        del record


_formatter = _Formatter()


def start(path: Path) -> None:
    """Appends what the loggers of ksync say to a file that only its owner can read. Raises UsageError."""
    try:
        handler = _PrivateFile(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError("the debug log cannot be written", where=str(path), why=error.strerror) from error
    handler.setFormatter(_formatter)
    logger = logging.getLogger(_ROOT)
    end()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False


def end() -> None:
    """Logs no more."""
    logger = logging.getLogger(_ROOT)
    for handler in _handlers():
        logger.removeHandler(handler)
        with suppress(OSError):
            handler.close()


def is_on() -> bool:
    """Whether anything is logged."""
    return bool(_handlers())


def _handlers() -> list[logging.Handler]:
    return [handler for handler in logging.getLogger(_ROOT).handlers if isinstance(handler, _PrivateFile)]


def hide(secrets: Callable[[], Mapping[str, str]]) -> None:
    """Keeps these values, by label, out of the log from now on. They are only gathered when there is a log."""
    if is_on():
        _formatter.hide(secrets())


def command(words: Sequence[str]) -> str:
    """A command as it is logged: the values of `KEY=value` left out, and all of a script for a shell."""
    if "-c" in words[:2]:
        return f"{words[0]} -c …"
    return " ".join(re.sub(r"=.*", "=…", word, flags=re.DOTALL) for word in words)
