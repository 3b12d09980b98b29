"""Where in its file a field of a declared resource is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import SourceLocation
from ksync_tui.toml import locations
from ksync_tui.toml.spelling import spelled

if TYPE_CHECKING:
    from ksync_tui.model.resource import Declared


def place_of(declared: Declared, path: tuple[str | int, ...]) -> SourceLocation:
    """The line and column of a path of field names: of the nearest table above it, where it is not written itself.

    Of a resource in a file that was read whole (see reader), only its own place is known.
    """
    place = declared.place
    if not declared.text:
        return place
    kind = KINDS[declared.target.kind]
    line, column = locations.locate(declared.text, ((kind.name, kind.plural), 0, *spelled(kind.model, path)))
    return SourceLocation(place.file, place.line + line - 1, column, place.last)
