"""What ksync knows of a compose project it brought up: kept below its state folder, readable by its owner only.

`projects/NAME` holds the record, the project as compose resolved it when it went up last (so that it can be taken
down, or brought up again, whatever became of its files), and files made for the compose command.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ksync_tui.engine.embedded.docker.paths import folder_of, reported
from ksync_tui.errors import EngineError

_RECORD, _RESOLVED = "record.json", "deployed.yaml"


@dataclass(frozen=True, slots=True)
class Record:
    """`project` is that of the last deploy, "" before; `owner` what its containers are labelled with; `written` has
    a digest per file that ksync wrote.
    """

    project: str = ""
    owner: str = ""
    written: dict[str, str] = field(default_factory=dict)


def folder(name: str, state: Path) -> Path:
    """The folder of a stack's record. Raises EngineError for a name that no folder can have."""
    return folder_of("project", name, state)


def load(name: str, state: Path) -> Record:
    """What is known, an empty record where nothing is. Raises EngineError when it cannot be read."""
    file = folder(name, state) / _RECORD
    with reported("the stack's record cannot be read", file):
        if not file.is_file():
            return Record()
        try:
            return Record(**json.loads(file.read_text("utf-8")))
        except (ValueError, TypeError) as error:
            raise EngineError("the record of the stack is damaged", where=str(file), hint="Remove the file") from error


def save(name: str, state: Path, record: Record) -> None:
    """Keeps a record. Raises EngineError when it cannot be written."""
    write(folder(name, state) / _RECORD, json.dumps(asdict(record)))


def resolved(name: str, state: Path) -> Path | None:
    """The project as it was brought up last, as a compose file of its own; None before."""
    file = folder(name, state) / _RESOLVED
    return file if file.is_file() else None


def save_resolved(name: str, state: Path, text: str) -> None:
    """Keeps the project as it was just brought up."""
    write(folder(name, state) / _RESOLVED, text)


def forget(name: str, state: Path) -> None:
    """Drops what is known of a project that was taken down; which files ksync wrote stays known."""
    save(name, state, replace(load(name, state), project="", owner=""))
    with reported("the stack's record cannot be removed", folder(name, state)):
        (folder(name, state) / _RESOLVED).unlink(missing_ok=True)


def write(file: Path, text: str) -> Path:
    """Writes a file that only its owner reads, whole or not at all."""
    with reported("the file cannot be written", file):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_name(file.name + ".new")
        fresh.touch(mode=0o600)
        fresh.write_text(text, "utf-8")
        fresh.replace(file)
    return file
