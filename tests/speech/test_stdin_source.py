"""Standard input as a source: pipes, files, terminals and devices, under the real reactor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, succeed

from windictator.speech.interfaces import AudioEnd
from windictator.speech.stdin_source import StdinAudio, StdinBytes

READ = Path(__file__).with_name("read_stdin.py")
ENOUGH = 60.0

SOUND = bytes(range(256)) * 25  # 6,400 bytes: four frames


def start(source="raw", stdin=subprocess.PIPE, **options):
    """The program that reads, while it does."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", READ, json.dumps({"source": source, **options})],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def read(stdin, source="raw", **options):
    """What comes of a standard input that is there as a whole: a descriptor, or bytes for a pipe."""
    piped = stdin if isinstance(stdin, bytes) else None
    done = subprocess.run(
        [sys.executable, "-W", "error", READ, json.dumps({"source": source, **options})],
        stdin=None if piped is not None else stdin,
        input=piped,
        capture_output=True,
        timeout=ENOUGH,
        check=True,
    )
    assert done.stderr == b"started\n"
    came = json.loads(done.stdout)
    assert came["at_once"] <= 1
    return came


@pytest.mark.parametrize("reactor", ["epoll", "select"])
@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_a_pipe_and_a_file_are_read_to_their_end(tmp_path, kind, reactor):
    """Epoll refuses regular files; the sink gets one frame at a time in either case."""
    (tmp_path / "sound").write_bytes(SOUND)
    with (tmp_path / "sound").open("rb") as file:
        came = read(SOUND if kind == "pipe" else file, reactor=reactor)
    assert came["lengths"] == [1600] * 4
    assert bytes.fromhex(came["bytes"]) == SOUND
    assert (came["end"], came["notices"], came["failure"]) == ("EXHAUSTED", [], None)


def test_nothing_at_all_is_an_end():
    """``</dev/null``"""
    with Path("/dev/null").open("rb") as nothing:
        assert read(nothing) | {"at_once": 0} == read(b"")


def test_an_odd_byte_at_the_end_is_dropped_and_said():
    """The user pipes in something other than 16-bit samples."""
    came = read(SOUND + b"abc")
    assert bytes.fromhex(came["bytes"]) == SOUND + b"ab"
    assert came["lengths"] == [1600] * 4 + [2]
    assert len(came["notices"]) == 1


def test_small_writes_are_gathered_into_frames():
    """The recognizer wants frames; the writing program need not know that."""
    child = start()
    for place in range(0, len(SOUND), 100):
        child.stdin.write(SOUND[place : place + 100])
        child.stdin.flush()
    output, _ = child.communicate(timeout=ENOUGH)
    assert json.loads(output)["lengths"] == [1600] * 4


def test_text_is_passed_on_as_it_comes():
    """A line must not wait for a frame to fill; the next is written only when the first has arrived."""
    child = start("bytes", stop_after=1)
    child.stdin.write(b"hello\n")
    child.stdin.flush()
    output = child.stdout.read()  # ends without the end of the input: what was written has arrived
    assert bytes.fromhex(json.loads(output)["bytes"]) == b"hello\n"
    assert json.loads(output)["end"] == "STOPPED"
    child.communicate(timeout=ENOUGH)


def test_a_terminal_is_left_as_it_was():
    """Non-blocking would stay with the terminal, and break the user's shell."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "rb", buffering=0) as stdin:
        child = start("bytes", stdin)
        assert child.stderr.readline() == b"started\n"
        os.write(ours, b"hello\n\x04")
        output, _ = child.communicate(timeout=ENOUGH)
        assert bytes.fromhex(json.loads(output)["bytes"]) == b"hello\n"
        assert os.get_blocking(theirs)
    os.close(ours)


@pytest.mark.parametrize(("redirection", "reason"), [("<&-", "is closed"), ("0> /dev/null", "cannot be read")])
def test_what_cannot_be_read_is_said_in_one_line(redirection, reason):
    """No descriptor, or one open for writing only; Python itself refuses a folder."""
    command = f"exec '{sys.executable}' '{READ}' '{{\"source\": \"raw\"}}' {redirection}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=ENOUGH, check=True)
    came = json.loads(done.stdout)
    assert came["failure"].startswith("standard input")
    assert reason in came["failure"]
    assert "\n" not in came["failure"]


class Readiness:
    """A reactor's readers, by hand."""

    def __init__(self):
        self.readers = []

    def addReader(self, reader):
        if reader not in self.readers:
            self.readers.append(reader)

    def removeReader(self, reader):
        if reader in self.readers:
            self.readers.remove(reader)


@given(st.lists(st.binary(min_size=1, max_size=5000), max_size=8), st.booleans())
def test_frames_put_together_are_what_was_written(writes, busy):
    """However it was cut into writes, and whether or not the sink is busy."""
    reading, writing = os.pipe()
    reactor, frames, ends, waiting = Readiness(), [], [], []

    def sink(frame):
        frames.append(frame)
        if not busy:
            return succeed(None)
        waiting.append(Deferred())
        return waiting[-1]

    def settle():
        while waiting:
            assert not reactor.readers
            waiting.pop().callback(None)

    source = StdinAudio(reactor, reading)
    source.start(sink).addCallback(ends.append)
    written = b""
    for data in writes:
        os.write(writing, data)
        written += data
        while len(b"".join(frames)) + len(source._frame) < len(written):
            source.doRead()
            settle()
    os.close(writing)
    source.doRead()
    settle()
    os.close(reading)
    assert ends == [AudioEnd.EXHAUSTED]
    assert b"".join(frames) == written[: len(written) & ~1]
    assert all(len(frame) == 1600 for frame in frames[:-1])


def test_stop_delivers_what_was_read():
    """Half a frame is sound too."""
    reading, writing = os.pipe()
    reactor, frames, ends = Readiness(), [], []
    source = StdinAudio(reactor, reading)
    source.start(lambda frame: succeed(frames.append(frame))).addCallback(ends.append)
    os.write(writing, b"abcd")
    source.doRead()
    assert not frames
    source.stop()
    source.stop()
    assert (frames, ends, reactor.readers) == ([b"abcd"], [AudioEnd.STOPPED], [])
    os.close(reading)
    os.close(writing)


def test_stop_waits_for_the_frame_under_way():
    """It ends when the sink has dealt with what it has."""
    reading, writing = os.pipe()
    reactor, waiting, ends = Readiness(), Deferred(), []
    source = StdinBytes(reactor, reading)
    source.start(lambda data: waiting).addCallback(ends.append)
    os.write(writing, b"x")
    source.doRead()
    source.stop()
    assert not ends
    waiting.callback(None)
    assert ends == [AudioEnd.STOPPED]
    os.close(reading)
    os.close(writing)


def test_the_end_of_a_pipe_as_epoll_reports_it():
    """Not as something to read, but as a lost connection."""
    reading, writing = os.pipe()
    ends = []
    source = StdinAudio(Readiness(), reading)
    source.start(lambda frame: succeed(None)).addCallback(ends.append)
    source.connectionLost(None)
    assert ends == [AudioEnd.EXHAUSTED]
    os.close(reading)
    os.close(writing)
