"""Where a sync's texts come from and how they are read (semantics c.1, c.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.core.fake import checkout
from tests.core.fake.clauses import Json
from tests.core.fake.errors import BLUE, DIM, END, GREEN, UnreadableError, formatted
from tests.core.fake.state import Resource
from tests.core.fake.sync_toml import Found, read

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

HOST = "/komodo/syncs"
INFO = f"{DIM}INFO{END}"


@dataclass
class Read:
    """What reading brought."""

    found: Found = field(default_factory=Found)
    contents: list[Json] = field(default_factory=list)
    errors: list[Json] = field(default_factory=list)
    logs: list[tuple[str, bool]] = field(default_factory=list)
    """Text and success of each `Read remote resources`."""
    hash: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Root:
    """A folder on this machine and the path Core says it has."""

    real: Path
    said: str


def is_configured(resource: Resource) -> bool:
    """Whether there is anything to read (semantics c.5)."""
    config = resource.config
    keys = ("managed", "files_on_host", "file_contents", "repo", "linked_repo")
    return any(config[key] for key in keys)


def host_root(core: FakeCore, resource: Resource) -> Root:
    """The folder of a sync whose files are on Core's host."""
    name = resource.name.replace(" ", "_")
    return Root(core.sync_folder / name, f"{HOST}/{name}")


def git_config(core: FakeCore, resource: Resource) -> Json | None:
    """The git settings of a sync: its linked repo's, or its own."""
    linked = core.resources.get(resource.config["linked_repo"])
    if linked is not None:
        return linked.config
    return resource.config if resource.config["repo"] else None


def read_all(core: FakeCore, resource: Resource) -> Read:
    """Everything a sync reads, with what went wrong."""
    result = Read()
    git = git_config(core, resource)
    if resource.config["files_on_host"]:
        _paths(host_root(core, resource), resource.config["resource_path"], result)
    elif git is not None:
        _checked_out(core, resource, git, result)
    elif resource.config["file_contents"]:
        _text(result, "", "database file", resource.config["file_contents"], "database file")
    return result


def _checked_out(core: FakeCore, resource: Resource, git: Json, result: Read) -> None:
    try:
        folder = checkout.pull(core, git)
    except checkout.GitError as error:
        entry = {"resource_path": "Repo error", "path": f"Failed at: {error.stage}", "contents": error.output}
        result.errors.append(entry)
        return
    result.hash, result.message = folder.read
    _paths(Root(folder.real, folder.said), resource.config["resource_path"], result)


def _paths(root: Root, paths: list[str], result: Read) -> None:
    for path in paths:
        real = root.real / path
        lines = [f'{INFO}: reading resources from "{root.said}/{path}"']
        good = True
        if real.is_file():
            if real.suffix == ".toml":
                good = _file(root, real, "", path, result, lines)
        elif real.is_dir():
            for file in _below(real):
                good = _file(root, file, path, str(file.relative_to(real)), result, lines) and good
        else:
            missing = formatted(f'Path "{root.said}/{path}" does not exist.', ["Initialize the file to proceed."])
            result.errors.append({"resource_path": "", "path": path, "contents": missing})
            continue
        result.logs.append(("\n".join(lines), good))


def _below(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*.toml")) if path.is_file())


def _file(root: Root, real: Path, resource_path: str, path: str, result: Read, lines: list[str]) -> bool:
    shown = f"{resource_path}/{path}" if resource_path else path
    try:
        text = real.read_text()
    except (OSError, UnicodeDecodeError) as error:
        contents = formatted(f'failed to read resources from "{root.said}/{shown}"', [str(error)])
        result.errors.append({"resource_path": resource_path, "path": path, "contents": contents})
        return False
    good = _text(result, resource_path, path, text, f"{root.said}/{resource_path or path}")
    if good:
        lines.append(f"{INFO}: {GREEN}adding resources{END} from {BLUE}{shown}{END}")
    return good


def _text(result: Read, resource_path: str, path: str, text: str, said: str) -> bool:
    result.contents.append({"resource_path": resource_path, "path": path, "contents": text})
    try:
        read(text, result.found)
    except UnreadableError as error:
        trace = ["failed to parse resource file contents", error.message]
        contents = formatted(f'failed to read resources from "{said}"', trace)
        result.errors.append({"resource_path": resource_path, "path": path, "contents": contents})
        return False
    return True
