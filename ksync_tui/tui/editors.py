"""The person's own editor, opened on the whole terminal."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from textual.app import App

PLUS_LINE = ("vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "joe", "kak", "ed", "pico", "mg", "less")
"""Editors that take `+LINE FILE`."""

COLON_LINE = ("hx", "helix", "subl", "zed")
"""Editors that take `FILE:LINE`."""


def command(path: str, line: int, environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command that opens a file at a line: $VISUAL, $EDITOR, else vi."""
    words = shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "vi")
    name = PurePath(words[0]).name
    if name in ("code", "codium", "code-insiders"):
        return [*words, "--wait", "--goto", f"{path}:{line}"]
    if name in COLON_LINE:
        return [*words, f"{path}:{line}"]
    return [*words, f"+{line}", path] if name in PLUS_LINE else [*words, path]


def open_in_editor(app: App[Any], path: str, line: int) -> str | None:
    """Gives the terminal to the editor until it ends. A sentence where it did not end well.

    Raises SuspendNotSupported where the terminal cannot be given away.
    """
    words = command(path, line)
    with app.suspend():
        return _ran(words)


def _ran(words: list[str]) -> str | None:
    """Runs the editor; a sentence where it did not end well. Nothing is raised: the terminal must be taken back."""
    try:
        ended = subprocess.run(words, check=False).returncode  # noqa: S603 - the person's own editor
    except FileNotFoundError:
        return f"{words[0]} is not there. Set EDITOR to the editor you use."
    except OSError as error:
        return f"{words[0]} cannot be started: {error.strerror}."
    return f"{words[0]} ended with {ended}." if ended else None
