"""An action's difference as rows, field by field: for the side-by-side and the unified view alike.

Rows are built with live on the left and the file on the right; `towards(rows, "file")` swaps them. All text is
neutral and masked. Whatever differs gives at least one row that is not context.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ksync_tui.model.kinds.fields import Table
from ksync_tui.model.plan import Action
from ksync_tui.model.secrets import NOTHING_KNOWN, Redactor
from ksync_tui.model.text import BadPairError, Pair, pairs
from ksync_tui.present.dump import lines as dumped
from ksync_tui.present.dump import scalar
from ksync_tui.present.fields import FieldView, fields_of, unchanged_count
from ksync_tui.present.lines import Spans, marks, pairings, stretches_of
from ksync_tui.present.mask import hides_value, rewritten
from ksync_tui.present.origin import WORDS, field_origins
from ksync_tui.present.text import count, neutral

RowKind = Literal["field", "entry", "context", "fold", "origin", "note"]
Sign = Literal["~", "+", "-", " "]

Entries = list[tuple[str, str]]
"""Key and text."""
Key = tuple[str, int]
"""A key and which of its occurrences."""

CONTEXT = 3
MOST_ROWS = 2_000
"""Rows of one field; what is beyond is counted, not shown."""
_MOST_MARKED = 400
_ONE_ROW = 48
"""Lists and tables up to this many characters take one row."""


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row: a field's heading or whole value (`field`), a changed entry or line of it (`entry`), an equal one
    (`context`), a stretch of equals (`fold`), which side moved (`origin`), a remark (`note`); these three on the left.

    `left_marks` and `right_marks` are the stretches of the text that differ; numbers are 1-based lines of a text field.
    """

    kind: RowKind
    sign: Sign
    left: str = ""
    right: str = ""
    left_marks: Spans = ()
    right_marks: Spans = ()
    left_number: int | None = None
    right_number: int | None = None
    field: str | None = None

    @property
    def changed(self) -> bool:
        """Whether the row shows a difference."""
        return self.sign != " " or self.kind == "note"


def diff(action: Action, redact: Redactor = NOTHING_KNOWN) -> tuple[DiffRow, ...]:
    """The rows of an action, in the order of export: a heading per field, lines or entries aligned, equal ones folded.

    `redact` replaces known secret values in texts (see `model.secrets.Redactor`). At most `MOST_ROWS`; `side_by_side`
    and `unified` of `present.views` lay them out.
    """
    if action.verb == "update" and not action.changes and action.proposed is not None:
        return tuple(_as_declared(action, redact))
    rows = list(bare_rows(action, redact))
    changed = [at for at, row in enumerate(rows) if row.sign == "~"]
    for at in changed[:_MOST_MARKED]:
        left_marks, right_marks = marks(rows[at].left, rows[at].right)
        rows[at] = replace(rows[at], left_marks=left_marks, right_marks=right_marks)
    if action.verb in ("update", "rename") and (same := unchanged_count(action)):
        rows.append(DiffRow("fold", " ", count(same, "unchanged field")))
    return tuple(rows)


def bare_rows(action: Action, redact: Redactor = NOTHING_KNOWN) -> Iterator[DiffRow]:
    """The same without marks, and without the count of unchanged fields at the end: quick, for many actions."""
    origins, shown = field_origins(action), False
    if action.old_name is not None:
        shown = True
        yield _pair("field", f"name = {scalar(action.old_name)}", f"name = {scalar(action.target.name)}", "name")
    for field in fields_of(action):
        shown = True
        yield from _field(_redacted(action, field, redact))
        if field.path in origins:
            yield DiffRow("origin", " ", f"{field.label}: {WORDS[origins[field.path]]}", field=field.path)
    if not shown:
        yield DiffRow("note", " ", _nothing_differs(action))


def _as_declared(action: Action, redact: Redactor) -> Iterator[DiffRow]:
    """All that is set of a resource that is live as it is declared, on both sides."""
    for row in bare_rows(replace(action, verb="create"), redact):
        yield row if row.kind == "note" else replace(row, sign=" ", left=row.right, left_number=row.right_number)


def _nothing_differs(action: Action) -> str:
    if action.verb in ("create", "delete"):
        return f"{action.target.kind} {neutral(action.target.name)}, all fields at their defaults"
    return f"no field differs: {neutral(action.reason)}"


def _redacted(action: Action, field: FieldView, redact: Redactor) -> FieldView:
    if redact is NOTHING_KNOWN or field.secret:
        return field
    if field.path == "value" and hides_value(action, redact):
        return replace(field, secret=True)
    current, proposed = (rewritten(side, lambda text, _: redact(text)) for side in (field.current, field.proposed))
    return replace(field, current=current, proposed=proposed)


def _field(field: FieldView) -> Iterator[DiffRow]:
    rows = list(_rows_of(field))
    if isinstance(field.current, str) and isinstance(field.proposed, str) and not any(row.changed for row in rows):
        rows = list(_lined(field, _lines_of(field.current), _lines_of(field.proposed), numbered=True))
    yield from rows
    if not any(row.changed for row in rows):
        yield DiffRow("note", " ", f"{field.label}: {_unseen(field)}", field=field.path)


def _unseen(field: FieldView) -> str:
    if isinstance(field.current, Table | list | dict):
        return "a masked value in it changed"
    return "differs in a way the text does not show"


def _rows_of(field: FieldView) -> Iterator[DiffRow]:
    current, proposed = field.current, field.proposed
    if field.secret:
        return _secret(field)
    if _how(field) == "pairs":
        return _paired(field)
    if _is_short(current) and _is_short(proposed):
        return _single(field)
    if _how(field) == "set" and _all_texts(current) and _all_texts(proposed):
        return _keyed(field, _as_entries(current), _as_entries(proposed))
    if isinstance(current, Table | list | dict) or isinstance(proposed, Table | list | dict):
        return _lined(field, _dumped(current), _dumped(proposed))
    return _lined(field, _lines_of(current), _lines_of(proposed), numbered=True)


def _is_short(side: Any) -> bool:
    if isinstance(side, str):
        return "\n" not in side.rstrip("\n")
    return not isinstance(side, Table | list | dict) or len(scalar(side)) <= _ONE_ROW


def _how(field: FieldView) -> str | None:
    return field.schema.compare.how if field.schema and field.schema.compare else None


def _dumped(side: Any) -> list[str]:
    return [] if side is None else dumped(side)


def _all_texts(side: Any) -> bool:
    return side is None or all(isinstance(entry, str) for entry in side)


def _secret(field: FieldView) -> Iterator[DiffRow]:
    left, right = (scalar(side, secret=True) if side is not None else "" for side in (field.current, field.proposed))
    row = _pair("field", _assigned(field, left), _assigned(field, right), field.path)
    if row.sign == " ":
        row = replace(row, sign="~")
    yield replace(row, right=f"{row.right} (changed)") if row.left == row.right else row


def _assigned(field: FieldView, shown: str) -> str:
    return f"{field.label} = {shown}" if shown else ""


def _single(field: FieldView) -> Iterator[DiffRow]:
    current, proposed = field.current, field.proposed
    if _how(field) == "set" and current and proposed:
        places = {str(entry): at for at, entry in enumerate(current)}
        proposed = sorted(proposed, key=lambda entry: places.get(str(entry), len(places)))
    left, right = (_assigned(field, _trimmed(side)) for side in (current, proposed))
    yield _pair("field", left, right, field.path)


def _trimmed(side: Any) -> str:
    return "" if side is None else scalar(side.rstrip("\n") if isinstance(side, str) else side)


def _heading(field: FieldView) -> DiffRow:
    sign: Sign = "+" if field.current is None else "-" if field.proposed is None else " "
    return DiffRow(
        "field", sign, "" if sign == "+" else field.label, "" if sign == "-" else field.label, field=field.path
    )


def _lined(field: FieldView, left: list[str], right: list[str], numbered: bool = False) -> Iterator[DiffRow]:
    """Values that have lines, compared line by line."""
    yield _heading(field)
    found = list(pairings(left, right))

    def row(at: int) -> DiffRow:
        one, other, same = found[at]
        texts = (None if one is None else left[one], None if other is None else right[other])
        made = _entry(*texts, same, field.path)
        return replace(made, left_number=_number(one), right_number=_number(other)) if numbered else made

    yield from _shown([pairing.same for pairing in found], row, field, "lines")


def _lines_of(text: Any) -> list[str]:
    bare = text.rstrip("\n") if isinstance(text, str) else ""
    return bare.split("\n") if bare else []


def _number(at: int | None) -> int | None:
    return None if at is None else at + 1


def _paired(field: FieldView) -> Iterator[DiffRow]:
    """Environments, labels, ports and volumes: entries aligned by key, however they are ordered."""
    try:
        left, right = pairs(field.current or ""), pairs(field.proposed or "")
    except BadPairError:
        return _lined(field, _lines_of(field.current), _lines_of(field.proposed))
    joint = " = " if field.schema and field.schema.form == "env_vars" else ": "
    return _keyed(field, _joined(left, joint), _joined(right, joint))


def _joined(entries: Sequence[Pair], joint: str) -> Entries:
    return [(entry.key, f"{entry.key}{joint}{entry.value}") for entry in entries]


def _as_entries(side: Any) -> Entries:
    return [(entry, scalar(entry)) for entry in side or ()]


def _keyed(field: FieldView, left: Entries, right: Entries) -> Iterator[DiffRow]:
    """Entries aligned by key; the order of both sides is kept as far as it can be."""
    yield _heading(field)
    ones, others = _numbered(left), _numbered(right)
    keys = list(_merged(list(ones), list(others)))

    def row(at: int) -> DiffRow:
        one, other = ones.get(keys[at]), others.get(keys[at])
        return _entry(one, other, one == other, field.path)

    yield from _shown([ones.get(key) == others.get(key) for key in keys], row, field, "entries")
    common_left, common_right = [key for key in ones if key in others], [key for key in others if key in ones]
    if _how(field) != "set" and common_left != common_right:
        yield DiffRow("note", " ", f"{field.label}: reordered", field=field.path)


def _numbered(entries: Entries) -> dict[Key, str]:
    """Keys made unique: a port may be published twice."""
    seen: Counter[str] = Counter()
    found = {}
    for key, text in entries:
        found[key, seen[key]] = text
        seen[key] += 1
    return found


def _merged(left: Sequence[Key], right: Sequence[Key]) -> Iterator[Key]:
    """Keys of both sides: the right order, with what only the left has after its last common neighbour."""
    common = set(right)
    after: dict[Key | None, list[Key]] = {}
    neighbour: Key | None = None
    for key in left:
        if key in common:
            neighbour = key
        else:
            after.setdefault(neighbour, []).append(key)
    yield from after.get(None, ())
    for key in right:
        yield key
        yield from after.get(key, ())


def _entry(left: str | None, right: str | None, same: bool, field: str) -> DiffRow:
    """A row of one entry or line of a field; None where a side has none."""
    one, other = ("" if text is None else f"  {neutral(text)}" for text in (left, right))
    if same:
        return DiffRow("context", " ", one, other, field=field)
    if left is None or right is None:
        return DiffRow("entry", "+" if left is None else "-", one, other, field=field)
    return DiffRow("entry", "~", one, other, field=field)


def _pair(kind: RowKind, left: str, right: str, field: str) -> DiffRow:
    """A row of one value: its sign follows from which sides are there."""
    left, right = neutral(left), neutral(right)
    if not left or not right:
        return DiffRow(kind, "+" if right else "-" if left else " ", left, right, field=field)
    if left == right:
        return DiffRow(kind, " ", left, right, field=field)
    return DiffRow(kind, "~", left, right, field=field)


def _shown(same: list[bool], row: Callable[[int], DiffRow], field: FieldView, noun: str) -> Iterator[DiffRow]:
    """Rows near a change; equal ones far from any become a fold. Only rows that are shown are made."""
    stretches = stretches_of(same, CONTEXT)
    for at, size in stretches[:MOST_ROWS]:
        if size > 1:
            yield DiffRow("fold", " ", f"  {size:,} unchanged {noun}", field=field.path)
        else:
            yield row(at)
    if (more := len(stretches) - MOST_ROWS) > 0:
        yield DiffRow("note", " ", f"  {count(more, 'more row')} of {field.label}", field=field.path)
