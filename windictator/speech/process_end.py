"""Descriptions of how a child process ended, for messages to the user."""

from __future__ import annotations

import signal


def describe_process_end(exit_status: int | None, signal_number: int | None) -> str:
    """Return a predicate such as "was killed by SIGKILL" or "ended with status 1".

    ``signal_number`` is the signal that ended the process, or None if it exited with ``exit_status``.
    """
    if signal_number is None:
        return f"ended with status {exit_status}"
    try:
        return f"was killed by {signal.Signals(signal_number).name}"
    except ValueError:
        return f"was killed by signal {signal_number}"
