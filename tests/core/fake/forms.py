"""The input forms of text fields (resources.json `input_forms`): what is stored when a list or a text is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.core.fake.errors import UnreadableError

AS_IT_IS = object()
"""The form leaves the value to its type."""


def string_list(given: Any, path: str) -> Any:
    """A text is cut at newlines and commas, comments go; a list is taken as is."""
    if not isinstance(given, str):
        return AS_IT_IS
    lines = [line.strip() for line in given.splitlines()]
    kept = [line.split(" #")[0] for line in lines if line and not line.startswith("#")]
    return [piece.strip() for line in kept for piece in line.split(",") if piece.strip()]


def _text(left: str, right: str, sign: str, struct: str) -> Callable[[Any, str], Any]:
    def read(given: Any, path: str) -> Any:
        if isinstance(given, str):
            return given + "\n" if given and not given.endswith("\n") else given
        if not isinstance(given, list):
            return AS_IT_IS
        pairs = [_pair(entry, left, right, struct, f"{path}[{number}]") for number, entry in enumerate(given)]
        return "".join(f"  {name}{sign}{held}\n" for name, held in pairs)

    return read


def _pair(entry: Any, left: str, right: str, struct: str, path: str) -> tuple[str, str]:
    if not isinstance(entry, dict):
        shown = f'string "{entry}"' if isinstance(entry, str) else str(entry)
        raise UnreadableError(path, f"invalid type: {shown}, expected struct {struct}")
    for key in (left, right):
        if key not in entry:
            raise UnreadableError(path, f"missing field `{key}`")
    return str(entry[left]), str(entry[right])


def file_contents(given: Any, path: str) -> Any:
    """Trailing whitespace goes, one newline is added."""
    if not isinstance(given, str):
        return AS_IT_IS
    return given.rstrip() + "\n" if given.rstrip() else ""


def item_or_vec(given: Any, path: str) -> Any:
    """A lone table becomes a list; only here null is refused."""
    if given is None:
        raise UnreadableError(path, "invalid type: null, expected object or Vec<object>")
    if isinstance(given, dict):
        from tests.core.fake.accept import value

        return [value("ImageRegistryConfig", given, path)]
    return AS_IT_IS


FORMS: dict[str, Callable[[Any, str], Any]] = {
    "string_list": string_list,
    "env_vars": _text("variable", "value", " = ", "EnvironmentVar"),
    "labels": _text("variable", "value", ": ", "EnvironmentVar"),
    "conversions": _text("local", "container", ": ", "Conversion"),
    "term_signal_labels": _text("signal", "label", ": ", "TerminationSignalLabel"),
    "file_contents": file_contents,
    "item_or_vec": item_or_vec,
}
