"""Servers: the machines that containers run on."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import MaintenanceWindow
from ksync_tui.model.kinds.fields import SECRET, Doc, Float32, StringList, StringSet, Table, wrong_names


class ServerConfig(Table):
    """How to reach a server and what to watch on it."""

    address: Annotated[
        str,
        Doc("The address of the agent, such as https://10.0.0.4:8120. Empty where the agent connects to Komodo Core."),
        wrong_names("host", "url", "hostname", "ip", "ip_address"),
    ] = ""
    insecure_tls: Annotated[
        bool, Doc("Whether a certificate is accepted that cannot be verified, such as a self-signed one.")
    ] = True
    external_address: Annotated[
        str,
        Doc("The address at which people reach the server's services; used for links."),
        wrong_names("public_address", "external_url"),
    ] = ""
    region: Annotated[str, Doc("A label such as a place or a provider."), wrong_names("location")] = ""
    enabled: Annotated[bool, Doc("Whether Komodo Core connects to the server.")] = False
    auto_rotate_keys: Annotated[
        bool, Doc("Whether the keys between Komodo Core and the agent are renewed by themselves.")
    ] = True
    passkey: Annotated[
        str,
        SECRET,
        Doc("The passkey of the agent, where it is not the common one."),
        wrong_names("passkeys", "password"),
    ] = ""
    ignore_mounts: Annotated[
        StringSet, Doc("Mount points that are left out of the disk statistics."), wrong_names("ignored_mounts")
    ] = Field(default_factory=list)
    auto_prune: Annotated[bool, Doc("Whether unused images are removed every day."), wrong_names("prune")] = True
    links: Annotated[StringList, Doc("Links that are shown beside the server."), wrong_names("link", "urls")] = Field(
        default_factory=list
    )
    stats_monitoring: Annotated[
        bool, Doc("Whether statistics of the machine are recorded."), wrong_names("monitoring")
    ] = True
    send_unreachable_alerts: Annotated[bool, Doc("Whether an alert is sent when the server cannot be reached.")] = True
    send_cpu_alerts: Annotated[bool, Doc("Whether an alert is sent for high CPU use.")] = True
    send_mem_alerts: Annotated[
        bool, Doc("Whether an alert is sent for high memory use."), wrong_names("send_memory_alerts")
    ] = True
    send_disk_alerts: Annotated[bool, Doc("Whether an alert is sent for full disks.")] = True
    send_version_mismatch_alerts: Annotated[
        bool, Doc("Whether an alert is sent when the agent's version is not that of Komodo Core.")
    ] = True
    cpu_warning: Annotated[Float32, Doc("CPU use in percent from which an alert is a warning.")] = 90.0
    cpu_critical: Annotated[Float32, Doc("CPU use in percent from which an alert is critical.")] = 99.0
    mem_warning: Annotated[
        float, Doc("Memory use in percent from which an alert is a warning."), wrong_names("memory_warning")
    ] = 75.0
    mem_critical: Annotated[
        float, Doc("Memory use in percent from which an alert is critical."), wrong_names("memory_critical")
    ] = 95.0
    disk_warning: Annotated[float, Doc("Disk use in percent from which an alert is a warning.")] = 75.0
    disk_critical: Annotated[float, Doc("Disk use in percent from which an alert is critical.")] = 95.0
    maintenance_windows: Annotated[
        list[MaintenanceWindow],
        Doc("Times in which no alerts are sent."),
        wrong_names("maintenance", "maintenance_window"),
    ] = Field(default_factory=list)


class Server(Templated):
    """A machine that containers run on."""

    config: Annotated[ServerConfig, Doc("The settings of the server.")] = Field(default_factory=ServerConfig)
