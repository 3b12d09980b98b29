"""From a container as Docker has it to the options of `docker run` that make such a one. Pure.

The names of fields are those of Docker's API. A field that is in no table here and is set is named in a note: an option
is carried over or spoken of, never dropped silently.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ksync_tui.engine.embedded.docker.inspected import Inspected, Said

Words = Iterator[str]
_Write = Callable[[Any], Words]


def _one(flag: str) -> _Write:
    return lambda value: iter([f"{flag}={value}"])


def _switch(flag: str) -> _Write:
    return lambda _: iter([flag])


def _each(flag: str) -> _Write:
    return lambda values: (f"{flag}={value}" for value in values)


def _entries(flag: str, between: str = "=") -> _Write:
    return lambda values: (f"{flag}={key}{between if value else ''}{value}" for key, value in values.items())


def _size(flag: str) -> _Write:
    return lambda value: iter([f"{flag}={_bytes(value)}"])


def _bytes(value: int) -> str:
    """A number of bytes as docker takes it, in the largest unit that fits: `64m`."""
    for unit, shift in (("g", 30), ("m", 20), ("k", 10)):
        if value > 0 and value % (1 << shift) == 0:
            return f"{value >> shift}{unit}"
    return str(value)


def _devices(values: Sequence[Said]) -> Words:
    for value in values:
        rights = "" if value["CgroupPermissions"] == "rwm" else f":{value['CgroupPermissions']}"
        yield f"--device={value['PathOnHost']}:{value['PathInContainer']}{rights}"


def _ulimits(values: Sequence[Said]) -> Words:
    return (f"--ulimit={value['Name']}={value['Soft']}:{value['Hard']}" for value in values)


def _links(values: Sequence[str]) -> Words:
    for value in values:
        there, _, here = value.partition(":")
        yield f"--link={there.lstrip('/')}:{here.rpartition('/')[2]}"


_HOST: Mapping[str, _Write] = {
    "AutoRemove": _switch("--rm"),
    "Annotations": _entries("--annotation"),
    "BlkioWeight": _one("--blkio-weight"),
    "CapAdd": _each("--cap-add"),
    "CapDrop": _each("--cap-drop"),
    "CgroupParent": _one("--cgroup-parent"),
    "CpuPeriod": _one("--cpu-period"),
    "CpuQuota": _one("--cpu-quota"),
    "CpuRealtimePeriod": _one("--cpu-rt-period"),
    "CpuRealtimeRuntime": _one("--cpu-rt-runtime"),
    "CpuShares": _one("--cpu-shares"),
    "CpusetCpus": _one("--cpuset-cpus"),
    "CpusetMems": _one("--cpuset-mems"),
    "DeviceCgroupRules": _each("--device-cgroup-rule"),
    "Devices": _devices,
    "Dns": _each("--dns"),
    "DnsOptions": _each("--dns-option"),
    "DnsSearch": _each("--dns-search"),
    "ExtraHosts": _each("--add-host"),
    "GroupAdd": _each("--group-add"),
    "Init": _switch("--init"),
    "Links": _links,
    "Memory": _size("--memory"),
    "MemoryReservation": _size("--memory-reservation"),
    "MemorySwap": _size("--memory-swap"),
    "NanoCpus": lambda value: iter([f"--cpus={value / 1e9:g}"]),
    "OomKillDisable": _switch("--oom-kill-disable"),
    "OomScoreAdj": _one("--oom-score-adj"),
    "PidsLimit": _one("--pids-limit"),
    "Privileged": _switch("--privileged"),
    "PublishAllPorts": _switch("--publish-all"),
    "ReadonlyRootfs": _switch("--read-only"),
    "SecurityOpt": _each("--security-opt"),
    "ShmSize": _size("--shm-size"),
    "StorageOpt": _entries("--storage-opt"),
    "Sysctls": _entries("--sysctl"),
    "Tmpfs": _entries("--tmpfs", ":"),
    "UTSMode": _one("--uts"),
    "Ulimits": _ulimits,
    "UsernsMode": _one("--userns"),
    "VolumeDriver": _one("--volume-driver"),
    "VolumesFrom": _each("--volumes-from"),
}
"""Options of the host by their field in `HostConfig`."""
_IMAGE = (("User", "--user", ""), ("WorkingDir", "--workdir", ""), ("StopSignal", "--stop-signal", "SIGTERM"))
"""What the image may set too, by its field in `Config`, with what nothing set means."""
_SWITCHES = {"Tty": "--tty", "OpenStdin": "--interactive"}
_OWN = {"StopTimeout": "--stop-timeout", "Domainname": "--domainname", "MacAddress": "--mac-address"}
_ELSEWHERE = frozenset(
    {
        *("Binds", "Mounts", "NetworkMode", "PortBindings", "RestartPolicy"),  # fields of a deployment
        *("CgroupnsMode", "DeviceRequests", "IpcMode", "LogConfig", "MemorySwappiness", "PidMode", "Runtime"),  # below
        *("MaskedPaths", "ReadonlyPaths"),  # follow from others
        *("Cgroup", "ConsoleSize", "ContainerIDFile", "CpuCount", "CpuPercent", "Isolation"),  # of Windows, or nothing
    }
)
_TIMES = {
    "Interval": "--health-interval", "Timeout": "--health-timeout", "StartPeriod": "--health-start-period",
    "StartInterval": "--health-start-interval",
}  # fmt: skip
"""Of a healthcheck, in nanoseconds."""
_NANOSECONDS = 1_000_000_000


def options(seen: Inspected) -> tuple[list[str], list[str]]:
    """The options that make such a container, each a word, and in sentences what no option says."""
    notes: list[str] = []
    words = [*_of_host(seen, notes), *_by_default(seen, notes), *_of_image(seen), *_health(seen, notes)]
    return words, notes


def _of_host(seen: Inspected, notes: list[str]) -> Words:
    for field, value in _without_defaults(seen, notes).items():
        if field in _HOST:
            yield from _HOST[field](value)
        elif field not in _ELSEWHERE:
            notes.append(f"{field} is set, for which `docker run` has no option")


def _without_defaults(seen: Inspected, notes: list[str]) -> dict[str, Any]:
    """What the host config sets, less what docker sets by itself."""
    found = {field: value for field, value in seen.host_config.items() if value}
    if found.get("ShmSize") == 64 << 20:
        del found["ShmSize"]
    if found.get("MemorySwap") == 2 * found.get("Memory", 0):
        del found["MemorySwap"]
    if found.get("PidsLimit") == -1:
        del found["PidsLimit"]
    security = [*found.pop("SecurityOpt", [])]
    if found.get("Privileged"):
        security = [one for one in security if one != "label=disable"]
    elif found.keys().isdisjoint(("MaskedPaths", "ReadonlyPaths")) and "MaskedPaths" in seen.host_config:
        security.append("systempaths=unconfined")
    if any("{" in one for one in security):  # docker's command has put a file's text in the place of its name
        notes.append("its security profile was read from a file: write `--security-opt` with that file by hand")
    if named := [one for one in security if "{" not in one]:
        found["SecurityOpt"] = named
    return found


def _by_default(seen: Inspected, notes: list[str]) -> Words:
    """Options whose default is the engine's own."""
    host, engine = seen.host_config, seen.engine
    log = host.get("LogConfig") or {}
    if log.get("Config") or log.get("Type") not in ("", engine.get("LoggingDriver")):
        yield f"--log-driver={log.get('Type')}"
        yield from _entries("--log-opt")(log.get("Config") or {})
    if host.get("Runtime") not in ("", None, engine.get("DefaultRuntime")):
        yield f"--runtime={host['Runtime']}"
    if host.get("CgroupnsMode") not in ("", None, "private" if str(engine.get("CgroupVersion")) == "2" else "host"):
        yield f"--cgroupns={host['CgroupnsMode']}"
    if host.get("IpcMode") not in ("", None, "private"):
        yield f"--ipc={_by_name(seen, host['IpcMode'])}"
    if host.get("PidMode"):
        yield f"--pid={_by_name(seen, host['PidMode'])}"
    if (swappiness := host.get("MemorySwappiness")) not in (None, -1):
        yield f"--memory-swappiness={swappiness}"
    for request in host.get("DeviceRequests") or ():
        yield from _device_request(request, notes)


def _by_name(seen: Inspected, mode: str) -> str:
    """`container:ID` with the name in place of the id: the id changes with each deploy of the other."""
    kind, colon, known = mode.partition(":")
    return f"{kind}{colon}{seen.names.get(known, known)}"


def _device_request(request: Said, notes: list[str]) -> Words:
    ids = request.get("DeviceIDs") or []
    if request.get("Driver") == "cdi":
        yield from _each("--device")(ids)
    elif request.get("Capabilities") == [["gpu"]] and not request.get("Options"):
        count = request.get("Count")
        yield f'--gpus="device={",".join(ids)}"' if ids else f"--gpus={'all' if count == -1 else count}"
    else:
        notes.append("it has devices by a request that `docker run` has no option for")


def _of_image(seen: Inspected) -> Words:
    """What runs, where that is not what the image says."""
    config, image = seen.config, seen.image
    for field, flag, default in _IMAGE:
        if (value := config.get(field) or default) != (image.get(field) or default):
            yield f"{flag}={value}"
    yield from (flag for field, flag in _SWITCHES.items() if config.get(field))
    yield from (f"{flag}={config[field]}" for field, flag in _OWN.items() if config.get(field) not in ("", None))
    if _own_hostname(seen):
        yield f"--hostname={config['Hostname']}"
    published = seen.host_config.get("PortBindings") or {}
    for port in config.get("ExposedPorts") or {}:
        if port not in published and port not in (image.get("ExposedPorts") or {}):
            yield f"--expose={port}"


def _own_hostname(seen: Inspected) -> bool:
    """Whether somebody chose its host name, rather than docker: its id, or that of what it shares a network with."""
    host, name = seen.host_config, seen.config.get("Hostname")
    shares = str(host.get("NetworkMode", "")).startswith(("host", "container:")) or host.get("UTSMode")
    return bool(name) and not shares and name != seen.id[:12]


def _health(seen: Inspected, notes: list[str]) -> Words:
    """The healthcheck: only what differs from the image's, which docker puts in for the rest."""
    mine, images = seen.config.get("Healthcheck") or {}, seen.image.get("Healthcheck") or {}
    test = mine.get("Test") or []
    if test != (images.get("Test") or []):
        match test:
            case ["NONE"]:
                yield "--no-healthcheck"
                return
            case ["CMD-SHELL", command]:
                yield f"--health-cmd={command}"
            case ["CMD", *words]:
                yield f"--health-cmd={shlex.join(words)}"
                notes.append("its healthcheck runs in a shell when it is deployed again; it runs without one now")
    for field, flag in _TIMES.items():
        if mine.get(field) and mine.get(field) != images.get(field):
            yield f"{flag}={_duration(mine[field])}"
    if mine.get("Retries") and mine.get("Retries") != images.get("Retries"):
        yield f"--health-retries={mine['Retries']}"


def _duration(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    return f"{nanoseconds}ns" if rest else f"{seconds}s"
