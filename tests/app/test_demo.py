"""The demonstration, as a user starts it: the real recognizer, the real keys, a real xterm, compared and pictured."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.program import run_windictator, start_windictator
from windictator.app.demo import run_demo
from windictator.app.demo.reader import _apply_key
from windictator.app.demo.terminal import TerminalError, open_terminal
from windictator.speech.demonstration import UTTERANCES
from windictator.x11.virtual_display import VirtualDisplay


@pytest.fixture
def bare_environment(tmp_path: Path) -> dict[str, str]:
    """No display, no sound, no settings: a fresh machine."""
    return {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}


@pytest.mark.slow
def test_it_shows_that_what_was_said_arrived(bare_environment: dict[str, str], tmp_path: Path) -> None:
    """The first thing that a newcomer sees, from speech to a picture, with nothing but the package."""
    picture = tmp_path / "pictures" / "demo.png"
    done = run_windictator("demo", "--screenshot", str(picture), env=bare_environment)
    assert (done.returncode, done.stderr) == (0, "")
    heard = [line.removeprefix("  heard     ") for line in done.stdout.splitlines() if "  heard  " in line]
    assert tuple(heard) == UTTERANCES
    assert "| Hello world, this is a short dictation. Every word was spoken, and every key was checked." in done.stdout
    assert "This is exactly the intended text." in done.stdout
    assert f"Picture: {picture}" in done.stdout
    with Image.open(picture) as image:
        assert image.width > 600
        assert len(image.getcolors(1 << 16) or ()) > 10  # text, smoothed at its edges, on a ground


@pytest.mark.slow
def test_ctrl_c_ends_it_and_everything_that_it_started(bare_environment: dict[str, str]) -> None:
    """No X server, xterm or recognizer stays behind."""
    demonstration = start_windictator("demo", env=bare_environment)
    with demonstration:
        assert demonstration.stdout is not None
        assert b"heard" in next(line for line in demonstration.stdout if b"heard" in line)
        started = [os.pidfd_open(pid) for pid in _descendants(demonstration.pid)]
        assert len(started) >= 3
        demonstration.send_signal(signal.SIGINT)
        assert demonstration.wait(20) == 130
    for process in started:
        assert select.select([process], [], [], 10)[0]  # readable: it has ended
        os.close(process)


@pytest.mark.slow
def test_kept_open_it_waits_for_ctrl_c_and_says_how_to_look(bare_environment: dict[str, str]) -> None:
    """The display can be looked at by any X program with the two variables that are printed."""
    demonstration = start_windictator("demo", "--keep-open", env=bare_environment)
    with demonstration:
        assert demonstration.stdout is not None
        line = next(line.decode() for line in demonstration.stdout if b"Left open" in line)
        variables = dict(word.split("=", 1) for word in line.split() if "=" in word)
        tree = subprocess.run(
            ["xwininfo", "-root", "-tree"],
            env=bare_environment | variables,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "WinDictator demonstration" in tree.stdout
        demonstration.send_signal(signal.SIGINT)
        assert demonstration.wait(20) == 0


def test_what_is_not_installed_is_named_with_its_package(bare_environment: dict[str, str], tmp_path: Path) -> None:
    """One line that says what to do."""
    with pytest.raises(TerminalError, match=r"apt-get install xterm"), open_terminal({"PATH": str(tmp_path)}):
        pass


def test_a_terminal_that_cannot_start_says_why() -> None:
    """The message is xterm's own, and there is no wait."""
    nowhere = {"PATH": os.environ["PATH"], "DISPLAY": ":987"}
    with pytest.raises(TerminalError, match=r"xterm did not start: .*open display"), open_terminal(nowhere):
        pass


def test_text_that_does_not_arrive_is_noticed_in_time() -> None:
    """The comparison is real; nothing was typed here."""
    with VirtualDisplay() as display, open_terminal(display.environment()) as terminal:
        assert terminal.window
        assert not terminal.wait_for("anything", timeout=0.05)
        assert terminal.wait_for("", timeout=0.05)


def test_unwritable_picture_fails_with_one_line(bare_environment: dict[str, str], tmp_path: Path) -> None:
    """No traceback for a wrong file name."""
    (tmp_path / "file").touch()
    done = run_windictator("demo", "--screenshot", str(tmp_path / "file" / "x.png"), env=bare_environment)
    assert done.returncode == 1
    assert done.stderr.startswith("windictator: cannot write the screenshot")
    assert len(done.stderr.splitlines()) == 1


def test_a_dictation_that_fails_is_reported_with_its_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The child's one-line reason becomes the demonstration's."""
    monkeypatch.setattr("windictator.app.demo.demonstration_model", lambda: tmp_path / "no-model")
    with pytest.raises(Exception, match=r"the dictation failed: .*no-model"):
        run_demo(lambda line: None, tmp_path / "x.png")


@pytest.mark.parametrize(
    ("text", "character", "after"),
    [
        *[("a", "b", "ab"), ("ab", "\x7f", "a"), ("ab", "\x08", "a"), ("", "\x7f", "")],
        *[("a", "\r", "a\n"), ("xe\u0301", "\x7f", "x")],
    ],
)
def test_the_reader_edits_as_an_editor_does(text: str, character: str, after: str) -> None:
    """The compared text is what the window shows, not what was sent."""
    assert _apply_key(text, character) == after


def _descendants(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [descendant for child in children for descendant in _descendants(child)]
