"""``doctor --typing``: a window of its own shows whether everything arrives, and the keyboard is left as it was."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from Xlib import X, Xatom, error
from Xlib.protocol import event

from tests.program import run_windictator, start_windictator
from tests.waiting import wait_until
from tests.x11.keyboard_state import read_keyboard
from tests.x11.server import LOCK, NUM_LOCK, XServer
from tests.x11.type_runs import assert_one_line
from tests.x11.user_keyboard import UserKeyboard
from windictator.x11.self_test_window import TITLE, WM_CLASS

pytestmark = pytest.mark.slow

WINDOW_CLASS = WM_CLASS.split("\0")[1]


def prove(environment: Mapping[str, str], *options: str) -> tuple[int, dict[str, Any], str]:
    """Run it to the end; exit status, the JSON object, standard error."""
    done = run_windictator("doctor", "--test-typing", "--json", *options, env=environment)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


@pytest.fixture
def endless(tmp_path: Path) -> str:
    """A file with an alphabet that takes long enough for something to happen meanwhile."""
    file = tmp_path / "endless"
    file.write_text("abcdefghij KLMNOPQRST\n" * 20_000)
    return str(file)


@contextlib.contextmanager
def proving(environment: Mapping[str, str], *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """It is running."""
    process = start_windictator("doctor", "--test-typing", "--json", *options, env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def outcome_of(process: subprocess.Popen[bytes]) -> tuple[int, dict[str, Any], str]:
    output, errors = process.communicate(timeout=60)
    return process.returncode, json.loads(output) if output else {}, errors.decode()


def wait_for_focus(server: XServer) -> int:
    """Wait until its window has the keyboard focus; which window that is."""
    window = server.find_window(WINDOW_CLASS)
    deadline = time.monotonic() + 20
    while server.focused() != window:
        assert time.monotonic() < deadline, "it does not get the keyboard focus"
    return window


@pytest.mark.parametrize("managed", [False, True], ids=["bare", "openbox"])
@pytest.mark.parametrize(("layout", "group", "locked"), [("us", 0, LOCK), ("de", 0, NUM_LOCK), ("us,ru", 1, LOCK)])
def test_everything_arrives_and_the_keyboard_is_as_it_was(
    request: pytest.FixtureRequest,
    xserver: XServer,
    user_environment: Mapping[str, str],
    layout: str,
    group: int,
    locked: int,
    managed: bool,
) -> None:
    """The layout's own characters in every group, and many that it lacks, whatever is locked."""
    if managed:
        request.getfixturevalue("openbox")
    xserver.set_layout(layout)
    xserver.lock(locked, locked)
    xserver.lock_group(group)
    before = read_keyboard(xserver)
    status, report, errors = prove(user_environment)
    assert (status, errors) == (0, "")
    assert report["ok"] and report["left_as_found"]
    assert report["stopped"] is None
    assert read_keyboard(xserver) == before
    texts: dict[str, str] = {}
    for row in report["rows"]:
        assert row["ok"] and row["got"] == row["expected"] and row["problem"] is None
        texts[row["name"]] = texts.get(row["name"], "") + row["expected"]
    own = {"us": {"layout 1": "aZ~"}, "de": {"layout 1": "ßÖ€"}, "us,ru": {"layout 1": "a", "layout 2": "яЁ№"}}[layout]
    for name, characters in own.items():
        assert set(characters) <= set(texts[name])
    assert set(map(chr, range(32, 127))) <= set(texts["ASCII"])
    assert len(set("".join(texts.values()))) > 500
    for name in ("Greek", "Cyrillic", "East Asia", "emoji", "currency", "typography", "lines, tabs"):
        assert name in texts


def test_report_for_the_user_is_plain_text(
    xserver: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """A line for each row and what it came to; a file's lines are rows, a text is one."""
    file = tmp_path / "alphabet.txt"
    file.write_text("\ufeffGrüße\n\nπ ≈ 3\n")
    done = run_windictator("doctor", "--test-typing", "--characters", str(file), env=user_environment)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[:2] == ["ok     line 1       Grüße", "ok     line 3       π ≈ 3"]
    assert lines[2].startswith("2 of 2 rows ok, 10 characters in ")
    assert lines[2].endswith("locks, group and keymap are unchanged.")
    assert prove(user_environment, "--characters", "née")[1]["rows"] == [
        {"name": "line 1", "ok": True, "expected": "née", "got": "née", "problem": None}
    ]


def test_wrong_character_is_shown_and_is_a_failure(
    xserver: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """No confirmation is believed: here another program sends keys to the window that the server never saw."""
    alphabet = tmp_path / "alphabet"
    alphabet.write_text("abcdefghij KLMNOPQRST\n" * 400)
    with subprocess.Popen(
        [sys.executable, "-m", "windictator", "doctor", "--test-typing", "--characters", str(alphabet)],
        env=user_environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        window = xserver.display.create_resource_object("window", wait_for_focus(xserver))
        no_place = dict.fromkeys(("root_x", "root_y", "event_x", "event_y", "state"), 0)
        key = event.KeyPress(
            **no_place,
            time=0,
            root=xserver.display.screen().root,
            window=window,
            same_screen=1,
            child=X.NONE,
            detail=xserver.keycode("x"),
        )
        ended = os.pidfd_open(process.pid)

        def has_ended() -> bool:
            window.send_event(key, onerror=error.CatchError(error.BadWindow))
            xserver.display.sync()
            return bool(select.select([ended], [], [], 0.02)[0])

        wait_until(has_ended, 120.0, "the program ends", poll_s=0)
        os.close(ended)
        assert process.stdout is not None
        *lines, summary = process.stdout.read().splitlines()
    assert process.returncode == 1
    wrong = [number for number, line in enumerate(lines) if line.startswith("WRONG")]
    assert wrong
    for number in wrong:
        expected, got = lines[number].split(" expected ")[1], lines[number + 1].split(" got ")[1]
        assert expected == got.replace("x", "") != got
    assert summary.startswith(f"{400 - len(wrong)} of 400 rows ok")


@pytest.mark.parametrize("managed", [False, True], ids=["bare", "openbox"])
def test_grabbed_keyboard_is_reported(
    request: pytest.FixtureRequest, xserver: XServer, user_environment: Mapping[str, str], managed: bool
) -> None:
    """A screen locker gets the keys; it stops before the first of them, and says why."""
    if managed:
        request.getfixturevalue("openbox")
    root = xserver.display.screen().root
    before = read_keyboard(xserver)
    assert root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == X.GrabSuccess
    status, report, errors = prove(user_environment)
    xserver.display.ungrab_keyboard(X.CurrentTime)
    xserver.display.sync()
    assert (status, report["stopped"], report["ok"]) == (3, "GRABBED", False)
    assert [row["got"] for row in report["rows"]] == [""]
    assert_one_line(errors, "the test stopped in row 1", "a menu is open (or the screen is locked)")
    assert read_keyboard(xserver) == before


def test_the_user_presses_a_key(xserver: XServer, user_environment: Mapping[str, str], endless: str) -> None:
    """The user stops it by typing, as always."""
    with proving(user_environment, "--characters", endless) as process:
        wait_for_focus(xserver)
        user = UserKeyboard(xserver)
        # Not once: before the first row is typed the user is not disturbed. And a key that none of the rows needs.
        for _ in range(100):
            if process.poll() is not None:
                break
            user.tap("F2")
            time.sleep(0.1)
        status, report, errors = outcome_of(process)
    assert (status, report["stopped"]) == (3, "FOREIGN_INPUT")
    assert_one_line(errors, "you typed or clicked meanwhile")
    assert not xserver.pressed_keys()


def test_ctrl_c(xserver: XServer, user_environment: Mapping[str, str], endless: str) -> None:
    """130 in mid-text, the keyboard as it was."""
    xserver.lock(LOCK, LOCK)
    before = read_keyboard(xserver)
    with proving(user_environment, "--characters", endless) as process:
        wait_for_focus(xserver)
        process.send_signal(signal.SIGINT)
        status, _, _ = outcome_of(process)
    assert status == 130
    assert read_keyboard(xserver) == before


def test_the_window_is_closed(openbox: XServer, user_environment: Mapping[str, str], endless: str) -> None:
    """By the window manager's button; the keyboard is as it was."""
    before = read_keyboard(openbox)
    with proving(user_environment, "--characters", endless) as process:
        window = openbox.display.create_resource_object("window", wait_for_focus(openbox))
        atom = openbox.display.intern_atom
        close = event.ClientMessage(
            window=window, client_type=atom("WM_PROTOCOLS"), data=(32, (atom("WM_DELETE_WINDOW"), 0, 0, 0, 0))
        )
        window.send_event(close)
        openbox.display.sync()
        status, _, errors = outcome_of(process)
    assert status == 1
    assert_one_line(errors, "the self-test window was closed")
    assert read_keyboard(openbox) == before


def test_user_is_asked_to_click_without_focus(xserver: XServer, user_environment: Mapping[str, str]) -> None:
    """Some window managers let no new window take the focus."""
    root, sign = xserver.display.screen().root, xserver.display.intern_atom("_NET_SUPPORTING_WM_CHECK")
    root.change_property(sign, Xatom.WINDOW, 32, [root.id])
    xserver.display.sync()
    with proving(user_environment, "--characters", "hello") as process:
        assert process.stderr is not None
        assert select.select([process.stderr], [], [], 20)[0]
        said = process.stderr.readline().decode()
        assert TITLE in said and "click" in said
        window = xserver.find_window(WINDOW_CLASS)
        assert xserver.focused() != window
        xserver.focus(window)
        status, report, _ = outcome_of(process)
    root.delete_property(sign)
    xserver.display.sync()
    assert (status, report["ok"]) == (0, True)


def test_libx11_is_missing(xserver: XServer, user_environment: Mapping[str, str], tmp_path: Path) -> None:
    """One line that says so, and what to install."""
    (tmp_path / "libX11.so.6").touch()
    status, report, errors = prove({**user_environment, "LD_LIBRARY_PATH": str(tmp_path)})
    assert (status, report) == (1, {})
    assert_one_line(errors, "libX11", "libx11-6")


def test_invalid_alphabet_is_refused(user_environment: Mapping[str, str], tmp_path: Path) -> None:
    """Usage errors before any window is shown."""
    file = tmp_path / "bytes"
    file.write_bytes(b"ab\xff")
    for options, words in (
        (("--test-typing", "--characters", ""), "empty"),
        (("--test-typing", "--characters", str(file)), "not UTF-8 at byte offset 2"),
        (("--characters", "abc"), "--characters needs --test-typing"),
        (("--test-typing", "--repair"), "give one of them"),
    ):
        done = run_windictator("doctor", *options, env=user_environment)
        assert (done.returncode, done.stdout) == (2, "")
        assert_one_line(done.stderr, words)
