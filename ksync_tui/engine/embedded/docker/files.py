"""A stack's files: where they come from, written down where they are inline, and what they say (semantics e.4, e.7).

The files of a stack lie on the machine that ksync runs on, also where its Docker host is another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from ksync_tui.engine.embedded.docker import checkout, repos
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.paths import folder_of, inside, reported
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.repo import Repo
from ksync_tui.model.kinds.stack import Stack, StackConfig
from ksync_tui.model.resource import Target
from ksync_tui.model.text import BadPairError, pairs

DEFAULT_FILE = "compose.yaml"
_OTHER_DEFAULTS = ("compose.yml", "docker-compose.yaml", "docker-compose.yml")
_UNTOUCHED = ".before-ksync"


@dataclass(frozen=True, slots=True)
class WrittenStack:
    """A stack's files, ready for compose, as they are named from `folder`; the stack's own env file comes last."""

    folder: Path
    compose: tuple[str, ...]
    env: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StackLocation:
    """Where the files of a stack are: relative paths stay inside `root`, and start at the run directory."""

    root: Path
    run: str

    @property
    def folder(self) -> Path:
        """The run directory."""
        return inside(self.root, self.run)

    def of(self, path: str) -> Path:
        """A file named in the stack's config. Raises EngineError when it leads out of `root`."""
        return inside(self.root, self.run, path)


def place_of(name: str, stack: Stack, execution: ExecutionContext) -> StackLocation:
    """Where the files are or will be; nothing is fetched. Raises EngineError: a path leads out, a repo is unknown."""
    config, root = stack.config, folder_of("stack", name, execution.state)
    if not config.files_on_host and config.linked_repo:
        root = repos.folder(config.linked_repo, _linked(config, execution), execution.state)
    elif not config.files_on_host and config.repo:
        root = inside(root, config.clone_path)
    return StackLocation(root, config.run_directory)


def fetch(name: str, stack: Stack, execution: ExecutionContext, written: dict[str, str]) -> StackLocation:
    """Brings the files: pulls the repo, or writes inline contents; then the env file. Gives where they are.

    `written` has a digest per file that ksync wrote before, and is brought up to date: what somebody else wrote is kept
    beside as `NAME.before-ksync` before it is written over. Raises EngineError.
    """
    config = stack.config
    place = place_of(name, stack, execution)
    for path in (*_named(config), _own_env(config)):  # before anything is written
        place.of(path)
    if config.files_on_host:
        return _with_env(config, place, execution, written)
    if config.linked_repo:
        (repos.clone if config.reclone else repos.pull)(config.linked_repo, _linked(config, execution), execution)
    elif config.repo:
        (checkout.clone if config.reclone else checkout.pull)(checkout.remote_of(config), place.root, execution)
    elif config.file_contents:
        _put(place.of(compose_paths(config)[0]), execution.interpolate(config.file_contents), execution, written)
    else:
        raise EngineError("it has no compose file", hint="Set file_contents, files_on_host, linked_repo or repo")
    return _with_env(config, place, execution, written)


def compose_paths(config: StackConfig) -> list[str]:
    """The compose files as they are named; `compose.yaml` where none is."""
    return config.file_paths or [DEFAULT_FILE]


def _named(config: StackConfig) -> list[str]:
    """The files that a stack's config names and that have to be there, as they are named."""
    extra = [file.path for file in config.additional_env_files]
    return [*compose_paths(config), *extra, *(file.path for file in config.config_files)]


def laid(config: StackConfig, place: StackLocation) -> WrittenStack:
    """What compose is called with. Raises EngineError when a file that the config names is not there."""
    own = _own_env(config)
    extra = [file.path for file in config.additional_env_files]
    missing = [path for path in _named(config) if not place.of(path).is_file()]
    if missing:
        raise _not_there(missing, place)
    env = [*extra, own] if place.of(own).is_file() else extra
    return WrittenStack(place.folder, tuple(compose_paths(config)), tuple(env))


def contents(name: str, stack: Stack, execution: ExecutionContext) -> dict[str, str] | None:
    """What the tracked files say now, by the path in the config: compose files as text, before variables are put in.

    A digest stands for an env or config file, which may hold secrets. A missing file has no entry. None where nothing
    can be said without a network: a repo that is not cloned yet, or a file that may not be read.
    """
    config = stack.config
    from_repo = not config.files_on_host and bool(config.linked_repo or config.repo)
    if from_repo and config.linked_repo and execution.find(Target("repo", config.linked_repo)) is None:
        return None
    place = place_of(name, stack, execution)
    if from_repo and not (place.root / ".git").exists():
        return None
    try:
        return _texts(config, place, inline=not (from_repo or config.files_on_host)) | _digests(config, place)
    except OSError:
        return None


def _texts(config: StackConfig, place: StackLocation, *, inline: bool) -> dict[str, str]:
    first, *others = compose_paths(config)
    found = {path: place.of(path).read_text("utf-8", "replace") for path in others if place.of(path).is_file()}
    if inline:
        return {first: config.file_contents} | found
    file = place.of(first)
    return ({first: file.read_text("utf-8", "replace")} if file.is_file() else {}) | found


def _digests(config: StackConfig, place: StackLocation) -> dict[str, str]:
    own = [] if config.environment else [_own_env(config)]
    env = [file.path for file in config.additional_env_files if file.track]
    tracked = [*env, *own, *(file.path for file in config.config_files)]
    return {path: _digest(place.of(path)) for path in tracked if place.of(path).is_file()}


def _digest(file: Path) -> str:
    return "blake2b:" + blake2b(file.read_bytes(), digest_size=16).hexdigest()


def _linked(config: StackConfig, execution: ExecutionContext) -> Repo:
    repo = execution.find(Target("repo", config.linked_repo))
    if not isinstance(repo, Repo):
        raise EngineError(
            f"its linked repo '{config.linked_repo}' does not exist", hint="Declare it, or correct linked_repo"
        )
    return repo


def _own_env(config: StackConfig) -> str:
    return config.env_file_path or ".env"


def _with_env(
    config: StackConfig, place: StackLocation, execution: ExecutionContext, written: dict[str, str]
) -> StackLocation:
    file = place.of(_own_env(config))
    if config.environment:
        _put(file, _env_lines(config.environment, execution), execution, written)
    elif _is_as_written(file, written):
        with reported("the env file cannot be removed", file):
            file.unlink()
        del written[str(file)]
    return place


def _env_lines(environment: str, execution: ExecutionContext) -> str:
    """Variables are put in value by value, so that nothing in one of them reads as a comment or another line."""
    try:
        entries = [(key, execution.interpolate(value)) for key, value in pairs(environment)]
    except BadPairError as error:
        raise EngineError("the environment has a line without `=`", why=str(error)) from error
    broken = next((key for key, value in entries if "\n" in value or "\r" in value), None)
    if broken is not None:
        raise EngineError(f"the value of {broken} has a line break", hint="An env file has one line per value")
    return "".join(f"{key}={value}\n" for key, value in entries)


def _put(file: Path, text: str, execution: ExecutionContext, written: dict[str, str]) -> None:
    """Writes a file, readable by its owner only where it is new, in place: a container may have it mounted."""
    with reported("a file of the stack cannot be written", file):
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file() and not _is_as_written(file, written):
            _keep(file, text, execution)
        file.touch(mode=0o600)
        file.write_text(text, "utf-8")
        written[str(file)] = _digest(file)


def _is_as_written(file: Path, written: Mapping[str, str]) -> bool:
    """Whether a file is there and says what ksync wrote into it."""
    return str(file) in written and file.is_file() and _digest(file) == written[str(file)]


def _keep(file: Path, text: str, execution: ExecutionContext) -> None:
    beside = file.with_name(file.name + _UNTOUCHED)
    if beside.exists() or file.read_bytes() == text.encode():
        return
    beside.touch(mode=0o600)
    beside.write_bytes(file.read_bytes())
    execution.log(f"{file} was there before: kept as {beside.name}")


def _not_there(missing: list[str], place: StackLocation) -> EngineError:
    hint = "Put it there, or correct file_paths, additional_env_files or config_files"
    others = [name for name in _OTHER_DEFAULTS if DEFAULT_FILE in missing and (place.folder / name).is_file()]
    if others:
        hint = f'There is a {others[0]}: set file_paths = ["{others[0]}"]'
    what = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not in {place.folder}"
    return EngineError(what, hint=hint)
