"""Why git could not do something over the network, in ksync's words; git's are English (see `remote.environment`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import RemoteError, UnreachableError
from ksync_tui.model import tokens

if TYPE_CHECKING:
    from ksync_tui.git.remote import Remote

_SHOWN_LINES = 5
_NOISE = re.compile(
    r"^(warning|hint|Auto packing|Please make sure|and the repository exists|fatal: could not read from remote|"
    r"remote: (Enumerating|Counting|Compressing|Total))|^\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cause:
    """What git's words mean. `answered` is false where nothing was heard of the repository itself."""

    words: re.Pattern[str]
    what: str
    hint: str
    answered: bool = True


def _cause(words: str, what: str, hint: str, *, answered: bool = True) -> Cause:
    return Cause(re.compile(words, re.IGNORECASE), what, hint, answered)


_NETWORK = "Check the address and the network, then try again"
_KEY = "Connect once with ssh and compare the host's key, then try again"
_NO_REPOSITORY = "no such repository, or you may not see it"
_CAUSES = (
    _cause(r"could not resolve host|name or service not known|failure in name resolution|nodename nor servname",
           "the host is not known", _NETWORK, answered=False),
    _cause(r"host key verification failed|host identification has changed", "the host's key is not trusted", _KEY),
    _cause(r"permission denied \(|no supported authentication", "access denied",
           "Check that your ssh agent holds the right key: ssh-add -l"),
    _cause(r"authentication failed|could not read (username|password)|invalid username or|error: 401|error: 403|"
           r"access denied|http basic: access", "access denied", ""),
    _cause(r"repository .*not found|does not appear to be a git repo|error: 404|not a git repository|"
           r"project you were looking for|no such file or directory", _NO_REPOSITORY, ""),
    _cause(r"dubious ownership", "the repository belongs to another user",
           "If you trust it, run what git says"),
    _cause(r"certificate|ssl routines|tls connect error", "the connection is not secure",
           "Correct the host's certificate, or set http.sslCAInfo in git's configuration"),
    _cause(r"couldn't find remote ref|remote branch .* not found", "no such branch", "Correct the branch"),
    _cause(r"not our ref|unadvertised object|no such remote ref", "no such commit", "Correct the commit"),
    _cause(r"mismatched algorithms|object format", "it uses SHA-256, which ksync does not support",
           "Keep the resource files in a repository of git's ordinary format"),
    _cause(r"no space left|disk quota", "the disk is full", "Free some space and try again"),
    _cause(r"connection (refused|timed out|reset|closed)|failed to connect|couldn't connect|no route to host|"
           r"network is unreachable|operation too slow|operation timed out|early eof|hung up|empty reply|"
           r"could not read from remote|error: 5\d\d|error: 429|unable to access .*recv failure",
           "no answer", _NETWORK, answered=False),
    _cause(r"unable to find remote helper|protocol .* not supported|transport .* not allowed",
           "git does not support such an address", "Write an https, ssh or file address"),
)  # fmt: skip
"""In the order in which they are looked for: the first that fits says it best."""
_DAMAGED = re.compile(
    r"^(?!remote:).*(bad object|corrupt|is empty|invalid sha1|unable to read|did not send all necessary objects|"
    r"'origin' does not appear|\.lock': File exists|missing (blob|tree|commit))",
    re.MULTILINE,
)


# What a remote says of a way to fetch that it does not know, or that finds nothing: another way may do.
_OTHER_WAY = re.compile(r"no commits selected|does(n't| not) support", re.IGNORECASE)


def damaged(said: str) -> bool:
    """Whether git speaks of the clone that it works in, rather than of the remote."""
    return _DAMAGED.search(said) is not None


def failure(remote: Remote, doing: str, said: str) -> RemoteError:
    """The error for what git said on its standard error when it could not do `doing` with a remote."""
    said = said.replace(remote.token, "***") if remote.token else said
    said = re.sub(r"(://)[^/@\s]*@", r"\1", said)
    for cause in () if _OTHER_WAY.search(said) else _CAUSES:
        if cause.words.search(said):
            kind = RemoteError if cause.answered else UnreachableError
            hint = cause.hint or hint_for(remote, said) or "Check its name"
            return kind(f"{doing}: {cause.what}", where=str(remote), why=_gist(said), hint=hint)
    return RemoteError(doing, where=str(remote), why=_gist(said), known=False)


def no_answer(remote: Remote, doing: str, seconds: float) -> UnreachableError:
    """The error for a command that was stopped after its time."""
    return UnreachableError(f"{doing}: no answer in {seconds:g} s", where=str(remote), hint=_NETWORK)


def hint_for(remote: Remote, said: str) -> str | None:
    """What to do where the account is not let in, or may not see the repository; None for other causes."""
    if not re.search(r"uthentication|could not read Username|not found|error: 40[134]", said):
        return None
    if not remote.provider:
        return None
    names = " or ".join(tokens.names(tokens.GIT, remote.provider, remote.account))
    return f"Check its name, and put a token into {names}, or give git one: `git credential approve`"


def _gist(said: str) -> str:
    lines = [line.strip() for line in re.split(r"[\r\n]", said) if not _NOISE.match(line)]
    return "; ".join(dict.fromkeys(lines[-_SHOWN_LINES:])) or "git gave no reason"
