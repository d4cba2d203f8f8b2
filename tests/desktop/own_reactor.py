"""A reactor that a test runs by hand, as often as it likes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.pollreactor import PollReactor
from twisted.python.failure import Failure

from tests.desktop.private_bus import TIMEOUT


class OwnReactor(PollReactor):
    """Never the installed one."""

    def result(self, deferred: Deferred[Any]) -> Any:
        """Run until it has fired; what it gives. Raises what it fails with."""
        results: list[Any] = []
        deferred.addBoth(results.append)
        self.run_until(lambda: bool(results))
        if isinstance(results[0], Failure):
            results[0].raiseException()
        return results[0]

    def run_until(self, done: Callable[[], bool]) -> None:
        """Run until ``done`` says so."""
        end = time.monotonic() + TIMEOUT
        while not done():
            assert time.monotonic() < end, "it has not come to that"
            self.iterate(0.05)
