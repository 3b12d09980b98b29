"""From what was read to what the planner asks: live resources, states, what was deployed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast, get_args

from ksync_tui.engine.core.names import USER
from ksync_tui.engine.core.reading import CoreReading
from ksync_tui.engine.core.text import plain, sentence
from ksync_tui.engine.core.wire import Json, build
from ksync_tui.errors import CoreError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.build import Build
from ksync_tui.model.kinds.common import NO_VERSION
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Deployed, DeployState, Live, Snapshot, Target, digest_of

_STATES = frozenset(get_args(DeployState))
_VERSION = re.compile(r"\d+\.\d+\.\d+")


@dataclass(slots=True)
class LiveReading:
    """Live resources by what they were built from, so that reading again builds only what changed."""

    known: dict[Target, tuple[Json, Live]] = field(default_factory=dict)

    def live(self, reading: CoreReading) -> dict[Target, Live]:
        """The live resources of a reading, the same objects as before where nothing changed."""
        self.known = {target: self._one(target, values) for target, values in reading.values.items()}
        return {target: live for target, (_, live) in self.known.items()}

    def _one(self, target: Target, values: Json) -> tuple[Json, Live]:
        before = self.known.get(target)
        return before if before is not None and before[0] == values else (values, live_of(target, values))


def live_of(target: Target, values: Json) -> Live:
    """A live resource; one that is not understood says so when somebody looks at it."""
    try:
        return Live.of(target, build(target.kind, values, str(target)))
    except CoreError as error:
        return Live(target, digest_of(values), _raising(error), tuple(values.get("tags", ())))


def _raising(error: CoreError) -> Callable[[], Resource]:
    def look() -> Resource:
        raise error

    return look


def understood(live: Mapping[Target, Live]) -> Iterator[tuple[Target, Resource]]:
    """The live resources that can be read; the others are told of where somebody wants to change them."""
    for target, current in live.items():
        with suppress(CoreError):
            yield target, current.resource


def snapshot_of(
    reading: CoreReading,
    seen: LiveReading,
    applied: Mapping[Target, str],
    deployed: Mapping[Target, Deployed],
    deploy_records: int,
) -> Snapshot:
    """The snapshot of a reading, with what ksync's own records know of it."""
    live = seen.live(reading)
    runnable = [target for target in live if KINDS[target.kind].deployable]
    states = {target: state for target in runnable if (state := state_of(reading.states.get(target, {}))) != "unknown"}
    built = _built(reading, live)
    version = digest_of(sorted((*target, current.fingerprint) for target, current in live.items()))
    return Snapshot(
        live=live,
        states=states,
        # Core knows of every resource whether it was deployed, so an unknown state means a host that is silent.
        deployed={
            target: replace(deployed.get(target, Deployed()), built=_runs(target, live, reading)) for target in runnable
        },
        applied={target: last for target, last in applied.items() if target in live},
        version=(version, deploy_records),
        built=built,
        changed_files={target: files for target in runnable if (files := _changed_files(reading, target))},
        unreachable=_unreachable(reading),
        users=frozenset(reading.directory.ids[USER]) if reading.directory.admin else None,
    )


def state_of(info: Mapping[str, Any]) -> DeployState:
    """The state of a stack or deployment; one that this ksync does not know is `unknown`."""
    state = info.get("state")
    return cast("DeployState", state) if state in _STATES else "unknown"


def _unreachable(reading: CoreReading) -> dict[str, str]:
    """Enabled servers whose agent does not answer, and why."""
    silent = {}
    for target, info in reading.states.items():
        if target.kind == "server" and info.get("state") == "NotOk":
            error = info.get("err")
            said = error.get("error") if isinstance(error, dict) else error
            silent[target.name] = sentence(said) or "its agent gives no answer"
    return silent


def _built(reading: CoreReading, live: Mapping[Target, Live]) -> dict[str, str]:
    """The version of each build that was ever built."""
    found = {}
    for target in live:
        info = reading.states.get(target, {}) if target.kind == "build" else {}
        if info.get("last_built_at"):
            found[target.name] = _version(info.get("version"))
    return found


def _version(raw: Any) -> str:
    if isinstance(raw, dict):
        return ".".join(str(raw.get(part, 0)) for part in ("major", "minor", "patch"))
    return str(raw or NO_VERSION)


def _runs(target: Target, live: Mapping[Target, Live], reading: CoreReading) -> str | None:
    """The version of the latest build that a deployment runs, read off its image (semantics c.7, without h.2)."""
    image = reading.values[target].get("config", {}).get("image", {}) if target.kind == "deployment" else {}
    params = image.get("params", {})
    if image.get("type") != "Build" or params.get("version", NO_VERSION) != NO_VERSION:
        return None
    built = Target("build", params.get("build_id", ""))
    build_ = dict(understood({built: live[built]})).get(built) if built in live else None
    tag = str(reading.states.get(target, {}).get("image") or "").rpartition(":")[2]
    if not tag or not isinstance(build_, Build):
        return None
    version = tag.removesuffix(f"-{build_.config.image_tag}")
    return version if _VERSION.fullmatch(version) else None


def _changed_files(reading: CoreReading, target: Target) -> tuple[str, ...]:
    """The files that a stack was deployed with and that say something else now, are new or gone (c.7, h.5)."""
    info = reading.info[target]
    deployed, remote = info.get("deployed_contents"), info.get("remote_contents")
    if not deployed or not remote:
        return ()
    before = {file["path"]: file["contents"] for file in deployed}
    now = {file["path"]: file["contents"] for file in remote}
    differing = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
    config_files = reading.values[target].get("config", {}).get("config_files") or ()
    # Core leaves out a `requires` that is at its default, None, so the config is asked whose file it is.
    idle = {file["path"] for file in config_files if file.get("requires", "None") == "None" and file["path"] in before}
    return tuple(sorted(differing - idle))


def errors_of(info: Mapping[str, Any]) -> list[str]:
    """What Core says is wrong with a sync as a whole."""
    return [plain(info[name]) for name in ("pending_error", "pending_deploy_error") if info.get(name)]
