"""The one table of commands. It feeds bindings, footer, help, palette and docs/keys.md.

A person may have changed keys (`tui/configured.py`): the app then has a `Keymap` of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from textual.binding import Binding, BindingType
from textual.keys import format_key

CHOOSING = ("review", "diff")
"""Where a side of a difference is taken."""
HISTORIES = ("history", "changes")
"""What ksync ran, and what happened in a Core: two sides of one thing, with a key between them."""

SETTINGS = ("profiles", "hosts")
"""What stands in the settings file, with a key between them."""

LISTINGS = ("syncs", "review", "problems", *HISTORIES, *SETTINGS)
"""Screens with a list that is filtered and opened."""

SETTING_FORMS = ("profile", "host")
"""What is typed of a profile and of a host."""

LISTS = (*LISTINGS, "help", "run", "confirm", "step", "commit", "diff", "log")
"""Screens that have a list or a text to move in."""

_ONE_PANE = (*HISTORIES, *SETTINGS)
PANES = (*(place for place in LISTS if place not in _ONE_PANE), "preview", "sync", "ignore", *SETTING_FORMS)
"""Screens where the next pane, or the next field, gets the keys."""

ROOTS = ("syncs", "review", "problems", *HISTORIES, "run")
"""Screens from which one may go to another profile."""

COPIED = ("review", "diff", "run", *HISTORIES, "log")

MANY = 5
"""Screens from which on a command works nearly everywhere."""

WITH_DIFF = ("review", "diff", "step")

FORMS = ("new", "sync", *SETTING_FORMS, "ask", "ignore", "consent")
"""Screens with something to fill in."""

ASKING = ("confirm", "commit", "preview", "editor", "question", "palette", "written", *FORMS)
"""Screens that ask for something, so that letters may be typed there."""

PAGES = ("syncs", "review", "problems", *HISTORIES, *SETTINGS, "run", "diff", "step", "log")
"""Screens from which the others are reached."""

LEAVING = ("ctrl+c", "ctrl+q")
"""Keys that leave ksync from everywhere; nothing else can be on them."""

WAYS_OUT = ("back", "cancel", "stop")
"""Commands that end what is going on."""

KEY_NAMES = {
    "question_mark": "?", "colon": ":", "escape": "esc", "exclamation_mark": "!", "left_square_bracket": "[",
    "right_square_bracket": "]", "slash": "/", "pageup": "PgUp", "pagedown": "PgDn", "f3": "F3",
}  # fmt: skip
"""How the toolkit's key names are written for people."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can do with a key.

    `places` are the screens it works on. A screen does it in a method `do_<id>`; its `disabled_reason(<id>)` is the
    reason when it does not work right now. `rank` orders the footer: 0 keeps a command out of it.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    places: tuple[str, ...]
    rank: int = 0

    @property
    def key(self) -> str:
        """The first key as a person reads it."""
        return shown(self.keys[0])

    @property
    def all_keys(self) -> str:
        """All keys as a person reads them: `q, esc`."""
        return ", ".join(shown(key) for key in self.keys)


def shown(key: str) -> str:
    """A key name as a person reads it: `left_square_bracket` is `[`."""
    if key in KEY_NAMES:
        return KEY_NAMES[key]
    if key.startswith("f") and key[1:].isdigit():
        return key.upper()
    written = format_key(key)
    return written if len(written) == 1 and "!" <= written <= "~" else key


COMMANDS: tuple[Command, ...] = (
    Command("tick", ("space",), "tick", "Tick or untick the line, or a whole group", CHOOSING, 10),
    Command("tick_all", ("a",), "all", "Tick everything shown but deletes", ("review",), 11),
    Command("tick_none", ("A",), "none", "Untick everything", ("review",), 12),
    Command("to_live", ("greater_than_sign",), "to live", "Take the file's side: change live", CHOOSING, 27),
    Command("to_file", ("less_than_sign",), "to file", "Take live's side: write the file", CHOOSING, 27),
    Command("ignore", ("i",), "ignore", "Ignore a difference, with a reason and an end, or no longer", CHOOSING, 27),
    Command("leave_alone", ("enter",), "ignore", "Ignore the difference", ("ignore",), 10),
    Command("turn_until", ("f3",), "until", "Another end: until it changes, a week, for good", ("ignore",), 11),
    Command("go", ("x",), "go", "Confirm what is ticked, then do it", ("review",), 9),
    Command("confirm", ("enter",), "run", "Run exactly the steps shown", ("confirm",), 10),
    Command("step", ("right",), "diff", "Show the difference of the step", ("confirm",), 12),
    Command("removal", ("f3",), "containers", "Containers of deletes: down, with volumes, or kept", ("confirm",), 11),
    Command("commit", ("enter",), "commit", "Make the commit", ("commit",), 10),
    Command("push", ("f3", "f4"), "push", "Push the branch after the commit, or not", ("commit", "confirm"), 11),
    Command("leave_written", ("enter",), "leave it", "Leave the files written, to commit later", ("written",), 10),
    Command("put_back", ("p",), "put it back", "Make the files what they were before", ("written",), 11),
    Command("agree", ("enter",), "write", "Write the change shown", ("preview",), 10),
    Command("answer", ("enter",), "yes", "Yes", ("question", "consent"), 10),
    Command("remember", ("f3",), "for good", "Yes, and do not ask again for this sync, or ask", ("consent",), 11),
    Command("give", ("enter",), "go on", "Submit the text", ("ask",), 10),
    Command("keep", ("enter",), "save", "Save the sync's name and what it may do", ("sync",), 10),
    Command("open", ("enter",), "open", "Open what is under the cursor", LISTINGS, 14),
    Command("origin", ("o",), "from", "Show only changes in files, live, both (or / origin:live)", ("review",), 14),
    Command("commit_written", ("c",), "commit", "Commit what was written to files before", ("syncs", "review"), 28),
    Command("new", ("n",), "new", "Make a sync from a folder, a file or a git repository", ("syncs",), 15),
    Command("run_sync", ("R",), "run by Core", "Have Core run the whole sync", ("syncs",), 16),
    Command("core_commit", ("C",), "commit by Core", "Have Core write live to a managed sync's file", ("syncs",), 17),
    Command("edit_sync", ("e",), "edit", "Rename the sync, or change what it may do", ("syncs",), 19),
    Command("remove_sync", ("D",), "delete", "Delete the sync; what it made stays", ("syncs",), 21),
    Command("add_profile", ("enter",), "add", "Write the profile into the settings", ("profile",), 10),
    Command("add_host", ("enter",), "save", "Write the host into the settings", ("host",), 10),
    Command("new_profile", ("n",), "new", "Name a Komodo Core as a profile", ("profiles",), 15),
    Command("new_host", ("n",), "new", "Name a Docker host for a server", ("hosts",), 15),
    Command("remove_profile", ("D",), "remove", "Take the profile out of the settings", ("profiles",), 21),
    Command("remove_host", ("D",), "remove", "Let no Docker host stand for the server", ("hosts",), 21),
    Command("other_settings", ("tab",), "docker hosts", "Profiles, or Docker hosts of servers", SETTINGS, 16),
    Command("show_parts", ("right",), "fields", "Show the fields of the update, to tick some", ("review",), 18),
    Command("hide_parts", ("left",), "close", "Hide the fields again", ("review",), 29),
    Command("unchanged", ("u",), "unchanged", "Show unchanged resources too, or only what differs", ("review",), 28),
    Command("direction", ("m",), "direction", "Switch between to live and to file", ("review",), 15),
    Command("layout", ("v",), "side/unified", "Show the diff side by side or unified", WITH_DIFF, 22),
    Command("zoom", ("z",), "zoom", "Toggle the full-screen diff", ("review",), 23),
    Command("secrets", ("s",), "secrets", "Show or hide values that look like secrets", ("review", "diff"), 29),
    Command("next_line", ("n",), "next", "Next difference of the review", ("diff",), 20),
    Command("previous_line", ("p",), "previous", "Previous difference of the review", ("diff",), 21),
    Command("next_change", ("right_square_bracket",), "next change", "Next change inside the diff", WITH_DIFF, 24),
    Command("previous_change", ("left_square_bracket",), "prev change", "Previous change in the diff", WITH_DIFF, 25),
    Command("edit", ("e",), "edit", "Edit the resource here, in the app", ("review", "diff", "problems"), 16),
    Command("editor", ("E",), "$EDITOR", "Open the file at its line in $EDITOR", ("review", "diff", "problems"), 17),
    Command("run", ("R",), "run", "Deploy, build, pull or run a live resource by hand", ("review",), 19),
    Command("save", ("f2", "ctrl+o"), "save", "Show the file's diff, then write it", ("editor",), 10),
    Command("add", ("enter",), "add", "Add the sync, and open its review", ("new",), 10),
    Command("switch", ("space",), "on/off", "Turn the switch on or off", ("new", "sync", "profile"), 12),
    Command("complete", ("tab",), "complete", "Complete the key, name or path typed", ("editor", "new"), 11),
    Command("stop", ("escape",), "stop after this action", "Stop after the action it is at; twice: now", ("run",), 10),
    Command("follow", ("l",), "follow log", "Keep the newest log line in view", ("run",), 12),
    Command("detach", ("D",), "detach", "Leave; the run continues in the background", ("run",), 13),
    Command("copy", ("y",), "copy", "Copy this (OSC 52, and a file)", COPIED, 26),
    Command("filter", ("slash",), "filter", "Filter as you type; esc clears", LISTINGS, 18),
    Command("refresh", ("r",), "refresh", "Read the sources and live state again", (*LISTINGS, "log"), 20),
    Command("problems", ("exclamation_mark",), "problems", "Problems in the sources", ("syncs", "review"), 30),
    Command("history", ("H",), "history", "Runs, past and running", ("syncs", "review", "problems"), 31),
    Command("undo", ("u",), "undo", "Plan the inverse of the run, to confirm and run", ("history",), 16),
    Command("other_history", ("tab",), "other history", "ksync's runs, or Core's updates", HISTORIES, 15),
    Command("container_log", ("L",), "log", "The last log lines of a stack or deployment", CHOOSING, 27),
    Command("changes", ("w",), "who changed it", "Updates of the resource in Core", ("review",), 27),
    Command("profile", ("P",), "profile", "Another profile: another Core, or this machine", ROOTS, 32),
    Command("down", ("j", "down"), "down", "Next line", (*LISTS, "new", "sync", *SETTING_FORMS)),
    Command("up", ("k", "up"), "up", "Previous line", (*LISTS, "new", "sync", *SETTING_FORMS)),
    Command("top", ("g", "home"), "top", "First line", LISTS),
    Command("bottom", ("G", "end"), "bottom", "Last line", LISTS),
    Command("page_down", ("pagedown",), "page down", "One page down", LISTS),
    Command("page_up", ("pageup",), "page up", "One page up", LISTS),
    Command("next_pane", ("tab",), "next pane", "Next pane", PANES),
    Command("previous_pane", ("shift+tab",), "previous pane", "Previous pane", (*PANES, "new")),
    Command("palette", ("colon",), "commands", "All commands of this screen", PAGES),
    Command("help", ("question_mark",), "help", "The keys of this screen", PAGES, 90),
    Command("close", ("question_mark",), "close", "Close the help again", ("help",), 92),
    Command("back", ("q", "escape"), "back", "Back; on the first screen, quit", (*PAGES, "help"), 91),
    Command("cancel", ("escape",), "back", "Back; nothing is done", ASKING, 91),
)  # fmt: skip


@dataclass(frozen=True)
class Keymap:
    """The commands with the keys of whoever sits here."""

    commands: tuple[Command, ...] = COMMANDS

    @cached_property
    def by_id(self) -> dict[str, Command]:
        """The commands by their ids."""
        return {command.id: command for command in self.commands}

    def on(self, place: str) -> Iterator[Command]:
        """The commands that work on a screen, in the table's order."""
        return (command for command in self.commands if place in command.places)

    def keys_on(self, place: str, command: Command) -> list[str]:
        """The keys of a command on a screen: one of several gives way to another command's only key."""
        if len(command.keys) == 1:
            return list(command.keys)
        others = (other.keys for other in self.on(place) if other is not command and len(other.keys) == 1)
        taken = {key for keys in others for key in keys}
        return [key for key in command.keys if key not in taken]

    def ways_out(self, place: str) -> set[str]:
        """The keys on a screen that end what is going on there."""
        return {key for one in self.on(place) if one.id in WAYS_OUT for key in self.keys_on(place, one)}

    def changes(self) -> dict[str, str]:
        """The keys that differ from those of the table, by binding: `review.go` is on `f5,x`."""
        mine, table = self._bound(), DEFAULT._bound()
        return {binding: keys for binding, keys in mine.items() if keys != table[binding]}

    def _bound(self) -> dict[str, str]:
        return {
            f"{place}.{command.id}": ",".join(self.keys_on(place, command))
            for command in self.commands
            for place in command.places
        }


DEFAULT = Keymap()


def bindings(place: str) -> list[BindingType]:
    """The key bindings of a screen as the table has them."""
    return [
        Binding(
            ",".join(DEFAULT.keys_on(place, command)),
            f"command('{command.id}')",
            command.label,
            show=False,
            id=f"{place}.{command.id}",
        )
        for command in DEFAULT.on(place)
    ]


def table() -> list[str]:
    """The table of keys as Markdown, for docs/keys.md."""
    rows = [f"| {_code(command)} | {command.help} | {_where(command)} |" for command in COMMANDS]
    return ["| key | does | where |", "|---|---|---|", *rows]


def _code(command: Command) -> str:
    return " ".join(f"`{shown(key)}`" for key in command.keys)


def _where(command: Command) -> str:
    return ", ".join(command.places) if len(command.places) < MANY else "nearly everywhere"
