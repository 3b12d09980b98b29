"""A table's text changed so that it means another table: only the keys whose meaning differs are touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, canonical, schema
from ksync_tui.model.kinds.user_group import Permission
from ksync_tui.toml import render
from ksync_tui.toml.keys import BlockKeys, InlineKeys, Keys, exactly, spelling
from ksync_tui.toml.plain import Plain, differing, plain_value
from ksync_tui.toml.strings import changed_string, merged_list, merged_pairs, read_value, same_end
from ksync_tui.toml.syntax import Chunk, Inside, Names

_FREE_END = ("env_vars", "labels", "conversions", "term_signal_labels", "file_contents")


def change_table(keys: Keys, path: Names, old: Table, new: Table) -> None:
    """Makes the keys at `path`, which mean `old`, mean `new`."""
    before: list[str] = []
    for field in schema(type(new)):
        given, wanted = old.__dict__[field.name], new.__dict__[field.name]
        if field.name in new.unmanaged():
            _take_out(keys, path, field, needed=field.name in old.unmanaged())
        elif field.canonical(given) != field.canonical(wanted):
            _change(keys, path, field, given, wanted, before)
        before += field.accepted
    if isinstance(new, Choice) and keys.under(path) and not keys.under((*path, "params")):
        keys.insert(path, [("params", "{}")], ("type",))


def _take_out(keys: Keys, path: Names, field: FieldSchema, *, needed: bool) -> None:
    """A field that the new resource leaves to live is not written, unless the old one left it too."""
    written = spelling(keys, path, field.accepted)
    if written is not None and not needed:
        keys.remove((*path, written))


def _change(keys: Keys, path: Names, field: FieldSchema, old: Any, new: Any, before: Sequence[str]) -> None:
    written = spelling(keys, path, field.accepted)
    if written is None:
        if field.name == "config" and isinstance(keys, BlockKeys) and not _other_choice(old, new):
            change_table(keys, (*path, field.key), old, new)
            return
        _put_in(keys, path, field, new, before)
        return
    below = (*path, written)
    found = exactly(keys, below)
    if found is not None and _is_default(field, new):
        keys.remove(below)
    elif found is not None:
        found.value = changed_value(found.value, field, old, new)
    elif isinstance(new, Table) and not _other_choice(old, new):
        change_table(keys, below, old, new)
    elif isinstance(new, Mapping) and isinstance(old, Mapping):
        _change_entries(keys, below, old, new)
    elif isinstance(keys, BlockKeys) and keys.elements(below):
        _change_elements(keys, below, old, new)
    else:
        keys.remove(below)
        _put_in(keys, path, field, new, before)


def _is_default(field: FieldSchema, value: Any) -> bool:
    return not field.required and field.canonical(value) == field.canonical(field.default)


def _other_choice(old: Any, new: Any) -> bool:
    """Whether a choice changed its type: then its params are others, all of them."""
    return isinstance(new, Choice) and old.type != new.type


def _put_in(keys: Keys, path: Names, field: FieldSchema, new: Any, before: Sequence[str]) -> None:
    if _is_default(field, new):
        return
    if isinstance(keys, BlockKeys) and field.table is not None and field.many and field.key == "stage":
        for stage in new:
            keys.insert_element((*path, field.key), keys.elements((*path, field.key)), _entries(stage))
        return
    keys.insert(path, list(render.dotted({field.key: plain_of(new, field)}, inside=keys.inside)), before)


def plain_of(value: Any, field: FieldSchema | None = None) -> Any:
    """A value as export writes it where it stands: a config only as far as it differs from the default."""
    if isinstance(value, Table) and field is not None and field.name == "config":
        return differing(value, secrets=True)
    if isinstance(value, Permission) and not value.specific:
        return value.level
    if isinstance(value, Mapping):
        return {name: plain_of(entry) for name, entry in value.items()}
    return plain_value(value, secrets=True)


def _entries(table: Table) -> list[tuple[str, str]]:
    plain: Plain = plain_value(table, secrets=True)
    return list(render.dotted(plain, inside=False))


def _change_entries(keys: Keys, path: Names, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """The entries of a mapping: each is a key of its own."""
    for name in old.keys() - new.keys():
        keys.remove((*path, name))
    for name, wanted in new.items():
        if name in old and _means(old[name]) == _means(wanted):
            continue
        found = exactly(keys, (*path, name))
        text = render.inline(plain_of(wanted))
        if found is not None:
            found.value = text
            continue
        keys.remove((*path, name))
        keys.insert(path, [(render.key(name), text)], list(old))


def _change_elements(keys: BlockKeys, path: Names, old: Sequence[Table], new: Sequence[Table]) -> None:
    """Elements that have a header each. From the last to the first, so that numbers stay right."""
    for tag, low, high, first, last in reversed(_opcodes(old, new)):
        if tag == "equal":
            continue
        both = min(high - low, last - first)
        for at in range(low + both, high):
            keys.remove((*path, at))
        for element in reversed(new[first + both : last]):
            keys.insert_element(path, high, _entries(element))
        for step in range(both):
            change_table(keys, (*path, low + step), old[low + step], new[first + step])


def _means(value: Any) -> Any:
    return canonical(value) if isinstance(value, Table) else value


def _opcodes(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[str, int, int, int, int]]:
    was, wanted = ([repr(_means(entry)) for entry in side] for side in (old, new))
    return list(SequenceMatcher(None, was, wanted, autojunk=False).get_opcodes())


def changed_value(text: str, field: FieldSchema | None, old: Any, new: Any) -> str:
    """A value's text with another meaning, in the form it has where that can hold it."""
    raw = read_value(text)
    if isinstance(new, Table) and isinstance(raw, dict) and not _other_choice(old, new):
        keys = InlineKeys(text)
        change_table(keys, (), old, new)
        return keys.text
    if isinstance(new, list) and isinstance(raw, list) and len(raw) == len(old):
        return _changed_list(text, field, old, new)
    if isinstance(raw, str) and isinstance(new, str):
        return changed_string(text, _merged(raw, field, new))
    if isinstance(raw, str) and isinstance(new, list) and all(isinstance(entry, str) for entry in new):
        return _changed_text_list(text, raw, new)
    plain = plain_of(new)
    return render.listed(plain) if isinstance(plain, list) and plain else render.inline(plain)


def _merged(raw: str, field: FieldSchema | None, new: str) -> str:
    if field is None or field.form not in _FREE_END:
        return new
    if field.compare is not None and field.compare.how == "pairs":
        new = merged_pairs(raw, new)
    return same_end(raw, new)


def _changed_text_list(text: str, raw: str, new: list[str]) -> str:
    merged = merged_list(raw, new)
    return render.listed(new) if merged is None else changed_string(text, merged)


def _changed_list(text: str, field: FieldSchema | None, old: list[Any], new: list[Any]) -> str:
    """Elements that stay keep their place, their spelling and their comments."""
    inside = Inside.of(text)
    if field is not None and field.compare is not None and field.compare.how == "set":
        new = [entry for entry in old if entry in new] + [entry for entry in new if entry not in old]
    chunks: list[Chunk] = []
    for tag, low, high, first, last in _opcodes(old, new):
        kept, entries = inside.chunks[low:high], new[first:last]
        if tag != "equal":
            kept = kept[: len(entries)]
            for chunk, was, entry in zip(kept, old[low:high], entries, strict=False):
                chunk.value = _changed_element(chunk.value, was, entry)
            kept += [
                Chunk(inside.lead_for_new(), "", render.element(plain_of(entry))) for entry in entries[len(kept) :]
            ]
        chunks += kept
    inside.chunks = chunks
    return inside.text


def _changed_element(text: str, old: Any, new: Any) -> str:
    return changed_value(text, None, old, new) if isinstance(new, Table) else render.element(plain_of(new))
