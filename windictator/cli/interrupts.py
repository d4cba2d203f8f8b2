"""Ctrl-C and SIGTERM: exit status 130, without a traceback, at every moment.

While a command only imports and parses, nothing needs an orderly end, and a KeyboardInterrupt that surfaces inside
the import machinery or a destructor would be printed or swallowed: the process ends at once. While a command works
(types, downloads), the signal raises KeyboardInterrupt, so that keys are released and temporary files removed; the
reactor takes SIGINT over only if it finds Python's own handler there.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager

TYPE_CHECKING = False  # typing itself takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, NoReturn

EXIT_INTERRUPTED = 130
"""Exit status after SIGINT or SIGTERM: 128 + SIGINT, as shells report it."""


def exit_on_signal() -> None:
    """From now on SIGINT and SIGTERM end the process with status 130, nothing more done."""
    _set_handler(signal.SIGINT, lambda number, frame: os._exit(EXIT_INTERRUPTED))
    _set_handler(signal.SIGTERM, lambda number, frame: os._exit(EXIT_INTERRUPTED))


@contextmanager
def raise_on_signal() -> Iterator[None]:
    """Inside this context SIGINT and SIGTERM raise KeyboardInterrupt."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    _set_handler(signal.SIGINT, signal.default_int_handler)
    _set_handler(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def _interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt


def _set_handler(number: signal.Signals, action: Callable[[int, Any], Any]) -> None:
    # A shell starts background jobs with SIGINT ignored; that is to stay so.
    if signal.getsignal(number) != signal.SIG_IGN:
        signal.signal(number, action)
