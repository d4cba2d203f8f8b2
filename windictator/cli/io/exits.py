"""Ways in which the program ends: exit statuses, one line for every failure, and signals.

SIGINT and SIGTERM end the program with status 130 and without a traceback, at every moment:

- While a command imports and parses, nothing needs cleaning up. A KeyboardInterrupt could surface inside the import
  machinery or a destructor and be printed or swallowed, so the process ends at once.
- While a command works (types, downloads), the signal raises KeyboardInterrupt, so that keys are released and temporary
  files removed. The reactor takes SIGINT over only if it finds Python's own handler there.

Standard library only.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager

from windictator.errors import WinDictatorError

TYPE_CHECKING = False  # typing itself takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, NoReturn

PROGRAM = "windictator"
EXIT_INTERRUPTED = 130
"""Exit status after SIGINT or SIGTERM: 128 + SIGINT, as shells report it."""


def run_guarded(work: Callable[[], int]) -> int:
    """Run ``work`` and return its exit status, or the one of its failure, which is reported on standard error.

    Flushes standard output. 0: done. 1: refused or failed. 2: wrong usage. 3: typing stopped early. 130: interrupted.
    ``$WINDICTATOR_DEBUG`` adds the traceback of an unexpected failure.
    """
    status = _run_catching(work)
    try:
        sys.stdout.flush()
    except WinDictatorError as error:
        report_error(str(error))
        return status or error.exit_status
    return status


def _run_catching(work: Callable[[], int]) -> int:
    try:
        return work()
    except WinDictatorError as error:
        report_error(str(error))
        return error.exit_status
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:
        advice = "run with WINDICTATOR_DEBUG=1 for the traceback"
        if os.environ.get("WINDICTATOR_DEBUG"):
            import traceback

            traceback.print_exc()
            advice = "traceback above"
        report_error(f"internal error: {type(error).__name__}: {error} ({advice})")
        return 1


def report_error(message: str) -> None:
    """Print one line on standard error; control characters, for example in a file name, are escaped."""
    line = "".join(c if c.isprintable() else " " if c.isspace() else repr(c)[1:-1] for c in message)
    print_stderr(f"{PROGRAM}: {' '.join(line.split())}")


def print_stderr(message: str, *, newline: bool = True) -> None:
    """Print a message for the user on standard error, and flush it."""
    print(message, file=sys.stderr, end="\n" if newline else "", flush=True)


def exit_on_signal() -> None:
    """End the process with status 130 on SIGINT or SIGTERM from now on, without cleaning up."""
    _set_handler(signal.SIGINT, lambda number, frame: os._exit(EXIT_INTERRUPTED))
    _set_handler(signal.SIGTERM, lambda number, frame: os._exit(EXIT_INTERRUPTED))


@contextmanager
def raise_on_signal() -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGINT and SIGTERM inside this context."""
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
    # A shell starts background jobs with SIGINT ignored; they keep ignoring it.
    if signal.getsignal(number) != signal.SIG_IGN:
        signal.signal(number, action)
