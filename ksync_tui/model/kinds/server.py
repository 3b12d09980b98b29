"""Servers: the machines that containers run on."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import MaintenanceWindow
from ksync_tui.model.kinds.fields import SECRET, Float32, StringList, StringSet, Table


class ServerConfig(Table):
    """How to reach a server and what to watch on it."""

    address: str = ""
    insecure_tls: bool = True
    external_address: str = ""
    region: str = ""
    enabled: bool = False
    auto_rotate_keys: bool = True
    passkey: Annotated[str, SECRET] = ""
    ignore_mounts: StringSet = Field(default_factory=list)
    auto_prune: bool = True
    links: StringList = Field(default_factory=list)
    stats_monitoring: bool = True
    send_unreachable_alerts: bool = True
    send_cpu_alerts: bool = True
    send_mem_alerts: bool = True
    send_disk_alerts: bool = True
    send_version_mismatch_alerts: bool = True
    cpu_warning: Float32 = 90.0
    cpu_critical: Float32 = 99.0
    mem_warning: float = 75.0
    mem_critical: float = 95.0
    disk_warning: float = 75.0
    disk_critical: float = 95.0
    maintenance_windows: list[MaintenanceWindow] = Field(default_factory=list)


class Server(Templated):
    """A machine that containers run on."""

    config: ServerConfig = Field(default_factory=ServerConfig)
