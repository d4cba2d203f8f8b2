"""Lines for a reader that is slow, or goes away, or never reads: nobody waits for it, and nothing is lost unsaid."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from windictator.cli.io.exits import raise_on_signal
from windictator.cli.io.line_queue import HIGH_WATER_BYTES, LineQueue
from windictator.cli.io.streams import OutputError

pytestmark = pytest.mark.slow


class Pipe:
    """A real pipe; ``write`` fails as standard output does."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()

    def write(self, data: bytes) -> int:
        try:
            return os.write(self.writer, data)
        except OSError as error:
            raise OutputError(error.strerror) from None

    def read_lines(self, into: list[bytes]) -> threading.Thread:
        """Begin to read, up to the end."""

        def read() -> None:
            with open(self.reader, "rb", closefd=False) as stream:
                into.extend(stream)

        thread = threading.Thread(target=read)
        thread.start()
        return thread

    def end(self) -> None:
        """Close the writer's end."""
        os.close(self.writer)
        self.writer = os.open(os.devnull, os.O_WRONLY)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    os.close(pipe.reader)  # ends what is still being written
    os.close(pipe.writer)


def line(number: int, size: int = 1000) -> bytes:
    return json.dumps({"number": number, "filling": "x" * size}).encode() + b"\n"


def test_a_slow_reader_gets_every_line_in_order_and_nobody_waits_for_it(pipe: Pipe) -> None:
    """Much more than fits into a pipe is put before anything is read; a passing line gives way to the next."""
    got: list[bytes] = []
    with LineQueue(pipe.write) as lines:
        for number in range(300):
            lines.put(line(number))
        for number in range(300, 400):
            lines.put(line(number), replaceable=True)
        lines.put(line(400))
        reading = pipe.read_lines(got)
    pipe.end()
    reading.join()
    numbers = [json.loads(text)["number"] for text in got]
    assert numbers == [*range(300), 399, 400]


def test_a_reader_that_keeps_up_gets_passing_lines_too(pipe: Pipe) -> None:
    """While little waits nothing is left out."""
    got: list[bytes] = []
    with LineQueue(pipe.write) as lines:
        for number in range(50):
            lines.put(line(number), replaceable=True)
        reading = pipe.read_lines(got)
    pipe.end()
    reading.join()
    assert sum(map(len, got)) < HIGH_WATER_BYTES
    assert [json.loads(text)["number"] for text in got] == [*range(50)]


def test_too_much_for_nobody_ends_the_program_in_order_and_says_so(pipe: Pipe) -> None:
    """By the interrupt that Ctrl-C sends; what the reader takes then is still written."""
    interrupts: list[int] = []
    with pytest.raises(OutputError, match="was not read"), LineQueue(pipe.write, max_bytes=200_000) as lines:
        before = signal.signal(signal.SIGINT, lambda number, frame: interrupts.append(number))
        try:
            number = 0
            while not interrupts:
                lines.put(line(number))
                number += 1
                assert number < 1000
            lines.put(line(number), replaceable=True)
            lines.put(line(number))
        finally:
            signal.signal(signal.SIGINT, before)
        got: list[bytes] = []
        reading = pipe.read_lines(got)
    pipe.end()
    reading.join()
    assert [json.loads(text)["number"] for text in got] == [*range(number), number]


def test_what_nobody_reads_is_told_after_an_interrupt(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end is not waited for; how much was lost is said."""
    monkeypatch.setattr("windictator.cli.io.line_queue.STALL_TIMEOUT", 0.2)
    said = pytest.raises(OutputError, match=r"standard output is not read: \d+ events lost")
    with said, LineQueue(pipe.write) as lines:
        for number in range(200):
            lines.put(line(number))
        lines.stop_waiting()


def test_ctrl_c_ends_the_waiting_for_a_reader(pipe: Pipe) -> None:
    """A program that has done its work waits for the reader as long as it takes, or until the user has had enough."""
    with pytest.raises(OutputError, match="events lost"), raise_on_signal(), LineQueue(pipe.write) as lines:
        for number in range(200):
            lines.put(line(number))
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_a_reader_that_goes_away_ends_the_program(pipe: Pipe) -> None:
    """The failure of the write is what is told, once."""
    os.close(pipe.reader)
    pipe.reader = os.open(os.devnull, os.O_RDONLY)
    with pytest.raises(OutputError, match="Broken pipe"), raise_on_signal(), LineQueue(pipe.write) as lines:
        lines.put(line(0))
        threading.Event().wait(10)  # ended by the interrupt
        pytest.fail("nobody has asked it to end")
