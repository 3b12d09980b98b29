"""The values of secrets, kept out of the database: `secrets.json` in ksync's home, readable by its owner alone.

The database holds a token instead of each: an HMAC of the value under a random key of this home, which stands in the
same file. So the database may be copied or shown without giving a secret away.
"""

from __future__ import annotations

import hmac
import json
import secrets

from ksync_tui.errors import StoreError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.state.database import Database
from ksync_tui.state.secret_extraction import extract_secrets, restore_secrets, tokens
from ksync_tui.system.files import replace

FILE = "secrets.json"
_Stamp = tuple[int, int, int]
_SEALED = (
    "SELECT spec FROM resources WHERE instr(spec, '$secret')"
    " UNION ALL SELECT spec FROM applied WHERE instr(spec, '$secret')"
    " UNION ALL SELECT deployed_spec FROM resources WHERE instr(deployed_spec, '$secret')"
    " UNION ALL SELECT current FROM actions WHERE instr(current, '$secret')"
    " UNION ALL SELECT proposed FROM actions WHERE instr(proposed, '$secret')"
)
"""Every place where a token may stand."""


class SecretStore:
    """Seals resources for storing and opens them again.

    New values reach the disk before the transaction that refers to them commits. The database's write lock keeps
    several processes from writing the file at once.
    """

    def __init__(self, database: Database) -> None:
        """The vault of the database's home folder. Raises StoreError when its file cannot be read."""
        self.path = database.home / FILE
        self._database = database
        self._new: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._key = ""
        self._stamp: _Stamp | None = None
        self._read()
        database.before_commit.append(self._write_new)

    def extract_secrets(self, resource: Resource) -> str:
        """A resource as JSON without its secrets; call it inside a transaction that stores the result."""
        return extract_secrets(resource, self._keep)

    def open(self, model: type[Resource], spec: str, where: str) -> Resource:
        """The resource that was sealed; a secret whose value is gone is "". Raises StoreError: not understood."""
        try:
            return restore_secrets(model, spec, lambda token: self._find(token) or "")
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                "the stored resource cannot be read",
                where=where,
                why=f"its record does not fit this ksync ({type(error).__name__})",
                hint="Apply it again from its file, or restore a backup of the database",
            ) from error

    def has_all(self, spec: str) -> bool:
        """Whether every secret of a sealed resource is kept here."""
        return all(self._find(token) is not None for token in tokens(spec))

    def sweep(self) -> int:
        """Drops the values that nothing in the database refers to any longer; returns how many."""
        with self._database.transaction():
            self._read()
            used = {token for (spec,) in self._database.rows(_SEALED) for token in tokens(spec)}
            kept = {token: value for token, value in self._values.items() if token in used}
            dropped = len(self._values) - len(kept)
            if dropped:
                self._values = kept
                self._write()
        return dropped

    def _find(self, token: str) -> str | None:
        """The value of a token, or None where it is not kept here."""
        value = self._new.get(token, self._values.get(token))
        if value is None and self._stamp != self._stamp_now():
            self._read()
            value = self._values.get(token)
        return value

    def _keep(self, value: str) -> str:
        if not self._key:
            self._read()
            self._key = self._key or secrets.token_hex(32)
        token = hmac.digest(self._key.encode(), value.encode("utf-8", "surrogatepass"), "sha256").hex()[:40]
        self._new[token] = value
        return token

    def _write_new(self) -> None:
        if not self._new:
            return
        if self._stamp != self._stamp_now():
            self._read()
        if not self._new.keys() <= self._values.keys():
            self._values |= self._new
            self._write()
        self._new = {}

    def _read(self) -> None:
        self._stamp = self._stamp_now()
        if self._stamp is None:
            return
        try:
            data = json.loads(self.path.read_bytes())
            self._key, self._values = (
                str(data["key"]),
                {str(token): str(data["values"][token]) for token in data["values"]},
            )
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unreadable("it is damaged") from error

    def _unreadable(self, why: str) -> StoreError:
        hint = "Restore a backup, or move it away: secrets stored only there must be set again"
        return StoreError("the file of secrets cannot be read", where=str(self.path), why=why, hint=hint)

    def _write(self) -> None:
        data = json.dumps({"key": self._key, "values": self._values}, indent=1)
        try:
            replace(self.path, data.encode("utf-8"))
        except OSError as error:
            raise StoreError(
                "the file of secrets cannot be written",
                where=str(self.path),
                why=error.strerror or str(error),
                hint="Nothing of this step was written. Make room, or make the folder writable, and try again",
            ) from error
        self._stamp = self._stamp_now()

    def _stamp_now(self) -> _Stamp | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
