"""A defect in the code costs one utterance, is reported without its words, and never stops dictation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import TEXT_RECOGNIZER, DaemonRun
from tests.x11.clients.client import RawWindow
from windictator.dictation.queue import MAX_FAILURES_IN_A_ROW

pytestmark = pytest.mark.slow

_ERROR_PREFIX = "internal error: KeyError at windictator/"


def test_defect_is_reported_and_the_next_utterance_works(
    user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """The answer, an event and the log name kind and place of the error, and none of the words."""
    with DaemonRun(user_environment, *TEXT_RECOGNIZER, module="tests.daemon.defective_dictation") as daemon:
        with daemon.connect() as talk, daemon.connect() as follower:
            follower.request("follow")
            assert talk.request("say", text="hello")["text"] == "Hello"
            assert _ERROR_PREFIX in talk.request("say", text="kaput hello")["refused"]
            assert _ERROR_PREFIX in follower.wait_for_event("error")["message"]
            assert talk.request("say", text="world")["text"] == " world"
            refused = talk.request("undo")
            assert refused["erased"] == len(" world")
        assert raw_window.text() == "Hello"
        assert daemon.terminate() == 0
    log = Path(user_environment["HOME"], ".local/state/windictator/daemon.log").read_text()
    assert _ERROR_PREFIX in log and "secret" not in log and "kaput" not in log


def test_daemon_ends_with_status_1_after_many_defects_in_a_row(
    user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """One that works in between starts the count again."""
    with DaemonRun(user_environment, *TEXT_RECOGNIZER, module="tests.daemon.defective_dictation") as daemon:
        with daemon.connect() as talk:
            for _ in range(MAX_FAILURES_IN_A_ROW):
                assert _ERROR_PREFIX in talk.request("say", text="kaput")["refused"]
            assert talk.request("say", text="hello")["text"]
            for _ in range(MAX_FAILURES_IN_A_ROW):
                assert _ERROR_PREFIX in talk.request("say", text="kaput")["refused"]
            assert _ERROR_PREFIX in talk.request("say", text="kaput")["error"]
        assert daemon.process.wait(30) == 1
        assert "dictation cannot go on" in daemon.standard_error() and "secret" not in daemon.standard_error()
