"""The event loop that a client lives in: a thread of its own, so that callers need not be asynchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
_TURNS = 5
"""Of the loop, after which connections that were closed are gone."""


class Loop:
    """Runs coroutines for threads that wait. The thread ends with the program, whoever forgets to close it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._running: set[asyncio.Task[Any] | None] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="core", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine to its end and gives what it gives; an interrupt while waiting cancels it."""
        future = asyncio.run_coroutine_threadsafe(self._known(coroutine), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def _known(self, coroutine: Coroutine[Any, Any, T]) -> T:
        task = asyncio.current_task()
        self._running.add(task)
        try:
            return await coroutine
        finally:
            self._running.discard(task)

    def quiet(self) -> None:
        """Cancels what other threads have run here, and waits until it has ended."""
        self.run(self._end_others())

    async def _end_others(self) -> None:
        await _ended([task for task in self._running if task is not None and task is not asyncio.current_task()])
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def close(self) -> None:
        """Ends the thread; what still runs in it is cancelled."""
        if self._loop.is_closed():
            return
        self.quiet()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def together(*calls: Coroutine[Any, Any, T]) -> list[T]:
    """What calls at the same time give, in their order. When one fails, none of the others goes on behind its back."""
    tasks = [asyncio.create_task(call) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        await _ended(tasks)
        raise


async def _ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
