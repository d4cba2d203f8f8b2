"""Profiles of applications in the daemon: read at the start and by a reload; they apply to undelivered words too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import RawWindow

pytestmark = pytest.mark.slow

MATCH_ALL_PROFILE = '[[profile]]\nname = "mine"\nclasses = ["*"]\n'


def test_reload_reads_the_profiles(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, profiles: Callable[[str], None]
) -> None:
    """A wrong file leaves everything as it was, and is reported in one line."""
    with start_daemon().connect() as talk:
        assert talk.request("say", text="one new line two")["text"] == "One\nTwo"
        profiles(MATCH_ALL_PROFILE + 'line_breaks = "refuse"\nkey_press_ms = 5\n')
        assert talk.request("reload")["ok"]
        refused = talk.request("say", text="new line three")
        assert refused["refused"] == 'Line breaks are not typed into this window (profile "mine").'
        assert refused["text"] == ""
        profiles(MATCH_ALL_PROFILE + 'line_breaks = "ignore"\n')
        assert 'profile 1.line_breaks: "ignore" is wrong; it must be' in talk.request("reload")["error"]
        assert talk.request("say", text="new line")["refused"] == refused["refused"]
        profiles("")
        assert talk.request("reload")["ok"]
        assert talk.request("say", text="new line three")["text"] == "\nThree"
    assert raw_window.text() == "One\nTwo\nThree"


def test_undelivered_words_stay_in_a_window_without_dictation(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, profiles: Callable[[str], None]
) -> None:
    """And what is said there is not in the history; text that is given is typed."""
    profiles(MATCH_ALL_PROFILE + "enabled = false\n")
    reason = 'Dictation is off in this window (profile "mine").'
    server = raw_window.server
    with start_daemon().connect() as talk:
        server.display.set_input_focus(0, 0, 0)
        server.display.sync()
        talk.request("say", text="hello")
        raw_window.focus()
        assert talk.request("undelivered-type")["refused"] == reason
        assert talk.request("say", text="a secret")["refused"] == reason
        assert talk.request("type", text="given")["text"] == "given"
        profiles("")
        assert talk.request("reload")["ok"]
        assert talk.request("undelivered-type")["text"] == " hello"
    assert raw_window.text() == "given hello"


def test_wrong_profiles_keep_it_from_starting(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, profiles: Callable[[str], None]
) -> None:
    """What the user wants to be protected by must not be left out."""
    profiles(MATCH_ALL_PROFILE + "enabled = no\n")
    with pytest.raises(AssertionError, match=r"profiles\.toml.*not valid TOML"):
        start_daemon()


def test_reloaded_profile_limits_the_characters_of_a_window(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, profiles: Callable[[str], None]
) -> None:
    """The limits of windows are those of the current profiles, not of the profiles at the start."""
    with start_daemon().connect() as talk:
        assert talk.request("type", text="\u03bb")["text"] == "\u03bb"
        profiles(MATCH_ALL_PROFILE + "remapping = false\n")
        assert talk.request("reload")["ok"]
        assert 'profile "mine"' in str(talk.request("type", text="\u03bb"))
        profiles("")
        assert talk.request("reload")["ok"]
        assert talk.request("type", text="\u03bb")["text"] == "\u03bb"
    assert raw_window.text() == "\u03bb\u03bb"


def test_old_names_are_reported_at_a_reload(
    start_daemon: Callable[..., DaemonRun],
    raw_window: RawWindow,
    profiles: Callable[[str], None],
    settings: Callable[[str], None],
) -> None:
    """The daemon has no terminal: who follows its events reads the new names."""
    with start_daemon().connect() as talk:
        talk.request("follow")
        settings("[typing]\nhold_ms = 1\n")
        profiles(MATCH_ALL_PROFILE + "hold_ms = 2\n")
        assert talk.request("reload")["ok"]
        notices = [event["message"] for event in talk.events if event.get("event") == "notice"]
        assert notices[0].endswith("typing.hold_ms: old name, still read; write typing.key_press_ms instead")
        assert notices[1].endswith("profile 1.hold_ms: old name, still read; write key_press_ms instead")
