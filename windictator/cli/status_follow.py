"""Command ``windictator status --follow``: prints events until the daemon ends or its output is closed.

Standard library only, because it may run all day in a status bar.
"""

from __future__ import annotations

import select
import sys

from windictator.app.control.client import DaemonConnection, DaemonTimeoutError, NoDaemonError, RequestRefusedError
from windictator.cli.io.output import json_text
from windictator.cli.io.streams import OutputError
from windictator.cli.status_bar import format_bar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

RETRY_INTERVAL_S = 2.0
"""Interval at which a status bar looks for a daemon, in seconds."""


def follow_events(path: str, levels: bool) -> int:
    """Print every event as a line of JSON until the daemon ends or the output is closed.

    levels: True to print sound levels, too.

    Raises NoDaemonError, DaemonTimeoutError.
    """
    with DaemonConnection(path) as connection:
        connection.call("follow", levels=levels)
        for event in _events(connection):
            if not _print_line(json_text(event)):
                break
    return 0


def follow_for_bar(path: str, format: str) -> int:
    """Print each new state for a status bar until the output is closed; wait for a daemon if none runs.

    format: one of ``status_bar.FORMATS``.
    """
    shown = ""
    while True:
        try:
            with DaemonConnection(path) as connection:
                connection.call("follow")
                for event in _events(connection):
                    line = format_bar(format, event, follow=True)
                    if event["event"] == "state" and line != shown:
                        shown = line
                        if not _print_line(line):
                            return 0
        except (NoDaemonError, DaemonTimeoutError, RequestRefusedError):
            pass  # shown as off; other commands report the reason
        line = format_bar(format, None, follow=True)
        if line != shown:
            shown = line
            if not _print_line(line):
                return 0
        if _has_reader_left(RETRY_INTERVAL_S):
            return 0


def _events(connection: DaemonConnection) -> Iterator[dict[str, Any]]:
    """Yield events until the daemon ends or the output is closed."""
    both = select.poll()
    both.register(connection, select.POLLIN)
    both.register(sys.stdout, 0)  # reports only that it is closed
    while True:
        while (message := connection.pop_buffered()) is not None:
            if "event" in message:
                yield message
        ready = dict(both.poll())
        if connection.fileno() not in ready or not connection.read():
            return


def _print_line(line: str) -> bool:
    """Print a line, or return False if the output is closed. Raises OutputError for any other reason."""
    try:
        print(line, flush=True)
    except OutputError:
        if not _has_reader_left(0.0):
            raise
        return False
    return True


def _has_reader_left(timeout: float) -> bool:
    """Return True if standard output is closed by its reader now, or within ``timeout`` seconds."""
    output = select.poll()
    output.register(sys.stdout, 0)
    return bool(output.poll(timeout * 1000))
