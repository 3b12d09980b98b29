"""Outside text made safe and short for a terminal. Widths are in terminal cells. Pure: no clock, no locale."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

ELLIPSIS = "…"
REPLACEMENT = "�"
_TAB = 4

_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # invisible letters and fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line ends, directions
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff"
    "]"
)
_UNSAFE_BUT_NEWLINE = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))


def neutral(text: str, keep_newlines: bool = False) -> str:
    """Outside text with everything that a terminal would act on, or not show, made visible (architecture rule 10).

    Controls become their pictures (ESC is ␛), other invisible characters �, tabs spaces. Newlines stay when asked.
    """
    if text.isascii() and text.isprintable():
        return text
    spaced = text.expandtabs(_TAB) if "\t" in text else text
    return (_UNSAFE_BUT_NEWLINE if keep_newlines else _UNSAFE).sub(_visible, spaced)


def _visible(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return "" if code in (0xFE0E, 0xFE0F) else REPLACEMENT


@lru_cache(4096)
def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def cell_width(text: str) -> int:
    """How many cells a terminal gives a text of one line."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def cut_end(text: str, width: int) -> str:
    """The text in at most `width` cells, its end cut where it is too long."""
    if cell_width(text) <= width:
        return text
    return _head(text, width - 1) + ELLIPSIS if width > 0 else ""


def cut_middle(text: str, width: int) -> str:
    """The text in at most `width` cells, its middle cut: the end is what tells long names apart."""
    if cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    tail = (width - 1) - (width - 1) // 2
    return _head(text, width - 1 - tail) + ELLIPSIS + _head(text[::-1], tail)[::-1]


def _head(text: str, width: int) -> str:
    used = 0
    for at, char in enumerate(text):
        used += _cells(char)
        if used > width:
            return text[:at]
    return text


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly `width` cells, cut in the middle or filled with spaces (on the left when `right`)."""
    cut = cut_middle(text, width)
    space = " " * (width - cell_width(cut))
    return space + cut if right else cut + space


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 action`, `2 actions`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def sentence(words: str) -> str:
    """Words as a sentence: with a capital and a full stop; nothing for nothing."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def listed(names: list[str], most: int = 3) -> str:
    """`a, b, c and 2 more`."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"


def ago(seconds: float) -> str:
    """An age in one unit: `now`, `12s`, `5m`, `2h`, `3d`, `6w`, `2y`."""
    for unit, length, until in (("s", 1, 60), ("m", 60, 60), ("h", 3600, 24), ("d", 86400, 14), ("w", 604800, 104)):
        if seconds < length * until:
            return f"{int(seconds // length)}{unit}" if seconds >= 1 else "now"
    return f"{int(seconds // (365 * 86400))}y"


def clock(at: float, now: float, zone: tzinfo = UTC) -> str:
    """A past moment as one would say it: `22:14`, `yesterday 22:14`, `Mon 09:02`, `3 Mar 09:02`, `2024-03-03`.

    `at` and `now` are unix seconds.
    """
    then, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(now, zone)
    days = (today.date() - then.date()).days
    time = f"{then:%H:%M}"
    if days == 0:
        return time
    if days == 1:
        return f"yesterday {time}"
    if 1 < days < 7:
        return f"{_DAYS[then.weekday()]} {time}"
    if then.year == today.year:
        return f"{then.day} {_MONTHS[then.month - 1]} {time}"
    return f"{then:%Y-%m-%d}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(at: float) -> str:
    """A moment to the minute in this machine's time zone: `2026-03-03 09:02`. `at` is unix seconds."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def duration(seconds: float) -> str:
    """How long something took: `0.1 s`, `8 s`, `2 min 05 s`, `1 h 02 min`."""
    if seconds < 1:
        return f"{max(seconds, 0):.1f} s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def stopwatch(seconds: float) -> str:
    """A running time: `00:12`, `1:02:03`."""
    whole = max(int(seconds), 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
