"""Values that look like secrets though nothing marks them so: by their keys, as private keys, in addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

PATTERNS = ("*_TOKEN", "*_PASSWORD", "*_PASS", "*_SECRET", "*_KEY", "TOKEN", "PASSWORD", "SECRET")
"""Keys whose values are secrets where nothing else is said; `*` stands for any letters, digits, dots, dashes."""
_PRIVATE_KEY = r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
_VARIABLE = (
    r"""^[ \t]*name[ \t]*=[ \t]*["'](?P<name>%s)["'][^\n]*\n(?:(?![ \t]*\[)[^\n]*\n){0,8}?"""
    r"""[ \t]*value[ \t]*=[ \t]*(?P<quote>\"{3}|'{3}|["'])(?P<given>(?:\\[\s\S]|[^\\])*?)(?P=quote)"""
)
"""The value of a variable, as TOML has it: its key stands in a line of its own."""
_ADDRESS = r"(?<=://)([^/\s:@]+:)([^@\s/]+)(?=@)"
_ELSEWHERE = r"\[\[.*|\$.*|<.*|\*+|\.{0,2}/.*"
_NO_SECRET = re.compile(rf"""["']*(?:{_ELSEWHERE}|true|false|null|none|\d{{1,3}})?["',]*""", re.IGNORECASE)
"""What names a secret, is taken from elsewhere, is a path, or too little to be one."""


class Find(NamedTuple):
    """A value that looks like a secret, where it begins, and its key; that is empty in an address or a private key."""

    key: str
    value: str
    start: int


class SecretLook:
    """Finds and hides values by the look of them."""

    __slots__ = ("_keys", "_pattern")

    def __init__(self, patterns: Sequence[str] = PATTERNS) -> None:
        """`patterns` are keys with `*` for any part of one; none: no key says anything."""
        keys = "|".join(r"[\w.-]*".join(map(re.escape, pattern.split("*"))) for pattern in patterns) or r"(?!)"
        self._keys = re.compile(keys, re.IGNORECASE)
        entry = rf"(?<![\w.-])(?P<key>{keys})[\"']?[ \t]*[:=][ \t]*(?P<value>[^\n]*[^\s\"',\]}}])"
        forms = (_VARIABLE % keys, entry, f"(?P<block>{_PRIVATE_KEY})", _ADDRESS)
        self._pattern = re.compile("|".join(forms), re.IGNORECASE | re.MULTILINE)

    def found_in(self, text: str) -> Iterator[Find]:
        """What looks like a secret, in order."""
        for match in self._pattern.finditer(text):
            group = self._group(match)
            value = match[group]
            if group == "block" or not _NO_SECRET.fullmatch(value):
                yield Find(match["key"] or match["name"] or "", value, match.start(group))

    def names(self, key: str) -> bool:
        """Whether a key says that its value is a secret."""
        return self._keys.fullmatch(key) is not None

    def hide(self, text: str, name: Callable[[str], str]) -> str:
        """The text with each such value replaced by what `name` calls it."""
        parts, at = [], 0
        for found in self.found_in(text):
            parts += [text[at : found.start], name(found.value)]
            at = found.start + len(found.value)
        return "".join([*parts, text[at:]]) if parts else text

    @staticmethod
    def _group(match: re.Match[str]) -> str | int:
        if match["name"]:
            return "given"
        if match["key"]:
            return "value"
        return "block" if match["block"] else match.re.groups
