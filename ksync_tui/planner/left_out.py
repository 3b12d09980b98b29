"""What a sync's options leave out of what its source declares, in sentences (semantics c.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ksync_tui.model.plan import SyncOptions

if TYPE_CHECKING:
    from ksync_tui.model.resource import Declared
    from ksync_tui.planner.scope import Scope

_UNTAGGED = ("variable", "user_group")
_SWITCHES = {"variable": "include_variables", "user_group": "include_user_groups"}


def left_out(declared: Sequence[Declared], scope: Scope) -> Iterator[str]:
    """A sentence per option that leaves out something declared; what has no effect is not mentioned."""
    for kind, switch in _SWITCHES.items():
        number = sum(declaration.target.kind == kind for declaration in declared) if kind not in scope.kinds else 0
        if number:
            yield f"{_counted(number, kind)} declared, left out: {switch} is off{_how(switch, scope.options.name)}"
    others = [declaration for declaration in declared if declaration.target.kind not in _UNTAGGED]
    if others and not scope.options.include_resources:
        yield f"{_counted(len(others), 'resource')} declared, left out: include_resources is off"
    elif scope.tags:
        yield from _tagged(others, scope)


def _how(switch: str, sync: str) -> str:
    """The command that turns a switch on; a path has no settings."""
    return "" if sync.startswith("/") else f" (`ksync syncs edit {sync} --{switch.replace('_', '-')}`)"


def _counted(number: int, kind: str) -> str:
    noun = kind.replace("_", " ")
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _tagged(declared: Sequence[Declared], scope: Scope) -> Iterator[str]:
    out = [declaration for declaration in declared if not scope.tags <= set(declaration.tags)]
    if not out:
        return
    tags = ", ".join(scope.options.match_tags)
    every = "all of" if len(scope.tags) > 1 else "the tag"
    if len(out) == len(declared):
        yield f"{len(declared):,} declared, none has {every}: {tags}{_spelling(declared, scope.options)}"
    else:
        yield f"{len(out):,} of {len(declared):,} declared left out, without {every}: {tags}"


def _spelling(declared: Sequence[Declared], options: SyncOptions) -> str:
    """`; the files have Web`, where a tag is only written in another case."""
    known = {tag for declaration in declared for tag in declaration.tags}
    folded = {tag.casefold(): tag for tag in known}
    others = [folded[tag.casefold()] for tag in options.match_tags if tag not in known and tag.casefold() in folded]
    return f"; the files have {', '.join(others)}" if others else ""
