"""Logging in at image registries: a token from the environment, or a login that docker keeps already."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ksync_tui.engine.embedded.docker.command import Call, run
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.errors import EngineError
from ksync_tui.model import tokens

# The token goes through a pipe: in the words of a command everybody on the machine could read it.
_LOGIN = 'printf %s "$KSYNC_LOGIN_TOKEN" | "$@" --password-stdin'


def login(domain: str, account: str, execution: ExecutionContext) -> bool:
    """Logs in at a registry; false when no account is set or nothing is known to log in with, which is logged.

    Raises EngineError when the registry refuses.
    """
    if not (domain and account):
        return False
    token = tokens.find(tokens.REGISTRY, domain, account, os.environ)
    if token:
        _login(domain, account, token, execution)
        return True
    if domain in _kept():
        execution.log(f"using docker's own login at {domain}")
        return True
    names = " or ".join(tokens.names(tokens.REGISTRY, domain, account))
    execution.log(f"not logged in at {domain}: put a token into {names}, or run `docker login {domain}`")
    return False


def _login(domain: str, account: str, token: str, execution: ExecutionContext) -> None:
    words = ["sh", "-c", _LOGIN, "sh", *execution.host.docker, "login", "--username", account, domain]
    call = Call(words, None, {**execution.host.environment, "KSYNC_LOGIN_TOKEN": token}, 60)
    done = run(call, execution.log, execution.stop)
    if done.code != 0:
        raise EngineError(
            f"{account} cannot log in at {domain}",
            why="; ".join(filter(None, map(str.strip, done.last[-3:]))),
            hint=f"Look at the token in {tokens.names(tokens.REGISTRY, domain, account)[0]}",
        )


def _kept() -> set[str]:
    """The registries that docker keeps a login for."""
    folder = os.environ.get("DOCKER_CONFIG")
    file = (Path(folder) if folder else Path.home() / ".docker") / "config.json"
    try:
        config = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return set()
    if not isinstance(config, dict):
        return set()
    known = {*(config.get("auths") or ()), *(config.get("credHelpers") or ())}
    return known | ({"docker.io"} if "https://index.docker.io/v1/" in known else set())
