"""The program crashes while the keyboard is changed: within a second no key is down and the keyboard is restored."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until
from tests.x11.clients.client import RawWindow
from tests.x11.keyboard_state import KeyboardState, read_keyboard
from tests.x11.server import LOCK

pytestmark = pytest.mark.slow

WITHIN = 1.0
"""Seconds for all to be as it was."""

PLAIN = "The quick brown fox, " * 250
UNMAPPED = "naïve “œuvre” 5 € Цвет " * 200
SEVERAL_LOANS = "".join(map(chr, [*range(0x100, 0x150), *range(0x410, 0x450), *range(0x4E00, 0x4E30)])) * 50


class Program:
    """``windictator type`` in a session of its own, typing ``text``."""

    def __init__(self, environment: Mapping[str, str], text: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "windictator", "type", "--json"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.close()

    def guardian(self) -> int:
        """A descriptor that can be read when the guardian has ended. The program must have started it."""
        (child,) = _children(self.process.pid)
        return os.pidfd_open(child)

    def kill(self, group: bool = False) -> None:
        """SIGKILL for the program, or for it and everything in its process group."""
        if group:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()

    def wait(self) -> dict[str, Any]:
        """Wait for its end; what it reported."""
        assert self.process.stdout is not None
        output = self.process.stdout.read()
        self.process.wait(30)
        report: dict[str, Any] = json.loads(output) if output else {}
        return report

    def close(self) -> None:
        self.process.kill()
        self.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def start(user_environment: Mapping[str, str]) -> Iterator[Callable[[str], Program]]:
    """Starts the program with a text."""
    with contextlib.ExitStack() as programs:

        def start(text: str) -> Program:
            program = Program(user_environment, text)
            programs.callback(program.close)
            return program

        yield start


@pytest.fixture
def hold_keys(user_environment: Mapping[str, str]) -> None:
    """Keys are held down for long by the user's settings."""
    file = Path(user_environment["HOME"], ".config", "windictator", "windictator.toml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[typing]\nkey_press_ms = 50\n")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ended(process: int, seconds: float) -> bool:
    """Whether the process of this descriptor ends in time; the descriptor is closed."""
    try:
        return bool(select.select([process], [], [], seconds)[0])
    finally:
        os.close(process)


def assert_restored(window: RawWindow, before: KeyboardState, killed: float) -> None:
    """Until ``WITHIN`` seconds after ``killed`` (monotonic) the keyboard is as it was, to the bit."""
    while (now := read_keyboard(window.server)) != before:
        assert time.monotonic() - killed < WITHIN, (now.locks, now.pressed, now.keymap == before.keymap)
        time.sleep(0.01)


@pytest.fixture(
    params=[
        *("keycodes", "all"),
        *(pytest.param(what, marks=pytest.mark.whole_matrix) for what in ("locks", "locks and group")),
    ]
)
def changed_state(request: pytest.FixtureRequest, raw_window: RawWindow) -> tuple[KeyboardState, str]:
    """Return the keyboard before, and a text for which the program must change it."""
    server = raw_window.server
    if request.param in ("locks and group", "all"):
        server.set_layout("us,ru")
        server.lock_group(1)
    if request.param != "keycodes":
        server.lock(LOCK, LOCK)
    raw_window.clear()
    return read_keyboard(server), PLAIN if request.param.startswith("locks") else UNMAPPED


@pytest.mark.parametrize("group", [False, True], ids=["program", "process group"])
def test_sigkill_restores_the_keyboard(
    start: Callable[[str], Program], raw_window: RawWindow, changed_state: tuple[KeyboardState, str], group: bool
) -> None:
    """The guardian restores every change, and then ends too."""
    before, text = changed_state
    program = start(text)
    raw_window.wait_for_length(100)
    assert read_keyboard(raw_window.server) != before
    guardian = program.guardian()
    program.kill(group)
    killed = time.monotonic()
    assert_restored(raw_window, before, killed)
    assert ended(guardian, WITHIN)
    assert text.startswith(raw_window.text())


@pytest.mark.parametrize("group", [False, True], ids=["program", "process group"])
def test_sigkill_while_a_key_is_held(
    start: Callable[[str], Program], raw_window: RawWindow, hold_keys: None, group: bool
) -> None:
    """The per-event mode keeps keys down for long; they come up, and none repeats for ever."""
    raw_window.server.lock(LOCK, LOCK)
    before = read_keyboard(raw_window.server)
    program = start("ABCDEFGH €" * 50)
    raw_window.wait_for_length(5)
    wait_until(raw_window.server.pressed_keys, what="a key is down", poll_s=0)
    program.kill(group)
    assert_restored(raw_window, before, time.monotonic())


def _moments() -> list[Any]:
    """Tens of milliseconds after the start; the program needs about thirty of them to begin."""
    return [
        pytest.param(moment, marks=[] if moment % 16 == 10 else [pytest.mark.whole_matrix]) for moment in range(18, 66)
    ]


@pytest.mark.parametrize("moment", _moments())
def test_sigkill_at_any_moment(start: Callable[[str], Program], raw_window: RawWindow, moment: int) -> None:
    """Between telling the guardian and the change, between two changes, within a keystroke.

    There is no moment when death costs the user something.
    """
    server = raw_window.server
    server.set_layout("us,ru")
    server.lock_group(1)
    server.lock(LOCK, LOCK)
    before = read_keyboard(server)
    program = start(SEVERAL_LOANS)
    time.sleep(moment / 100)
    program.kill(group=True)
    killed = time.monotonic()
    program.wait()
    # Nothing may come later either: the guardian has ended, if there was one.
    assert_restored(raw_window, before, killed)
    time.sleep(max(0.0, killed + WITHIN - time.monotonic()))
    assert read_keyboard(server) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_restores_the_keyboard(
    start: Callable[[str], Program],
    raw_window: RawWindow,
    changed_state: tuple[KeyboardState, str],
    number: signal.Signals,
) -> None:
    """When the program has ended, all is as it was already, and no guardian is needed or left."""
    before, text = changed_state
    program = start(text)
    raw_window.wait_for_length(100)
    guardian = program.guardian()
    os.killpg(program.process.pid, number)  # as Ctrl-C in a terminal does
    report = program.wait()
    assert read_keyboard(raw_window.server) == before
    assert ended(guardian, 0)
    assert program.process.returncode == 130
    assert raw_window.text() == text[: report["confirmed"]]


def test_normal_end_leaves_no_process(
    start: Callable[[str], Program], raw_window: RawWindow, changed_state: tuple[KeyboardState, str]
) -> None:
    """The guardian ends with the program, not some time later."""
    before, text = changed_state
    program = start(text[:2000])
    raw_window.wait_for_length(100)
    guardian = program.guardian()
    report = program.wait()
    assert ended(guardian, 0)
    assert program.process.returncode == 0
    assert report["stopped"] is None
    assert raw_window.text() == text[:2000]
    assert read_keyboard(raw_window.server) == before


def test_plain_text_on_a_plain_keyboard_needs_no_guardian(
    start: Callable[[str], Program], raw_window: RawWindow
) -> None:
    """Nothing is changed, so no guardian is needed."""
    program = start(PLAIN)
    raw_window.wait_for_length(100)
    assert _children(program.process.pid) == []
    program.wait()


def test_killed_guardian_does_no_harm(
    start: Callable[[str], Program], raw_window: RawWindow, changed_state: tuple[KeyboardState, str]
) -> None:
    """It is a safety net; without it all is typed and given back as usual."""
    before, text = changed_state
    program = start(text)
    raw_window.wait_for_length(100)
    signal.pidfd_send_signal(guardian := program.guardian(), signal.SIGKILL)
    assert ended(guardian, WITHIN)
    report = program.wait()
    assert (program.process.returncode, report["confirmed"]) == (0, len(text))
    assert raw_window.text() == text
    assert read_keyboard(raw_window.server) == before


def test_killed_guardian_is_replaced(start: Callable[[str], Program], raw_window: RawWindow) -> None:
    """The next change starts another guardian."""
    before = read_keyboard(raw_window.server)
    program = start(SEVERAL_LOANS)
    raw_window.wait_for_length(10)
    signal.pidfd_send_signal(guardian := program.guardian(), signal.SIGKILL)
    assert ended(guardian, WITHIN)
    raw_window.wait_for_length(200)
    guardian = program.guardian()
    program.kill()
    assert_restored(raw_window, before, time.monotonic())
    assert ended(guardian, WITHIN)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_guardian_survives_signals_of_an_ending_session(
    start: Callable[[str], Program], raw_window: RawWindow, number: signal.Signals
) -> None:
    """Logging out sends these to everybody, in any order."""
    before = read_keyboard(raw_window.server)
    program = start(UNMAPPED)
    raw_window.wait_for_length(100)
    signal.pidfd_send_signal(guardian := program.guardian(), number)
    program.kill()
    assert_restored(raw_window, before, time.monotonic())
    assert ended(guardian, WITHIN)


def test_the_guardian_ends_with_the_x_server(start: Callable[[str], Program], raw_window: RawWindow) -> None:
    """A guardian does not wait for a display that is gone."""
    program = start(UNMAPPED)
    raw_window.wait_for_length(100)
    guardian = program.guardian()
    raw_window.server.virtual_display.process.kill()
    program.wait()
    assert program.process.returncode == 3
    assert ended(guardian, WITHIN)
