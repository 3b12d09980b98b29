"""Resource files that sops encrypted, decrypted by the command that the settings name for it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace

from ksync_tui.model.resource import Problem, SourceFile, SourceLocation
from ksync_tui.model.rules import Rule
from ksync_tui.source.base import SourceContents
from ksync_tui.source.decoding import MAX_BYTES, ReadingFault, decoded
from ksync_tui.system.command import Command, run
from ksync_tui.toml.encrypted import is_encrypted

SECONDS = 60.0
"""How long the command may take for a file."""


class Decrypter:
    """Runs a command for each encrypted file, which it gets as its last word; what was read last is remembered."""

    def __init__(self, words: Sequence[str]) -> None:
        """Without words nothing is decrypted: whoever reads the texts says that they are encrypted."""
        self._words = tuple(words)
        self._known: dict[str, str] = {}

    def contents(self, contents: SourceContents) -> SourceContents:
        """The same with the texts of encrypted files in clear; one that cannot be decrypted is a problem."""
        if not self._words:
            return contents
        before, self._known = self._known, {}
        files, problems = [], list(contents.problems)
        for file in contents.files:
            text = self._text(file, before)
            if isinstance(text, ReadingFault):
                place = SourceLocation(file.name, text.line)
                problems.append(Problem(Rule.ENCRYPTED, "error", place, text.message, text.hint))
            else:
                files.append(file if text is file.text else replace(file, text=text))
        return replace(contents, files=tuple(files), problems=tuple(problems))

    def _text(self, file: SourceFile, before: dict[str, str]) -> str | ReadingFault:
        if not is_encrypted(file.text):
            return file.text
        text = before.get(file.text) or self._decrypted(file.text)
        if isinstance(text, str):
            self._known[file.text] = text
        return text

    def _decrypted(self, text: str) -> str | ReadingFault:
        with tempfile.TemporaryFile() as file:
            file.write(text.encode())
            file.seek(0)
            return self._output_for(file.fileno())

    def _output_for(self, file: int) -> str | ReadingFault:
        said, other = bytearray(), bytearray()

        def take(data: bytes) -> None:
            said.extend(data[: MAX_BYTES + 1 - len(said)])

        words = (*self._words, f"/dev/fd/{file}")
        command = Command(words, None, os.environ, SECONDS, 1, (file,))
        try:
            ending = run(command, take, lambda data: other.extend(data[:500]), lambda: len(said) > MAX_BYTES)
        except OSError as error:
            return _fault(f"`{words[0]}` cannot be started: {error.strerror}")
        if ending == 0:
            return decoded(bytes(said))
        ended = {"timed out": f"took longer than {SECONDS:g} s", "stopped": "printed too much"}.get(
            str(ending), f"ended with {ending}"
        )
        last = other.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return _fault(f"`{words[0]}` {ended}{f': {last}' if last else ''}")


def _fault(why: str) -> ReadingFault:
    return ReadingFault(f"encrypted, and not decrypted: {why}", "correct `decrypt` in the settings")
