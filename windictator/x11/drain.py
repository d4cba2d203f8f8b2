"""Process that keeps a connection open until the X server has answered, after its program has ended.

A server that hung, or that another program held, later continues with what had been written to it. But if it finds a
connection closed, it discards what it has not processed yet: for example the release of a key that it has just pressed.

It runs as a program of its own, with the standard library alone; the connection is its standard input.
"""

import os
import select
import signal
import subprocess
import sys

ANSWER_TIMEOUT_S = 120
"""Maximum time that the server may hang, in seconds."""
QUIET_S = 1.0
"""Silence after which the server has answered everything, in seconds."""


def drain_connection(descriptor: int) -> None:
    """Keep the connection ``descriptor`` open after the end of this process."""
    subprocess.Popen(
        [sys.executable, "-I", "-S", __file__],
        stdin=descriptor,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


def main() -> None:
    """Read and discard what arrives until the server is silent."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    wait: float = ANSWER_TIMEOUT_S
    while select.select([0], [], [], wait)[0] and os.read(0, 65536):
        wait = QUIET_S


if __name__ == "__main__":
    main()
