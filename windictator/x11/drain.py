"""Keeps a connection open until the X server has answered, after the program that opened it has ended.

A server that hung, or that another program held, goes on later with what had been written to it. But of a connection
that it finds closed it throws away what it has not processed yet: the release of a key, say, that it has just pressed.

Run as a program of its own, with nothing but the standard library; the connection is its standard input.
"""

import os
import select
import signal
import subprocess
import sys

#: Seconds that the server may hang at most.
ANSWER_TIMEOUT_S = 120
#: Seconds of silence after which it has answered everything.
QUIET_S = 1.0


def drain_connection(descriptor: int) -> None:
    """Keep the connection ``descriptor`` open beyond the end of this process."""
    subprocess.Popen(
        [sys.executable, "-I", "-S", __file__],
        stdin=descriptor,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


def main() -> None:
    """Read what comes and drop it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    wait: float = ANSWER_TIMEOUT_S
    while select.select([0], [], [], wait)[0] and os.read(0, 65536):
        wait = QUIET_S


if __name__ == "__main__":
    main()
