"""The program crashes together with its guardian: its changes are reported and undone, and not more than that."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from Xlib import Xatom

from tests.program import run_windictator
from tests.x11.clients.client import RawWindow
from tests.x11.keyboard_state import KeyboardState, read_keyboard
from tests.x11.server import LOCK, XServer
from tests.x11.type_runs import TypeRun, type_text
from windictator.x11.blocking import BlockingConnection
from windictator.x11.crash_recovery import NAME_PREFIX
from windictator.x11.key_holders import KeyHolders, pressed_keys

pytestmark = pytest.mark.slow

TEXT = "Naïve Текст, " * 5000
"""In two groups, with a character that neither has."""


def doctor(environment: Mapping[str, str], *options: str) -> dict[str, dict[str, str]]:
    done = run_windictator("doctor", "--json", *options, env=environment)
    assert done.stderr == ""
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def wills(server: XServer) -> list[str]:
    """What is written on the root window."""
    root = server.display.screen().root
    names = map(server.display.get_atom_name, root.list_properties())
    return [name for name in names if name.startswith(NAME_PREFIX)]


def kill_with_guardian(typing: TypeRun) -> None:
    """End the program and all that it has started, without any of them being able to do anything about it."""
    typing.send(signal.SIGSTOP)
    children = Path(f"/proc/{typing.process.pid}/task/{typing.process.pid}/children").read_text().split()
    assert children, "there is no guardian"
    for child in map(int, children):
        os.kill(child, signal.SIGKILL)
    typing.send(signal.SIGKILL)
    typing.wait()


@pytest.fixture
def before(xserver: XServer) -> KeyboardState:
    """Two layouts, CapsLock on, the second group active: the state that this is."""
    xserver.set_layout("us,ru")
    xserver.lock(LOCK, LOCK)
    xserver.lock_group(1)
    return read_keyboard(xserver)


@pytest.fixture
def crash(before: KeyboardState, raw_window: RawWindow, user_environment: Mapping[str, str]) -> Callable[[], None]:
    """Lets a typing and its guardian die in mid-text."""

    def crash() -> None:
        raw_window.clear()
        with TypeRun(user_environment, TEXT) as typing:
            raw_window.wait_for_length(100)
            kill_with_guardian(typing)
        assert read_keyboard(raw_window.server) != before

    return crash


def test_doctor_reports_and_repairs_bit_for_bit(
    crash: Callable[[], None], before: KeyboardState, xserver: XServer, user_environment: Mapping[str, str]
) -> None:
    """Looking changes nothing; repairing restores locks, group and the whole map, and leaves no trace."""
    crash()
    for _ in range(2):
        row = doctor(user_environment)["leftovers"]
        assert row["status"] == "warn"
        assert "left behind by a crashed program" in row["detail"]
        assert "1 keycode with" in row["detail"]
        assert "--repair" in row["remedy"]
    found = doctor(user_environment, "--repair")
    assert "restored what" in found["repair"]["detail"]
    assert found["leftovers"]["status"] == "ok"
    assert read_keyboard(xserver) == before
    assert wills(xserver) == []
    assert doctor(user_environment, "--repair")["repair"]["detail"] == "nothing to repair"


def test_the_next_typing_repairs_silently(
    crash: Callable[[], None],
    before: KeyboardState,
    raw_window: RawWindow,
    user_environment: Mapping[str, str],
) -> None:
    """The user need not know of it; the text is right and the keyboard as before the crash."""
    crash()
    raw_window.clear()
    outcome = type_text(user_environment, "Где café?")
    assert (outcome.status, outcome.errors) == (0, "")
    assert raw_window.text() == "Где café?"
    assert read_keyboard(raw_window.server) == before
    assert wills(raw_window.server) == []


def test_what_the_user_has_changed_since_stays(
    crash: Callable[[], None], xserver: XServer, user_environment: Mapping[str, str]
) -> None:
    """Another layout, and CapsLock as the user wants it now, are no longer ours to restore."""
    crash()
    xserver.set_layout("de")
    xserver.set_layout("us,ru")
    xserver.lock(LOCK, LOCK)
    xserver.lock_group(0)
    now = read_keyboard(xserver)
    doctor(user_environment, "--repair")
    assert read_keyboard(xserver) == now
    assert wills(xserver) == []


def test_state_of_a_running_program_is_not_touched(
    before: KeyboardState, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """The doctor may be called at any time."""
    with TypeRun(user_environment, TEXT) as typing:
        raw_window.wait_for_length(100)
        (will,) = wills(raw_window.server)
        assert doctor(user_environment, "--repair")["repair"]["detail"] == "nothing to repair"
        assert wills(raw_window.server) == [will]
        typing.send(signal.SIGTERM)
        confirmed = typing.wait().confirmed
    assert raw_window.text() == TEXT[:confirmed]
    assert read_keyboard(raw_window.server) == before
    assert wills(raw_window.server) == []


def test_repair_waits_for_a_running_guardian(
    before: KeyboardState, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """Typing that begins right after a crash is not undone by the guardian of the one that crashed."""
    for _ in range(3):
        raw_window.clear()
        with TypeRun(user_environment, TEXT) as typing:
            raw_window.wait_for_length(100)
            typing.send(signal.SIGKILL)
            typing.wait()
        raw_window.clear()
        outcome = type_text(user_environment, TEXT[:1300])
        assert outcome.status == 0
        assert raw_window.text() == TEXT[:1300]
        assert read_keyboard(raw_window.server) == before
        assert wills(raw_window.server) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"locks": [2]}',
        b'{"keycodes": {"300": ["00"]}}',
        b'{"keycodes": {"38": ["00ff", "11"]}, "locks": [2, 2, 0]}',
        b'{"keys": ["a"]}',
        b'{"controls": "8"}',
        b'{"controls": 1}',
    ],
)
def test_invalid_record_does_no_harm(xserver: XServer, user_environment: Mapping[str, str], content: bytes) -> None:
    """Any program can write on the root window."""
    before = read_keyboard(xserver)
    name = xserver.display.intern_atom(f"{NAME_PREFIX}200001")
    xserver.display.screen().root.change_property(name, Xatom.STRING, 8, content)
    xserver.display.sync()
    found = doctor(user_environment, "--repair")
    assert found["repair"]["status"] == found["leftovers"]["status"] == "ok"
    assert read_keyboard(xserver) == before
    xserver.display.screen().root.delete_property(name)
    xserver.display.sync()


def test_key_held_by_a_program_is_named_and_released(xserver: XServer, user_environment: Mapping[str, str]) -> None:
    """What xdotool leaves down when it is killed autorepeats until the user finds out which key it is."""
    a = xserver.keycode("a")
    xserver.press(a)
    with BlockingConnection() as own:
        assert own.wait(pressed_keys(own.connection)) == {a: KeyHolders(by_program=True, devices=())}
    row = doctor(user_environment)["keys"]
    assert row["detail"] == f"held down by a program: a (keycode {a}); typing waits for it"
    assert "--repair" in row["remedy"]
    found = doctor(user_environment, "--repair")
    assert found["repair"]["detail"] == f"released keys that a program held down: keycode {a}"
    assert found["keys"]["detail"] == "no key is down"
    assert xserver.pressed_keys() == frozenset()


def test_repair_of_a_held_server_is_refused(xserver: XServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so instead of hanging."""
    from windictator.x11 import repair
    from windictator.x11.errors import XDisplayError

    monkeypatch.setattr(repair, "ANSWER_TIMEOUT_S", 0.5)
    xserver.display.grab_server()
    xserver.display.get_input_focus()
    with pytest.raises(XDisplayError, match="has not answered"):
        repair.repair(xserver.name)
    xserver.display.ungrab_server()
    xserver.display.sync()
