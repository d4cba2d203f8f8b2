"""One way to wait in tests: poll until a condition is true, for a bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

TIMEOUT_S = 20.0
"""Default time limit, in seconds: far longer than anything takes on a busy machine."""


def wait_until(
    predicate: Callable[[], T], timeout_s: float = TIMEOUT_S, what: str = "the condition is true", poll_s: float = 0.01
) -> T:
    """Call ``predicate`` until it returns something true, and return that.

    timeout_s: time limit in seconds.
    what: the expected event, for the error message.
    poll_s: pause between two calls in seconds; 0 where every moment counts.

    Raises AssertionError after ``timeout_s``.
    """
    deadline = time.monotonic() + timeout_s
    while not (result := predicate()):
        assert time.monotonic() < deadline, f"timed out after {timeout_s:g} seconds: {what}"
        if poll_s:
            time.sleep(poll_s)
    return result
