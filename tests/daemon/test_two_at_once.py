"""Two dictations on one display would type everything twice: exactly one is let in, and the other says why."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.daemon_runs import TEXT_RECOGNIZER, TIMEOUT_S, DaemonRun, run_windictator
from tests.daemon.test_display_lost import RestartableServer, its_user, mortal  # noqa: F401 - fixtures
from tests.x11.clients.client import RawWindow
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.server import XServer
from tests.x11.type_runs import assert_one_line, type_text

pytestmark = pytest.mark.slow


def dictate(environment: Mapping[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """Run a dictation that gets no words."""
    return run_windictator(environment, "dictate", *LINES, *options)


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit status 1, and one line with these words in it."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert_one_line(done.stderr, "cannot dictate on this display", *words)


def test_dictate_beside_a_daemon_is_refused(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """Also beside a paused one, which a hotkey can resume at any time; ``type`` goes on working."""
    daemon = start_daemon()
    for _ in range(2):
        done = dictate(user_environment)
        assert_refused(done, f"(process {daemon.process.pid})", "'windictator resume'", "'windictator stop'")
        assert type_text(user_environment, "x").status == 0
        assert daemon.request("pause")["state"] == "paused"
    assert daemon.request("say", text="hello")["text"].strip().casefold() == "hello"
    assert raw_window.text().casefold().replace(" ", "") == "xxhello"
    daemon.process.kill()
    daemon.wait()
    with DictateRun(user_environment) as run:  # a killed daemon leaves no lock
        assert run.end().status == 0


def test_second_dictate_is_refused(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """The first one is not disturbed, and the display is free as soon as it ends, even by SIGKILL."""
    with DictateRun(user_environment) as first:
        pid = first.process.pid
        assert_refused(dictate(user_environment), f"'windictator dictate' (process {pid})", f"kill {pid}")
        assert_refused(run_windictator(user_environment, "start", "--foreground", *TEXT_RECOGNIZER), f"(process {pid})")
        assert_refused(run_windictator(user_environment, "start", *TEXT_RECOGNIZER), f"(process {pid})")
        first.say("hello world")
        first.wait_for("typed")
        assert raw_window.text() == "Hello world"
        first.process.kill()
        with DictateRun(user_environment) as second:
            assert second.end().status == 0


def test_status_and_doctor_name_the_program_that_dictates(
    start_daemon: Callable[..., DaemonRun], user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """To a person at a terminal; a program that asks for the status gets its answer without a look at the display."""

    def dictation() -> str:
        checks = json.loads(run_windictator(user_environment, "doctor", "--json").stdout)["checks"]
        (detail,) = [check["detail"] for check in checks if check["name"] == "dictation"]
        return str(detail)

    assert_one_line(run_in_terminal(user_environment, "status")[1], "start it: windictator start")
    assert dictation() == "no program dictates on this display"
    with DictateRun(user_environment) as run:
        told = f"'windictator dictate' (process {run.process.pid}) dictates"
        for options in ([], ["--display", user_environment["DISPLAY"]]):
            status, line = run_in_terminal(user_environment, "status", *options)
            assert status == 1
            assert_one_line(line, "no daemon runs for this display, but", told)
        assert_one_line(run_windictator(user_environment, "status").stderr, "start it: windictator start")
        assert told in dictation()
        assert run.end().status == 0
    daemon = start_daemon()
    assert f"the WinDictator daemon (process {daemon.process.pid}) dictates" in dictation()
    assert run_windictator(user_environment, "status").returncode == 0


def test_display_is_free_after_an_orderly_end(
    start_daemon: Callable[..., DaemonRun], user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """Dictate, daemon, dictate, each begun the moment the one before has ended."""
    with DictateRun(user_environment) as run:
        assert run.end().status == 0
    daemon = start_daemon()
    assert run_windictator(user_environment, "stop").returncode == 0
    daemon.wait()
    with DictateRun(user_environment) as run:
        assert run.end().status == 0


def test_restart_replaces_a_daemon_that_holds_the_display(
    user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """Its own lock is not in its way."""
    assert run_windictator(user_environment, "start", *TEXT_RECOGNIZER).returncode == 0
    try:
        restarted = run_windictator(user_environment, "restart", *TEXT_RECOGNIZER)
        assert restarted.returncode == 0, restarted.stderr
    finally:
        run_windictator(user_environment, "stop")


@pytest.mark.parametrize("runtime", ["another", None])
def test_other_runtime_folders_do_not_hide_a_daemon(
    start_daemon: Callable[..., DaemonRun],
    raw_window: RawWindow,
    user_environment: Mapping[str, str],
    tmp_path: Path,
    runtime: str | None,
) -> None:
    """The lock is on the display. No verb reaches that daemon from here, so the line names its process alone."""
    daemon = start_daemon()
    other = {name: value for name, value in user_environment.items() if name != "XDG_RUNTIME_DIR"}
    if runtime:
        (tmp_path / runtime).mkdir(mode=0o700)
        other["XDG_RUNTIME_DIR"] = str(tmp_path / runtime)
    assert_refused(run_windictator(other, "start", "--foreground", *TEXT_RECOGNIZER), f"kill {daemon.process.pid}")
    assert_refused(dictate(other), f"kill {daemon.process.pid}")


def test_names_of_one_display_are_one_display(
    start_daemon: Callable[..., DaemonRun], user_environment: Mapping[str, str], xserver: XServer, raw_window: RawWindow
) -> None:
    """By its socket, its screen, and over TCP, as ssh -X and "localhost:0" reach it; the line names the right verb."""
    with tempfile.TemporaryDirectory() as runtime, forwarded_display(xserver) as far_name:  # sockets have short paths
        environment = {**user_environment, "XDG_RUNTIME_DIR": runtime}
        daemon = start_daemon(XDG_RUNTIME_DIR=runtime)
        for name in (f"unix{xserver.name}", f"{xserver.name}.0"):
            assert_refused(dictate(environment, "--display", name), "'windictator stop'")
        there = f"'windictator stop --display {xserver.name}'"
        assert_refused(dictate(environment, "--display", far_name), there)
        far = {**environment, "DISPLAY": far_name}
        assert_refused(run_windictator(far, "start", "--foreground", *TEXT_RECOGNIZER), there)
        assert daemon.request("say", text="hello")["text"] == "Hello"
        assert daemon.terminate() == 0


@pytest.mark.parametrize("attempt", range(2))
def test_of_dictations_begun_at_once_one_is_let_in(
    user_environment: Mapping[str, str], raw_window: RawWindow, attempt: int
) -> None:
    """Exactly one types; all others end with the reason."""
    starts = [
        subprocess.Popen(
            [sys.executable, "-m", "windictator", "dictate", *LINES],
            env=user_environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    losers: list[subprocess.Popen[bytes]] = []
    done = threading.Event()

    def wait_for(process: subprocess.Popen[bytes]) -> None:
        process.wait()
        losers.append(process)
        if len(losers) == len(starts) - 1:
            done.set()

    for process in starts:
        threading.Thread(target=wait_for, args=(process,), daemon=True).start()
    assert done.wait(TIMEOUT_S), "more than one dictates"
    errors = [process.stderr.read().decode() for process in losers if process.stderr is not None]
    (winner,) = set(starts) - set(losers)
    assert winner.poll() is None, "none dictates"
    _, told = winner.communicate(b"hello\n", TIMEOUT_S)
    assert winner.returncode == 0, told
    assert raw_window.text() == "Hello"
    for process, error in zip(losers, errors, strict=False):
        assert process.returncode == 1
        assert_one_line(error, "cannot dictate on this display", f"(process {winner.pid})")
        assert process.stdin is not None and process.stderr is not None
        process.stdin.close()
        process.stderr.close()


def test_a_display_that_comes_back_taken_is_waited_for(
    start_daemon: Callable[..., DaemonRun],
    mortal: RestartableServer,  # noqa: F811
    its_user: dict[str, str],  # noqa: F811
) -> None:
    """The daemon says so once, types nothing meanwhile, and goes on when the other dictation has ended."""
    daemon = start_daemon(**its_user)
    with daemon.connect() as talk:
        talk.request("follow")
        # The daemon tries once a second. It is stopped, so that it does not come first.
        daemon.process.send_signal(19)
        mortal.kill()
        mortal.restart()
        window = RawWindow(mortal).start()
        try:
            with DictateRun(its_user) as run:
                daemon.process.send_signal(18)
                while "cannot dictate on this display" not in talk.wait_for_event("error")["message"]:
                    pass
                assert talk.request("status")["display_connected"] is False
                run.say("hello")
                run.wait_for("typed")
                assert run.end().status == 0
            talk.wait_for_event("notice", message="the X server is back")
            assert talk.request("say", text="world")["text"] == "World"
            assert window.text() == "HelloWorld"
            assert not any("cannot dictate" in event.get("message", "") for event in talk.events[-2:])
        finally:
            window.stop()
    assert daemon.terminate() == 0


def run_in_terminal(environment: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """Run the command line with its standard error on a terminal; its exit status and what it says there."""
    reading, writing = os.openpty()
    with os.fdopen(reading, "rb", buffering=0) as terminal:
        command = [sys.executable, "-m", "windictator", *arguments]
        with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=writing) as process:
            os.close(writing)
            said = b""
            with contextlib.suppress(OSError):  # Linux's way to say that the other end has been closed
                while piece := terminal.read(4096):
                    said += piece
        return process.returncode, said.decode().replace("\r\n", "\n")


@contextlib.contextmanager
def forwarded_display(server: XServer) -> Iterator[str]:
    """A name of ``server`` over TCP, as ssh -X makes one."""
    target = f"/tmp/.X11-unix/X{server.name[1:]}"
    for number in range(400, 500):
        with contextlib.suppress(OSError):
            listener = socket.create_server(("127.0.0.1", 6000 + number))
            break
    else:
        raise AssertionError("no free port")
    stop, ended = socket.socketpair()
    thread = threading.Thread(target=_forward, args=(listener, target, ended))
    thread.start()
    try:
        yield f"localhost:{number}"
    finally:
        stop.close()
        thread.join(TIMEOUT_S)


def _forward(listener: socket.socket, target: str, ended: socket.socket) -> None:
    """Carry bytes both ways between every client of ``listener`` and ``target``, until ``ended`` can be read."""
    peers: dict[socket.socket, socket.socket] = {}
    with selectors.DefaultSelector() as selector, listener, ended, contextlib.ExitStack() as opened:
        selector.register(listener, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                one: Any = key.fileobj
                if one is ended:
                    return
                if one is listener:
                    client = opened.enter_context(listener.accept()[0])
                    display = opened.enter_context(socket.socket(socket.AF_UNIX))
                    display.connect(target)
                    peers |= {client: display, display: client}
                    for end in (client, display):
                        selector.register(end, selectors.EVENT_READ)
                    continue
                data = b""
                with contextlib.suppress(OSError):
                    data = one.recv(65536)
                if data:
                    with contextlib.suppress(OSError):
                        peers[one].sendall(data)
                else:
                    selector.unregister(one)
                    with contextlib.suppress(OSError):
                        peers[one].shutdown(socket.SHUT_WR)
