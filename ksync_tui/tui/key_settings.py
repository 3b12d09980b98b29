"""Keys from the settings: `[keys]` in config.toml gives a command other keys than the table's."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.keys import Keys

from ksync_tui.errors import ConfigError
from ksync_tui.present.text import listed
from ksync_tui.tui.keymap import COMMANDS, DEFAULT, KEY_NAMES, Command, Keymap, shown

if TYPE_CHECKING:
    from ksync_tui.config import Settings

TYPED_IN = ("confirm", "commit", "editor", "palette", "new", "sync", "ask", "ignore")
"""Screens whose fields take every character before a command could."""

LEAVING = ("ctrl+c", "ctrl+q", "ctrl+z")
"""Keys that leave or suspend ksync from everywhere, whatever the settings say."""

MODIFIERS = ("ctrl", "shift", "alt")


def _of_character(character: str) -> str:
    """The toolkit's name of the key that types a character."""
    if character == ",":
        return "comma"
    return next(iter(Binding.make_bindings([Binding(character, "")]))).key


_CHARACTERS = {_of_character(character) for character in string.punctuation} | {"space"}
_OTHERS = {key.value for key in Keys if key.value.isalnum()} - {"return"}
_WRITTEN = {words.casefold(): key for key, words in KEY_NAMES.items()} | {"return": "enter"}


def keymap_of(settings: Settings) -> Keymap:
    """The keymap that the settings ask for.

    Raises ConfigError for an unknown command or key, for a key that one screen would have twice, and for a command
    that could not be reached any more.
    """
    try:
        return _keymap(settings.keys)
    except ConfigError as error:
        raise ConfigError(error.what, where=str(settings.file), why=error.why, hint=error.hint) from error


def _keymap(wanted: Mapping[str, Sequence[str]]) -> Keymap:
    for name in wanted:
        if name not in DEFAULT.by_id:
            raise ConfigError(f"[keys] names no command: {name}", hint=_meant(name))
    keys = {name: tuple(_key(name, word) for word in words) for name, words in wanted.items()}
    keymap = Keymap(tuple(replace(command, keys=keys.get(command.id, command.keys)) for command in COMMANDS))
    for name in keys:
        _check_reach(keymap.by_id[name])
    for place in dict.fromkeys(chain.from_iterable(command.places for command in COMMANDS)):
        _check_clashes(keymap, place)
    return keymap


def _meant(name: str) -> str:
    meant = get_close_matches(name, DEFAULT.by_id, 1)
    return f"Did you mean {meant[0]}?" if meant else "The help of a screen (?) shows the names of its commands."


def _key(command: str, word: str) -> str:
    """The toolkit's name for a key as a person writes it: `?`, `esc`, `F5`, `ctrl+n`."""
    key = _named(word)
    *modifiers, last = key.split("+")
    known = (len(last) == 1 and last.isprintable()) or last in _CHARACTERS or last in _OTHERS
    if not known or not all(modifier in MODIFIERS for modifier in modifiers):
        hint = "Write a character, or a name such as enter, esc, space, F5, ctrl+n."
        raise ConfigError(f"[keys] {command} is on no key that there is: {word!r}", hint=hint)
    if key in LEAVING:
        raise ConfigError(f"[keys] {command} cannot be on {key}", why="that key leaves or suspends ksync everywhere")
    return key


def _named(word: str) -> str:
    if len(word) == 1 and word.isprintable():
        return "space" if word == " " else _of_character(word)
    lower = word.casefold()
    return _WRITTEN.get(lower, lower)


def _check_reach(command: Command) -> None:
    """Where one types, a command on a character alone would never be done; a switch has the keys to itself."""
    place = next((place for place in command.places if place in TYPED_IN), None)
    if place is None or not command.rank or not all(map(_is_character, command.keys)) or command.id == "switch":
        return
    why = f"on the screen {place} characters are typed"
    raise ConfigError(f"[keys] {command.id} cannot be on {command.all_keys} alone", why=why, hint="Add another key.")


def _is_character(key: str) -> bool:
    return len(key) == 1 or key in _CHARACTERS


def _check_clashes(keymap: Keymap, place: str) -> None:
    """A key may mean two things on a screen only where the table has it so, and one of the two gives way."""
    usual = _owners(DEFAULT, place)
    for key, owners in _owners(keymap, place).items():
        doing = [command for command in owners if key in keymap.keys_on(place, command)]
        if len(owners) > 1 and (len(doing) > 1 or not _ids(owners) <= _ids(usual.get(key, ()))):
            names = listed([command.id for command in owners])
            hint = "Give one of them another key in [keys]."
            raise ConfigError(f"[keys] {shown(key)} is twice on the screen {place}: {names}", hint=hint)


def _owners(keymap: Keymap, place: str) -> dict[str, list[Command]]:
    owners: dict[str, list[Command]] = {}
    for command, key in _pairs(keymap.on(place)):
        owners.setdefault(key, []).append(command)
    return owners


def _pairs(commands: Iterable[Command]) -> Iterator[tuple[Command, str]]:
    return ((command, key) for command in commands for key in dict.fromkeys(command.keys))


def _ids(commands: Iterable[Command]) -> set[str]:
    return {command.id for command in commands}
