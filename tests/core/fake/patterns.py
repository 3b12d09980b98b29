r"""Names by pattern: `*`, `?`, a regex between backslashes, several by comma or line (semantics e.5)."""

from __future__ import annotations

import re

from tests.core.fake.forms import string_list


def matches(pattern: str, name: str) -> bool:
    """One pattern over a whole name."""
    if len(pattern) > 1 and pattern.startswith("\\") and pattern.endswith("\\"):
        return re.search(pattern[1:-1], name) is not None
    return re.fullmatch(_wildcard(pattern), name, re.DOTALL) is not None


def _wildcard(pattern: str) -> str:
    parts = re.findall(r"\\[*?\\]|.", pattern, re.DOTALL)
    return "".join({"*": ".*", "?": "."}.get(part, re.escape(part[-1])) for part in parts)


def matching(patterns: str, name: str) -> bool:
    """Any of several patterns."""
    return any(matches(pattern, name) for pattern in string_list(patterns, ""))
