"""A pool of Deferreds whose emptiness can be waited for: shutdown waits for all work in flight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

T = TypeVar("T")


class DeferredPool:
    """Holds Deferreds until they fire.

    A result or failure passes through untouched; a failure that nobody else takes is reported as for any Deferred.
    """

    def __init__(self) -> None:
        self._pending: set[Deferred[Any]] = set()
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []

    def __len__(self) -> int:
        """Number of Deferreds that have not fired."""
        return len(self._pending)

    def add(self, deferred: Deferred[T]) -> Deferred[T]:
        """Take in ``deferred`` and return it, with one more callback that lets it out of the pool again."""

        def out(result: T) -> T:
            self._pending.discard(deferred)
            self._look()
            return result

        self._pending.add(deferred)
        return deferred.addBoth(out)

    def defer_until_empty(self, test_immediately: bool = True) -> Deferred[None]:
        """Fires when the pool is empty; with ``test_immediately`` at once if it is empty now, otherwise only when a
        Deferred has left it. What is added while waiting is waited for too."""
        return self.defer_until(lambda: not self._pending, test_immediately)

    def defer_until(self, predicate: Callable[[], bool], test_immediately: bool = True) -> Deferred[None]:
        """Fires when ``predicate()`` holds; it is asked now (with ``test_immediately``) and each time a Deferred
        leaves the pool. An exception it raises goes to the waiting Deferred."""
        waiting: Deferred[None] = Deferred()
        self._waiting.append((predicate, waiting))
        if test_immediately:
            self._look()
        return waiting

    def _look(self) -> None:
        waiting, self._waiting = self._waiting, []
        for predicate, deferred in waiting:
            try:
                holds = predicate()
            except Exception as error:
                deferred.errback(error)
                continue
            if holds:
                deferred.callback(None)
            else:
                self._waiting.append((predicate, deferred))
