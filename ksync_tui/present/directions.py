"""A plan read the other way: what it would take to make the files equal to live."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ksync_tui.model.plan import Action, Direction, Plan, Verb

OTHER: Mapping[Direction, Direction] = {"live": "file", "file": "live"}
OTHER_WAY: Mapping[str, Verb] = {"create": "delete", "delete": "create"}
"""What only a file has goes out of it, what only live has goes into it."""
_ONLY_LIVE = ("deploy", "rename")
_WHY_TO_FILE = {"create": "only live", "delete": "only in the file"}


def turned(action_id: str) -> str:
    """The id that an action has in the other direction: a create in live is a delete from the file."""
    verb, _, target = action_id.partition(":")
    return f"{OTHER_WAY.get(verb, verb)}:{target}"


def planned_ids(ids: Collection[str], direction: Direction) -> set[str]:
    """The ids that the plan itself has for ids of a direction."""
    return set(ids) if direction == "live" else set(map(turned, ids))


def to_file(plan: Plan) -> Plan:
    """The same plan read the other way. A file has no deploys, and its blocks do not wait for each other.

    Taking a block out of a file loses something, so it is ticked like a delete: each by itself (architecture rule 4).
    """
    there = (action for action in plan.actions if action.verb not in _ONLY_LIVE and not action.text_only)
    hidden = (one for one in plan.ignored if one.action.verb not in _ONLY_LIVE)
    ignored = tuple(replace(one, action=_read_back(one.action)) for one in hidden)
    return replace(plan, actions=tuple(map(_read_back, there)), ignored=ignored)


def _read_back(action: Action) -> Action:
    verb = OTHER_WAY.get(action.verb, action.verb)
    return replace(action, verb=verb, reason=_WHY_TO_FILE.get(verb, action.reason), requires=(), blocked=None)
