"""The compose command: its words, and what its output means (semantics e.7)."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ksync_tui.engine.embedded.docker import hosts, shell
from ksync_tui.engine.embedded.docker.command import Call, CommandResult, run
from ksync_tui.engine.embedded.docker.execution_context import OWNER_LABEL, ExecutionContext, Interpolate
from ksync_tui.engine.embedded.docker.files import WrittenStack
from ksync_tui.engine.embedded.docker.stacks_record import write
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.common import SystemCommand
from ksync_tui.model.kinds.stack import StackConfig
from ksync_tui.model.text import lines_of

COMMAND = "[[COMPOSE_COMMAND]]"
_TAKES_DASHES = ("build", "pull", "up")
_PLAIN = {"COMPOSE_ANSI": "never", "COMPOSE_PROGRESS": "plain", "BUILDKIT_PROGRESS": "plain"}
_NEEDED = {"PATH", "HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"}
_KEY = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", re.MULTILINE)


def words(compose: Sequence[str], project: str, files: Sequence[str], env: Sequence[str]) -> list[str]:
    """`COMPOSE -p PROJECT -f FILE… [--env-file FILE]…`, what every subcommand starts with."""
    named = [word for file in files for word in ("-f", file)]
    return [*compose, "-p", project, *named, *(word for file in env for word in ("--env-file", file))]


def is_single(compose: Sequence[str]) -> bool:
    """Whether this compose command may be the legacy one, which takes one `--env-file` and looks for it elsewhere."""
    return Path(compose[0]).name == "docker-compose"


def env_files(compose: Sequence[str], laid: WrittenStack, merged: Path) -> list[str]:
    """The env files to name: as they are, or for the legacy command as one, `merged`, in which the last entry wins.

    Raises EngineError when one cannot be read.
    """
    if not is_single(compose) or not laid.env:
        return list(laid.env)
    if len(laid.env) == 1:
        return [str(laid.folder / laid.env[0])]
    return [str(write(merged, "\n".join(_read(laid, path) for path in laid.env)))]


def override(services: Iterable[str], owner: str) -> str:
    """A compose file that labels each service as ksync's; JSON is YAML too."""
    labels = {OWNER_LABEL: owner.replace("$", "$$")}
    return json.dumps({"services": {service: {"labels": labels} for service in services}}, indent=1) + "\n"


def hashes(said: str) -> dict[str, str]:
    """The digest of each service, which compose writes on its containers, read from what `config --hash` printed."""
    return dict(line.split() for line in lines_of(said) if len(line.split()) == 2)


def to_pull(resolved: str) -> list[str]:
    """The images of services that are not built here, read from what `config` printed.

    Both compose commands print it in one form: services at two spaces, what they have at four.
    """
    services: dict[str, dict[str, str]] = {}
    for service, key, value in _entries(resolved):
        services.setdefault(service, {})[key] = value
    return sorted(
        {
            service["image"].strip("'\"")
            for service in services.values()
            if "image" in service and "build" not in service
        }
    )


def _entries(resolved: str) -> Iterator[tuple[str, str, str]]:
    inside, service = False, ""
    for line in lines_of(resolved):
        if line and not line[0].isspace():
            inside = line.rstrip() == "services:"
        elif inside and re.match(r" {2}\S", line):
            service = line.strip().rstrip(":")
        elif inside and (found := re.match(r" {4}(\w+):(.*)", line)):
            yield service, found[1], found[2].strip()


def wrapped(wrapper: str, called: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The words that run a compose command inside its wrapper, and what the environment needs to hold for them.

    Raises EngineError when the wrapper has no place for the command.
    """
    line = shell.script(SystemCommand(command=wrapper))
    if line is None:
        return list(called), {}
    if COMMAND not in line:
        raise EngineError(
            f"compose_cmd_wrapper does not have {COMMAND} in it", hint=f"Write for example: run -- {COMMAND}"
        )
    return shell.words(line.replace(COMMAND, shlex.join(called)))


def split(arguments: Iterable[str], put_in: Interpolate) -> list[str]:
    """Extra arguments as words, each split as a shell would, variables put in. Raises EngineError."""
    try:
        return [word for argument in arguments for word in shlex.split(put_in(argument))]
    except ValueError as error:
        raise EngineError("an extra argument has an open quote", why=str(error)) from error


@dataclass(frozen=True, slots=True)
class Compose:
    """One project's compose command. `wrapper` goes around the subcommands in `around`."""

    execution: ExecutionContext
    base: Sequence[str]
    folder: Path
    wrapper: str = ""
    around: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    """Names that env files give: those of ksync's own environment would win over them."""

    def run(
        self, subcommand: str, *arguments: str, extra: Sequence[str] = (), services: Sequence[str] = ()
    ) -> CommandResult:
        """Runs a subcommand on all or some services, its output logged; its exit code is the caller's to judge.

        `extra` are arguments as the config has them; the log has the names of their variables. Raises EngineError.
        """
        last = [*(["--"] if services and subcommand in _TAKES_DASHES else []), *services]
        rest = [*arguments, *split(extra, self.execution.interpolate), *last]
        shown = self.execution.host.as_shown([*self.base, subcommand, *arguments])
        written = [shlex.join(shown), *extra, shlex.join(last)]
        self.execution.log(f"$ {' '.join(filter(None, written))}")
        return run(self._call(subcommand, *rest), self.execution.log, self.execution.stop)

    def ask(self, subcommand: str, *arguments: str) -> CommandResult:
        """The same without logging: `config` prints what variables hold."""
        return run(self._call(subcommand, *arguments), stop=self.execution.stop)

    def _call(self, subcommand: str, *arguments: str) -> Call:
        called, environment = wrapped(
            self.wrapper if subcommand in self.around else "", [*self.base, subcommand, *arguments]
        )
        return Call(called, self.folder, _PLAIN | self.execution.host.environment | environment, None, self.without)


def of(
    config: StackConfig,
    project: str,
    laid: WrittenStack,
    made: Path,
    execution: ExecutionContext,
    labels: Path | None = None,
) -> Compose:
    """The compose command of a stack with its files; `made` is the folder for files made for it, `labels` the last
    file. Raises EngineError.
    """
    command = hosts.compose(execution.host)
    env = env_files(command, laid, made / "merged.env")
    base = words(command, project, [*laid.compose, *([str(labels)] if labels else [])], env)
    around = frozenset(config.compose_cmd_wrapper_include or ["up"]) if config.compose_cmd_wrapper else frozenset()
    given = {key for path in laid.env for key in _KEY.findall(_read(laid, path))}
    wrapper = execution.interpolate(config.compose_cmd_wrapper)
    return Compose(execution, base, laid.folder, wrapper, around, frozenset(given - _NEEDED))


def recorded(project: str, resolved: Path, execution: ExecutionContext) -> Compose:
    """The compose command of a project as it was brought up last. Raises EngineError."""
    return Compose(execution, words(hosts.compose(execution.host), project, [str(resolved)], []), resolved.parent)


def _read(laid: WrittenStack, path: str) -> str:
    try:
        return (laid.folder / path).read_text("utf-8", "replace")
    except OSError as error:
        raise EngineError("an env file cannot be read", where=str(laid.folder / path), why=error.strerror) from error
