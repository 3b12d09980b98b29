"""Both directions of a plan in one list: of each difference the file's side is taken, live's side, or neither."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self

from ksync_tui.model.plan import SIGNS as VERB_SIGNS
from ksync_tui.model.plan import Direction, Plan
from ksync_tui.present.directions import OTHER, OTHER_WAY, to_file, turned
from ksync_tui.present.entries import ReviewEntry, line_of
from ksync_tui.present.rows import Group, Line, PartEntry
from ksync_tui.present.ticks import Ticks

Box = Literal["[>]", "[<]", "[~]", "[ ]", "[.]", "[i]", " x ", "   "]
"""To live, to file, some of what is under it, neither, needed by a chosen one, ignored, cannot be chosen; as declared,
where there is nothing to choose."""

SIGNS: Mapping[Direction, Box] = {"live": "[>]", "file": "[<]"}
CHOSEN = (*SIGNS.values(), "[~]", "[.]")
REFUSED = {"[i]": "This is ignored: stop ignoring it first.", "   ": "Nothing to choose: it is as declared."}
_TICKED = ("[x]", "[~]")


@dataclass(frozen=True)
class Choices:
    """The ticks of both directions; nothing is ticked in both. Ids are those of the direction that is `shown`."""

    ticks: Mapping[Direction, Ticks]
    shown: Direction = "live"
    note: str | None = None
    """What else came of the last change."""

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Nothing chosen of a plan yet."""
        return cls({"live": Ticks(plan), "file": Ticks(to_file(plan))})

    def mark(self, action_id: str) -> Box:
        """The box in front of an action."""
        return self._box({way: ticks.mark(self._id(action_id, way)) for way, ticks in self.ticks.items()})

    def part_mark(self, action_id: str, part: str) -> Box:
        """The box in front of a part of an update."""
        return self._box({way: ticks.part_mark(self._id(action_id, way), part) for way, ticks in self.ticks.items()})

    def _box(self, marks: Mapping[Direction, str]) -> Box:
        ways = [way for way, mark in marks.items() if mark in _TICKED]
        if len(ways) == 1 and marks[ways[0]] == "[x]":
            return SIGNS[ways[0]]
        if ways:
            return "[~]"
        if "[.]" in marks.values():
            return "[.]"
        return " x " if marks[self.shown] == " x " else "[ ]"

    def reason(self, entry: ReviewEntry) -> str:
        """The reason shown; where only parts are chosen, which of them go where."""
        if entry.deploy and self.mark(entry.id) == "[.]":
            return self._reason_with_deploy(entry)
        said = {
            way: self.ticks[way].reason(replace(entry, id=self._id(entry.id, way)))
            for way in SIGNS
            if self.ticks[way].mark(self._id(entry.id, way)) == "[~]"
        }
        if len(said) < 2:
            return next(iter(said.values()), None) or self.ticks[self.shown].reason(entry)
        return "; ".join(f"{SIGNS[way][1]} {words.removeprefix('only ')}" for way, words in said.items())

    def _reason_with_deploy(self, entry: ReviewEntry) -> str:
        """Why a row comes along: for its deploy, so what counts is why that does."""
        if self.mark(entry.deploy) != "[.]":
            return entry.reason
        return self.ticks[self.shown].reason(replace(entry, id=entry.deploy))

    def row(self, entry: ReviewEntry) -> ReviewEntry:
        """An entry as it reads with what is chosen: what goes out of one side would come into the other."""
        if entry.ignored or entry.unchanged:
            return entry
        way, verb = OTHER[self.shown], OTHER_WAY.get(entry.verb)
        if verb is None or self.mark_of(entry) != SIGNS[way]:
            return replace(entry, reason=self.reason(entry))
        action = self.ticks[way].plan.by_id[self._id(entry.id, way)]
        return replace(entry, verb=verb, sign=VERB_SIGNS[verb] + entry.sign[1:], reason=line_of(action))

    def count(self, group: Group) -> int:
        """How many entries of a group are chosen, those that come along included."""
        return len(group.ids & self._chosen)

    @cached_property
    def _chosen(self) -> frozenset[str]:
        """The ids of all that is chosen or comes along, in the direction that is shown."""
        shown, other = self.ticks[self.shown].selection, self.ticks[OTHER[self.shown]].selection
        return shown.ids.union(map(turned, other.ids))

    @property
    def totals(self) -> str:
        """`8 pending · 6 ticked`, what is ticked in the direction that is not shown, and how much is ignored."""
        other, ignored = len(self.ticks[OTHER[self.shown]].selection), len(self.ticks["live"].plan.ignored)
        more = f" · {other:,} to {OTHER[self.shown]}" if other else ""
        return f"{self.ticks[self.shown].totals}{more}{f' · {ignored:,} ignored' if ignored else ''}"

    def mark_of(self, line: Line) -> str:
        """The box of a line; a heading has none."""
        match line:
            case PartEntry():
                return "[i]" if line.ignored else self.part_mark(line.id, line.part)
            case ReviewEntry(unchanged=True):
                return "   "
            case ReviewEntry(pair=pair) if pair:
                return self._pair_mark(pair)
            case ReviewEntry():
                return "[i]" if line.ignored else self._row_mark(line)
            case Group():
                return ""

    def toggle_line(self, line: Line, way: Direction) -> Choices:
        """Chooses a direction for what is on a line, or none where it has one; for a heading the one that is shown."""
        if refused := REFUSED.get(self.mark_of(line)):
            return replace(self, note=refused)
        match line:
            case PartEntry():
                return self.toggle_part(line.id, line.part, way)
            case ReviewEntry():
                return self._toggle_row(line, way)
            case Group():
                return self.toggle_all(line.pending)

    def take(self, line: Line, way: Direction) -> Choices:
        """Takes one side for what is on a line, or under a heading."""
        if refused := REFUSED.get(self.mark_of(line)):
            return replace(self, note=refused)
        match line:
            case PartEntry():
                return self.choose_part(line.id, line.part, way)
            case ReviewEntry():
                return self._choose_row(line, way)
            case Group():
                return self.choose_all(line.pending, way)

    def _pair_mark(self, pair: tuple[str, ...]) -> Box:
        """The box of a likely rename that is not planned: chosen for the files, or some of what it stands for."""
        marks = {self.mark(action_id) for action_id in pair}
        return "[<]" if marks == {"[<]"} and len(pair) > 1 else "[~]" if marks & {*CHOSEN} else "[ ]"

    def rename_in_files(self, pair: tuple[str, ...]) -> Choices:
        """Takes live's name into the files for a likely rename: both of what it stands for, or neither again."""
        if len(pair) < 2:
            return replace(
                self, note="The name in the files stays: this sync does not look at what it does not declare."
            )
        if self._pair_mark(pair) == "[<]":
            return self._drop(pair[0])._drop(pair[1])
        found = self
        for action_id in pair:
            found = found.choose(action_id, "file")
        return found

    def _row_mark(self, entry: ReviewEntry) -> Box:
        """The box of a row: that of its action, as far as the deploy that it stands for goes the same way."""
        own, deploy = self.mark(entry.id), self.mark(entry.deploy) if entry.deploy else " x "
        if own == "[>]":
            return "[~]" if deploy == "[ ]" else own
        if deploy not in CHOSEN or own == "[~]":
            return own
        return ("[>]" if deploy == "[>]" else own) if own == "[.]" else "[~]"

    def _toggle_row(self, entry: ReviewEntry, way: Direction) -> Choices:
        """The same as `toggle` for all that a row stands for."""
        mark = self._row_mark(entry)
        if not entry.deploy or mark == "[.]":
            return self.toggle(entry.id, way)
        return self._drop(entry.deploy)._drop(entry.id) if mark in SIGNS.values() else self._choose_row(entry, way)

    def _choose_row(self, entry: ReviewEntry, way: Direction) -> Choices:
        """Takes one side for all that a row stands for; a file holds no deploys."""
        chosen = self.choose(entry.id, way)
        if not entry.deploy or way == "file" or chosen.mark(entry.deploy) == " x ":
            return chosen
        both = chosen.choose(entry.deploy, way)
        return replace(both, note="; ".join(filter(None, (chosen.note, both.note))) or None)

    def toggle(self, action_id: str, way: Direction) -> Choices:
        """Chooses a direction for an action, or neither where it has one."""
        if self.mark(action_id) in SIGNS.values():
            return self._drop(action_id)
        if self.mark(action_id) == "[.]":
            return self._with(self.shown, lambda ticks, own: ticks.toggle(own), action_id)
        return self.choose(action_id, way)

    def toggle_part(self, action_id: str, part: str, way: Direction) -> Choices:
        """The same for a part of an update."""
        chosen = next((way for way in self.ticks if self._takes(way, action_id, part)), way)
        return self._with(chosen, lambda ticks, own: ticks.toggle_part(own, part), action_id)

    def choose(self, action_id: str, way: Direction) -> Choices:
        """Takes one side for an action, whatever was chosen for it before."""
        return self._with(way, lambda ticks, own: ticks.tick(own), action_id)

    def choose_part(self, action_id: str, part: str, way: Direction) -> Choices:
        """Takes one side for a part of an update."""
        if self._takes(way, action_id, part):
            return self
        return self._with(way, lambda ticks, own: ticks.toggle_part(own, part), action_id)

    def choose_all(self, entries: Iterable[ReviewEntry], way: Direction) -> Choices:
        """Takes one side for a whole group; deletes are left out, and the note says so."""
        among = [self._id(action_id, way) for entry in entries for action_id in entry.ids]
        return self._now(way, self.ticks[way].all([found for found in among if found in self.ticks[way].plan.by_id]))

    def toggle_all(self, entries: Iterable[ReviewEntry]) -> Choices:
        """Chooses the direction that is shown for a whole group, or neither where all have it."""
        return self._now(self.shown, self.ticks[self.shown].toggle_all(entries))

    def all(self, among: Collection[str] | None = None) -> Choices:
        """The direction that is shown for everything but deletes, of all or `among` some."""
        return self._now(self.shown, self.ticks[self.shown].all(among))

    def none(self) -> Choices:
        """Nothing chosen."""
        return replace(self, ticks={way: ticks.none() for way, ticks in self.ticks.items()}, note=None)

    def _id(self, action_id: str, way: Direction) -> str:
        return action_id if way == self.shown else turned(action_id)

    def _takes(self, way: Direction, action_id: str, part: str) -> bool:
        return self.ticks[way].part_mark(self._id(action_id, way), part) == "[x]"

    def _with(self, way: Direction, change: Callable[[Ticks, str], Ticks], action_id: str) -> Choices:
        own = self._id(action_id, way)
        if own not in self.ticks[way].plan.by_id:
            why = "a file holds no deploys or renames, and no difference in texts"
            return replace(self, note=f"That cannot go to {way}: {why}.")
        return self._now(way, change(self.ticks[way], own))

    def _drop(self, action_id: str) -> Choices:
        ticks = {way: ticks.untick(self._id(action_id, way)) for way, ticks in self.ticks.items()}
        return replace(self, ticks=ticks, note=next((way.note for way in ticks.values() if way.note), None))

    def _now(self, way: Direction, ticks: Ticks) -> Choices:
        """Other ticks in one direction; what it has now, the other direction has no longer."""
        other = self.ticks[OTHER[way]]
        notes = [ticks.note]
        for action_id in sorted(ticks.selection.ids) if other.ticked else ():
            back, parts = turned(action_id), ticks.parts.get(action_id)
            if back in other.selection.ids:
                other = other.without_parts(back, parts) if parts else other.untick(back)
                notes.append(other.note)
        note = "; ".join(filter(None, notes)) or None
        return replace(self, ticks={way: ticks, OTHER[way]: other}, note=note)
