"""Where a difference comes from, in words and as a sign: edited in the files, changed live, or both (needs, row 12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ksync_tui.model.origin import ORIGINS, Origin
from ksync_tui.model.plan import Action
from ksync_tui.present.fields import changed_labels
from ksync_tui.present.text import ago, listed, neutral

SIGNS: Mapping[Origin, str] = {"files": "F", "live": "L", "both": "B"}
"""One character that says it without colour."""
WORDS: Mapping[Origin, str] = {
    "files": "edited in the file", "live": "changed live", "both": "changed on both sides",
}  # fmt: skip
_LOSES: Mapping[str, Mapping[Origin, str]] = {
    "live": {"live": "applying will overwrite it", "both": "applying will overwrite the live change"},
    "file": {"files": "writing will overwrite it", "both": "writing will overwrite the edit in the file"},
}
"""What is lost in a direction."""


def words_of(action: Action) -> str:
    """`changed live`, for an update whose base is known; a create and a delete say it in their reason."""
    if action.origin is None or action.verb != "update" or action.blocked:
        return ""
    return WORDS[action.origin]


def field_origins(action: Action) -> Mapping[str, Origin]:
    """The origin of each changed field, by path, where not all have the same."""
    found = {change.field: change.origin for change in action.changes if change.origin}
    return found if len(set(found.values())) > 1 else {}


def origin_sentences(action: Action, sync: str, now: float | None, direction: str = "live") -> str:
    """Which side moved since `sync` applied it, and what applying (or writing) loses. `now` is in unix seconds."""
    if action.applied is None:
        return "No sync applied it: it was created live." if action.origin == "live" else ""
    when = f" {_ago(now - action.applied.at)}" if now is not None else ""
    if action.applied.sync != sync:
        when = f"{neutral(action.applied.sync)},{when}" if when else neutral(action.applied.sync)
        if action.origin is None:
            return f"Last applied by another sync: {when}."
        when = f" (applied after that: {when})"
    if action.verb != "update":
        return _whole(action, when)
    return " ".join(_parts(action, f"since it was applied{when}", direction))


def _whole(action: Action, when: str) -> str:
    if action.origin == "live":
        return f"It was applied{when}, and deleted live since."
    return f"It was applied{when}; its block has since been removed." if action.origin == "files" else ""


def _parts(action: Action, since: str, direction: str) -> Iterator[str]:
    """A sentence per origin; the fields are named where there are several."""
    fields = field_origins(action)
    shared = [action.origin] if action.origin else []
    for number, origin in enumerate([origin for origin in ORIGINS if origin in fields.values()] or shared):
        labels = changed_labels(action, {path for path, found in fields.items() if found == origin})
        said = _SAYS[origin] if number else f"{_SAYS[origin]} {since}"
        named = f": {neutral(listed(labels, 6))}" if labels else ""
        loses = f"; {_LOSES[direction][origin]}" if origin in _LOSES[direction] else ""
        yield f"{said}{named}{loses}."


_SAYS: Mapping[Origin, str] = {
    "files": "Edited in the file", "live": "Changed live", "both": "Both edited in the file and changed live",
}  # fmt: skip


def _ago(seconds: float) -> str:
    found = ago(seconds)
    return "just now" if found == "now" else f"{found} ago"
