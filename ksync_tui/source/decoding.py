"""From the bytes of a file to a text of resources, wherever it was read (semantics c.2)."""

from __future__ import annotations

from dataclasses import dataclass

TOML_ONLY = "resource files end in .toml"
_MB = 1024 * 1024
MAX_BYTES = 16 * _MB
"""A larger file is no resource file: Komodo itself keeps a whole sync in one document of 16 MB at most."""
_LFS = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class ReadingFault:
    """Why bytes are no text of resources, on which line (1-based), and what to do."""

    message: str
    hint: str
    line: int = 1


def too_large(size: int) -> ReadingFault | None:
    """The fault of a file of so many bytes, or None."""
    if size <= MAX_BYTES:
        return None
    message = f"{-(-size // _MB)} MB is too large for a resource file (at most {MAX_BYTES // _MB} MB)"
    return ReadingFault(message, "split it, or move it out of the source")


def decoded(data: bytes) -> str | ReadingFault:
    """The text, or why there is none."""
    if data.startswith(_LFS):
        return ReadingFault("a pointer of git LFS, not the file", "take it out of LFS, then commit the file")
    bad, message, hint = data.find(b"\0"), "a binary file, not text", "move it away"
    if bad < 0:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            bad, message, hint = error.start, "not text in UTF-8", "save it as UTF-8, or move it away"
    return ReadingFault(message, hint, data.count(b"\n", 0, bad) + 1)
