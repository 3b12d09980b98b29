"""Tokens of accounts at git providers and registries: from the environment only, never from a file of resources."""

from __future__ import annotations

import re
from collections.abc import Mapping

GIT = "KSYNC_GIT_TOKEN"
REGISTRY = "KSYNC_REGISTRY_TOKEN"


def names(prefix: str, domain: str, account: str) -> list[str]:
    """The variables that may hold a token: `PREFIX_GITHUB_COM_ME`, then `PREFIX_GITHUB_COM`."""
    both = [f"{prefix}_{domain}_{account}"] if account else []
    return [re.sub(r"[^A-Z0-9]", "_", name.upper()) for name in (*both, f"{prefix}_{domain}")]


def find(prefix: str, domain: str, account: str, environ: Mapping[str, str]) -> str:
    """The token that the environment holds for an account, or nothing."""
    return next(filter(None, map(environ.get, names(prefix, domain, account))), "")
