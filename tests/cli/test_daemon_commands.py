"""Commands that send requests to the daemon: real processes, and a real server with a toy behind it."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.control.toy_daemon import Wire, serving
from tests.program import run_windictator, start_windictator
from windictator.app.control.verbs import VERBS
from windictator.cli.daemon_requests import fast_path
from windictator.cli.io.exits import run_guarded
from windictator.cli.run import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """$XDG_RUNTIME_DIR, with a daemon for display :77."""
    runtime = tmp_path_factory.mktemp("runtime")
    with serving(runtime / "windictator" / ":77.sock"):
        yield runtime


@pytest.fixture
def with_daemon(environ: dict[str, str], runtime: Path) -> dict[str, str]:
    return environ | {"XDG_RUNTIME_DIR": str(runtime), "DISPLAY": ":77", "TZ": "UTC"}


@pytest.fixture
def without_daemon(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return environ | {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":78"}


@pytest.mark.parametrize(
    ("arguments", "status", "output", "errors"),
    [
        (["toggle"], 0, "", "WinDictator is paused.\n"),
        (["toggle"], 0, "", "WinDictator is listening.\n"),
        (["pause"], 0, "", "WinDictator is paused.\n"),
        (["resume"], 0, "", "WinDictator is listening.\n"),
        (["push-to-talk", "down"], 0, "", ""),
        (["push-to-talk", "up"], 0, "", ""),
        (["cancel"], 0, "", ""),
        (["say", "hello"], 0, "", ""),
        (["say", "unwanted"], 1, "", "windictator: there is nothing to scratch\n"),
        (
            ["say", "sealed"],
            1,
            "",
            "windictator: there is nothing to scratch: you typed. --force does it anyway, see windictator say --help\n",
        ),
        (["say", "--force", "sealed"], 0, "", ""),
        (["say", "cut"], 3, "", "windictator: typing stopped early: the focus moved to another window\n"),
        (["say", "locked"], 1, "", "windictator: nothing was typed: another program holds the keyboard\n"),
        (["say", "only", "this", "text"], 1, "", "windictator: heard 'only this text'\n"),
        (["say", "only", "--display", ":77", "so"], 1, "", "windictator: heard 'only so'\n"),
        (["say", "only", "--", "-5"], 1, "", "windictator: heard 'only -5'\n"),
        (["say", "--force", "all", "of", "it"], 0, "", ""),
        (["say", "refuse"], 3, "", "windictator: no, not now\n"),
        (["say", "break"], 1, "", "windictator: internal error: KeyError (the daemon's log has the place)\n"),
        (["say", os.fsdecode(b"\xff")], 2, "", "windictator: say: text must be UTF-8 text\n"),
        (["undo"], 0, "", ""),
        (["undo", "--force"], 0, "", ""),
        (["redo"], 0, "", ""),
        (["redo", "--force"], 0, "", ""),
        (["repeat"], 0, "", ""),
        (["alternatives"], 0, "   1  Whole\n   2  Haul⏎\n", ""),
        (["choose", "2"], 0, "", ""),
        (["choose", "3"], 1, "", "windictator: The list has no number 3. Say 1 or 2.\n"),
        (["choose", "two"], 2, "", "windictator: choose: number must be a whole number from 1 to 1000\n"),
        (["undelivered", "type"], 0, "", ""),
        (["type-held"], 0, "", "windictator type-held is now: windictator undelivered type\n"),
        (["undelivered", "discard"], 0, "", "Discarded 2 texts.\n"),
        (["config", "reload"], 0, "", "Settings reloaded.\n"),
        (
            ["history", "--count", "3"],
            0,
            "   3* erased       Number⏎6\n   2* typed        Number⏎7\n   1  typed        Number⏎8\n",
            "",
        ),
        (
            ["history", "--count", "6", "--long"],
            0,
            "   6  command      number 3\n                   01:46:40  heard 'number 3'\n"
            "   5  command      number 4  (erased 3)\n                   01:46:40  heard 'number 4', in window 7\n"
            "   4  refused      number 5  (not now)\n                   01:46:40  heard 'number 5', in window 7\n"
            "   3* erased       Number⏎6\n                   01:46:40  heard 'number 6', in window 7\n"
            "   2* typed        Number⏎7\n                   01:46:40  heard 'number 7', in XTerm \"my  mail\"\n"
            "   1  typed        Number⏎8\n                   01:46:40  heard 'number 8', in window 7\n",
            "",
        ),
        (
            ["history", "--count", "2", "--long"],
            0,
            "   2* typed        Number⏎7\n                   01:46:40  heard 'number 7', in XTerm \"my  mail\"\n"
            "   1  typed        Number⏎8\n                   01:46:40  heard 'number 8', in window 7\n",
            "",
        ),
        (
            ["history", "--copy", "5"],
            1,
            "",
            "windictator: cannot copy utterance 5: no text was typed for it; windictator history lists all\n",
        ),
        (["history", "--copy", "10"], 1, "", "windictator: there is no utterance 10: the history has 9\n"),
        (["status", "--format", "polybar"], 0, "listening\n", ""),
        (["status", "--format", "i3blocks"], 0, "listening\nlistening\n#50c050\n", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_command_output_and_exit_status(
    with_daemon: dict[str, str], arguments: list[str], status: int, output: str, errors: str
) -> None:
    """Each command prints the right text on the right stream."""
    done = run_windictator(*arguments, env=with_daemon)
    assert (done.returncode, done.stdout, done.stderr) == (status, output, errors)


def test_resume_while_asleep_prints_a_hint(environ: dict[str, str], tmp_path: Path) -> None:
    """The microphone is open then, but no text is typed."""
    with serving(tmp_path / "windictator" / ":77.sock"):
        environ = environ | {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":77"}
        told = [run_windictator(*verb.split(), env=environ).stderr for verb in ("say sleep", "toggle", "resume")]
    assert told == [
        "",
        "WinDictator is paused.\n",
        'WinDictator is listening, but asleep; say "wake up" first.\n',
    ]


def test_status_prints_words_and_json(with_daemon: dict[str, str]) -> None:
    """The user gets plain words; programs get JSON."""
    shown = run_windictator("status", env=with_daemon)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.splitlines()[:2] == ["state              listening", "mode               dictation"]
    state = json.loads(run_windictator("status", "--json", env=with_daemon).stdout)
    assert state["state"] == "listening"
    waybar = json.loads(run_windictator("status", "--format", "waybar", env=with_daemon).stdout)
    assert (waybar["text"], waybar["class"], waybar["alt"]) == ("listening", "listening", "listening")


def test_history_prints_json_lines(with_daemon: dict[str, str]) -> None:
    """One object per line, the newest last."""
    done = run_windictator("history", "--json", env=with_daemon)
    assert [json.loads(line)["heard"] for line in done.stdout.splitlines()] == [f"number {n}" for n in range(9)]


def test_alternatives_prints_one_json_object(with_daemon: dict[str, str]) -> None:
    """Programs need the text, the items and the refusal."""
    done = run_windictator("alternatives", "--json", env=with_daemon)
    assert (done.returncode, json.loads(done.stdout)) == (
        0,
        {
            "text": "Hole",
            "items": [{"number": 1, "text": "Whole"}, {"number": 2, "text": "Haul\n"}],
            "refused": None,
            "code": None,
            "remedy": None,
        },
    )


@pytest.mark.parametrize("program", ["xclip", "xsel", "wl-copy", None])
def test_history_copies_an_utterance(with_daemon: dict[str, str], tmp_path: Path, program: str | None) -> None:
    """The installed program gets the text and the display; without one the text is printed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python").symlink_to(sys.executable)
    if program:
        (folder / program).write_text(f'#!/bin/sh\n{{ echo "$DISPLAY"; /bin/cat; }} > {tmp_path}/copied\n')
        (folder / program).chmod(0o755)
    environ = with_daemon | {"PATH": str(folder), "WAYLAND_DISPLAY": "wayland-0"}
    done = run_windictator("history", "--copy", "3", "--display", ":77.0", env=environ)
    assert done.returncode == 0
    if program:
        assert (done.stdout, done.stderr) == ("", f"Copied to the clipboard by {program}.\n")
        assert (tmp_path / "copied").read_text() == ":77.0\nNumber\n6 "
    else:
        assert done.stdout == "Number\n6 \n"
        assert "installed" in done.stderr


EVERY_VERB = [
    [*verb.command.split(), *(verb.arguments[verb.positional].choices[:1] or ["text"] if verb.positional else [])]
    for verb in VERBS.values()
    if verb.send
]


@pytest.mark.usefixtures("clean_environment")
@pytest.mark.parametrize("arguments", [*EVERY_VERB, ["status"], ["history"], ["alternatives"]], ids=" ".join)
def test_commands_without_a_daemon_say_how_to_start(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message and the status are equal on the fast path and with click."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":78")
    quick = fast_path(arguments)
    assert quick is not None
    for work in (lambda: run_guarded(quick), lambda: run([*arguments, "--display", ":78"])):
        assert work() == 1
        expected = "windictator: no daemon runs for this display; start it: windictator start\n"
        assert capsys.readouterr() == ("", expected)


def test_status_bar_without_daemon_shows_off(without_daemon: dict[str, str]) -> None:
    """A failure would leave a hole in the bar, or the last state."""
    done = run_windictator("status", "--format", "i3blocks", env=without_daemon)
    assert (done.returncode, done.stdout, done.stderr) == (0, "off\noff\n#909090\n", "")
    done = run_windictator("status", "--json", env=without_daemon)
    assert (done.returncode, json.loads(done.stdout)) == (1, {"state": "off"})


@pytest.mark.parametrize("arguments", [["toggle"], ["say", "x"], ["status", "--follow"]], ids=" ".join)
def test_commands_without_display_name_the_option(environ: dict[str, str], arguments: list[str]) -> None:
    """No daemon can run without a display."""
    done = run_windictator(*arguments, env=environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == "windictator: no graphical desktop found: DISPLAY is not set; give --display, such as --display :0\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["toggle", "now"], "unexpected extra argument"),
        (["push-to-talk"], "Missing argument"),
        (["push-to-talk", "left"], "'down', 'up'"),
        (["say"], "Missing argument"),
        (["say", "--loud"], "No such option"),
        (["status", "--levels"], "--follow"),
        (["status", "--json", "--format", "waybar"], "give one of them"),
        (["history", "--copy", "0"], "0"),
        (["config", "reload", "now"], "unexpected extra argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_not_sent_to_the_daemon(with_daemon: dict[str, str], arguments: list[str], words: str) -> None:
    """Click reports it in one line, with status 2."""
    done = run_windictator(*arguments, env=with_daemon)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


@pytest.mark.parametrize("arguments", [["toggle"], ["say", "x"], ["config", "reload"], ["status"]], ids=" ".join)
def test_plain_calls_import_neither_click_nor_twisted(without_daemon: dict[str, str], arguments: list[str]) -> None:
    """A hotkey of the desktop waits for them."""
    code = (
        "import os, sys\n"
        "end = os._exit\n"
        "def tell_and_end(status):\n"
        "    print(*sys.modules, file=sys.stderr, flush=True)\n"
        "    end(status)\n"
        "os._exit = tell_and_end\n"
        "from windictator.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], env=without_daemon, capture_output=True, text=True)
    imported = set(done.stderr.splitlines()[-1].split())
    assert not imported & {"click", "twisted", "windictator.settings", "tomllib", "dataclasses", "inspect"}


@pytest.mark.parametrize("way", ["module", "entry point"])
def test_a_toggle_is_quick(with_daemon: dict[str, str], way: str) -> None:
    """As a whole process: 100 ms on a quiet machine. What it computes is less on any; how long that takes is compared
    with an interpreter that does nothing, which other work on the machine holds up as well.
    """
    program = {
        "module": ["-m", "windictator"],
        "entry point": ["-c", "import re, sys; from windictator.cli import main; sys.exit(main())"],  # as pip writes it
    }[way]

    def run_once(*arguments: str) -> tuple[float, float]:
        """Seconds by the clock, and of computing."""
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, *arguments], env=with_daemon, stderr=subprocess.DEVNULL, check=True)
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    empty = [run_once("-c", "pass") for _ in range(6)]
    toggled = [run_once(*program, "toggle") for _ in range(6)]
    assert min(computed for _, computed in toggled) < 0.100
    assert min(seconds for seconds, _ in toggled) < max(0.100, 15 * min(seconds for seconds, _ in empty))


def test_other_calls_are_left_to_click() -> None:
    """Options and help need a full parser."""
    for arguments in ([], ["--help"], ["toggle", "--help"], ["toggle", "--display", ":1"], ["say", "-x"], ["config"]):
        assert fast_path(arguments) is None


@pytest.mark.parametrize(
    ("text", "status", "errors"),
    [
        ("grüße 🙂\r\n", 0, ""),
        ("cut", 3, "windictator: typed 2 of 3 characters: the focus moved to another window\n"),
        ("locked", 1, "windictator: nothing was typed: another program holds the keyboard\n"),
        ("unwanted", 1, "windictator: there is nothing to scratch\n"),
        ("a\x00b", 1, "windictator: U+0000 at character 2 of the text cannot be typed: it is a control character. "),
        ("x" * (3 << 20), 1, "windictator: the text is too long for the running daemon"),
    ],
    ids=["done", "cut", "locked", "refused", "control", "long"],
)
def test_type_sends_text_to_the_daemon(with_daemon: dict[str, str], text: str, status: int, errors: str) -> None:
    """Two programs must not type at once. The exit statuses are the same without a daemon."""
    done = run_windictator("type", "-", env=with_daemon, input=text)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(errors)
    assert done.stderr.count("\n") == bool(errors)


def test_type_prints_the_daemons_result_as_json(with_daemon: dict[str, str]) -> None:
    """The object is the same without a daemon."""
    outcome = json.loads(run_windictator("type", "--json", "grüße", env=with_daemon).stdout)
    assert (outcome["confirmed"], outcome["total"], outcome["keys"], outcome["stopped"]) == (5, 5, 10, None)
    done = run_windictator("type", "--json", "cut", env=with_daemon)
    outcome = json.loads(done.stdout)
    assert (done.returncode, outcome["confirmed"], outcome["stopped"]) == (3, 2, "FOCUS_CHANGED")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["type", "say"])
def test_ctrl_c_cancels_typing_by_the_daemon(
    environ: dict[str, str], tmp_path: Path, command: str, number: signal.Signals
) -> None:
    """The daemon stops, and the command prints how much was typed."""
    text = "long" if command == "type" else "wait-aloud"
    with serving(tmp_path / "windictator" / ":77.sock") as daemon:
        process = start_windictator(command, text, env=environ | {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":77"})
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "typing\n"
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)
    expected = b"windictator: typed 2 of 4 characters: cancelled\n" if command == "type" else b""
    assert (process.returncode, output, errors) == (130, b"", expected)


def test_stop_waits_until_the_daemon_has_ended(environ: dict[str, str], tmp_path: Path) -> None:
    """Another daemon may start when the command returns."""
    with serving(tmp_path / "windictator" / ":77.sock") as daemon:
        done = run_windictator("stop", env=environ | {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":77"})
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "WinDictator has stopped.\n")
        assert daemon.poll() == 0


def test_follow_prints_events_as_json_lines(environ: dict[str, str], tmp_path: Path) -> None:
    """Each event is printed at once; the command ends with the daemon."""
    path = tmp_path / "windictator" / ":77.sock"
    with serving(path), Wire(path) as wire:
        follower = start_windictator(
            "status", "--follow", env=environ | {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":77"}
        )
        assert follower.stdout is not None
        assert json.loads(follower.stdout.readline())["event"] == "state"
        wire.call("say", text="publish level 1 1")  # not asked for
        wire.call("toggle")
        assert json.loads(follower.stdout.readline()) == {"event": "state", "state": "paused", "mode": "dictation"}
        wire.call("stop")
        output, errors = follower.communicate(timeout=20)
        assert (follower.returncode, output, errors) == (0, b"", b"")


@pytest.mark.parametrize("options", [[], ["--levels"], ["--format", "waybar"]], ids=lambda options: " ".join(options))
def test_follow_ends_when_output_is_closed(with_daemon: dict[str, str], options: list[str]) -> None:
    """A restarted bar must not leave a process behind, even if no event comes."""
    follower = start_windictator("status", "--follow", *options, env=with_daemon)
    assert follower.stdout is not None and follower.stderr is not None
    assert json.loads(follower.stdout.readline())
    follower.stdout.close()
    assert follower.wait(20) == 0
    assert follower.stderr.read() == b""
    follower.stderr.close()
    assert follower.stdin is not None
    follower.stdin.close()


def test_status_bar_waits_for_the_next_daemon(environ: dict[str, str], tmp_path: Path) -> None:
    """It prints only changes."""
    path = tmp_path / "windictator" / ":77.sock"
    environ |= {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":77"}
    bar = start_windictator("status", "--follow", "--format", "polybar", env=environ)
    assert bar.stdout is not None
    assert bar.stdout.readline() == b"off\n"
    with serving(path), Wire(path) as wire:
        assert bar.stdout.readline() == b"listening\n"
        wire.call("say", text="publish notice 1 1")
        wire.call("toggle")
        assert bar.stdout.readline() == b"paused\n"
    assert bar.stdout.readline() == b"off\n"
    bar.send_signal(signal.SIGINT)
    output, errors = bar.communicate(timeout=20)
    assert (bar.returncode, output, errors) == (130, b"", b"")
