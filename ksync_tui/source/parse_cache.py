"""What blocks meant, kept between processes: an unchanged block of a large file is not even parsed."""

from __future__ import annotations

import json
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ksync_tui import __version__
from ksync_tui.model.kinds import registry
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Reference, Target
from ksync_tui.source.understand import Understood

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WORTH = 200
"""A file of fewer blocks is read as fast as it is remembered."""


class ParseCache(Protocol):
    """Keeps one text per file; it may forget any at any time. Holds digests and names, no values of fields."""

    def read_cached(self, file: str) -> str | None:
        """What was last remembered of a file, by its path or, for inline text, its name."""

    def write_cached(self, file: str, text: str) -> None:
        """Keeps a text for a file in place of the last one."""


@cache
def _format() -> str:
    """What was remembered in another format, or by code that may mean something else by a text, is forgotten."""
    model = Path(registry.__file__).parent
    changed = max((path.stat().st_mtime_ns for path in [*model.glob("*.py"), *model.parent.glob("*.py")]), default=0)
    return f"1 {__version__} {changed}"


def digest(text: str) -> str:
    """The digest that a block is known by."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def decode(text: str | None) -> dict[str, Understood]:
    """What blocks meant, by their digests; nothing where the text is none of this version's."""
    try:
        data = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(data, dict) or data.get("format") != _format():
        return {}
    references = [Reference(tuple(path), Target(*target), needed) for path, target, needed in data["references"]]
    return {
        key: Understood(
            Target(kind, name), None, (), fingerprint, tuple([references[at] for at in named]), tuple(tags), deploy,
            tuple(after), header, True,
        )
        for key, (header, kind, name, fingerprint, named, tags, deploy, after) in data["blocks"].items()
    }  # fmt: skip


def encode(understood: Mapping[str, Understood]) -> str:
    """The text to remember what blocks mean by, from their digests."""
    numbers: dict[Reference, int] = {}
    blocks = {key: _row(means, numbers) for key, means in understood.items()}
    references = [[list(path), list(target), needed] for path, target, needed in numbers]
    return json.dumps({"format": _format(), "references": references, "blocks": blocks}, separators=(",", ":"))


def _row(means: Understood, numbers: dict[Reference, int]) -> list[Any]:
    named = [numbers.setdefault(reference, len(numbers)) for reference in means.references]
    kind, name = means.target or ("", "")
    return [means.header, kind, name, means.fingerprint, named, means.tags, means.deploy, means.after]


def worth_remembering(understood: Iterable[tuple[str, Understood]]) -> dict[str, Understood]:
    """Those, by digest, that can be told again from memory: nothing is to be said of them, and they hold no secret."""
    return {
        key: means for key, means in understood if means.target is not None and not means.notes and not _secret(means)
    }


def _secret(means: Understood) -> bool:
    return isinstance(means.resource, Variable) and means.resource.is_secret
