"""Tables as the text of `toml_pretty`: flattened keys, lists, backslashes bare (semantics d, h.7)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]

INLINE = 30
"""The summed length up to which a list stays in one line."""


def lines(table: Json, prefix: str = "", keep_empty: bool = False) -> str:
    """The lines of a table; a first key that is left out leaves an empty line behind."""
    text = ""
    for number, (key, held) in enumerate(_flat(table, prefix, keep_empty)):
        if held == "":
            continue
        text += ("\n" if number else "") + f"{key} = {value(held, keep_empty)}"
    return text


def _flat(table: Json, prefix: str, keep_empty: bool) -> Iterator[tuple[str, Any]]:
    for key, held in table.items():
        if held is None or (held == {} and not keep_empty):
            continue
        if isinstance(held, dict) and held:
            yield from _flat(held, f"{prefix}{key}.", keep_empty)
        else:
            yield f"{prefix}{key}", held


def value(held: Any, keep_empty: bool = False, in_table: bool = False) -> str:
    """One value; a list inside an inline table stays in its line."""
    if isinstance(held, str):
        return _text(held)
    if isinstance(held, list):
        return _list([value(entry, keep_empty) for entry in held], in_table)
    if isinstance(held, dict):
        return inline(held, keep_empty)
    return json.dumps(held)


def _text(held: str) -> str:
    if "\n" in held:
        return f'"""\n{held}"""'
    escaped = held.replace('"', '\\"')
    return f'"{escaped}"'


def inline(table: Json, keep_empty: bool = False) -> str:
    """A table in one line."""
    if not table:
        return "{}"
    shown = (f"{key} = {value(held, keep_empty, True)}" for key, held in _flat(table, "", keep_empty) if held != "")
    return "{ " + ", ".join(shown) + " }"


def _list(entries: list[str], in_table: bool) -> str:
    if in_table or sum(len(entry) for entry in entries) <= INLINE:
        return "[" + ", ".join(entries) + "]"
    return "[\n" + ",\n".join(f"  {entry}" for entry in entries) + "\n]"


def joined(blocks: Iterable[str]) -> str:
    """Blocks as one file; no newline at the end."""
    return "\n\n##\n\n".join(blocks)
