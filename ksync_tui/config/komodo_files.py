"""The configuration files of Komodo CLI (semantics j): which there are, and what is written in each."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import tomli

from ksync_tui.errors import ConfigError
from ksync_tui.model.text import lines_of

_INCLUDE = ".kminclude"
_KEYWORDS = "*komodo.cli*.*"
_TYPES = (".toml", ".yaml", ".yml", ".json")
_MOST_NESTED = 100
_HINT = "Repair it: Komodo CLI cannot read it either."


@dataclass(frozen=True, slots=True)
class File:
    """One file of Komodo CLI."""

    path: Path
    foreign: bool
    """Whether it was found in the current folder, which may be a clone of somebody else's repository."""


def files(environ: Mapping[str, str]) -> tuple[File, ...]:
    """The files in the order they are laid over each other; one that is reached twice counts where it is last.

    Raises ConfigError for a folder or a list of includes that cannot be read.
    """
    try:
        return tuple(_files(environ))
    except OSError as error:
        raise _broken(Path(error.filename or "."), error.strerror) from error


def _files(environ: Mapping[str, str]) -> Iterable[File]:
    keywords = _words(environ, "KOMODO_CLI_CONFIG_KEYWORD", (_KEYWORDS,))
    found: dict[Path, File] = {}
    for root, foreign in _roots(environ):
        for path in _below(root, keywords, frozenset()):
            before = found.pop(path.resolve(), None)
            found[path.resolve()] = File(path, foreign and (before is None or before.foreign))
    return found.values()


def read(file: File, environ: Mapping[str, str]) -> Mapping[str, Any]:
    """What is written in the file, with `${NAME}` replaced from the environment, except in a foreign file.

    Raises ConfigError, which shows nothing of the file.
    """
    try:
        values = _parsed(file.path)
        filled = values if file.foreign else _filled(values, environ)
    except OSError as error:
        raise _broken(file.path, error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise _broken(file.path, f"it is not {file.path.suffix[1:].upper()}{_line(error)}") from error
    if not isinstance(filled, dict | None):
        raise _broken(file.path, "it is not a table of settings")
    return filled or {}


def _roots(environ: Mapping[str, str]) -> Iterator[tuple[Path, bool]]:
    if paths := _words(environ, "KOMODO_CLI_CONFIG_PATH", ()):
        yield from ((_meant(path), False) for path in paths)
        return
    if home := environ.get("HOME"):
        yield Path(home, ".config", "komodo"), False
    yield Path.cwd(), True


def _words(environ: Mapping[str, str], name: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    """A comma list under either of its two names, such as KOMODO_CLI_CONFIG_PATHS and KOMODO_CLI_CONFIG_PATH."""
    text = environ.get(f"{name}S") or environ.get(name) or ""
    return tuple(word.strip() for word in text.split(",") if word.strip()) or usual


def _below(path: Path, keywords: tuple[str, ...], visiting: frozenset[Path]) -> Iterator[Path]:
    """The files of a path: itself, or those of a folder and then what its includes list, which may list it again."""
    if path.is_file():
        yield path
    if not path.is_dir() or (folder := path.resolve()) in visiting:
        return
    yield from _matching(folder, keywords)
    for included in _included(folder):
        yield from _below(included, keywords, visiting | {folder})


def _matching(folder: Path, keywords: tuple[str, ...]) -> list[Path]:
    """The files whose name a keyword matches; those of a later keyword are laid over those of an earlier one."""
    paths = [path for path in folder.iterdir() if path.suffix.lower() in _TYPES and path.is_file()]
    ranked = [(ranks[-1], path) for path in paths if (ranks := _ranks(path.name, keywords))]
    return [path for _, path in sorted(ranked)]


def _ranks(name: str, keywords: tuple[str, ...]) -> list[int]:
    return [rank for rank, keyword in enumerate(keywords) if fnmatchcase(name, keyword)]


def _included(folder: Path) -> list[Path]:
    try:
        lines = lines_of((folder / _INCLUDE).read_text("utf-8"))
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise _broken(folder / _INCLUDE, "it is not text") from error
    words = (line.partition("#")[0].strip() for line in lines)
    return [folder / _meant(word) for word in words if word]


def _meant(text: str) -> Path:
    return Path(os.path.expanduser(text))  # noqa: PTH111 - an unknown user stays as written


def _parsed(path: Path) -> Any:
    text = path.read_text("utf-8")
    if path.suffix.lower() == ".toml":
        return tomli.loads(text)
    if path.suffix.lower() == ".json":
        return json.loads(text)
    if path.suffix.lower() in _TYPES:
        return _yaml(text)
    raise _broken(path, f"its name does not end in any of {', '.join(_TYPES)}")


def _yaml(text: str) -> Any:
    import yaml  # noqa: PLC0415 - few have such a file

    _refuse_deep(text)
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        # What the parser says itself quotes the line, and a secret may be on it.
        at = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _YamlError(at) from None
    except yaml.YAMLError:
        raise _YamlError("") from None


def _refuse_deep(text: str) -> None:
    """Brackets in brackets cost the parser their square: a thousand a second, ten thousand two minutes."""
    depth = 0
    for found in re.finditer(r"[\[\]{}]", text):
        depth += 1 if found[0] in "[{" else -1
        if depth > _MOST_NESTED:
            raise _YamlError(f", line {text.count(chr(10), 0, found.start()) + 1}")


class _YamlError(ValueError):
    """A YAML text that is none; its text is the place."""


def _line(error: Exception) -> str:
    if isinstance(error, _YamlError):
        return str(error)
    line = getattr(error, "lineno", None)
    return f", line {line}" if line else ""


def _filled(value: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(entry, environ) for name, entry in value.items()}
    if isinstance(value, list):
        return [_filled(entry, environ) for entry in value]
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda found: environ.get(found[1], found[0]), value)
    return value


def _broken(path: Path, why: str | None) -> ConfigError:
    return ConfigError("the configuration of Komodo CLI cannot be read", where=str(path), why=why, hint=_HINT)
