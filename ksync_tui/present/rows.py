"""The review list: what is pending, grouped by kind in the order of export. Built once per plan, found by typing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.origin import Origin
from ksync_tui.model.parts import covers, presence
from ksync_tui.model.plan import Action, Direction, Ignored, Plan
from ksync_tui.model.resource import Target
from ksync_tui.planner.labels import label_of
from ksync_tui.planner.selection import parts_of
from ksync_tui.present.entries import (
    ReviewEntry,
    deploy_below,
    entry_of,
    ignored_entry,
    order,
    pair_entry,
    state_of,
    unchanged_entry,
    with_deploy,
)
from ksync_tui.present.ignored import rule_words
from ksync_tui.present.search import Haystack
from ksync_tui.present.text import neutral

State = Literal["none", "some", "all"]


@dataclass(frozen=True)
class Group:
    """The heading of a kind and the entries under it."""

    kind: str
    entries: tuple[ReviewEntry, ...]

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of the entries."""
        return frozenset(entry.id for entry in self.pending)

    @cached_property
    def pending(self) -> tuple[ReviewEntry, ...]:
        """The entries that can be done."""
        return tuple(entry for entry in self.entries if not (entry.ignored or entry.unchanged))


@dataclass(frozen=True, slots=True)
class PartEntry:
    """A part of an update, below it: a field, or one entry of a field; `label` is neutral text."""

    id: str
    part: str
    sign: str
    label: str
    origin: Origin | None = None
    ignored: str = ""
    """Until when and why it is left alone, where it is."""


Line = Group | ReviewEntry | PartEntry


class Outline:
    """The whole list of a plan: by kind in the order of export, then by name, what loses something last.

    To file the same actions are read the other way, and deploys are left out: a file has none.
    """

    def __init__(
        self,
        plan: Plan,
        direction: Direction = "live",
        changing: Direction | None = None,
        *,
        for_choosing: bool = False,
        with_unchanged: bool = False,
    ) -> None:
        """`changing` is the side that changes, where the plan itself was turned round to be read that way.

        `for_choosing`: with what is ignored, and with a likely rename as one row.
        """
        self.plan = plan
        self.for_choosing = for_choosing
        self.with_unchanged = with_unchanged
        self.direction = direction
        self.changing = changing or direction
        self._parts: dict[str, tuple[PartEntry, ...]] = {}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The kinds with what is pending of each; made when it is looked at, as a direction may never be."""
        same = self._same() if self.with_unchanged else ()
        unchanged = (unchanged_entry(target, state_of(target, self.plan)) for target in same)
        return _groups(self.plan, self.direction, self.hidden, self.pairs, self._deploys, tuple(unchanged))

    def _same(self) -> list[Target]:
        """What is as declared and not among the actions either."""
        acted_on = {action.target for action in self.plan.actions} | {one.action.target for one in self.plan.ignored}
        return [target for target in self.plan.same if target not in acted_on]

    @cached_property
    def pairs(self) -> Mapping[str, ReviewEntry]:
        """The likely renames by the ids of their rows."""
        if not self.for_choosing or self.changing == "file":
            return {}
        found = (pair_entry(hint, self.plan) for hint in self.plan.renames)
        return {entry.id: entry for entry in found if entry}

    @cached_property
    def _deploys(self) -> Mapping[str, str]:
        """The ids of deploys that stand in the row of another action of the same resource, by the id of that one."""
        if not self.for_choosing or self.changing == "file":
            return {}
        deploys = (action for action in self.plan.actions if action.verb == "deploy")
        found = ((_other_action(deploy.target, self.plan), deploy.id) for deploy in deploys)
        return {other: deploy for other, deploy in found if other}

    @cached_property
    def hidden(self) -> Mapping[str, tuple[Ignored, ...]]:
        """What is left alone, by the ids of the actions that it is of."""
        found: dict[str, list[Ignored]] = {}
        for ignored in self.plan.ignored if self.for_choosing else ():
            found.setdefault(ignored.action.id, []).append(ignored)
        return {action_id: tuple(ignored) for action_id, ignored in found.items()}

    @cached_property
    def entries(self) -> tuple[ReviewEntry, ...]:
        """All that is pending, in order."""
        return tuple(entry for group in self.groups for entry in group.entries)

    @cached_property
    def by_id(self) -> Mapping[str, ReviewEntry]:
        """Every entry by the id of its action."""
        inner = [entry for pair in self.pairs.values() for entry in self._pair_rows(pair)]
        deploys = (row for entry in (*self.entries, *inner) for row in self._deploy_row(entry))
        return {entry.id: entry for entry in (*self.entries, *inner, *deploys)}

    @cached_property
    def _haystack(self) -> Haystack:
        return Haystack([self._words(entry) for entry in self.entries], [entry.origin or "" for entry in self.entries])

    def _words(self, entry: ReviewEntry) -> str:
        """What a row is found by."""
        deploys = "".join(f" deploy {row.reason}" for row in self._deploy_row(entry))
        return f"{entry.kind}/{entry.name} {entry.verb} {entry.reason}{deploys}"

    @cached_property
    def has_origins(self) -> bool:
        """Whether it is known of anything that is shown where it comes from."""
        hidden = (ignored.action for found in self.hidden.values() for ignored in found)
        return any(action.origin for action in (*self.plan.actions, *hidden))

    @cached_property
    def _all(self) -> tuple[Line, ...]:
        lines: list[Line] = []
        for group in self.groups:
            lines += [group, *group.entries]
        return tuple(lines)

    def shown(self, query: str = "", opened: Collection[str] = ()) -> tuple[Line, ...]:
        """Headings and entries in order; with a query those that match its words in kind, name, verb or reason.

        The word `origin:live` (or `files`, `both`) leaves what comes from there. Below each id in `opened` stand the
        parts of that update.
        """
        lines = self._found(query)
        if not opened:
            return lines
        return tuple(row for line in lines for row in (line, *self._below(line, opened)))

    def parts(self, action_id: str) -> tuple[PartEntry, ...]:
        """The parts of an update, in order; none of anything else."""
        if action_id not in self._parts:
            self._parts[action_id] = self._parts_of(action_id)
        return self._parts[action_id]

    def has_parts(self, action_id: str) -> bool:
        """Whether it is an update, whose fields can be chosen each by itself, or stands for several actions."""
        action = self.plan.by_id.get(action_id)
        if action_id in self.pairs or action_id in self._deploys:
            return True
        if action is None:
            return any(ignored.parts for ignored in self.hidden.get(action_id, ()))
        return _has_fields(action)

    def _parts_of(self, action_id: str) -> tuple[PartEntry, ...]:
        action = self.plan.by_id.get(action_id)
        pending = self._entries_of(action, parts_of(action)) if action and _has_fields(action) else []
        hidden = (
            entry
            for ignored in self.hidden.get(action_id, ())
            for entry in self._entries_of(ignored.action, ignored.parts, rule_words(ignored.rule))
        )
        return (*pending, *hidden)

    def _entries_of(self, action: Action, parts: Iterable[str], ignored: str = "") -> list[PartEntry]:
        origins = {path: origin for change in action.changes for path, origin in change.origins}
        return [self._part(action, part, ignored, origins) for part in parts]

    def _part(self, action: Action, part: str, ignored: str, origins: Mapping[str, Origin | None]) -> PartEntry:
        assert action.current is not None, "only an update has parts"  # noqa: S101 - see parts_of
        assert action.proposed is not None  # noqa: S101 - the same
        sides = (action.proposed, action.current) if self.changing == "file" else (action.current, action.proposed)
        label = neutral(label_of(part, action.proposed))
        return PartEntry(
            action.id, part, _SIGNS[presence(part, *sides)], label, _origin(action, part, origins), ignored
        )

    def _below(self, line: Line, opened: Collection[str]) -> tuple[Line, ...]:
        if not isinstance(line, ReviewEntry) or line.id not in opened:
            return ()
        if not line.pair:
            return (*self.parts(line.id), *self._deploy_row(line))
        return tuple(row for entry in self._pair_rows(line) for row in (entry, *self._below(entry, opened)))

    def _pair_rows(self, pair: ReviewEntry) -> tuple[ReviewEntry, ...]:
        """The create and the delete that a likely rename stands for."""
        actions = (self.plan.by_id[action_id] for action_id in pair.pair)
        rows = (replace(entry_of(action, self.direction), parent=pair.id) for action in actions)
        return tuple(_joined(row, self.plan, self._deploys) for row in rows)

    def _deploy_row(self, entry: ReviewEntry) -> tuple[ReviewEntry, ...]:
        """The deploy that a row stands for, to be shown below it."""
        return (deploy_below(entry, self.plan.by_id[entry.deploy]),) if entry.deploy else ()

    def _found(self, query: str) -> tuple[Line, ...]:
        if not query.strip():
            return self._all
        lines: list[Line] = []
        found = [self.entries[at] for at in self._haystack.find(query)]
        at = 0
        while at < len(found):
            end = at
            while end < len(found) and found[end].kind == found[at].kind:
                end += 1
            lines += [Group(found[at].kind, tuple(found[at:end])), *found[at:end]]
            at = end
        return tuple(lines)

    @cached_property
    def unchanged(self) -> str:
        """`15 unchanged`; empty when nothing is unchanged."""
        number = self.plan.summary["unchanged"]
        return f"{number:,} unchanged" if number else ""


def _has_fields(action: Action) -> bool:
    return action.verb == "update" and bool(action.changes) and not action.text_only


def _other_action(target: Target, plan: Plan) -> str:
    """The id of what is done to a resource besides its deploy; empty where nothing is."""
    return next((found for verb in _BEFORE_DEPLOY if (found := f"{verb}:{target}") in plan.by_id), "")


_BEFORE_DEPLOY = ("update", "create", "rename")


def _joined(entry: ReviewEntry, plan: Plan, deploys: Mapping[str, str]) -> ReviewEntry:
    return with_deploy(entry, plan.by_id[deploys[entry.id]]) if entry.id in deploys else entry


def _origin(action: Action, part: str, origins: Mapping[str, Origin | None]) -> Origin | None:
    """Where a part of an update comes from; `origins` are those of single entries."""
    if part in origins:
        return origins[part]
    change = next((change for change in action.changes if covers((change.field,), part)), None)
    return change.origin if change else action.origin


_SIGNS = {(True, True): "~", (False, True): "+", (True, False): "-", (False, False): "~"}


def _groups(
    plan: Plan,
    direction: Direction,
    hidden: Mapping[str, tuple[Ignored, ...]],
    pairs: Mapping[str, ReviewEntry],
    deploys: Mapping[str, str],
    unchanged: Sequence[ReviewEntry] = (),
) -> tuple[Group, ...]:
    entries: dict[str, list[ReviewEntry]] = {}
    for same in unchanged:
        entries.setdefault(same.kind, []).append(same)
    inside = {action_id for pair in pairs.values() for action_id in pair.pair}.union(deploys.values())
    for pair in pairs.values():
        entries.setdefault(pair.kind, []).append(pair)
    for action in plan.actions:
        if action.id not in inside and (direction == "live" or action.verb != "deploy"):
            entry = entry_of(action, direction, plan.origins[action.id], state_of(action.target, plan))
            entries.setdefault(action.target.kind, []).append(_joined(entry, plan, deploys))
    for action_id, ignored in hidden.items():
        if action_id not in plan.by_id:
            action = ignored[0].action
            entries.setdefault(action.target.kind, []).append(ignored_entry(action, ignored, direction))
    kinds = [*(kind for kind in KINDS if kind in entries), *(kind for kind in entries if kind not in KINDS)]
    return tuple(Group(kind, tuple(sorted(entries[kind], key=order))) for kind in kinds)
