"""The review list: what is pending, grouped by kind in the order of export. Built once per plan, found by typing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.origin import Origin
from ksync_tui.model.parts import covers, presence
from ksync_tui.model.plan import SIGNS, Action, Direction, Ignored, Plan, RenameHint, Verb, verb_towards
from ksync_tui.model.resource import Target
from ksync_tui.planner.labels import label_of
from ksync_tui.planner.selection import parts_of
from ksync_tui.present.fields import changed_labels
from ksync_tui.present.ignored import rule_words
from ksync_tui.present.origin import words_of
from ksync_tui.present.search import Haystack
from ksync_tui.present.summaries import similarity
from ksync_tui.present.text import neutral

State = Literal["none", "some", "all"]
Flag = Literal["redeploys", "deletes", "blocked", "consequences"]


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """An action as the list shows it; its tick, or that it is blocked, is asked of the Ticks (`mark`).

    Name and reason are neutral text; `verb` and `sign` say what happens to the side that changes.
    """

    id: str
    verb: Verb
    kind: str
    sign: str
    name: str
    reason: str
    flags: tuple[Flag, ...] = ()
    blocked: bool = False
    origin: Origin | None = None
    """Where it comes from (see `Plan.origins`)."""
    ignored: bool = False
    """Whether nothing of it is pending, because all that differs is left alone."""
    unchanged: bool = False
    """Whether live is as declared: there is nothing to choose."""
    state: str = ""
    """What runs of it, where that is known."""
    pair: tuple[str, ...] = ()
    """For a likely rename: the ids of the create and, where there is one, the delete that it stands for."""
    parent: str = ""
    """For a row below a likely rename: the id of that one."""


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
        unchanged = (unchanged_entry(target, _state(target, self.plan)) for target in same)
        return _groups(self.plan, self.direction, self.hidden, self.pairs, tuple(unchanged))

    def _same(self) -> list[Target]:
        """What is as declared and not among the actions either."""
        acted_on = {action.target for action in self.plan.actions} | {one.action.target for one in self.plan.ignored}
        return [target for target in self.plan.same if target not in acted_on]

    @cached_property
    def pairs(self) -> Mapping[str, ReviewEntry]:
        """The likely renames by the ids of their rows."""
        if not self.for_choosing or self.changing == "file":
            return {}
        found = (_pair_entry(hint, self.plan) for hint in self.plan.renames)
        return {entry.id: entry for entry in found if entry}

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
        inner = (entry for pair in self.pairs.values() for entry in self._pair_rows(pair))
        return {entry.id: entry for entry in (*self.entries, *inner)}

    @cached_property
    def _haystack(self) -> Haystack:
        lines = [f"{entry.kind}/{entry.name} {entry.verb} {entry.reason}" for entry in self.entries]
        return Haystack(lines, [entry.origin or "" for entry in self.entries])

    @cached_property
    def has_origins(self) -> bool:
        """Whether it is known of anything that is pending where it comes from."""
        return any(action.origin for action in self.plan.actions)

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
            self._parts[action_id] = self._parts_of(action_id) if self.has_parts(action_id) else ()
        return self._parts[action_id]

    def has_parts(self, action_id: str) -> bool:
        """Whether it is an update, whose fields can be chosen each by itself."""
        action = self.plan.by_id.get(action_id)
        if action_id in self.pairs:
            return True
        if action is None:
            return any(ignored.parts for ignored in self.hidden.get(action_id, ()))
        return action.verb == "update" and bool(action.changes) and not action.text_only

    def _parts_of(self, action_id: str) -> tuple[PartEntry, ...]:
        action = self.plan.by_id.get(action_id)
        pending = [self._part(action, part) for part in parts_of(action)] if action else []
        hidden = (
            self._part(ignored.action, part, rule_words(ignored.rule))
            for ignored in self.hidden.get(action_id, ())
            for part in ignored.parts
        )
        return (*pending, *hidden)

    def _part(self, action: Action, part: str, ignored: str = "") -> PartEntry:
        assert action.current is not None, "only an update has parts"  # noqa: S101 - see parts_of
        assert action.proposed is not None  # noqa: S101 - the same
        sides = (action.proposed, action.current) if self.changing == "file" else (action.current, action.proposed)
        label = neutral(label_of(part, action.proposed))
        return PartEntry(action.id, part, _SIGNS[presence(part, *sides)], label, _origin(action, part), ignored)

    def _below(self, line: Line, opened: Collection[str]) -> tuple[Line, ...]:
        if not isinstance(line, ReviewEntry) or line.id not in opened:
            return ()
        if not line.pair:
            return self.parts(line.id)
        return tuple(row for entry in self._pair_rows(line) for row in (entry, *self._below(entry, opened)))

    def _pair_rows(self, pair: ReviewEntry) -> tuple[ReviewEntry, ...]:
        """The create and the delete that a likely rename stands for."""
        actions = (self.plan.by_id[action_id] for action_id in pair.pair)
        return tuple(replace(entry_of(action, self.direction), parent=pair.id) for action in actions)

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


def _origin(action: Action, part: str) -> Origin | None:
    """Where a part of an update comes from."""
    change = next((change for change in action.changes if covers((change.field,), part)), None)
    return change.origin_of(part) if change else action.origin


_SIGNS = {(True, True): "~", (False, True): "+", (True, False): "-", (False, False): "~"}


def _groups(
    plan: Plan,
    direction: Direction,
    hidden: Mapping[str, tuple[Ignored, ...]],
    pairs: Mapping[str, ReviewEntry],
    unchanged: Sequence[ReviewEntry] = (),
) -> tuple[Group, ...]:
    entries: dict[str, list[ReviewEntry]] = {}
    for same in unchanged:
        entries.setdefault(same.kind, []).append(same)
    paired = {action_id for pair in pairs.values() for action_id in pair.pair}
    for pair in pairs.values():
        entries.setdefault(pair.kind, []).append(pair)
    for action in plan.actions:
        if action.id not in paired and (direction == "live" or action.verb != "deploy"):
            entry = entry_of(action, direction, plan.origins[action.id], _state(action.target, plan))
            entries.setdefault(action.target.kind, []).append(entry)
    for action_id, ignored in hidden.items():
        if action_id not in plan.by_id:
            action = ignored[0].action
            entries.setdefault(action.target.kind, []).append(_ignored_entry(action, ignored, direction))
    kinds = [*(kind for kind in KINDS if kind in entries), *(kind for kind in entries if kind not in KINDS)]
    return tuple(Group(kind, tuple(sorted(entries[kind], key=_order))) for kind in kinds)


def unchanged_entry(target: Target, state: str) -> ReviewEntry:
    """A resource that is as declared, as one row."""
    name = neutral(target.name)
    return ReviewEntry(
        f"unchanged:{target}", "update", target.kind, " ", name, "as declared", unchanged=True, state=state
    )


def _order(entry: ReviewEntry) -> tuple[bool, bool, bool, str, bool]:
    return entry.unchanged, entry.ignored, "deletes" in entry.flags, entry.name, entry.verb == "deploy"


def _pair_entry(hint: RenameHint, plan: Plan) -> ReviewEntry | None:
    """A likely rename as one row; None where its create is not in the plan, as it was ignored or left out."""
    create, delete = f"create:{hint.new}", f"delete:{hint.old}"
    if hint.old.kind != hint.new.kind or create not in plan.by_id:
        return None
    pair = (create, delete) if delete in plan.by_id else (create,)
    name = _renamed(hint.old.name, hint.new.name)
    reason = f"rename? {similarity(hint)}"
    return ReviewEntry(f"rename:{hint.new}", "rename", hint.new.kind, SIGNS["rename"], name, reason, pair=pair)


def _renamed(old: str, new: str) -> str:
    return f"{neutral(old)} -> {neutral(new)}"


def _ignored_entry(action: Action, ignored: Sequence[Ignored], direction: Direction) -> ReviewEntry:
    """A resource of which nothing is pending, as one row at the end of its kind."""
    rule = next((rule_words(one.rule) for one in ignored if not one.parts), "")
    parts = [part for one in ignored for part in one.parts]
    labels = ", ".join(label_of(part, action.proposed) for part in parts) if action.proposed else ""
    return replace(entry_of(action, direction), reason=rule or neutral(labels), ignored=True)


def _state(target: Target, plan: Plan) -> str:
    return plan.states.get(target, "unknown").replace("_", " ").replace("unknown", "")


def entry_of(
    action: Action, direction: Direction = "live", origin: Origin | None = None, state: str = ""
) -> ReviewEntry:
    """An action as one row."""
    verb = verb_towards(action, direction)
    return ReviewEntry(
        action.id,
        verb,
        action.target.kind,
        SIGNS[verb],
        _renamed(action.old_name, action.target.name) if action.old_name else neutral(action.target.name),
        line_of(action, direction),
        _flags(action, direction),
        action.blocked is not None,
        origin,
        state=state,
    )


def _reason_to_file(action: Action) -> str:
    if action.verb == "create":
        return "not live"
    if action.verb == "delete":
        return "only live"
    return neutral(", ".join(changed_labels(action)) or action.reason)


def reason_of(action: Action) -> str:
    """In a few words why: for an update the fields that change, for a blocked action what blocks it."""
    if action.blocked:
        return neutral(action.blocked)
    if action.verb == "rename" and action.old_name is not None:
        return neutral(f"was {action.old_name}")
    if action.parts and action.proposed is not None:
        return neutral(", ".join(label_of(part, action.proposed) for part in action.parts))
    if action.verb == "update" and action.changes:
        return neutral(", ".join(changed_labels(action)))
    return neutral(action.reason)


def line_of(action: Action, direction: Direction = "live") -> str:
    """The reason, and for an update which side moved: `environment, image (changed live)`."""
    reason = reason_of(action) if direction == "live" else _reason_to_file(action)
    words = words_of(action)
    return f"{reason} ({words})" if words else reason


def _flags(action: Action, direction: Direction) -> tuple[Flag, ...]:
    line_of: dict[Flag, bool] = {
        "redeploys": any(change.redeploys for change in action.changes) and direction == "live",
        "deletes": verb_towards(action, direction) == "delete",
        "blocked": action.blocked is not None,
        "consequences": bool(action.consequences) and direction == "live",
    }
    return tuple(flag for flag, holds in line_of.items() if holds)
