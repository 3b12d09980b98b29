"""From a deployment's config to the words of `docker run` (semantics e.6). Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from ksync_tui.engine.embedded.docker.execution_context import Interpolate
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.deployment import DeploymentConfig
from ksync_tui.model.text import BadPairError, Pair, pairs

_ESCAPED = re.compile(r'\\([$`"\\])')
_RETRIES = 10
_LONGEST_LINE = 64 * 1024
"""What Go's bufio.Scanner takes, which docker reads the file with."""


def arguments(
    name: str,
    config: DeploymentConfig,
    image: str,
    interpolate: Interpolate,
    labels: Mapping[str, str],
    env_file: str | None = None,
) -> list[str]:
    """The words after `docker` that start a container: `run -d --name NAME ... IMAGE COMMAND...`.

    With `env_file`, which holds what `environment` gives, the values of the environment are not among the words, where
    everybody on the machine could read them.

    Variables are put in first, then the text is taken apart; no shell sees it, so what a shell would do is done here:
    quotes around a value are taken off, extra arguments and the command are cut into words, and `$` stays as it is.
    `labels` come besides the config's own. Raises EngineError naming the field that makes no sense.
    """
    fields = _Texts(config, interpolate)
    restart = f"on-failure:{_RETRIES}" if config.restart == "on-failure" else config.restart
    words = ["run", "-d", "--name", name]
    if config.network:
        words += ["--network", config.network]
    words += fields.conversions("-p", "ports")
    words += fields.conversions("-v", "volumes")
    if env_file is None:
        words += fields.settings("--env", "environment")
    elif config.environment.strip():
        words += ["--env-file", env_file]
    words += ["--restart", restart]
    words += fields.settings("--label", "labels")
    words += [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
    for written in config.extra_args:
        words += fields.words(written, "extra_args")
    return [*words, image, *fields.words(config.command, "command")]


def environment(config: DeploymentConfig, interpolate: Interpolate) -> str:
    """The environment as docker's `--env-file` reads it: `KEY=value` a line, nothing quoted.

    Raises EngineError for what such a file cannot hold.
    """
    lines = _Texts(config, interpolate).entries("environment")
    for line in lines:
        key = line.partition("=")[0]
        if not key or key.split() != [key]:
            raise _bad("environment", f"`{key}` is not a name")
        if len(line.encode()) >= _LONGEST_LINE:
            hint = "Mount a file with the value, and put its path into the environment"
            raise _bad("environment", f"the value of {key} is longer than 64 KB", hint)
    return "".join(f"{line}\n" for line in lines)


def texts(config: DeploymentConfig) -> str:
    """All that variables are put into, as written."""
    return "\n".join(
        [config.ports, config.volumes, config.environment, config.labels, config.command, *config.extra_args]
    )


class _Texts:
    """The small languages of a config's text fields, variables put in."""

    def __init__(self, config: DeploymentConfig, interpolate: Interpolate) -> None:
        self._config = config
        self._interpolate = interpolate

    def conversions(self, flag: str, field: str) -> list[str]:
        """`FLAG local:container` per entry."""
        return [word for pair in self._pairs(field) for word in (flag, conversion(pair))]

    def settings(self, flag: str, field: str) -> list[str]:
        """`FLAG KEY=value` per entry."""
        return [word for entry in self.entries(field) for word in (flag, entry)]

    def entries(self, field: str) -> list[str]:
        """`KEY=value` per entry."""
        return [setting(pair) for pair in self._pairs(field)]

    def words(self, written: str, field: str) -> list[str]:
        """The words of a text, variables put in."""
        text = self._put_in(written, field)
        try:
            return split(text)
        except ValueError as error:
            raise _bad(field, f"{error} in `{written.strip()}`".replace("No ", "no ")) from error

    def _pairs(self, field: str) -> Iterator[Pair]:
        written: str = getattr(self._config, field)
        try:
            yield from pairs(self._put_in(written, field))
        except BadPairError as error:
            # The line is not shown: a variable's value may stand in it.
            raise _bad(field, "a line has neither `=` nor `:`") from error

    def _put_in(self, written: str, field: str) -> str:
        try:
            return self._interpolate(written)
        except EngineError as error:
            raise _bad(field, error.why or error.what, error.hint) from error


def _bad(field: str, why: str, hint: str | None = None) -> EngineError:
    return EngineError(f"`{field}` cannot be used", why=why, hint=hint or f"Correct `{field}` in its file")


def conversion(pair: Pair) -> str:
    """An entry of ports or volumes as docker takes it: `8080:80`."""
    return _word(f"{pair.key}:{pair.value}" if pair.value else pair.key)


def setting(pair: Pair) -> str:
    """An entry of an environment or of labels as docker takes it: `KEY=value`."""
    return f"{unquoted(pair.key)}={unquoted(pair.value)}"


def split(text: str) -> list[str]:
    """The words of a text as a shell would cut them, a line ending in a backslash going on in the next.

    Raises ValueError for a quote without an end.
    """
    return shlex.split(text.replace("\\\n", " "))


def unquoted(value: str) -> str:
    r"""A value as a shell gives it on that reads `KEY="value"`, or `KEY=value` where it has quotes of its own.

    `\"`, `\\`, `\$` and a backslash before a backtick lose the backslash; other quotes inside stay.
    """
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return _ESCAPED.sub(r"\1", value)


def _word(text: str) -> str:
    """A bare word with its quotes taken off as a shell would; as written where they do not pair up."""
    try:
        return " ".join(shlex.split(text))
    except ValueError:
        return text
