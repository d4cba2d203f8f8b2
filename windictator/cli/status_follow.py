"""``windictator status --follow``: goes on until the daemon or the reader of its output has gone. Standard library
only: it may run all day, in a status bar."""

from __future__ import annotations

import select
import sys

from windictator.cli.daemon_requests import format_json
from windictator.cli.standard_streams import OutputError
from windictator.cli.status_bar import format_bar
from windictator.control.client import DaemonConnection, DaemonTimeoutError, NoDaemonError, RequestRefusedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

RETRY_INTERVAL_S = 2.0
"""Seconds until a status bar looks again for a daemon."""


def follow_events(path: str, levels: bool) -> int:
    """Print every event as a line of JSON until the daemon ends or nobody reads. Raises NoDaemon, DaemonSilent."""
    with DaemonConnection(path) as connection:
        connection.call("follow", levels=levels)
        for event in _events(connection):
            if not _print_line(format_json(event)):
                break
    return 0


def follow_for_bar(path: str, format: str) -> int:
    """Print each new state for a status bar until nobody reads; where no daemon runs, wait for one."""
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
            pass  # shown as off; what is wrong is said where a verb is asked for
        line = format_bar(format, None, follow=True)
        if line != shown:
            shown = line
            if not _print_line(line):
                return 0
        if _has_reader_left(RETRY_INTERVAL_S):
            return 0


def _events(connection: DaemonConnection) -> Iterator[dict[str, Any]]:
    """The events, until the daemon or the reader has gone."""
    both = select.poll()
    both.register(connection, select.POLLIN)
    both.register(sys.stdout, 0)  # reports its end alone
    while True:
        while (message := connection.pop_buffered()) is not None:
            if "event" in message:
                yield message
        ready = dict(both.poll())
        if connection.fileno() not in ready or not connection.read():
            return


def _print_line(line: str) -> bool:
    """Print at once; False where nobody reads any more. Raises OutputError where that is not the reason."""
    try:
        print(line, flush=True)
    except OutputError:
        if not _has_reader_left(0.0):
            raise
        return False
    return True


def _has_reader_left(timeout: float) -> bool:
    """Whether the reader of standard output goes, or has gone, within so many seconds."""
    output = select.poll()
    output.register(sys.stdout, 0)
    return bool(output.poll(timeout * 1000))
