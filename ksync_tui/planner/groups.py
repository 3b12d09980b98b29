"""User groups for an engine that keeps rights per resource: patterns become what they match (semantics c.9, e.5). Pure.

Unlike in Core, what the same plan creates is matched too (semantics h.21), rights without a level count (h.9), and of
entries for one resource the last one stands. Users that do not exist are left out with a warning, as they would be
dropped without one and differ for ever (h.9).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.common import TargetRef
from ksync_tui.model.kinds.registry import BY_TITLE
from ksync_tui.model.kinds.user_group import TargetPermission, UserGroup
from ksync_tui.model.patterns import pattern
from ksync_tui.model.resource import Declarations, Declared, Problem, Reference, Snapshot, Target, fingerprint
from ksync_tui.model.rules import Rule

_Names = Mapping[str, list[str]]


def expanded(declarations: Declarations, snapshot: Snapshot) -> Declarations:
    """The declarations with every user group as it will be stored; one with a bad pattern is blocked."""
    if not any(resource.target.kind == "user_group" for resource in declarations.resources):
        return declarations
    names: dict[str, list[str]] = defaultdict(list)
    for kind, name in dict.fromkeys([*snapshot.live, *(resource.target for resource in declarations.resources)]):
        names[kind].append(name)
    resources = tuple(_expanded(resource, names, snapshot) for resource in declarations.resources)
    unknown = [problem for resource in declarations.resources for problem in _unknown_users(resource, snapshot)]
    return replace(declarations, resources=resources, problems=(*declarations.problems, *unknown))


def _unknown_users(declared: Declared, snapshot: Snapshot) -> Iterator[Problem]:
    if declared.target.kind == "user_group" and snapshot.users is not None:
        for user in cast(UserGroup, declared.resource).users:
            if user not in snapshot.users:
                message = f"{declared.target} names user {user!r}, who does not exist in Komodo: left out"
                hint = "correct the name, or add the user"
                yield Problem(Rule.UNKNOWN_USER, "warning", declared.place, message, hint, declared.target)


def _expanded(declared: Declared, names: _Names, snapshot: Snapshot) -> Declared:
    if declared.target.kind != "user_group" or declared.blocked:
        return declared
    group = cast(UserGroup, declared.resource)
    try:
        entries = {(entry.target.type, entry.target.id): entry for entry in _entries(group, names)}
    except EngineError as error:
        return replace(declared, blocked=str(error))
    users = [user for user in group.users if snapshot.users is None or user in snapshot.users]
    resource = group.model_copy(
        update={"permissions": list(entries.values()), "users": [] if group.everyone else users}
    )
    new = (Target(BY_TITLE[title].name, name) for title, name in entries)
    references = tuple(Reference(("permissions",), target) for target in new if target not in snapshot.live)
    return replace(declared, resource=resource, fingerprint=fingerprint(resource), references=references)


def _entries(group: UserGroup, names: _Names) -> Iterator[TargetPermission]:
    for entry in group.permissions:
        kind = BY_TITLE.get(entry.target.type)
        if kind is None or not entry.target.id:
            continue
        matches = pattern(entry.target.id)
        for name in names.get(kind.name, ()):
            if name == entry.target.id or matches(name):
                yield entry.model_copy(update={"target": TargetRef(type=entry.target.type, id=name)})
