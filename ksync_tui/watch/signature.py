"""Whether a delivery comes from somebody who knows the secret (semantics f). Pure; compared in constant time (h.15)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping

GITHUB = "x-hub-signature-256"
"""`sha256=` and the HMAC-SHA256 of the raw body in lower case hex; the prefix may be missing. Gitea's too."""
GITLAB = "x-gitlab-token"
"""The secret itself."""
HEADERS: Mapping[str, str] = {"github": GITHUB, "gitlab": GITLAB}
_HEX = re.compile(r"[0-9a-f]{64}")


def may_be_signed(provider: str, headers: Mapping[str, str], secret: str) -> bool:
    """Whether a delivery can be genuine, as far as that shows before its body is read. No secret: never."""
    given = headers.get(HEADERS[provider], "")
    if not secret or not given:
        return False
    if provider == "gitlab":
        return _equal(given, secret)
    return _HEX.fullmatch(given.removeprefix("sha256=")) is not None


def signed(provider: str, headers: Mapping[str, str], secret: str, body: bytes) -> bool:
    """Whether a delivery is genuine. No secret: never."""
    if not may_be_signed(provider, headers, secret):
        return False
    if provider == "gitlab":
        return True
    return _equal(headers[GITHUB].removeprefix("sha256="), hmac.digest(secret.encode(), body, "sha256").hex())


def _equal(text: str, other: str) -> bool:
    return hmac.compare_digest(text.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
