"""A container that somebody started as the deployment that would start it again (semantics e.6, read backwards). Pure.

What is written is read back before it counts: an entry that a deployment's text would change becomes an option.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ksync_tui.engine.embedded.docker.arguments import conversion, setting, split
from ksync_tui.engine.embedded.docker.execution_context import OWNER_LABEL
from ksync_tui.engine.embedded.docker.inspected import Inspected, Said
from ksync_tui.engine.embedded.docker.interpolate import interpolate
from ksync_tui.engine.embedded.docker.run_options import options
from ksync_tui.errors import EngineError
from ksync_tui.model.discovery import Discovered
from ksync_tui.model.kinds.deployment import Deployment, DeploymentConfig, DeploymentImage
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Target
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.text import BadPairError, Pair, pairs

_RETRIES = 10
"""What `on-failure` means to a deployment."""
_NOT_IN_NAMES = re.compile(r"\W+", re.ASCII)


class UnsayableError(Exception):
    """A container that no deployment can describe; its text says why."""


def as_deployment(seen: Inspected, server: str, look: SecretLook, known: Mapping[str, str]) -> Discovered:
    """The deployment whose deploy makes such a container. Raises UnsayableError where there is none.

    `known` are the values of variables by their names, which no other value may have.
    """
    writer = _Writer(seen, look, known)
    config = DeploymentConfig.model_validate({"server_id": server, **writer.fields()})
    deployment = Deployment(name=seen.name, deploy=seen.running, config=config)
    notes = tuple(dict.fromkeys(writer.notes))
    return Discovered(Target("deployment", seen.name), deployment, (seen.id,), writer.secrets, notes)


@dataclass
class _Writer:
    """Writes the fields of one deployment, and keeps what comes up on the way."""

    seen: Inspected
    look: SecretLook
    known: Mapping[str, str]
    secrets: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    """Options for which a deployment has no field of its own, or whose text it would change."""

    def fields(self) -> dict[str, Any]:
        """The fields of its config that are not the default."""
        config, image = self.seen.config, self.seen.image
        if not self.seen.image:
            self.notes.append("its image is gone: what that set is written down with the rest")
        words, notes = options(self.seen)
        self.notes += notes
        found = {
            "image": DeploymentImage.of("Image", image=str(config.get("Image", ""))),
            "network": self._network(),
            "restart": self._restart(),
            "ports": self._conversions("--publish", _ports(self.seen.host_config)),
            "volumes": self._conversions("--volume", self._volumes()),
            "environment": self._settings("--env", _beyond(config.get("Env"), image.get("Env"))),
            "labels": self._settings("--label", _own_labels(self.seen)),
            "command": self._command(),
        }
        self.extra += [*self._further_networks()]
        self.extra += words
        found["extra_args"] = [self._sayable(word, "extra_args") for word in self.extra]
        return found

    # ------------------------------------------------------------ fields

    def _network(self) -> str:
        mode = str(self.seen.host_config.get("NetworkMode") or "default")
        kind, colon, known = mode.partition(":")
        if colon:
            return f"{kind}:{self.seen.names.get(known, known)}"
        return "bridge" if mode == "default" else mode

    def _further_networks(self) -> Iterator[str]:
        """Addresses and aliases in its network; other networks are joined by a command of their own."""
        networks: Mapping[str, Said] = (self.seen.container.get("NetworkSettings") or {}).get("Networks") or {}
        first = self._network()
        for name, joined in networks.items():
            if name != first and len(networks) > 1:
                command = f"docker network connect {name} {self.seen.name}"
                self.notes.append(f"it is also in the network {name}: `{command}` after a deploy")
                continue
            addresses = joined.get("IPAMConfig") or {}
            flags = {"IPv4Address": "--ip", "IPv6Address": "--ip6"}
            yield from (f"{flag}={addresses[key]}" for key, flag in flags.items() if addresses.get(key))
            aliases = joined.get("Aliases") or ()
            yield from (f"--network-alias={alias}" for alias in aliases if alias != self.seen.id[:12])

    def _restart(self) -> str:
        policy = self.seen.host_config.get("RestartPolicy") or {}
        name, most = str(policy.get("Name") or "no"), policy.get("MaximumRetryCount")
        if name == "on-failure" and most != _RETRIES:
            self.extra.append(f"--restart=on-failure:{most}" if most else "--restart=on-failure")
        return name

    def _volumes(self) -> Iterator[str]:
        """What is mounted; a volume without a name is called by its id, or a deploy would begin with an empty one."""
        host = self.seen.host_config
        yield from host.get("Binds") or ()
        self.extra += [_mount(one, self.notes) for one in host.get("Mounts") or ()]
        known = {bind.split(":")[1] for bind in host.get("Binds") or ()}
        known |= {str(one.get("Target")) for one in host.get("Mounts") or ()}
        for mount in self.seen.container.get("Mounts") or ():
            if mount.get("Type") == "volume" and mount["Destination"] not in known and not host.get("VolumesFrom"):
                self.notes.append(f"{mount['Destination']} is a volume without a name, so that its id stands there")
                yield f"{mount['Name']}:{mount['Destination']}"

    def _command(self) -> str:
        """Its command, where that is not the image's; `docker run` takes one word of an entrypoint."""
        config, image = self.seen.config, self.seen.image
        command, entrypoint = list(config.get("Cmd") or ()), list(config.get("Entrypoint") or ())
        if entrypoint != list(image.get("Entrypoint") or ()):
            self.extra.append(f"--entrypoint={entrypoint[0] if entrypoint else ''}")
            return self._sayable_words([*entrypoint[1:], *command], "command")
        return "" if command == list(image.get("Cmd") or ()) else self._sayable_words(command, "command")

    # ------------------------------------------------- texts that read back

    def _conversions(self, flag: str, written: Iterator[str]) -> str:
        """Ports or volumes, one a line as docker has them."""
        lines = []
        for line in written:
            if self._reads_as(line, conversion, line):
                lines.append(line)
            else:
                self.extra.append(f"{flag}={line}")
        return "".join(f"{line}\n" for line in lines)

    def _settings(self, flag: str, entries: Iterator[tuple[str, str]]) -> str:
        """Variables or labels, one a line; what looks like a secret is named instead."""
        lines = []
        for key, value in entries:
            hidden = self._hidden(key, value)
            forms = (f"{key} = {hidden}", f'{key}="{_escaped(hidden)}"', f"{key}='{hidden}'")
            wanted = f"{key}={value}"
            line = next((form for form in forms if self._reads_as(form, setting, wanted)), None)
            if line is not None:
                lines.append(line)
            else:
                self.extra.append(f"{flag}={key}={hidden}")
        return "".join(f"{line}\n" for line in lines)

    def _reads_as(self, line: str, read: Callable[[Pair], str], wanted: str) -> bool:
        try:
            found = pairs(self._put_in(line))
        except (BadPairError, EngineError):
            return False
        return len(found) == 1 and read(found[0]) == wanted

    def _sayable(self, word: str, name: str) -> str:
        """An option as one entry of a list, which is cut into words as a shell would."""
        return self._sayable_words([word], name)

    def _sayable_words(self, words: Sequence[str], name: str) -> str:
        hidden = [self.look.hide(word, lambda value: self._named("SECRET", value)) for word in words]
        written = shlex.join(hidden)
        try:
            if split(self._put_in(written)) == [self._put_in(word) for word in hidden]:
                return written
        except (ValueError, EngineError):
            pass
        raise UnsayableError(f"its `{name}` holds quotes or brackets that a deployment cannot say")

    def _put_in(self, text: str) -> str:
        return interpolate(text, {}, self.secrets)

    # --------------------------------------------------------------- secrets

    def _hidden(self, key: str, value: str) -> str:
        """A value without what looks like a secret: all of it for its key, or a part of an address."""
        if self.look.names(key) and any(self.look.found_in(f"{key}={value}")):
            return f"[[{self._remembered(key, value)}]]"
        return self.look.hide(value, lambda part: self._named(key, part))

    def _named(self, key: str, value: str) -> str:
        return f"[[{self._remembered(key, value)}]]"

    def _remembered(self, key: str, value: str) -> str:
        """The name of the variable that holds a value. Raises UnsayableError where none can."""
        if refused := Variable(name=key, value=value).refused():
            raise UnsayableError(f"{key} looks like a secret, but {refused}")
        base = _NOT_IN_NAMES.sub("_", f"{self.seen.name}_{key}").upper().strip("_")
        base = base if base[0].isalpha() else f"_{base}"
        name, count = base, 1
        while (self.known.get(name, value), self.secrets.get(name, value)) != (value, value):
            count += 1
            name = f"{base}_{count}"
        self.secrets[name] = value
        return name


def _escaped(value: str) -> str:
    return re.sub(r'([$`"\\])', r"\\\1", value)


def _ports(host: Said) -> Iterator[str]:
    """Published ports as `docker run` takes them: `127.0.0.1:8080:80/udp`."""
    for port, bindings in (host.get("PortBindings") or {}).items():
        inside = str(port).removesuffix("/tcp")
        for binding in bindings or ():
            address, outside = str(binding.get("HostIp") or ""), str(binding.get("HostPort") or "")
            where = f"[{address}]:" if ":" in address else f"{address}:" if address else ""
            yield f"{where}{outside}:{inside}" if outside or where else f"{inside}"


def _beyond(mine: Sequence[str] | None, images: Sequence[str] | None) -> Iterator[tuple[str, str]]:
    """The variables that the image does not set so."""
    known = set(images or ())
    for entry in mine or ():
        key, equals, value = entry.partition("=")
        if entry not in known and equals:
            yield key, value


def _own_labels(seen: Inspected) -> Iterator[tuple[str, str]]:
    images = {OWNER_LABEL: seen.labels.get(OWNER_LABEL), **(seen.image.get("Labels") or {})}
    return ((key, value) for key, value in seen.labels.items() if images.get(key) != value)


def _mount(mount: Said, notes: list[str]) -> str:
    """A mount as `--mount` takes it."""
    bind, volume = mount.get("BindOptions") or {}, mount.get("VolumeOptions") or {}
    tmpfs = mount.get("TmpfsOptions") or {}
    words = [
        f"type={mount['Type']}",
        *([f"source={mount['Source']}"] if mount.get("Source") else []),
        f"target={mount['Target']}",
        *(["readonly"] if mount.get("ReadOnly") else []),
        *([f"bind-propagation={bind['Propagation']}"] if bind.get("Propagation") else []),
        *(["volume-nocopy"] if volume.get("NoCopy") else []),
        *([f"tmpfs-size={tmpfs['SizeBytes']}"] if tmpfs.get("SizeBytes") else []),
        *([f"tmpfs-mode={tmpfs['Mode']:o}"] if tmpfs.get("Mode") else []),
    ]
    if any("," in word for word in words) or volume.keys() - {"NoCopy"} or bind.keys() - {"Propagation"}:
        notes.append(f"the mount at {mount['Target']} has options that are not carried over")
    return f"--mount={','.join(words)}"
