"""Two ways to type with every key confirmed, without the start of a process: WinDictator's typist, and the C floor."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.stage import Stage, difference
from tests.bench.texts import mixed_case

_HERE = Path(__file__).parent


class BenchmarkError(Exception):
    """Something that the benchmark itself needs does not work."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """``seconds``: from the first key to the last confirmation; ``cpu``: seconds of processor, of the typing process
    alone; ``keys``: key events; ``problem``: what went wrong, "" if nothing.
    """

    seconds: float
    cpu: float
    keys: int
    problem: str


WARMING_UP = mixed_case(100)


class RunningTypist:
    """``Typist.insert`` in a process that goes on running."""

    def __init__(self, stage: Stage, process: subprocess.Popen[str]) -> None:
        self._stage = stage
        self._process = process

    def insert(self, text: str) -> Inserted:
        """Type ``text`` into the window, and compare."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stage.window.clear()
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BenchmarkError("the typist's process has ended; its reason is above")
        outcome = json.loads(line)
        problem = outcome["stopped"] or self._stage.what_is_wrong(text)
        return Inserted(outcome["seconds"], outcome["cpu"], outcome["keys"], problem)


@contextlib.contextmanager
def running_typist(stage: Stage) -> Iterator[RunningTypist]:
    """A process with a typist that has typed before, until the block ends.

    Trap: as long as it runs it observes what others type, which takes time of the server's and of the processors'. So
    nothing else may be measured meanwhile.
    """
    command = [sys.executable, "-P", str(_HERE / "insert_in_process.py")]
    with subprocess.Popen(
        command, env=stage.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            typist = RunningTypist(stage, process)
            typist.insert(WARMING_UP)
            yield typist
        finally:
            assert process.stdin is not None
            process.stdin.close()  # it ends with its input


def insert_once(stage: Stage, text: str) -> Inserted:
    """Type ``text`` by a typist that runs already, and end it."""
    with running_typist(stage) as typist:
        return typist.insert(text)


class Floor:
    """The C program, compiled on the spot."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._program = str(stage.folder / "floor")
        compiler = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", self._program, str(_HERE / "floor.c")]
        compiled = subprocess.run([*compiler, "-lXtst", "-lX11"], capture_output=True, text=True)
        if compiled.returncode:
            raise BenchmarkError(f"the C floor cannot be compiled: {compiled.stderr.strip()}")

    def insert(self, text: str) -> Inserted:
        """Type ``text`` into the window, and compare."""
        self._stage.window.clear()
        done = subprocess.run([self._program], env=self._stage.environment, input=text, capture_output=True, text=True)
        if done.returncode:
            return Inserted(float("nan"), float("nan"), 0, done.stderr.strip())
        seconds, keys = done.stdout.split()
        return Inserted(float(seconds), float("nan"), int(keys), difference(text, self._stage.window.text()))
