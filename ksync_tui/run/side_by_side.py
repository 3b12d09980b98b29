"""Actions that go on at the same time, in threads of their own; one thread writes down and tells what happens.

What needs something of an earlier one, or touches the same resource, waits for its end: the order of the plan is kept
wherever it matters, and everywhere else as far as there are places.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from queue import Empty, SimpleQueue

from ksync_tui.model.events import ActionEnded, ActionLog, ActionStarted, Event
from ksync_tui.model.plan import Action

Say = Callable[[ActionStarted | ActionLog], bool]
"""Tells of something. False: it cannot be written down any more, so what it announces must not be done."""


class Steps:
    """Which of some actions may begin."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._actions = actions
        self._at = {action.id: at for at, action in enumerate(actions)}
        self._graph = TopologicalSorter(_earlier(actions))
        self._graph.prepare()
        self._ready: list[int] = []

    def __bool__(self) -> bool:
        """Whether any is not over."""
        return self._graph.is_active()

    def begin(self, most: int) -> Iterator[Action]:
        """The next ones in order of the plan, each once, at most so many."""
        for action_id in self._graph.get_ready():
            heappush(self._ready, self._at[action_id])
        for _ in range(min(most, len(self._ready))):
            yield self._actions[heappop(self._ready)]

    def end(self, action_id: str) -> None:
        """One is over: what waited for it may begin."""
        self._graph.done(action_id)


def _earlier(actions: Sequence[Action]) -> dict[str, set[str]]:
    """Which earlier ones each has to wait for: what it needs, and the last one on each target that it touches."""
    waits: dict[str, set[str]] = {}
    last: dict[object, str] = {}
    for action in actions:
        touched = (action.target, action.subject)
        waits[action.id] = {last[target] for target in touched if target in last}
        waits[action.id].update(needed for needed in action.requires if needed in waits and needed != action.id)
        last |= dict.fromkeys(touched, action.id)
    return waits


@dataclass(slots=True)
class _Post:
    """What a thread says to the one that writes down. `kept` is set when that is done, or will never be."""

    event: Event | None
    kept: threading.Event | None = None
    error: BaseException | None = None


@dataclass(slots=True)
class SideBySide:
    """Carries out actions, `most` at a time.

    `ended` says of an action, just before it begins, how it ended without being tried, or None; `do` carries it out in
    a thread; `keep` makes events durable and tells of them, in the thread of `carry_out`.
    """

    most: int
    ended: Callable[[Action], ActionEnded | None]
    do: Callable[[Action, Say], ActionEnded]
    keep: Callable[[Sequence[Event]], None]
    given_up: bool = False
    """Whether nothing can be written down any more: nothing begins then, and who waits for something may leave."""
    _posts: SimpleQueue[_Post] = field(default_factory=SimpleQueue)
    _heard: list[_Post] = field(default_factory=list)
    """What is being written down."""
    _threads: dict[str, threading.Thread] = field(default_factory=dict)
    """What is under way."""

    def carry_out(self, actions: Sequence[Action]) -> None:
        """Does all of them. Raises what `keep` raises, once all that was begun has ended and that is kept.

        A person who interrupts it is not made to wait for that.
        """
        steps = Steps(actions)
        try:
            while steps:
                for action in steps.begin(self.most - len(self._threads)):
                    self._begin(action)
                self._hear(steps)
        except Exception:
            self._give_up()
            raise
        except BaseException:
            self._release()
            raise

    def _begin(self, action: Action) -> None:
        ended = self.ended(action)
        if ended is not None:
            self._posts.put(_Post(ended))
            return
        # A thread that an interrupt leaves behind must not keep the program from ending.
        thread = threading.Thread(target=self._work, args=(action,), name=action.id, daemon=True)
        self._threads[action.id] = thread
        thread.start()

    def _work(self, action: Action) -> None:
        try:
            self._posts.put(_Post(self.do(action, self._say)))
        except BaseException as error:  # noqa: BLE001 - it is raised where the others are waited for
            self._posts.put(_Post(None, error=error))

    def _say(self, event: ActionStarted | ActionLog) -> bool:
        """Waits until the beginning of an action is durable (architecture rule 7); output is written as it comes."""
        if isinstance(event, ActionLog):
            self._posts.put(_Post(event))
            return True
        kept = threading.Event()
        self._posts.put(_Post(event, kept))
        if not self.given_up:
            kept.wait()
        return not self.given_up

    def _hear(self, steps: Steps) -> None:
        """Waits until something is said, and takes what else was: it becomes durable together."""
        self._heard = [self._posts.get(), *self._unheard()]
        self.keep([post.event for post in self._heard if post.event is not None])
        heard, self._heard = self._heard, []
        for post in heard:
            if post.kept is not None:
                post.kept.set()
            if isinstance(post.event, ActionEnded):
                self._threads.pop(post.event.action, None)
                steps.end(post.event.action)
        for post in heard:
            if post.error is not None:
                raise post.error

    def _unheard(self) -> Iterator[_Post]:
        with suppress(Empty):
            while True:
                yield self._posts.get_nowait()

    def _give_up(self) -> None:
        """Waits for what was begun, and keeps how it ended: that is true, whatever else went wrong."""
        heard = self._release()
        for thread in self._threads.values():
            thread.join()
        ends = [post.event for post in (*heard, *self._unheard()) if isinstance(post.event, ActionEnded)]
        if ends:
            self.keep(ends)

    def _release(self) -> list[_Post]:
        """Lets go of who waits for something to be written down; answers what is not."""
        self.given_up = True
        heard = [*self._heard, *self._unheard()]
        for post in heard:
            if post.kept is not None:
                post.kept.set()
        return heard
