"""Ids and names: Core refers by id, files by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ksync_tui.model.kinds.registry import BY_TITLE, KINDS, OBJECT_ID
from ksync_tui.model.resource import Target

RESOURCE_KINDS = tuple(kind for kind in KINDS.values() if kind.name not in ("variable", "user_group"))
"""The 11 kinds that Core handles alike."""
TAG, USER = "tag", "user"


def plural(title: str) -> str:
    """`Stack` as in `ListStacks`."""
    return f"{title}s"


def oid(raw: Mapping[str, Any]) -> str:
    """The id of a full object (`_id.$oid`) or of a list item (`id`), semantics a.5."""
    own = raw.get("_id")
    return str(own.get("$oid", "")) if isinstance(own, dict) else str(own or raw.get("id") or "")


@dataclass(slots=True)
class Directory:
    """Who is who: ids by kind and name, names by kind and id. Kinds here are ours, `tag` and `user` beside them."""

    names: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    admin: bool = True
    """Whether who reads is an admin; to others Core shows neither users, nor rights of groups, nor secrets."""

    def learn(self, kind: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Replaces what is known of a kind; pairs are id and name."""
        self.names[kind] = dict(pairs)
        self.ids[kind] = {name: one for one, name in self.names[kind].items()}

    def add(self, kind: str, text: str, name: str) -> None:
        """Takes in one that is new or has a new name."""
        self.drop(kind, self.names.get(kind, {}).get(text, ""))
        self.names.setdefault(kind, {})[text] = name
        self.ids.setdefault(kind, {})[name] = text

    def drop(self, kind: str, name: str) -> None:
        """Forgets one that is gone."""
        gone = self.ids.get(kind, {}).pop(name, None)
        if gone is not None:
            self.names[kind].pop(gone, None)

    def id(self, target: Target) -> str | None:
        """The id of a target."""
        return self.ids.get(target.kind, {}).get(target.name)

    def name(self, kind: str, written: str) -> str:
        """The name of what Core refers to by id; a name stays one (semantics h.12), an id of nothing stays visible."""
        known = self.names.get(kind, {}).get(written)
        return known if known is not None else written

    def knows(self, kind: str, written: str) -> bool:
        """Whether a reference needs no further look: it is no id, or a known one."""
        return not OBJECT_ID.fullmatch(written) or written in self.names.get(kind, {})

    def target(self, raw: Any) -> Target | None:
        """The resource of a `ResourceTarget` (semantics a.5), where it is known."""
        kind = BY_TITLE.get(str(raw.get("type"))) if isinstance(raw, dict) else None
        name = self.names.get(kind.name, {}).get(str(raw.get("id"))) if kind else None
        return Target(kind.name, name) if kind and name is not None else None
