"""Secrets out of a run's output: every known value becomes `<NAME>`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

SHORTEST = 3
"""Shorter values are no secrets in earnest, and masking them would only garble the log."""


def masker(secrets: Iterable[tuple[str, str]]) -> Callable[[str], str]:
    """A function that replaces each secret value in a text by its name; of a value of many lines, each line too.

    `secrets` are labels with values; `variable/TOKEN` is shown as `<TOKEN>`.
    """
    names: dict[str, str] = {}
    for label, value in secrets:
        for part in (value, *map(str.strip, value.splitlines())):
            if len(part) >= SHORTEST:
                names.setdefault(part, f"<{label.removeprefix('variable/')}>")
    if not names:
        return str
    # The longest first, so that a secret inside another does not leave the rest of it readable.
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
    return lambda text: pattern.sub(lambda found: names[found.group()], text)
