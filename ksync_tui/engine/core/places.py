"""How many requests a Core gets at the same time: fewer when it has too much, more again when it keeps up."""

from __future__ import annotations

from asyncio import CancelledError, Future, get_running_loop
from collections import deque
from types import TracebackType


class Places:
    """Lets so many in at once: half as many when a server has too much, one more after as many good answers."""

    def __init__(self, most: int) -> None:
        self.most = self.allowed = most
        self._under_way = self._good = 0
        self._cuts = 0
        self._waiting: deque[Future[None]] = deque()

    @property
    def cuts(self) -> int:
        """How often there were made fewer; who was let in before the last time need not say so again."""
        return self._cuts

    async def __aenter__(self) -> None:
        if self._under_way < self.allowed and not self._waiting:
            self._under_way += 1
            return
        turn: Future[None] = get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except CancelledError:
            if turn.done() and not turn.cancelled():  # the place was given, and nobody takes it
                self._leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def good(self) -> None:
        """An answer came as it should."""
        self._good += 1
        if self._good >= self.allowed and self.allowed < self.most:
            self._good = 0
            self.allowed += 1

    def too_much(self, cuts: int) -> None:
        """The server has too much; `cuts` is how many there had been when it was asked."""
        if cuts == self._cuts:
            self._cuts += 1
            self._good = 0
            self.allowed = max(self.allowed // 2, 1)

    def _leave(self) -> None:
        self._under_way -= 1
        while self._waiting and self._under_way < self.allowed:
            turn = self._waiting.popleft()
            if not turn.done():
                self._under_way += 1
                turn.set_result(None)
