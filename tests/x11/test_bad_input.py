"""Bad input and bad surroundings: one line on standard error, the right status, not one key typed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from Xlib import X

from tests.program import run_windictator, start_windictator
from tests.speech.wav_files import wav
from tests.x11.blocking import keymap_of
from tests.x11.clients.client import Client, RawWindow
from tests.x11.lacking import server_without
from tests.x11.server import XServer
from tests.x11.type_runs import assert_one_line
from windictator.speech.demonstration import demonstration_model, demonstration_recording
from windictator.x11.virtual_display import VirtualDisplay

pytestmark = pytest.mark.slow

TYPE = ("type", "-")
DICTATE = ("dictate", "--recognizer", "text", "--audio", "-")
BOTH = pytest.mark.parametrize("command", [TYPE, DICTATE], ids=["type", "dictate"])


@pytest.fixture
def refused(raw_window: RawWindow, user_environment: Mapping[str, str]) -> Callable[..., str]:
    """Runs the program with a window focused; it must refuse in one line, which is returned, and type nothing."""

    def run(*command: str, input: str | bytes = "", status: int = 1, changed: Mapping[str, str] | None = None) -> str:
        done = run_windictator(*command, env={**user_environment, **(changed or {})}, input=input)
        assert (done.returncode, done.stdout) == (status, "")
        assert_one_line(done.stderr)
        assert raw_window.events() == []
        assert not raw_window.server.pressed_keys()
        return done.stderr

    return run


# The display


@BOTH
def test_missing_display_is_refused(refused: Callable[..., str], command: tuple[str, ...]) -> None:
    """By the option and by the environment, with a server running elsewhere."""
    assert "':987'" in refused(*command, "--display", ":987", input="hello\n")
    assert "':987'" in refused(*command, input="hello\n", changed={"DISPLAY": ":987"})
    assert "DISPLAY is not set" in refused(*command, input="hello\n", changed={"DISPLAY": ""})


@BOTH
@pytest.mark.parametrize("authority", ["other", "empty", "missing", "garbage"])
def test_server_without_access_is_refused(
    refused: Callable[..., str], xserver: XServer, tmp_path: Path, command: tuple[str, ...], authority: str
) -> None:
    """A cookie of another session, none, and a file of another kind."""
    file = tmp_path / "authority"
    if authority == "other":
        known = xserver.virtual_display.authority.read_bytes()
        file.write_bytes(known.replace(known[-16:], bytes(16)))  # every entry ends with the cookie
    elif authority == "empty":
        file.touch()
    elif authority == "garbage":
        file.write_bytes(b"this is no authority file\n")
    line = refused(*command, input="hello\n", changed={"XAUTHORITY": str(file)})
    assert "cannot open X display" in line and "; see xhost and XAUTHORITY" in line


@BOTH
@pytest.mark.parametrize("extension", ["RECORD", "XTEST", "XKEYBOARD"])
def test_missing_extension_is_refused(
    refused: Callable[..., str], xserver: XServer, command: tuple[str, ...], extension: str
) -> None:
    """It is named; nothing is typed that could not be confirmed."""
    with server_without(extension, xserver) as display:
        assert extension in refused(*command, "--display", display, input="hello\n")


def test_server_started_without_xtest_is_refused(user_environment: Mapping[str, str]) -> None:
    """The same with a server that really lacks them: Xvfb leaves out XTEST and RECORD together."""
    with VirtualDisplay(extra_args=("-extension", "XTEST")) as display:
        done = run_windictator("type", "hello", env={**user_environment, **display_of(display)})
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "XTEST")


def display_of(display: VirtualDisplay) -> dict[str, str]:
    return {"DISPLAY": display.name, "XAUTHORITY": str(display.authority)}


def test_typing_without_focus_is_refused(xserver: XServer, user_environment: Mapping[str, str]) -> None:
    """A refusal, not success into nowhere."""
    done = run_windictator("type", "hello", env=user_environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "nothing was typed", "no window has the keyboard focus")


def test_typing_without_focus_under_window_manager_is_refused(
    openbox: XServer, start_client: Callable[[type[Client]], Client], user_environment: Mapping[str, str]
) -> None:
    """It keeps the focus on a window of its own meanwhile, which is invisible and whose keys reach no application."""
    for _ in range(2):
        done = run_windictator("type", "hello", env=user_environment)
        assert (done.returncode, done.stdout) == (1, "")
        assert_one_line(done.stderr, "no window has the keyboard focus")
        window = start_client(RawWindow)
        assert run_windictator("type", "hello", env=user_environment).returncode == 0
        assert window.text() == "hello"
        openbox.display.create_resource_object("window", window.window).destroy()
        while openbox.focused() == window.window:
            openbox.display.sync()  # until the window manager has moved the focus


def test_dictation_without_focus_is_refused(xserver: XServer, user_environment: Mapping[str, str]) -> None:
    """The same for what was said, and the status tells."""
    done = run_windictator(*DICTATE, env=user_environment, input="hello\n")
    assert done.returncode == 1
    assert "no window has the keyboard focus" in done.stderr
    assert "Traceback" not in done.stderr


# The text


@pytest.mark.parametrize("character", ["\0", "\b", "\x1b", "\x7f", "\x9b", "\ufffe"])
def test_control_characters_are_refused(refused: Callable[..., str], character: str) -> None:
    """No key stands for them; Escape, Delete and Ctrl-D least of all are typed because a text held them."""
    assert f"U+{ord(character):04X}" in refused("type", input=f"echo{character} hello\n")


@pytest.mark.parametrize("content", [b"\xff\xfehello", b"caf\xe9", b"hello\xc3", b"\xed\xa0\x80"])
def test_invalid_utf8_is_refused(refused: Callable[..., str], content: bytes) -> None:
    """Other encodings, text cut in a character, surrogates, code points that do not exist."""
    assert "not UTF-8" in refused("type", input=content)


def test_untypable_character_is_refused_before_the_first_key(
    user_environment: Mapping[str, str],
) -> None:
    """A keyboard with every keycode taken, where nothing can be mapped."""
    server = XServer()
    server.start()
    try:
        server.set_layout("us")
        for keycode in keymap_of(server).unused_keycodes:
            server.display.change_keyboard_mapping(keycode, [(X.NONE + 0x1008FF41,)])  # XF86Launch1
        server.display.sync()
        with server.virtual_display.in_this_process():
            window = RawWindow(server)
            try:
                window.start()
                environment = {**user_environment, **display_of(server.virtual_display)}
                done = run_windictator("type", env=environment, input="only 5 € each")
                assert (done.returncode, done.stdout) == (1, "")
                assert_one_line(done.stderr, "no key for '€' (U+20AC EURO SIGN)", "nothing was typed")
                assert window.events() == []
                assert run_windictator("type", env=environment, input="only 5 each").returncode == 0
                assert window.text() == "only 5 each"
            finally:
                window.stop()
    finally:
        server.stop()


def test_untypable_lines_are_left_out_of_dictation(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """The others are typed, each refusal names its line, and the status tells."""
    done = run_windictator(*DICTATE, env=user_environment, input=b"one\nca\xff\xe9\ntwo\x1b\nthree\n")
    assert done.returncode == 1
    assert raw_window.text() == "One three"
    assert "line 2 is not UTF-8" in done.stderr
    assert "line 3 contains the control character U+001B" in done.stderr


# Recordings and models


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.wav", None, "no such file"),
        ("empty.wav", b"", "empty"),
        ("header.wav", wav(b"")[:20], ""),
        ("silent.wav", wav(b""), ""),
        ("text.wav", b"hello, this is a text file, not a recording\n" * 10, ""),
        ("coded.wav", wav(b"\x55" * 8000, rate=8000, width=8, tag=0x1234), ""),
        ("short.wav", demonstration_recording().read_bytes()[:30_000], ""),
    ],
)
def test_unusable_recording_is_refused(
    refused: Callable[..., str], tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    """Missing, empty, cut off, no recording at all, not PCM."""
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    line = refused("dictate", "--model", str(demonstration_model()), "--audio", str(file))
    assert name in line
    assert words in line


@pytest.mark.parametrize("damage", ["missing", "empty", "file", "acoustic model", "graph", "no words"])
def test_unusable_model_is_refused(refused: Callable[..., str], tmp_path: Path, damage: str) -> None:
    """Vosk would abort the process, or hear nothing; we say what is wrong with the folder."""
    model = tmp_path / "model"
    if damage == "file":
        model.write_text("no folder")
    elif damage == "empty":
        model.mkdir()
    elif damage != "missing":
        shutil.copytree(demonstration_model(), model)
        if damage == "no words":
            (model / "graph" / "words.txt").unlink()
        else:
            part = model / ("am/final.mdl" if damage == "acoustic model" else "graph/HCLr.fst")
            part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
    line = refused("dictate", "--model", f"{model}/", "--audio", str(demonstration_recording()))
    assert "model" in line


def test_missing_model_is_refused(refused: Callable[..., str]) -> None:
    """One line that says what to do."""
    assert "models install" in refused("dictate", "--audio", str(demonstration_recording()))


# Output, and the moment


def test_closed_standard_output_is_reported(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """The text is typed, the report that was asked for is not lost silently."""
    command = ["sh", "-c", '"$@" >&-', "sh", sys.executable, "-m", "windictator", "type", "--json", "hello"]
    done = subprocess.run(command, env=user_environment, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert_one_line(done.stderr, "standard output")
    assert raw_window.text() == "hello"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@BOTH
def test_interrupt_at_any_moment_leaves_no_key_down(
    raw_window: RawWindow, user_environment: Mapping[str, str], command: tuple[str, ...], number: signal.Signals
) -> None:
    """From its first line to the last key: 130, done, or (while Python itself ends) death by the signal.

    No traceback, nothing down, and what is there is right.
    """
    begin = (
        "from windictator.cli.io.exits import exit_on_signal; exit_on_signal(); import os; os.write(2, b'!');"
        "from windictator.cli import main; main()"
    )
    for milliseconds in range(0, 480, 60):
        process = subprocess.Popen(
            [sys.executable, "-c", begin, *command],
            env=user_environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        with process:
            assert process.stdin is not None
            assert process.stderr is not None
            text = "Hello world " * 40
            process.stdin.write(text.encode())
            process.stdin.close()
            process.stdin = None
            assert process.stderr.read(1) == b"!"
            time.sleep(milliseconds / 1000)  # the moment is what is tried here
            process.send_signal(number)
            errors = process.stderr.read().decode()
        assert process.returncode in (0, 130, -number), errors
        assert "Traceback" not in errors
        assert not raw_window.server.pressed_keys()
        received = raw_window.text()
        assert text.casefold().startswith(received.casefold()), f"after {milliseconds} ms"
        raw_window.clear()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@BOTH
def test_interrupt_while_the_server_is_held_ends_typing(
    raw_window: RawWindow, user_environment: Mapping[str, str], command: tuple[str, ...], number: signal.Signals
) -> None:
    """Such a server accepts no connection, and the user need not wait for that."""
    raw_window.server.display.grab_server()
    raw_window.server.display.sync()
    process = start_windictator(*command, env=user_environment)
    with process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"hello\n")
        process.stdin.close()
        process.stdin = None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.0)
        process.send_signal(number)
        assert process.wait(5) == 130
        assert process.stderr.read() == b""
    raw_window.server.display.ungrab_server()
    raw_window.server.display.sync()
    assert raw_window.received() == ""


def test_interrupt_while_reading_standard_input_ends(user_environment: Mapping[str, str]) -> None:
    """Before there is a text there is nothing to end in order."""
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "windictator", *DICTATE],
            env=user_environment,
            stdin=reading,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with process:
            assert process.stderr is not None
            assert process.stderr.readline().startswith(b"Listening")
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130
    finally:
        os.close(reading)
        os.close(writing)
