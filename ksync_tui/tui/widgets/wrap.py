"""Long lines broken to a width; what follows keeps the line's indent. Pure."""

from __future__ import annotations

from rich.cells import cell_len, get_character_cell_size

HANG = 2
_MOST_INDENT = 24


def breaks(text: str, width: int) -> list[tuple[int, int]]:
    """The stretches (start, end) of a text that stand on one line each, in at most `width` cells.

    Every stretch but the first has `indent_of(text)` cells less.
    """
    if width <= 0 or cell_len(text) <= width:
        return [(0, len(text))]
    first, rest = width, max(width - indent_of(text), width // 2, 1)
    found: list[tuple[int, int]] = []
    start, room, used = 0, first, 0
    for at, char in enumerate(text):
        cells = get_character_cell_size(char)
        if used + cells > room and at > start:
            found.append((start, at))
            start, room, used = at, rest, 0
        used += cells
    return [*found, (start, len(text))]


def broken(text: str, width: int) -> list[str]:
    """The lines of a text in at most `width` cells, the following ones indented."""
    return [" " * (indent_of(text) if start else 0) + text[start:end] for start, end in breaks(text, width)]


def indent_of(text: str) -> int:
    """How far the following lines of a broken text stand in."""
    return min(len(text) - len(text.lstrip(" ")), _MOST_INDENT) + HANG
