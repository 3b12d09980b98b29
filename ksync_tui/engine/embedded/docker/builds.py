"""Builds: images made by the host that their builder's server stands for (semantics e.8)."""

from __future__ import annotations

import dataclasses
import re
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ksync_tui.engine.embedded.docker import context, images, registries, shell
from ksync_tui.engine.embedded.docker.arguments import unquoted
from ksync_tui.engine.embedded.docker.command import Call, run
from ksync_tui.engine.embedded.docker.containers import hint_for, last_words
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext, Find, Interpolate
from ksync_tui.engine.embedded.docker.images import image_of
from ksync_tui.engine.embedded.docker.paths import folder_of, reported
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model import text
from ksync_tui.model.kinds.build import Build, BuildConfig
from ksync_tui.model.kinds.builder import Builder
from ksync_tui.model.resource import Target

__all__ = ["Built", "Order", "build", "image_of", "servers", "words"]

_BUILDKIT = re.compile(r"BuildKit|buildx", re.IGNORECASE)
_VERSION = re.compile(r"(?<!\[)\[\[\$VERSION]](?!])")


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: its version, which is to be kept, all names of the image, and the commit it is of."""

    version: str
    images: tuple[str, ...]
    hash: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """All that the words of a build's command depend on."""

    dockerfile: str
    images: tuple[str, ...]
    arguments: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    """Names, and the files that hold their values."""
    extra: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    buildx: bool = False
    push: bool = False


def words(order: Order) -> list[str]:
    """The words of a build's command after `docker`, to be run in the folder that is built."""
    return [
        *(("buildx", "build") if order.buildx else ("build",)),
        *_flagged("--build-arg", (f"{key}={value}" for key, value in order.arguments)),
        *_flagged("--secret", (f"id={key},src={file}" for key, file in order.secrets)),
        *order.extra,
        *_flagged("--label", (f"{key}={value}" for key, value in order.labels)),
        *_flagged("-t", order.images),
        *(("--push",) if order.push else ()),
        *("-f", order.dockerfile, "."),
    ]


def _flagged(flag: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (flag, value)


def servers(name: str, build: Build, find: Find) -> list[str]:
    """The servers that a build may run on, by its builder.

    Raises EngineError when no builder is set, or one that is not there or has no server; NotPossibleError for a
    builder that only a Komodo Core can reach.
    """
    where, builder_name = f"build/{name}", build.config.builder_id
    if not builder_name:
        raise EngineError("no builder set", where=where, hint="Set `builder` to one of type Server")
    builder = find(Target("builder", builder_name))
    if not isinstance(builder, Builder):
        raise EngineError(f"its builder '{builder_name}' does not exist", where=where, hint="Declare it first")
    if builder.config.type != "Server":
        raise NotPossibleError(
            f"its builder '{builder_name}' is of type {builder.config.type}",
            where=where,
            why="only a Komodo Core reaches such a builder",
            hint="Use `--engine core`, or a builder of type Server",
        )
    found = list(filter(None, getattr(builder.config.params, "server_ids", ())))
    if not found:
        raise EngineError(f"its builder '{builder_name}' names no server", where=where, hint="Set `servers`")
    return found


def build(name: str, build: Build, execution: ExecutionContext) -> Built:
    """Runs a build on the site's host, pushes where a registry's login is known, and tells what it made.

    Raises EngineError when anything fails; then no version is used up.
    """
    servers(name, build, execution.find)
    config, version = build.config, images.next_version(build.config)
    execution = _for_build(config, version, execution)
    with execution.alone_in(folder_of("build", name, execution.state) / "build"):
        source = context.prepare(name, build, execution)
        shell.run(config.pre_build, source.folder, execution, "pre_build")
        context.ensure_there(source, name)
        tags = images.tags(config, version, source.hash)
        made = tuple(f"{image}:{tag}" for image in images.image_names(name, config) for tag in tags)
        if not made:
            raise EngineError("its image would have no tag", where=f"build/{name}", hint="Set one of the include_*_tag")
        order = _order(config, version, source, made, execution.interpolate)
        with suppress(EngineError):  # whole lines may come from variables: then it makes no sense without them
            written = _order(config, version, source, made, partial(_VERSION.sub, version))
            execution.log(f"$ docker {shlex.join(words(written))}")
        _carry_out(name, config, order, source.folder, execution)
    return Built(version, made, source.hash)


def _for_build(config: BuildConfig, version: str, execution: ExecutionContext) -> ExecutionContext:
    """The site whose variables know `$VERSION`: the one being built, also where Komodo gives the one before (h.26)."""
    put_in = str if config.skip_secret_interp else execution.interpolate
    return dataclasses.replace(execution, interpolate=lambda text: put_in(_VERSION.sub(version, text)))


def _order(
    config: BuildConfig, version: str, source: context.Context, made: tuple[str, ...], put_in: Interpolate
) -> Order:
    arguments = _pairs(config.build_args, "build_args", put_in)
    if "VERSION" not in dict(arguments):
        arguments = (*arguments, ("VERSION", version))
    return Order(
        dockerfile=str(source.dockerfile),
        images=made,
        arguments=arguments,
        extra=tuple(word for arg in config.extra_args for word in _split(put_in(arg))),
        labels=_pairs(config.labels, "labels", put_in),
        buildx=config.use_buildx,
    )


def _pairs(written: str, field: str, put_in: Interpolate) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((key, unquoted(value)) for key, value in text.pairs(put_in(written)))
    except text.BadPairError as error:
        # A line of secret_args may hold a secret.
        why = None if field == "secret_args" else str(error)
        raise EngineError(f"{field} has a line without `=`", why=why, hint="Write one KEY=value a line") from error


def _split(argument: str) -> list[str]:
    try:
        return shlex.split(argument)
    except ValueError as error:
        raise EngineError(f"the extra argument {argument!r} has an open quote", why=str(error)) from error


def _carry_out(name: str, config: BuildConfig, order: Order, folder: Path, execution: ExecutionContext) -> None:
    domains = {each.domain for each in config.image_registry if registries.login(each.domain, each.account, execution)}
    pushed = [image for image in order.images if image.partition("/")[0] in domains]
    at_once = order.buildx and len(pushed) == len(order.images)
    with _secret_files(dict(_pairs(config.secret_args, "secret_args", execution.interpolate))) as files:
        order = dataclasses.replace(order, secrets=tuple(files.items()), push=at_once)
        _docker(name, words(order), folder, execution, {"DOCKER_BUILDKIT": "1"} if files else {})
    for image in () if at_once else pushed:
        execution.log(f"$ docker push {image}")
        _docker(name, ["push", image], folder, execution, {})


@contextmanager
def _secret_files(values: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Each value in a file that only its owner can read, gone afterwards."""
    with (
        reported("the secrets' files cannot be written", tempfile.gettempdir()),
        tempfile.TemporaryDirectory() as folder,
    ):
        files = {}
        for number, (key, value) in enumerate(values.items()):
            if not re.fullmatch(r"[\w.-]+", key):
                raise EngineError(f"'{key}' cannot be the name of a secret", hint="Use letters, digits, `_`, `.`, `-`")
            file = Path(folder) / str(number)
            file.touch(mode=0o600)
            file.write_text(value, "utf-8")
            files[key] = str(file)
        yield files


def _docker(
    name: str, words: list[str], folder: Path, execution: ExecutionContext, environment: Mapping[str, str]
) -> None:
    call = Call([*execution.host.docker, *words], folder, {**execution.host.environment, **environment})
    done = run(call, execution.log, execution.stop)
    if done.code == 0:
        return
    why = last_words(done.last)
    hint = "Install docker's buildx plugin" if _BUILDKIT.search(why) else hint_for(done.last)
    raise EngineError(f"docker {words[0]} failed", where=f"build/{name}", why=why, hint=hint)
