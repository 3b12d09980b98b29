"""What is chosen of an inventory is what changes, to the entry of a field; the rest stays pending; undo restores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import assume, note, reject
from hypothesis import strategies as st

from ksync_tui.engine.base import Engine
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.fields import schema
from ksync_tui.model.kinds.registry import KINDS, RUN_ORDER
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Declarations, Declared, Snapshot, Target
from ksync_tui.planner.plan import Planner
from ksync_tui.planner.selection import Prerequisites, narrowed, parts_of
from ksync_tui.planner.undo import undo
from ksync_tui.toml.export import export
from tests.campaigns.harness import Campaign, Check
from tests.contract.engines import Factory, core, create, embedded, emptied, nowhere
from tests.property.strategies import resources
from tests.property.test_plan import declared_of

LAB = SyncOptions("lab", delete=True)
ENGINES: Mapping[str, Factory] = {"embedded": embedded, "core": core}
KINDS_TRIED = sorted(set(KINDS) - {"resource_sync", "user_group"})
"""A sync without files takes no part; patterns of a group are turned into names by a Core."""
FATES = ("both", "both", "live", "declared")
STILL = "Still named by "
WRITES = ("create", "update", "delete")


@dataclass(frozen=True)
class Case:
    """An engine, what is live and what is declared there, and by what is chosen: a number for each thing to choose."""

    engine: str
    live: tuple[Declared, ...]
    declared: tuple[Declared, ...]
    choice: tuple[int, ...]

    def __repr__(self) -> str:
        live, declared = (
            export([(one.target, one.resource) for one in side], secrets=True) for side in (self.live, self.declared)
        )
        return f"{self.engine}, chosen by {self.choice}\n# live\n{live}\n# declared\n{declared}"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A few resources, each live, declared, or both and different."""
    things = draw(st.lists(st.tuples(st.sampled_from(KINDS_TRIED), st.sampled_from(FATES)), min_size=1, max_size=5))
    sides: dict[str, list[Declared]] = {"live": [], "declared": []}
    for at, (kind, fate) in enumerate(things):
        for side in ("live", "declared"):
            if fate in (side, "both"):
                there = _of_kinds(things, "both" if fate == "both" else side)
                sides[side].append(declared_of(*_named(draw, Target(kind, f"thing-{at}"), there)))
    choice = draw(st.lists(st.integers(0, 2**16), min_size=1, max_size=12))
    return Case(draw(st.sampled_from(sorted(ENGINES))), tuple(sides["live"]), tuple(sides["declared"]), tuple(choice))


def _of_kinds(things: Sequence[tuple[str, str]], side: str) -> dict[str, list[str]]:
    """The names, by kind, of what may be named: what stays, since a Core clears the name of what is deleted."""
    names: dict[str, list[str]] = {}
    for at, (kind, fate) in enumerate(things):
        if fate in ("both", side):
            names.setdefault(kind, []).append(f"thing-{at}")
    return names


def _named(draw: st.DrawFn, target: Target, there: Mapping[str, Sequence[str]]) -> tuple[Target, Resource]:
    """A resource whose config names nothing, or what is there: a Core takes no other references."""
    resource = draw(resources(target.kind)).model_copy(update={"name": target.name})
    config = getattr(resource, "config", None)
    if config is None:
        return target, resource
    named = {
        field.name: draw(st.sampled_from(["", *there.get(field.ref, ())]))
        for field in schema(type(config))
        if field.ref is not None and field.annotation is str
    }
    return target, resource.model_copy(update={"config": config.model_copy(update=named)})


CASES = cases()


def plan_of(engine: Engine, declared: Collection[Declared]) -> Plan:
    """What is pending; nothing can be deployed, since what runs is not what this is about."""
    return Planner().plan(
        Declarations(tuple(declared)), engine.snapshot(), LAB, engine=engine.name,
        capabilities=engine.capabilities, deploy_block=lambda *_: "no host here",
    )  # fmt: skip


def pending(plan: Plan) -> dict[str, frozenset[str]]:
    """The writes of a plan, each with the parts that can be chosen of it."""
    return {action.id: frozenset(parts_of(action)) for action in plan.actions if action.verb in WRITES}


class Choices:
    """Chooses by numbers, so that a smaller case chooses less."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self._numbers = numbers
        self._at = 0

    def of(self, things: Collection[str]) -> list[str]:
        """Some of these things."""
        number = self._numbers[self._at % len(self._numbers)]
        self._at += 1
        return [thing for at, thing in enumerate(sorted(things)) if number >> at % 16 & 1]


def chosen_of(plan: Plan, choices: Choices) -> tuple[Plan, list[str]]:
    """The plan narrowed to what is chosen, and the ticked ids."""
    open_ = pending(plan).keys() - Prerequisites(plan).refused.keys()
    ticked = choices.of(open_)
    parts = {each: frozenset(choices.of(pending(plan)[each])) for each in ticked if pending(plan)[each]}
    ticked = [each for each in ticked if parts.get(each, True)]
    return narrowed(plan, {each: chosen for each, chosen in parts.items() if chosen}), ticked


def fingerprints(snapshot: Snapshot) -> dict[Target, str]:
    """What is live, by its meaning."""
    return {target: live.fingerprint for target, live in snapshot.live.items()}


def check(engine: Engine, case: Case, counts: Counter[str]) -> None:
    """Makes what is live, chooses, carries out, plans again, takes back."""
    prepare(engine, case)
    before, plan = engine.snapshot(), plan_of(engine, case.declared)
    narrow, ticked = chosen_of(plan, Choices(case.choice))
    assume(ticked)
    selection = narrow.select(ticked)
    note(f"selected: {sorted(selection.ids)}")
    for action in selection:
        apply(engine, action)
    after = engine.snapshot()
    one, other = fingerprints(before), fingerprints(after)
    moved = {str(target) for target in one.keys() | other.keys() if one.get(target) != other.get(target)}
    chosen = {str(action.target) for action in selection if action.verb in WRITES}
    told = {name for action in selection for said in action.consequences for name in named_in(said)}
    assert moved <= chosen | told, f"changed without having been chosen: {sorted(moved - chosen - told)}"
    done = {action.id: frozenset(action.parts or parts_of(action)) for action in selection}
    assert_left(plan, plan_of(engine, case.declared), done)
    counts.update(action.verb for action in selection)
    back = undo(selection, selection.ids, after, keeps_deploy=engine.capabilities.keeps_deploy)
    take_back(engine, {target: known for target, known in one.items() if str(target) not in told - chosen}, back)


def named_in(consequence: str) -> list[str]:
    """Whom the confirmation of a delete says to be named still: a Core takes the name out there."""
    return consequence.removeprefix(STILL).split(", ") if consequence.startswith(STILL) else []


def prepare(engine: Engine, case: Case) -> None:
    """Empties the engine and makes what is live; what it refuses says nothing."""
    emptied(engine)
    for one in sorted(case.live, key=lambda one: RUN_ORDER.index(one.target.kind)):
        fields = one.resource.model_dump(mode="json", exclude={"name"}, exclude_unset=True)
        apply(engine, create(*one.target, **fields))


def apply(engine: Engine, action: Action) -> None:
    """Carries out an action; one that the engine refuses in words ends the case: it makes no promise."""
    try:
        engine.apply(action, nowhere)
    except EngineError:
        reject()


def assert_left(before: Plan, after: Plan, done: Mapping[str, frozenset[str]]) -> None:
    """The later plan has what the earlier had, less what was done."""
    expected = {
        each: parts - done.get(each, frozenset())
        for each, parts in pending(before).items()
        if each not in done or parts - done[each]
    }
    assert pending(after) == expected, f"pending {pending(after)}, expected {expected}"


def take_back(engine: Engine, before: Mapping[Target, str], back: Plan) -> None:
    """Carries out the inverse: all of this is as it was."""
    assert [action.blocked for action in back.actions if action.blocked] == []
    for action in back.actions:
        apply(engine, action)
    after = fingerprints(engine.snapshot())
    assert {target: after.get(target) for target in before} == before


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """Both engines, the Core in memory."""
    with ExitStack() as stack:
        engines = {}
        for name, factory in ENGINES.items():
            (folder / name).mkdir()
            engines[name] = stack.enter_context(factory(folder / name)).acting_for("lab")
        yield lambda case: check(engines[case.engine], case, counts)


CAMPAIGN = Campaign("exactness", "choices of random inventories are what changes, on both engines", CASES, opened)
