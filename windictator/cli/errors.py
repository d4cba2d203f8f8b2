"""Every failure becomes one line on standard error and an exit status. Standard library only."""

from __future__ import annotations

import os
import sys

from windictator.cli.interrupts import EXIT_INTERRUPTED
from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = "windictator"


def run_guarded(work: Callable[[], int]) -> int:
    """The status that ``work`` returns, or the one of its failure, which has been reported. Standard output is flushed.

    0 done, 1 refused or failed, 2 usage, 3 typing stopped early, 130 interrupted. ``$WINDICTATOR_DEBUG`` adds the
    traceback of an unexpected failure.
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
    """One line on standard error; control characters (a file's name may hold some) are shown, not sent."""
    line = "".join(c if c.isprintable() else " " if c.isspace() else repr(c)[1:-1] for c in message)
    print_stderr(f"{PROGRAM}: {' '.join(line.split())}")


def print_stderr(message: str) -> None:
    """Say something to the user on standard error, at once."""
    print(message, file=sys.stderr, flush=True)
