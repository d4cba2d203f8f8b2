"""What is found out about programs: real processes of the user's own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.x11.clients.client import Client, GtkText, QtText, TkText
from windictator.x11 import program
from windictator.x11.blocking import BlockingConnection
from windictator.x11.process_state import ClientProcess
from windictator.x11.program import ProgramInspector, Toolkit

#: Opens a pseudo-terminal on request, and reports it; with "child" a process that it starts has it.
_HOLDER = """
import os, subprocess, sys
if "child" in sys.argv:
    archive = open(sys.argv[2])
    subprocess.Popen([sys.executable, "-c", "import os; os.openpty(); print(flush=True); input()"])
    input()
print(flush=True)
input()
kept = os.openpty()
print(flush=True)
input()
"""


@pytest.fixture
def holder() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts such a process; it has answered once."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _HOLDER, *arguments]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_terminal_that_is_opened_later_is_found(holder: Callable[..., subprocess.Popen[bytes]]) -> None:
    """An editor opens a terminal while it runs; that it had none before must not be remembered."""
    process, programs = holder(), ProgramInspector()
    assert not programs.has_terminal(process.pid)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b"\n")
    process.stdin.flush()
    process.stdout.readline()
    assert programs.has_terminal(process.pid)


def test_a_terminal_in_a_child_of_an_electron_program_is_found(
    holder: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """These open pseudo-terminals in a process of their own; other programs start terminals without being any."""
    for name, found in (("app.asar", True), ("notes.txt", False)):
        (tmp_path / name).touch()
        assert ProgramInspector().has_terminal(holder("child", str(tmp_path / name)).pid) is found


def test_nothing_is_known_of_an_ended_process(holder: Callable[..., subprocess.Popen[bytes]]) -> None:
    """Neither an error, nor what was known of an earlier process with this id."""
    process, programs = holder(), ProgramInspector()
    process.kill()
    process.wait()
    assert not programs.has_terminal(process.pid)
    assert programs.toolkit(process.pid) is Toolkit.OTHER


def test_remembered_processes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon runs for weeks."""
    programs = ProgramInspector()
    monkeypatch.setattr(program, "_started", lambda pid: b"1")
    monkeypatch.setattr(program, "_has_terminal", lambda pid: True)
    for pid in range(1000):
        programs.toolkit(pid + 1_000_000_000)
        assert programs.has_terminal(pid)
    assert max(len(programs._toolkits), len(programs._terminals)) <= program._MAX_REMEMBERED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "toolkit"), [(GtkText, Toolkit.OTHER), (QtText, Toolkit.QT), (TkText, Toolkit.TK)], ids=str
)
def test_a_toolkit_is_known_by_what_is_loaded(
    start_client: Callable[[type[Client]], Client], kind: type[Client], toolkit: Toolkit
) -> None:
    """For any program, whatever its class is. Chromium and Firefox: ``test_chats``, ``test_backspace``."""
    client = start_client(kind)
    connection = BlockingConnection(client.server.name)
    try:
        pid = connection.wait(ClientProcess(connection.connection).pid(client.window))
        assert ProgramInspector().toolkit(pid) is toolkit
    finally:
        connection.connection.close()
