"""What is wrong with declarations as a whole: dangling names, `after` that cannot be kept (architecture rule 3).

Pure; where a reference stands in its file is asked of whoever knows the text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import replace

from ksync_tui.model.references import after_cycles, resolve_after
from ksync_tui.model.resource import Declarations, Declared, Problem, Snapshot, SourceLocation, Target
from ksync_tui.model.rules import Rule

PlaceOf = Callable[[Declared, tuple[str | int, ...]], SourceLocation]
"""Where a path of field names stands in a declared resource's file."""

NAMED = 5


def check(declarations: Declarations, live: Container[Target], place_of: PlaceOf) -> Declarations:
    """The declarations with the problems of their references added, and those that an error touches blocked.

    A reference to something neither declared nor live is a warning: the thing may have been made by hand elsewhere.
    An unknown name in `after` and a cycle of `after` are errors: they block the resources they touch and no others.
    """
    declared = {resource.target: resource for resource in declarations.resources}
    broken = {broken.target for broken in declarations.broken if broken.target}
    dangling = list(_dangling(declarations, {*declared, *broken}, live, place_of))
    waiting = [resource for resource in declarations.resources if resource.after]
    faults = [
        *_unknown_after(waiting, {*declared, *broken}, live, place_of),
        *_cycles(waiting, declared, live, place_of),
    ]
    if not dangling and not faults:
        return declarations
    blocked = {problem.target: problem.message for problem in reversed(faults)}
    return replace(
        declarations,
        resources=tuple(_blocked(resource, blocked.get(resource.target)) for resource in declarations.resources),
        problems=(*declarations.problems, *dangling, *faults),
    )


def silent_hosts(declared: Mapping[Target, Declared], snapshot: Snapshot) -> Iterator[Problem]:
    """A warning per server whose Docker host did not answer: nothing is known of what runs there, nor deployed."""
    for server, why in snapshot.unreachable.items():
        target = Target("server", server)
        naming = (
            declaration
            for declaration in declared.values()
            if any(target == named.target for named in declaration.references)
        )
        declaration = declared.get(target) or next(naming, None)
        place = declaration.place if declaration else SourceLocation(str(target), 1)
        message = f"the Docker host of server '{server}' does not answer, so states there are unknown: {why}"
        yield Problem(Rule.UNREACHABLE_HOST, "warning", place, message, "`ksync doctor` looks at every host", target)


def _blocked(declared: Declared, why: str | None) -> Declared:
    return replace(declared, blocked=why) if why and not declared.blocked else declared


def _dangling(
    declarations: Declarations, declared: Collection[Target], live: Container[Target], place_of: PlaceOf
) -> Iterator[Problem]:
    """A warning per name that leads nowhere, however many resources have it."""
    naming: dict[Target, list[tuple[Declared, SourceLocation]]] = {}
    for resource in declarations.resources:
        for reference in resource.references:
            if reference.target not in declared and reference.target not in live:
                naming.setdefault(reference.target, []).append((resource, place_of(resource, reference.path)))
    for (kind, name), found in naming.items():
        first, place = found[0]
        message = f"{first.target} names {kind} {name!r}, which is neither declared nor live"
        places = tuple(at for _, at in found) if len(found) > 1 else ()
        if places:
            message = f"{kind} {name!r} is neither declared nor live; named in {_places(places)}"
        hint = f'add [[{kind}]] with name = "{name}", or correct the name'
        yield Problem(Rule.UNKNOWN_REFERENCE, "warning", place, message, hint, first.target, places)


def _places(places: Sequence[SourceLocation]) -> str:
    named = ", ".join(f"{place.file}:{place.line}" for place in places[:NAMED])
    more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
    return f"{len(places)} places: {named}{more}"


def _unknown_after(
    waiting: list[Declared], declared: Collection[Target], live: Container[Target], place_of: PlaceOf
) -> Iterator[Problem]:
    for queued in waiting:
        for name in queued.after:
            if resolve_after(name, queued.target, declared, live) is None:
                message = f"{queued.target} waits for {name!r}, which is neither a deployment nor a stack"
                hint = "correct the name in `after`, or declare it"
                place = place_of(queued, ("after",))
                yield Problem(Rule.UNKNOWN_AFTER, "error", place, message, hint, queued.target)


def _cycles(
    waiting: list[Declared], declared: dict[Target, Declared], live: Container[Target], place_of: PlaceOf
) -> Iterator[Problem]:
    for cycle in after_cycles({queued.target: queued.after for queued in waiting}, declared, live):
        names = [str(target) for target in cycle]
        around = " -> ".join([*names[:NAMED], *(["..."] if len(names) > NAMED else []), names[0]])
        for target in cycle:
            place = place_of(declared[target], ("after",))
            message = f"`after` forms a cycle: {around}"
            yield Problem(Rule.AFTER_CYCLE, "error", place, message, "remove one of them", target)
