"""Settings files changed by ksync: comments and order stay, two writers wait for each other."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.errors import ConfigError
from ksync_tui.system.files import replace
from ksync_tui.system.lock import locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tomlkit import TOMLDocument


@contextmanager
def changing(
    file: Path, what: str = "the settings", check: Callable[[str], object] = lambda text: None
) -> Iterator[TOMLDocument]:
    """The file as tomlkit has it, written back afterwards; `check` raises for a text that must not be written.

    Raises ConfigError for a file that is not TOML or cannot be written.
    """
    from tomlkit import document, dumps, parse  # noqa: PLC0415 - only writing needs it
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415 - only writing needs it

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with locked(file.with_name(f"{file.name}.lock")):
            content = parse(file.read_text("utf-8")) if file.exists() else document()
            yield content
            text = dumps(content)
            check(text)
            real = file.resolve()
            replace(real, text.encode(), like=real if real.exists() else None)
    except TOMLKitError as error:
        raise ConfigError(f"{what} are not TOML", where=str(file), why=str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        hint = "Make the folder writable, or move it with KSYNC_HOME."
        raise ConfigError(f"{what} cannot be written", where=str(file), why=str(error), hint=hint) from error
