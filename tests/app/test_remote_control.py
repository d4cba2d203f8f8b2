"""Hotkeys on a session: what they do, and what they report."""

from types import SimpleNamespace

import pytest

from tests.app.test_session import SessionBench
from windictator.app.remote_control import NotReadyError, RemoteControl
from windictator.app.session import StoppingError
from windictator.dictation.history import History
from windictator.errors import WinDictatorError
from windictator.keyboard.hotkey import HotkeyAction


class RemoteBench(SessionBench):
    """A session that is controlled by requests and hotkeys."""

    def __init__(self, **options):
        super().__init__(**options)
        self.problems, self.refused = [], []
        history = History(10, None, lambda: 0.0, self.problems.append)
        self.remote_control = RemoteControl(
            dict, history, lambda: None, lambda: None, self.problems.append, self.refused.append
        )
        self.remote_control.service = SimpleNamespace(session=self.session, dictation=self.bench.dictation)


def test_hotkeys_undo_redo_and_repeat():
    """They act in the window that has the focus."""
    bench = RemoteBench(has_sound=False)
    bench.session.dictation.say("hello")
    shown = []
    for action in (HotkeyAction.UNDO, HotkeyAction.REDO, HotkeyAction.REPEAT):
        bench.remote_control.handle_hotkey(action, True)
        shown.append(bench.screen)
    assert shown == ["", "Hello", "Hello hello"]


def test_hotkey_that_fails_later_is_reported():
    """The user sees why nothing happened."""
    bench = RemoteBench(has_sound=False)
    bench.bench.keyboard.lost = True
    bench.remote_control.handle_hotkey(HotkeyAction.UNDO, True)
    assert bench.problems == ["the connection to the X server was lost"]


def test_hotkey_while_stopping_is_reported():
    """Nothing new is done then."""
    bench = RemoteBench()
    bench.done(bench.session.finish())
    for action in (HotkeyAction.TOGGLE, HotkeyAction.UNDO):
        bench.remote_control.handle_hotkey(action, True)
    assert bench.problems == [str(StoppingError())] * 2


def test_hotkey_of_a_grabbed_keyboard_only_pauses():
    """Another program holds the keyboard, such as a locked screen."""
    bench = RemoteBench()
    for _ in range(2):
        bench.remote_control.handle_grabbed_hotkey(HotkeyAction.TOGGLE)
    assert bench.state["state"] == "paused" and len(bench.refused) == 1


def test_request_before_the_session_is_ready_is_refused():
    """Only the state can be read."""
    bench = RemoteBench()
    bench.remote_control.service = None
    assert bench.remote_control.execute("status", {}) == {
        "state": "starting",
        "activity": "loading the speech model",
    }
    assert bench.remote_control.execute("history", {"count": 5}) == {"utterances": []}
    with pytest.raises(NotReadyError):
        bench.remote_control.execute("toggle", {})


def test_request_for_undelivered_text_reports_the_state():
    """A status bar shows how many texts are left."""
    bench = RemoteBench(has_sound=False)
    bench.bench.keyboard.focus = 0
    bench.session.dictation.say("hello")
    changes = bench.changes
    assert bench.remote_control.execute("undelivered-discard", {}) == {"discarded": 1}
    assert bench.changes == changes + 1 and isinstance(StoppingError(), WinDictatorError)
