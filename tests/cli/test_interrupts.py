"""Ctrl-C and SIGTERM at any moment: status 130 (or the end by the signal itself), never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from windictator.cli.io.exits import raise_on_signal

pytestmark = pytest.mark.slow

# Says on descriptor 2 that main has begun, by its first import: what Python does before is not ours to change.
PROGRAM = """
import os, sys
from windictator.cli import main

class Begun:
    def find_spec(self, name, *_):
        if name == "windictator.cli.io.exits":
            os.write(2, b"!")

sys.meta_path.insert(0, Begun())
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [["type", "-"], ["doctor", "--json"]], ids=" ".join)
def test_interrupt_at_any_moment_of_the_start(
    environ: dict[str, str], command: list[str], number: signal.Signals
) -> None:
    """The program imports, parses, reads its input and runs child processes."""
    for milliseconds in range(0, 140, 7):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *command],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        assert process.stderr.read(1) == b"!"
        time.sleep(milliseconds / 1000)  # the moment is what is tried here
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        assert errors == b"", f"after {milliseconds} ms: {errors.decode()}"
        assert process.returncode in (130, -number), f"after {milliseconds} ms"


def test_signals_raise_keyboard_interrupt_in_context() -> None:
    """Keys must be released; afterwards the old handlers are back."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM):
        with pytest.raises(KeyboardInterrupt), raise_on_signal():
            os.kill(os.getpid(), number)
            time.sleep(10)  # ended by the signal
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_background_job_keeps_ignoring_ctrl_c(environ: dict[str, str]) -> None:
    """A shell starts ``windictator ... &`` with SIGINT ignored."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "type", ""],
        env=environ,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert process.stderr is not None
    assert process.stderr.read(1) == b"!"
    for _ in range(20):
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, b"")
