"""Counts what code does, where seconds would depend on the machine."""

import sys
from collections import Counter
from collections.abc import Callable


def count_calls(work: Callable[[], object]) -> int:
    """Return the number of Python functions that ``work`` calls, when it runs for the second time."""
    work()
    called: Counter[str] = Counter()
    sys.setprofile(lambda _frame, event, _argument: called.update((event,)))
    try:
        work()
    finally:
        sys.setprofile(None)
    return called["call"]
