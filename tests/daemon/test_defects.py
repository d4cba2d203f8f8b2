"""A defect in the code costs one utterance, is reported without its words, and never makes the daemon deaf."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import BY_REQUEST, DaemonRun
from tests.x11.clients.client import RawWindow
from windictator.dictation.queue import MAX_FAILURES_IN_A_ROW

pytestmark = pytest.mark.slow

_PLACE = "internal error: KeyError at windictator/"


def test_utterance_that_hits_a_defect_is_reported_and_the_next_works(
    user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """The answer, an event and the log name kind and place of the error, and none of the words."""
    with DaemonRun(user_environment, *BY_REQUEST, module="tests.daemon.defective_dictation") as daemon:
        with daemon.connect() as talk, daemon.connect() as follower:
            follower.call("follow")
            assert talk.call("say", text="hello")["text"] == "Hello"
            assert _PLACE in talk.call("say", text="kaput hello")["refused"]
            assert _PLACE in follower.wait_for("error")["message"]
            assert talk.call("say", text="world")["text"] == " world"
            refused = talk.call("undo")
            assert refused["erased"] == len(" world")
        assert raw_window.text() == "Hello"
        assert daemon.end() == 0
    log = Path(user_environment["HOME"], ".local/state/windictator/daemon.log").read_text()
    assert _PLACE in log and "secret" not in log and "kaput" not in log


def test_daemon_ends_with_status_1_after_many_defects_in_a_row(
    user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """One that works in between starts the count again."""
    with DaemonRun(user_environment, *BY_REQUEST, module="tests.daemon.defective_dictation") as daemon:
        with daemon.connect() as talk:
            for _ in range(MAX_FAILURES_IN_A_ROW):
                assert _PLACE in talk.call("say", text="kaput")["refused"]
            assert talk.call("say", text="hello")["text"]
            for _ in range(MAX_FAILURES_IN_A_ROW):
                assert _PLACE in talk.call("say", text="kaput")["refused"]
            assert _PLACE in talk.call("say", text="kaput")["error"]
        assert daemon.process.wait(30) == 1
        assert "dictation cannot go on" in daemon.errors() and "secret" not in daemon.errors()
