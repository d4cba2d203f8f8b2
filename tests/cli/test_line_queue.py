"""Queue of lines for a reader that is slow, ends or never reads: lost lines are reported."""

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


def test_slow_reader_gets_every_line_without_blocking(pipe: Pipe) -> None:
    """More lines are queued than a pipe holds; replaceable lines are replaced."""
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


def test_fast_reader_gets_replaceable_lines(pipe: Pipe) -> None:
    """A short queue keeps every line."""
    got: list[bytes] = []
    with LineQueue(pipe.write) as lines:
        for number in range(50):
            lines.put(line(number), replaceable=True)
        reading = pipe.read_lines(got)
    pipe.end()
    reading.join()
    assert sum(map(len, got)) < HIGH_WATER_BYTES
    assert [json.loads(text)["number"] for text in got] == [*range(50)]


def test_full_queue_interrupts_the_program(pipe: Pipe) -> None:
    """The queue sends the interrupt of Ctrl-C; the reader can still get the lines."""
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


def test_unread_lines_are_reported_after_interrupt(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program does not wait, and prints the number of lost lines."""
    monkeypatch.setattr("windictator.cli.io.line_queue.STALL_TIMEOUT", 0.2)
    said = pytest.raises(OutputError, match=r"standard output is not read: \d+ events lost")
    with said, LineQueue(pipe.write) as lines:
        for number in range(200):
            lines.put(line(number))
        lines.stop_waiting()


def test_ctrl_c_ends_waiting_for_a_reader(pipe: Pipe) -> None:
    """Without it, the program waits for the reader without a limit."""
    with pytest.raises(OutputError, match="events lost"), raise_on_signal(), LineQueue(pipe.write) as lines:
        for number in range(200):
            lines.put(line(number))
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_closed_output_interrupts_the_program(pipe: Pipe) -> None:
    """The failed write is reported once."""
    os.close(pipe.reader)
    pipe.reader = os.open(os.devnull, os.O_RDONLY)
    with pytest.raises(OutputError, match="Broken pipe"), raise_on_signal(), LineQueue(pipe.write) as lines:
        lines.put(line(0))
        threading.Event().wait(10)  # ended by the interrupt
        pytest.fail("not interrupted")
