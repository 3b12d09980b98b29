"""What docker refuses, or what has no effect: images, ports, volumes, registries (semantics e.6 to e.8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ksync_tui.model.text import BadPairError, lines_of, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ksync_tui.source.lint_script import Flaw

_NAME = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*|\[[0-9a-fA-F:]+\])(?::\d+)?"
_IMAGE = re.compile(rf"(?:{_HOST}/)?{_NAME}(?:/{_NAME})*(?::\w[\w.-]{{0,127}})?(?:@[\w+.-]+:[0-9a-fA-F]{{32,}})?")
_RANGE = r"\d+(?:-\d+)?"
_PORT = re.compile(
    rf"(?:(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|\[[0-9a-fA-F:]+\]):)?(?:{_RANGE})?:{_RANGE}(?:/(?:tcp|udp|sctp))?"
)
_HIGHEST_PORT = 65535


def _filled_in_later(text: str) -> bool:
    """Whether Komodo or the shell puts something else in its place."""
    return "[[" in text or "$" in text


def image(value: str, table: Any) -> Iterator[Flaw]:
    """An image that docker takes for no reference."""
    bare = value.strip()
    if _filled_in_later(bare) or _IMAGE.fullmatch(bare):
        return
    hint = 'write it as "nginx:1.27"'
    if "://" in bare:
        hint = f"leave {bare.split('://')[0]}:// out"
    elif bare.rpartition("/")[2].count(":") > 1:
        hint = "write one tag"
    elif _IMAGE.fullmatch(bare.lower()):
        hint = "write the name in lower case"
    yield (), "is not an image reference: docker refuses it", hint


def ports(value: str, table: Any) -> Iterator[Flaw]:
    """Ports on the host network, where they do nothing, and entries that docker refuses."""
    if table.swarm_id:
        return
    if table.network == "host" and any(True for _ in _entries(value)):
        yield (), "has no effect on the host network, the default", 'write network = "bridge", or leave the ports out'
        return
    for number, entry in _entries(value):
        if not _PORT.fullmatch(entry) or any(int(port) > _HIGHEST_PORT for port in _numbers(entry)):
            yield (), f"has no port mapping on line {number}: docker refuses it", "write 8080:80, or 8080:80/udp"


def _numbers(entry: str) -> list[str]:
    return [number for part in entry.rsplit(":", 2)[-2:] if "." not in part for number in re.findall(r"\d+", part)]


def volumes(value: str, table: Any) -> Iterator[Flaw]:
    """Mounts to a path in the container that is not absolute."""
    for number, entry in _entries(value):
        inside = entry.partition(":")[2]
        if not inside.startswith("/") and not re.match(r"[A-Za-z]:|\\", inside) and "\\" not in entry:
            message = f"has no absolute path in the container on line {number}: docker refuses it"
            yield (), message, "write data:/data"


def _entries(value: str) -> Iterator[tuple[int, str]]:
    """Line number and `local:container` of every entry that is there to be judged."""
    for number, line in enumerate(lines_of(value), 1):
        try:
            found = pairs(line)
        except BadPairError:
            continue
        for key, mapped in found:
            if not _filled_in_later(key + mapped):
                yield number, f"{key}:{mapped}"


def registry_account(value: str, table: Any) -> Iterator[Flaw]:
    """An account without its registry: Komodo logs in only with both."""
    if not table.registry_provider:
        yield (
            (),
            "has no effect without registry_provider",
            'write registry_provider = "docker.io", or its own',
        )


def registry_provider(value: str, table: Any) -> Iterator[Flaw]:
    """A registry without an account: Komodo logs in only with both."""
    if not table.registry_account:
        yield (), "has no effect without registry_account", "write the account, or leave the provider out"


def push_targets(value: list[Any], table: Any) -> Iterator[Flaw]:
    """A registry that nothing is pushed to, since Komodo names images by domain and account."""
    for at, entry in enumerate(value):
        given = bool(entry.domain or entry.account or entry.organization)
        if given and not (entry.domain and entry.account):
            yield (at,), "has a registry that nothing is pushed to: it needs domain and account", "write both"
