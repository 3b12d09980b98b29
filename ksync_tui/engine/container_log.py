"""What containers wrote, from several of them in the order of its writing. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LINES = 500
"""Lines that are shown of each container: its last ones."""
_TIMED = re.compile(
    r"(?:(?P<container>[\w.-]+)\s*\| )?(?P<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) ?(?P<text>.*)"
)


class _Line(NamedTuple):
    at: str
    container: str
    text: str


def in_order(lines: Iterable[str]) -> list[str]:
    """Lines as `docker logs --timestamps` and `docker compose logs --timestamps` give them, by their times.

    The times are left out; the container stays in front of its lines (`web-1 | ready`) where it stood there. A line
    without a time stays behind the one before it.
    """
    ordered = sorted(_read(lines), key=lambda line: line.at)
    return [f"{line.container} | {line.text}" if line.container else line.text for line in ordered]


def _read(lines: Iterable[str]) -> Iterator[_Line]:
    at = container = ""
    for line in lines:
        if found := _TIMED.fullmatch(line):
            at, container = found["at"], found["container"] or ""
            yield _Line(at, container, found["text"])
        else:
            yield _Line(at, container, line)
