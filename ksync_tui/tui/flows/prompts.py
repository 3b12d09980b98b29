"""Questions of threads that wait for a person: a password, the code of a second factor."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from textual.app import App

from ksync_tui.tui.screens.ask import AskScreen


class Prompts:
    """Asks on a screen of the app. What is typed goes to the thread that asked, and nowhere else."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._open: set[Future[str | None]] = set()
        self._over = False

    def __call__(self, question: str, secret: bool) -> str | None:
        """What a person answers; None where nobody does, or the app is left meanwhile. Never on the UI thread."""
        answer: Future[str | None] = Future()
        self._open.add(answer)
        if self._over or not self._app.call_later(self._show, question, secret, answer):
            return None
        try:
            return answer.result()
        finally:
            self._open.discard(answer)

    def end(self) -> None:
        """Nobody answers any more: whoever waits goes on."""
        self._over = True
        for answer in tuple(self._open):
            if not answer.done():
                answer.set_result(None)

    def _show(self, question: str, secret: bool, answer: Future[str | None]) -> None:
        self._app.push_screen(AskScreen(question, secret=secret), answer.set_result)
