"""Which texts sops has encrypted (https://getsops.io/docs): they say nothing that could be applied. Pure."""

from __future__ import annotations

import re

_CIPHER = "ENC[AES256_GCM,data:"
_METADATA = re.compile(r"""^\s*(?:"sops"\s*:|\[sops\]|sops\s*=|sops_)""", re.MULTILINE)
"""What sops writes beside it: in the JSON that it makes of files it does not know, or in a form of its own."""


def is_encrypted(text: str) -> bool:
    """Whether a text is what sops made of a file. One that only has such a value somewhere is not."""
    return _CIPHER in text and _METADATA.search(text) is not None
