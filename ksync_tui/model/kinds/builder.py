"""Builders: where builds run."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, ClassVar

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import SECRET, Int32, Key, Ref, StringList, StringSet, Table, aliases


class UrlBuilder(Table):
    """A builder at an address."""

    address: str = "https://periphery:8120"
    periphery_public_key: str = ""
    insecure_tls: bool = True
    passkey: Annotated[str, SECRET] = ""


class ServerBuilder(Table):
    """Servers of the fleet that build."""

    server_ids: Annotated[StringList, Key("servers"), aliases("server_id", "server"), Ref("server")] = Field(
        default_factory=list
    )


class ProviderAccount(Table):
    """An account at a git provider or registry."""

    username: Annotated[str, aliases("account")]
    token: Annotated[str, SECRET] = ""


class GitProvider(Table):
    """A git provider with its accounts."""

    domain: str = "github.com"
    https: bool = True
    accounts: Annotated[list[ProviderAccount], aliases("account")]


class BuilderRegistry(Table):
    """An image registry with its accounts."""

    domain: str = "docker.io"
    accounts: Annotated[list[ProviderAccount], aliases("account")]
    organizations: Annotated[list[str], aliases("organization")] = Field(default_factory=list)


class AwsBuilder(Table):
    """A machine that Komodo Core starts at AWS for each build."""

    region: str = "us-east-1"
    instance_type: str = "c5.2xlarge"
    volume_gb: Int32 = 20
    ami_id: str = ""
    subnet_id: str = ""
    key_pair_name: str = ""
    assign_public_ip: bool = False
    use_public_ip: bool = False
    security_group_ids: StringSet = Field(default_factory=list)
    user_data: str = ""
    port: Int32 = 8120
    use_https: bool = True
    periphery_public_key: str = ""
    insecure_tls: bool = True
    git_providers: list[GitProvider] = Field(default_factory=list)
    image_registries: list[BuilderRegistry] = Field(default_factory=list)
    secrets: StringSet = Field(default_factory=list)


class BuilderConfig(Choice):
    """Which sort of builder; without a config it is a default Url builder (facts h.13)."""

    variants: ClassVar[Mapping[str, type[Table]]] = {"Url": UrlBuilder, "Server": ServerBuilder, "Aws": AwsBuilder}


@cache
def _default_builder() -> BuilderConfig:
    return BuilderConfig.of("Url")


class Builder(Templated):
    """A place where builds run."""

    config: BuilderConfig = Field(default_factory=_default_builder)
