"""``windictator dictate`` runs the same session as the daemon."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.x11.clients.client import Client, RawWindow
from tests.x11.dictate_runs import LINES, DictateRun

pytestmark = pytest.mark.slow


def test_words_without_a_window_are_kept_and_typed_later(
    user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """As in the daemon, "type it here" types them where the cursor is then."""
    server = raw_window.server
    with DictateRun(user_environment, *LINES) as run:
        server.display.set_input_focus(0, 0, 0)
        server.display.sync()
        run.say("hello world")
        assert run.wait_for("undelivered")["text"] == "Hello world"
        raw_window.focus()
        run.say("type it here")
        run.wait_for("typed")
        ended = run.end()
    assert raw_window.text() == "Hello world"
    assert ended.errors == ""


def test_undelivered_words_are_dropped_if_the_settings_say_so(
    user_environment: Mapping[str, str], raw_window: RawWindow, settings: Callable[[str], None]
) -> None:
    """The setting is the daemon's and the foreground's."""
    settings('[dictation]\nundelivered = "drop"\n')
    server = raw_window.server
    with DictateRun(user_environment, *LINES) as run:
        server.display.set_input_focus(0, 0, 0)
        server.display.sync()
        run.say("hello world")
        run.wait_for("refused")
        raw_window.focus()
        run.say("type it here")
        assert "No words are kept" in run.wait_for("refused")["reason"]
        run.end()
    assert raw_window.text() == ""


def test_refused_lines_count_as_refusals(user_environment: Mapping[str, str], raw_window: RawWindow) -> None:
    """A line that the recognizer of text refuses is not typed, and the exit status says so."""
    with DictateRun(user_environment, *LINES) as run:
        run.say("one", "two\x01", "three")
        ended = run.end()
    assert (ended.status, ended.report["refused"]) == (1, 1)
    assert raw_window.text() == "One three"


def test_a_missing_microphone_ends_the_foreground(user_environment: Mapping[str, str], raw_window: Client) -> None:
    """One line, and nothing stays behind."""
    environment = {**user_environment, "PULSE_SERVER": "unix:/nonexistent", "PIPEWIRE_REMOTE": "/nonexistent"}
    run = DictateRun(environment, "--audio", "mic")
    ended = run.wait()
    run.__exit__()
    assert ended.status == 1
    assert len(ended.errors.splitlines()) == 1
