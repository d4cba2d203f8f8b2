"""Programs started by commands of a user's own: real ones."""

import json
import os
import select
import signal
import subprocess
import sys

import pytest

from windictator.desktop.programs import DetachedPrograms
from windictator.dictation.interfaces import ProgramError

TIMEOUT = 30_000
AWKWARD = ["", " ", "a b", "it's", '"', "$(touch /tmp/never)", "; rm -rf ~ #", "`id`", "*", "~", "-n", "é\n你", "\\n"]

TELL = "import json, os, sys; json.dump([sys.argv[1:], os.getsid(0) == os.getpid(), os.getcwd(), " \
       "[os.readlink(f'/proc/self/fd/{n}') for n in range(3)], sorted(map(int, os.listdir('/proc/self/fd')))[:-1], " \
       "os.environ.get('OURS')], open(os.environ['TOLD'], 'w'))"  # fmt: skip


class Watching:
    """What is asked of a reactor: watches what can be read."""

    def __init__(self):
        self.readers = []

    def addReader(self, reader):
        self.readers.append(reader)

    def removeReader(self, reader):
        self.readers.remove(reader)

    def wait(self):
        """Until the first of what is watched can be read, and let it be."""
        poll = select.poll()
        by_number = {reader.fileno(): reader for reader in self.readers}
        for number in by_number:
            poll.register(number, select.POLLIN)
        ((number, _), *_) = poll.poll(TIMEOUT)
        by_number[number].doRead()


@pytest.fixture
def started(tmp_path, monkeypatch):
    """A function that runs a program to its end, and gives the failures that were told."""
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    monkeypatch.setenv("OURS", "ours")
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*arguments):
        watching, failures = Watching(), []
        DetachedPrograms(watching).start(arguments, failures.append)
        (reader,) = watching.readers
        pid = reader._process.pid
        watching.wait()
        assert not watching.readers and reader.fileno() == -1, "nothing is watched any longer"
        with pytest.raises(ChildProcessError):  # no zombie is left
            os.waitpid(pid, os.WNOHANG)
        return failures

    return run


def test_no_shell_is_used(started, tmp_path):
    """Every argument arrives as it was; the program has a session, no input or output, and nothing of ours but the
    environment.
    """
    assert started(sys.executable, "-c", TELL, *AWKWARD) == []
    arguments, leads, folder, streams, descriptors, ours = json.loads((tmp_path / "told").read_text())
    assert arguments == AWKWARD
    assert leads and folder == str(tmp_path) and ours == "ours"
    assert streams == ["/dev/null"] * 3 and descriptors == [0, 1, 2]


def test_failures_are_reported_in_one_line(started):
    """A status, or the signal that ended it, without the arguments."""
    assert started("sh", "-c", "exit 3", "secret") == ["'sh' ended with status 3"]
    assert started("sh", "-c", "kill -KILL $$") == ["'sh' was ended by SIGKILL"]
    assert started("sh", "-c", f"kill -{signal.SIGRTMIN + 1} $$") == [f"'sh' was ended by signal {signal.SIGRTMIN + 1}"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["no-such-program"], "'no-such-program' cannot be started: No such file or directory"),
        (["/"], "'/' cannot be started: Permission denied"),
        (["true", "x" * 3_000_000], "'true' cannot be started: Argument list too long"),
        (["true", "a\0b"], "'true' cannot be started: embedded null byte"),
        (["true", "\ud800"], "'true' cannot be started: "),
    ],
)
def test_program_that_cannot_start_is_reported(arguments, reason):
    """Is an error at once, and nothing is watched."""
    watching = Watching()
    with pytest.raises(ProgramError) as caught:
        DetachedPrograms(watching).start(arguments, print)
    assert str(caught.value).startswith(reason) and "\n" not in str(caught.value)
    assert not watching.readers


def test_missing_home_folder_is_no_obstacle(started, tmp_path, monkeypatch):
    """It starts in the root folder then."""
    monkeypatch.setenv("HOME", str(tmp_path / "gone"))
    assert started(sys.executable, "-c", TELL) == []
    assert json.loads((tmp_path / "told").read_text())[2] == "/"


def test_program_outlives_its_starter(tmp_path):
    """Whatever becomes of this program."""
    os.mkfifo(tmp_path / "pipe")
    code = (
        "import sys; from unittest.mock import Mock; from windictator.desktop.programs import DetachedPrograms; "
        "DetachedPrograms(Mock()).start(['sh', '-c', 'cat pipe > got; echo end > done'], print)"
    )
    environment = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=30)
    os.mkfifo(tmp_path / "done")
    (tmp_path / "pipe").write_text("alive")
    assert (tmp_path / "done").read_text() == "end\n"
    assert (tmp_path / "got").read_text() == "alive"
