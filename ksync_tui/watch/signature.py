"""Whether a delivery comes from somebody who knows the secret (semantics f). Pure; compared in constant time (h.15)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping

SIGNATURES: Mapping[str, str] = {
    "github": "X-Hub-Signature-256",
    "gitea": "X-Gitea-Signature",
    "forgejo": "X-Forgejo-Signature",
}
"""By path: the HMAC-SHA256 of the raw body in lower case hex, `sha256=` before it or not. Gitea and Forgejo sign as
GitHub does too."""
TOKENS: Mapping[str, str] = {"gitlab": "X-Gitlab-Token", "bearer": "Authorization"}
"""By path: the secret itself, after `Bearer` in the second."""
HEADERS: Mapping[str, str] = {**SIGNATURES, **TOKENS}
_HEX = re.compile(r"[0-9a-f]{64}")
_BEARER = re.compile(r"bearer +", re.IGNORECASE)


def may_be_signed(provider: str, headers: Mapping[str, str], secret: str) -> bool:
    """Whether a delivery can be genuine, as far as that shows before its body is read. No secret: never.

    `headers`: names in lower case.
    """
    given = headers.get(HEADERS[provider].lower(), "")
    if not secret or not given:
        return False
    if provider in TOKENS:
        return _equal(_token(provider, given), secret)
    return _HEX.fullmatch(given.removeprefix("sha256=")) is not None


def signed(provider: str, headers: Mapping[str, str], secret: str, body: bytes) -> bool:
    """Whether a delivery is genuine. No secret: never."""
    if not may_be_signed(provider, headers, secret):
        return False
    if provider in TOKENS:
        return True
    given = headers[SIGNATURES[provider].lower()].removeprefix("sha256=")
    return _equal(given, hmac.digest(secret.encode(), body, "sha256").hex())


def _token(provider: str, given: str) -> str:
    """What a header says is the secret; "" where it says something else."""
    if provider != "bearer":
        return given
    scheme = _BEARER.match(given)
    return given[scheme.end() :] if scheme else ""


def _equal(text: str, other: str) -> bool:
    return hmac.compare_digest(text.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
