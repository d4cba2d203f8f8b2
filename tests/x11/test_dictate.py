"""``windictator dictate`` into real applications: from lines of text and from a voice to exactly the right text."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.waiting import wait_until
from tests.x11.clients.client import Client, RawWindow, TkText, Xterm
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.type_runs import TIMEOUT, assert_one_line
from windictator.speech.demonstration import demonstration_model, demonstration_recording

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("line_breaks_typed")]

LETTER = [
    "dear anna comma new line",
    "how are you question mark",
    "i am fine",
    "or so i thought",
    "scratch that",
    "period",
    "new paragraph yours comma new line bob",
]
LETTER_TYPED = "Dear Anna,\nHow are you? I am fine.\n\nYours,\nBob"
MUCH = " ".join(f"word{number}" for number in range(4000))
"""More than can be typed in a moment; its events still fit into a pipe without a reader."""
SPOKEN = (
    "Hello world, this is a short dictation. Every word was spoken, and every key was checked.\n\n"
    "Can you meet me on Tuesday?"
)
VOICE = ("--model", str(demonstration_model()), "--audio", str(demonstration_recording()))


@pytest.fixture(params=[RawWindow, Xterm, TkText], ids=lambda kind: kind.__name__)
def client(request: pytest.FixtureRequest, start_client: Callable[[type[Client]], Client]) -> Client:
    return start_client(request.param)


@pytest.fixture
def dictating(user_environment: Mapping[str, str]) -> Callable[..., DictateRun]:
    """Starts dictation; use it as a context."""
    return lambda *options: DictateRun(user_environment, *options)


@pytest.mark.parametrize("live", ["off", "stable", "eager"])
def test_a_letter_in_every_application(client: Client, user_environment: Mapping[str, str], live: str) -> None:
    """Marks, spaces, capitals, line breaks, and real BackSpaces; what is typed while speaking changes nothing."""
    spoken = []
    for line in LETTER:
        words = line.split()
        spoken += ["~" + " ".join(words[: count + 1]) for count in range(len(words))]
        spoken.append(line)
    done = run_windictator("dictate", *LINES, "--live", live, env=user_environment, input="\n".join(spoken) + "\n")
    assert client.text() == LETTER_TYPED
    assert done.returncode == 0
    assert (done.stdout, "Traceback" in done.stderr) == ("", False)
    assert not client.server.pressed_keys()


def test_the_backspaces_are_keys(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """What any application understands, one for each character, and nothing else is erased."""
    done = run_windictator("dictate", *LINES, env=user_environment, input="one\ntwo\nscratch that\nthree\n")
    assert done.returncode == 0
    assert raw_window.received() == "One two" + "\b" * 4 + " three"


def test_a_wrong_guess_is_corrected_in_the_window(tk_text: Client, dictating: Callable[..., DictateRun]) -> None:
    """The text while the user is still speaking, and in the end."""
    with dictating(*LINES, "--live", "eager") as run:
        for line, shown in (("~wreck a", "Wreck a"), ("~wreck a nice beach", "Wreck a nice beach")):
            run.say(line)
            run.wait_for("typed")
            assert tk_text.text() == shown
        run.say("recognise speech")
        run.wait_for("typed", erased=len("Wreck a nice beach"))
        assert tk_text.text() == "Recognise speech"
        assert run.end().status == 0


def test_stable_words_appear_before_the_end(tk_text: Client, dictating: Callable[..., DictateRun]) -> None:
    """The default; a word that two guesses agree on is not taken back by the next."""
    with dictating(*LINES, "--live", "stable") as run:
        for partial in ("the quick brown", "the quick brown fox", "the quick brawn foxes"):
            run.say(f"~{partial}")
            run.wait_for("partial", text=partial)
        assert tk_text.text() == "The quick brown"
        run.say("the quick brown fox")
        run.wait_for("typed")
        assert tk_text.text() == "The quick brown fox"


def test_events_report_all_that_happens(raw_window: RawWindow, dictating: Callable[..., DictateRun]) -> None:
    """What a script can rely on."""
    with dictating() as run:
        run.say("~hello", "hello", "scratch that", "scratch that", "bye")
        ended = run.end()
    assert [event["event"] for event in run.events] == [
        *("ready", "partial", "final", "typed"),
        *("final", "typed", "final", "refused", "final", "typed", "report"),
    ]
    assert run.told("ready")[0]["window"]
    assert run.told("final")[0] == {"event": "final", "text": "hello", "confidence": 1.0, "low_confidence": []}
    first, scratched, last = run.told("typed")
    assert (first["text"], first["erased"], first["keys"], first["stopped"]) == ("Hello", 0, 12, None)
    assert (scratched["text"], scratched["erased"], scratched["confirmed"]) == ("", 5, "\b" * 5)
    assert last["text"] == raw_window.text() == "Bye"
    assert ended.status == 1, "one scratch was refused"
    assert ended.errors == ""
    seconds = ended.report["seconds"]
    assert ended.report == {
        "event": "report",
        "utterances": 4,
        "text": "Bye",
        "keys": 12 + 10 + 8,
        "refused": 1,
        "stopped": None,
        "overruns": 0,
        "interrupted": False,
        "seconds": seconds,
    }


def test_hanging_server_is_reported_and_typing_goes_on_later(
    raw_window: RawWindow, dictating: Callable[..., DictateRun]
) -> None:
    """The user is not left without a word, and nothing of what was refused comes later."""
    server = raw_window.server.virtual_display.process
    with dictating() as run:
        run.say("hello")
        run.wait_for("typed")
        server.send_signal(signal.SIGSTOP)
        try:
            run.say("lost")
            reason = run.wait_for("refused")["reason"]
        finally:
            server.send_signal(signal.SIGCONT)
        assert reason.startswith("Nothing was typed: the X server has not answered for 5 seconds")
        run.say("more")
        run.wait_for("typed")
        assert run.end().status == 1
    assert raw_window.text() == "Hello more"


def test_broken_output_ends_the_dictation(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """The user does not go on speaking to a program that types nothing any more."""
    broken = (
        "from windictator.cli.console import JsonListener\n"
        "from windictator.__main__ import main\n"
        "on_event = JsonListener.on_event\n"
        "def broken(listener, event):\n"
        "    if event.name == 'typed':\n"
        "        raise OSError(5, 'standard output is broken')\n"
        "    on_event(listener, event)\n"
        "JsonListener.on_event = broken\n"
        "main()\n"
    )
    command = [sys.executable, "-c", broken, "dictate", "--json", *LINES]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=dict(user_environment), **pipes) as process:  # type: ignore[call-overload]
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        try:
            assert process.wait(TIMEOUT) not in (0, None)
        finally:
            process.kill()
        assert b"standard output is broken" in process.stderr.read()
    assert raw_window.text() == "Hello"


@pytest.mark.parametrize("act", ["key", "click"])
def test_after_the_users_own_input_nothing_is_erased(
    raw_window: RawWindow, dictating: Callable[..., DictateRun], act: str
) -> None:
    """Refused, with the reason shown and the status to tell; the user's own character stands."""
    with dictating() as run:
        run.say("hello")
        run.wait_for("typed")
        if act == "key":
            raw_window.server.tap("x")
        else:
            raw_window.server.click()
        run.say("scratch that")
        assert "Can't take that back" in run.wait_for("refused")["reason"]
        run.say("more")
        run.wait_for("typed")
        ended = run.end()
    assert ended.status == 1
    assert raw_window.received() == "Hello" + ("x more" if act == "key" else "more")


def test_refusal_is_shown_to_the_user(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """On standard error, as everything but text."""
    done = run_windictator("dictate", *LINES, env=user_environment, input="scratch that\nhello\n")
    assert done.returncode == 1
    assert "  nothing to take back: Can't take that back" in done.stderr
    assert raw_window.text() == "Hello"


def test_focus_change_between_utterances_moves_the_text(
    start_client: Callable[[type[Client]], Client], dictating: Callable[..., DictateRun]
) -> None:
    """Words go where the focus is when they are spoken; each window has its own text before the caret."""
    first, second = start_client(RawWindow), start_client(RawWindow)
    first.focus()
    with dictating() as run:
        run.say("one")
        run.wait_for("typed")
        second.focus()
        run.say("two")
        run.wait_for("typed")
        first.focus()
        run.say("three")
        run.wait_for("typed")
        assert run.end().status == 0
    assert (first.text(), second.text()) == ("One three", "Two")


def test_focus_change_within_an_utterance_stops_it(
    start_client: Callable[[type[Client]], Client], dictating: Callable[..., DictateRun]
) -> None:
    """The rest of a phrase does not go into another window; the next phrase does.

    (No numbers here, nothing that a mark begins with: those wait for the word that may belong to them.)
    """
    first, second = start_client(RawWindow), start_client(RawWindow)
    first.focus()
    with dictating(*LINES, "--live", "eager") as run:
        run.say("~brown")
        run.wait_for("typed")
        second.focus()
        run.say("brown blue", "green")
        assert run.wait_for("typed")["stopped"] == "FOCUS_CHANGED"
        assert run.wait_for("typed")["text"] == "Green"
        ended = run.end()
    assert ended.status == 3
    assert (first.text(), second.text()) == ("Brown", "Green")


def test_once_ends_after_the_first_utterance(raw_window: RawWindow, dictating: Callable[..., DictateRun]) -> None:
    """Although the input goes on, and although the second one has come already."""
    with dictating(*LINES, "--once") as run:
        run.say("~first", "first", "second")
        ended = run.wait()
    assert (ended.status, ended.report["utterances"]) == (0, 1)
    assert raw_window.text() == "First"


def test_many_utterances_at_once(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """A whole file at once is typed in order and to its end."""
    lines = [f"line {number}" for number in range(400)]
    done = run_windictator("dictate", *LINES, env=user_environment, input="\n".join(lines))
    assert done.returncode == 0
    assert raw_window.text() == "L" + " ".join(lines)[1:]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_while_dictating_ends_in_order(
    raw_window: RawWindow, dictating: Callable[..., DictateRun], number: signal.Signals
) -> None:
    """130, with the report, nothing down, and the confirmed text is the current text."""
    with dictating() as run:
        run.say("hello", MUCH)
        raw_window.wait_for_length(100)
        run.process.send_signal(number)
        ended = run.wait()
    assert ended.status == 130
    assert ended.report["interrupted"]
    assert ended.errors == ""
    assert raw_window.text() == ended.report["text"]
    assert ended.report["text"].startswith("Hello word0 word1")
    assert not raw_window.server.pressed_keys()


def test_signal_while_listening_ends_in_order(raw_window: RawWindow, dictating: Callable[..., DictateRun]) -> None:
    """The usual end of a dictation."""
    with dictating() as run:
        run.say("hello")
        run.wait_for("typed")
        run.process.send_signal(signal.SIGINT)
        ended = run.wait()
    assert (ended.status, ended.report["text"], ended.errors) == (130, "Hello", "")


def test_the_server_ends(raw_window: RawWindow, dictating: Callable[..., DictateRun]) -> None:
    """One line, no traceback, whether something is being typed or not."""
    with dictating() as run:
        run.say("hello")
        run.wait_for("typed")
        raw_window.server.virtual_display.process.kill()
        ended = run.wait()
    assert ended.status == 1
    assert_one_line(ended.errors, "connection to the X server")


def test_end_of_server_within_an_utterance_is_reported(
    raw_window: RawWindow, dictating: Callable[..., DictateRun]
) -> None:
    """The report says how far it got."""
    with dictating() as run:
        run.say(MUCH)
        raw_window.wait_for_length(100)
        raw_window.server.virtual_display.process.kill()
        ended = run.wait()
    assert ended.status == 3
    assert "Traceback" not in ended.errors
    assert run.told("typed")[0]["stopped"] == "CONNECTION_LOST"


# A voice


@pytest.mark.parametrize("live", ["off", "eager"])
def test_a_recorded_voice_is_typed_into_a_terminal(
    xterm: Client, user_environment: Mapping[str, str], live: str
) -> None:
    """The whole path, from sound through Vosk to the characters that a shell would get."""
    done = run_windictator("dictate", *VOICE, "--live", live, env=user_environment)
    assert xterm.text() == SPOKEN
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("after", ["ready", "partial", "final"])
def test_killed_recognizer_loses_no_word(xterm: Client, dictating: Callable[..., DictateRun], after: str) -> None:
    """Whenever it happens, every word arrives once, and the user is informed."""
    with dictating(*VOICE) as run:
        if after != "ready":
            run.wait_for(after)
        if after == "partial":
            run.wait_for("typed")
        os.kill(recognizer_of(run), signal.SIGKILL)
        ended = run.wait()
    assert xterm.text() == SPOKEN
    assert ended.status == 0
    assert len(run.told("notice")) == 1
    assert ended.errors == ""


def test_a_voice_from_standard_input(raw_window: RawWindow, dictating: Callable[..., DictateRun]) -> None:
    """Raw samples, as a recorder would pipe them."""
    samples = demonstration_recording().read_bytes()[44:]
    with dictating("--model", str(demonstration_model()), "--audio", "-") as run:
        assert run.process.stdin is not None
        run.process.stdin.write(samples)
        ended = run.end()
    assert raw_window.text() == SPOKEN
    assert ended.status == 0


def recognizer_of(run: DictateRun) -> int:
    """The process id of its child that recognises."""

    def find() -> int:
        for pid in Path(f"/proc/{run.process.pid}/task/{run.process.pid}/children").read_text().split():
            if b"vosk_worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return int(pid)
        return 0

    return wait_until(find, 10.0, "the recognizer's process runs", poll_s=0)


def test_typing_does_not_wait_for_a_reader(raw_window: RawWindow, dictating: Callable[..., DictateRun]) -> None:
    """A program that reads the events and is busy delays no word, and misses none of them."""
    said = [f"word{number} " * 30 for number in range(20)]
    with dictating() as run:
        assert run.process.stdout is not None
        fcntl.fcntl(run.process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        run.say(*said)
        length = sum(len(line.strip()) + 1 for line in said) - 1
        raw_window.wait_for_length(length)
        ended = run.end()
    assert (ended.status, ended.errors) == (0, "")
    assert "".join(event["confirmed"] for event in run.told("typed")) == raw_window.text() == ended.report["text"]
    assert [event["text"] for event in run.told("final")] == [line.strip() for line in said]
    assert len(json.dumps(run.events)) > 4 * 4096


def test_window_without_class_is_named_by_its_title(
    raw_window: RawWindow, dictating: Callable[..., DictateRun]
) -> None:
    """A person knows windows by their titles; simple programs give them no class."""
    window = raw_window.server.display.create_resource_object("window", raw_window.window)
    for name in ("WM_CLASS", "WM_NAME", "_NET_WM_NAME"):
        window.delete_property(raw_window.server.display.intern_atom(name))
    window.set_wm_name("Untitled 1")
    raw_window.server.display.sync()
    with dictating() as run:
        assert run.told("ready") == [{"event": "ready", "window": "Untitled 1"}]


def test_text_is_edited_by_voice_in_real_windows(client: Client, user_environment: Mapping[str, str]) -> None:
    """The BackSpaces and insertions of corrections, undone and redone, come to the same text in any application."""
    spoken = [
        "dear anna comma new line how our you question mark",
        "replace our with are",
        "i am fine period",
        "or so i thought",
        "scratch that",
        "undo scratch",
        "undo that",
        "insert before fine",
        "~very",
        "very",
        "delete last word",
        "undo that",
        "uppercase that",
        "undo that",
        "the cat",
        "~delete",
        "~delete last",
        "delete last two words",
        "literal scratch that",
        "backspace five",
    ]
    done = run_windictator("dictate", *LINES, env=user_environment, input="\n".join(spoken) + "\n")
    assert client.text() == "Dear Anna,\nHow are you? I am very fine. Scratch"
    assert (done.returncode, done.stdout, done.stderr.count("refused")) == (0, "", 0)
    assert not client.server.pressed_keys()
