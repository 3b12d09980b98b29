"""Plans: what it would take to make live equal declared. One object for screen, JSON and run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from ksync_tui.errors import SelectionError
from ksync_tui.model.ignored import IgnoreRule
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.origin import Origin, Stamp, shared
from ksync_tui.model.resource import DeployState, Problem, SourceLocation, Target

Verb = Literal["create", "update", "delete", "rename", "deploy", "run"]
Direction = Literal["live", "file"]
"""The side that is changed: files are applied to live, or live is taken into the file."""
"""`run` is a build, a repo or a procedure that a person runs by hand: no sync plans it."""
VERBS: tuple[Verb, ...] = ("create", "update", "delete", "rename", "deploy")
"""What a sync plans."""
SIGNS: Mapping[str, str] = {
    "create": "+", "update": "~", "delete": "-", "rename": "=", "deploy": "*", "run": "$", "problem": "!",
    "blocked": "x",
}  # fmt: skip

Removal = Literal["forget", "down", "volumes"]
REMOVALS: Mapping[Removal, str] = {
    "down": "its containers are taken down, volumes stay",
    "volumes": "its containers are taken down and their volumes are lost",
    "forget": "its containers stay and are forgotten",
}
"""What becomes of what was deployed when its resource is deleted."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What a sync takes part in and what it may do (semantics c.3). `managed` implies delete."""

    name: str
    match_tags: tuple[str, ...] = ()
    include_resources: bool = True
    include_variables: bool = True
    include_user_groups: bool = True
    managed: bool = False
    delete: bool = False

    @property
    def deletes(self) -> bool:
        """Whether what is live and not declared is to be deleted."""
        return self.delete or self.managed


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs: its path (`config.environment`), both values as the model holds them.

    `origin` says which side moved since the sync applied it last; None where it never did.
    """

    field: str
    current: Any
    proposed: Any
    secret: bool = False
    redeploys: bool = False
    origin: Origin | None = None
    text_only: bool = False
    """Whether both mean the same: only comments or spacing of the text differ."""
    origins: tuple[tuple[str, Origin | None], ...] = ()
    """Where its entries come from, by their paths, where they do not all come from the same side."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do with one target.

    `round` is the step of the run in which it happens (1-based); `requires` holds ids of actions that must be done
    before it; `fingerprint` is that of the live resource it was planned against (None: nothing was there);
    `blocked` says why it cannot be done and what to do; `consequences` says in words what else it brings about.
    """

    verb: Verb
    target: Target
    reason: str
    place: SourceLocation | None = None
    current: Resource | None = None
    proposed: Resource | None = None
    changes: tuple[FieldChange, ...] = ()
    requires: tuple[str, ...] = ()
    round: int = 1
    blocked: str | None = None
    fingerprint: str | None = None
    consequences: tuple[str, ...] = ()
    old_name: str | None = None
    """For a rename: the live name."""
    changed_by: str | None = None
    """For an update: who changed live last and when, in words, where that is known."""
    removal: Removal | None = None
    """For the delete of something deployed: what becomes of its containers. None: nothing of it was deployed."""
    origin: Origin | None = None
    """The one that its changes share, else `both`. A create is from `live` when it was deleted there; a delete is from
    `files` when its block is gone, from `live` when no file ever had it. None: this sync applied nothing before."""
    applied: Stamp | None = None
    """Who applied its target last, this sync or another; None where nobody did."""
    parts: tuple[str, ...] = ()
    """For an update that takes only some of what differs: the paths of those parts (see `model.parts`)."""
    adopts: tuple[str, ...] = ()
    """For a deploy of what already runs: the ids of its containers, which are taken over as they are."""

    @property
    def id(self) -> str:
        """`update:stack/web`; unique in a plan."""
        return f"{self.verb}:{self.target}"

    @property
    def subject(self) -> Target:
        """What is there before the action: for a rename, under the old name."""
        return Target(self.target.kind, self.old_name) if self.old_name else self.target

    @property
    def destructive(self) -> bool:
        """Whether something is lost by it."""
        return self.verb == "delete"

    @property
    def text_only(self) -> bool:
        """Whether only comments or spacing of texts differ: nothing that runs changes, and no bulk tick takes it."""
        return bool(self.changes) and all(change.text_only for change in self.changes)

    @property
    def sign(self) -> str:
        """One character that says the verb without colour."""
        return SIGNS["blocked" if self.blocked else self.verb]


@dataclass(frozen=True, slots=True)
class RenameHint:
    """A create and a delete of one kind that look like one resource renamed."""

    old: Target
    new: Target
    likeness: int
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """What a rule hides of a plan: an action, or only these parts of an update (see `model.parts`)."""

    rule: IgnoreRule
    action: Action
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """A difference that was ignored and is shown again, and why."""

    rule: IgnoreRule
    why: Literal["expired", "changed"]


@dataclass(frozen=True)
class Plan:
    """An ordered, frozen list of actions. What is shown is what is run."""

    options: SyncOptions
    engine: str
    actions: tuple[Action, ...] = ()
    problems: tuple[Problem, ...] = ()
    unchanged: Mapping[str, int] = field(default_factory=dict)
    """How many resources of each kind are as declared."""
    same: tuple[Target, ...] = ()
    """Those resources, in the order of the files; where only texts are written otherwise, also in the actions."""
    renames: tuple[RenameHint, ...] = ()
    deletes_held: str | None = None
    """Why this plan deletes nothing although the sync would: its source is not complete."""
    unseen: tuple[str, ...] = ()
    """The servers whose Docker host did not answer: nothing is known of what is deployed there."""
    left_out: tuple[str, ...] = ()
    """What the options of the sync leave out of what is declared, in sentences."""
    states: Mapping[Target, DeployState] = field(default_factory=dict)
    """What runs of stacks and deployments, where that is known."""
    ignored: tuple[Ignored, ...] = ()
    """What differs and is left alone, because somebody decided so."""
    returned: tuple[Returned, ...] = ()
    """What was ignored and is among the actions again."""

    @property
    def sync(self) -> str:
        """The name of the sync."""
        return self.options.name

    @cached_property
    def by_id(self) -> Mapping[str, Action]:
        """Every action by its id."""
        return {action.id: action for action in self.actions}

    @cached_property
    def summary(self) -> Mapping[str, int]:
        """How many actions per verb, blocked ones included; how many resources are unchanged, and how many differences
        are ignored. See `pending`."""
        counts = Counter(action.verb for action in self.actions if not action.text_only)
        others = {"unchanged": sum(self.unchanged.values()), "ignored": len(self.ignored)}
        return {verb: counts.get(verb, 0) for verb in VERBS} | others

    @cached_property
    def pending(self) -> int:
        """How many actions there are, blocked ones included, those in which only texts are written otherwise not."""
        return sum(not action.text_only for action in self.actions)

    @property
    def empty(self) -> bool:
        """Whether nothing takes part: it says nothing of whether live is as declared."""
        return not (self.actions or self.ignored or self.summary["unchanged"])

    @cached_property
    def origins(self) -> Mapping[str, Origin | None]:
        """Where each action comes from, for who wants only some: what is new is from the files, a deploy is from where
        all that it needs is."""
        found: dict[str, Origin | None] = {}
        for action in self.actions:  # what an action needs stands before it
            if action.verb == "deploy":
                found[action.id] = shared(found.get(needed) for needed in action.requires)
            else:
                new = action.current is None and action.proposed is not None
                found[action.id] = action.origin or ("files" if new else None)
        return found

    def only(self, origin: Origin) -> Plan:
        """The same plan with the actions that come from there."""
        return replace(self, actions=tuple(action for action in self.actions if self.origins[action.id] == origin))

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems of severity error."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def select(self, ticked: Collection[str]) -> Selection:
        """The selection of the ticked ids, closed over prerequisites.

        Raises SelectionError for an id that is not in the plan or an action that is blocked.
        """
        return select(self, ticked)


@dataclass(frozen=True)
class Selection:
    """The actions a person chose, and those that come along because others need them."""

    plan: Plan
    ticked: frozenset[str]
    added: Mapping[str, str]
    """Ids that were not ticked but are needed, each with the id that needs it."""

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all that is selected."""
        return self.ticked.union(self.added)

    def __contains__(self, action_id: str) -> bool:
        return action_id in self.ticked or action_id in self.added

    def __len__(self) -> int:
        return len(self.ticked) + len(self.added)

    def __iter__(self) -> Iterator[Action]:
        return (action for action in self.plan.actions if action.id in self)

    @cached_property
    def rounds(self) -> tuple[tuple[Action, ...], ...]:
        """The selected actions by round, in order of the run."""
        numbers = sorted({action.round for action in self})
        return tuple(tuple(action for action in self if action.round == number) for number in numbers)

    @property
    def deletes(self) -> tuple[Action, ...]:
        """The selected actions that lose something."""
        return tuple(action for action in self if action.destructive)

    @property
    def removal(self) -> Removal | None:
        """What becomes of the containers of what is deleted; None where nothing of it was deployed."""
        return next((action.removal for action in self if action.removal), None)

    def removing(self, how: Removal) -> Selection:
        """The same selection with another end for the containers of what is deleted."""
        actions = (replace(action, removal=how) if action.removal else action for action in self.plan.actions)
        return replace(self, plan=replace(self.plan, actions=tuple(actions)))


def select(plan: Plan, ticked: Collection[str]) -> Selection:
    """See `Plan.select`."""
    for action_id in ticked:
        _refuse(plan, action_id, None)
    added: dict[str, str] = {}
    waiting = list(ticked)
    while waiting:
        needing = waiting.pop()
        for needed in plan.by_id[needing].requires:
            if needed in ticked or needed in added:
                continue
            _refuse(plan, needed, needing)
            added[needed] = needing
            waiting.append(needed)
    return Selection(plan, frozenset(ticked), added)


def _refuse(plan: Plan, action_id: str, needing: str | None) -> None:
    because = f"{needing} needs {action_id}" if needing else None
    action = plan.by_id.get(action_id)
    if action is None:
        raise SelectionError("no such action in this plan", where=action_id, why=because, hint="Plan again.")
    if action.blocked:
        raise SelectionError("the action is blocked", where=action_id, why=because or action.blocked)


def verb_towards(action: Action, direction: Direction) -> Verb:
    """What an action does to the side that changes: what is created in live would be deleted from the file."""
    return action.verb if direction == "live" else _TO_FILE.get(action.verb, action.verb)


_TO_FILE: Mapping[Verb, Verb] = {"create": "delete", "delete": "create"}
