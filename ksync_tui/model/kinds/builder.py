"""Builders: where builds run."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, ClassVar

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import (
    SECRET,
    Doc,
    Int32,
    Key,
    Ref,
    StringList,
    StringSet,
    Table,
    aliases,
    wrong_names,
)


class UrlBuilder(Table):
    """A builder at an address."""

    address: Annotated[str, Doc("The address of the agent that builds."), wrong_names("host", "url")] = (
        "https://periphery:8120"
    )
    periphery_public_key: Annotated[str, Doc("The public key of the agent."), wrong_names("public_key")] = ""
    insecure_tls: Annotated[bool, Doc("Whether a certificate is accepted that cannot be verified.")] = True
    passkey: Annotated[
        str,
        SECRET,
        Doc("The passkey of the agent, where it is not the common one."),
        wrong_names("passkeys", "password"),
    ] = ""


class ServerBuilder(Table):
    """Servers of the fleet that build."""

    server_ids: Annotated[
        StringList, Key("servers"), aliases("server_id", "server"), Ref("server"), Doc("The servers that build.")
    ] = Field(default_factory=list)


class ProviderAccount(Table):
    """An account at a git provider or registry."""

    username: Annotated[str, aliases("account"), Doc("The name of the account."), wrong_names("user", "name")]
    token: Annotated[str, SECRET, Doc("The token of the account."), wrong_names("password")] = ""


class GitProvider(Table):
    """A git provider with its accounts."""

    domain: Annotated[str, Doc("The host of the git provider."), wrong_names("provider", "url")] = "github.com"
    https: Annotated[bool, Doc("Whether it is reached over https rather than http.")] = True
    accounts: Annotated[list[ProviderAccount], aliases("account"), Doc("The accounts at the provider.")]


class BuilderRegistry(Table):
    """An image registry with its accounts."""

    domain: Annotated[str, Doc("The host of the registry."), wrong_names("provider", "url")] = "docker.io"
    accounts: Annotated[list[ProviderAccount], aliases("account"), Doc("The accounts at the registry.")]
    organizations: Annotated[
        list[str], aliases("organization"), Doc("The organizations that images may be pushed to.")
    ] = Field(default_factory=list)


class AwsBuilder(Table):
    """A machine that Komodo Core starts at AWS for each build."""

    region: Annotated[str, Doc("The AWS region.")] = "us-east-1"
    instance_type: Annotated[str, Doc("The type of the EC2 instance.")] = "c5.2xlarge"
    volume_gb: Annotated[Int32, Doc("The size of its volume in GB."), wrong_names("volume_size")] = 20
    ami_id: Annotated[str, Doc("The machine image to start from, with an agent on it."), wrong_names("ami")] = ""
    subnet_id: Annotated[str, Doc("The subnet of the instance."), wrong_names("subnet")] = ""
    key_pair_name: Annotated[str, Doc("The key pair for SSH."), wrong_names("key_pair", "key_name")] = ""
    assign_public_ip: Annotated[bool, Doc("Whether the instance gets a public address.")] = False
    use_public_ip: Annotated[bool, Doc("Whether Komodo Core reaches it at its public address.")] = False
    security_group_ids: Annotated[
        StringSet, Doc("The security groups of the instance."), wrong_names("security_groups")
    ] = Field(default_factory=list)
    user_data: Annotated[str, Doc("The user data that the instance starts with.")] = ""
    port: Annotated[Int32, Doc("The port of the agent.")] = 8120
    use_https: Annotated[
        bool, Doc("Whether the agent is reached over https rather than http."), wrong_names("https")
    ] = True
    periphery_public_key: Annotated[str, Doc("The public key of the agent."), wrong_names("public_key")] = ""
    insecure_tls: Annotated[bool, Doc("Whether a certificate is accepted that cannot be verified.")] = True
    git_providers: Annotated[list[GitProvider], Doc("The git providers whose accounts the machine has.")] = Field(
        default_factory=list
    )
    image_registries: Annotated[
        list[BuilderRegistry],
        Doc("The image registries whose accounts the machine has."),
        wrong_names("docker_registries"),
    ] = Field(default_factory=list)
    secrets: Annotated[StringSet, Doc("The names of secrets that the machine has.")] = Field(default_factory=list)


class BuilderConfig(Choice):
    """Which sort of builder; without a config it is a default Url builder (semantics h.13)."""

    variants: ClassVar[Mapping[str, type[Table]]] = {"Url": UrlBuilder, "Server": ServerBuilder, "Aws": AwsBuilder}


@cache
def _default_builder() -> BuilderConfig:
    return BuilderConfig.of("Url")


class Builder(Templated):
    """A place where builds run."""

    config: Annotated[BuilderConfig, Doc("Which sort of builder it is, and its settings.")] = Field(
        default_factory=_default_builder
    )
