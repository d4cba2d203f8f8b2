"""Keys by voice in real applications: selections, the clipboard, shortcuts, corrections to which the caret is moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.program import run_windictator
from tests.x11.clients.client import Client, GtkText, QtText, RawWindow, TkText
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.server import XServer

pytestmark = pytest.mark.slow

#: What one BackSpace removes and one Left passes; each toolkit leaves a selection in a way of its own. Where BackSpace
#: removes less than a character, the caret is not led over characters of several code points.
TOOLKITS = [
    (GtkText, "grapheme", "\U0001f469\u200d\U0001f680 e\u0301"),
    (TkText, "code_point", "\U0001f680 \u00e9"),
    (QtText, "grapheme", "\U0001f680 \u00e9"),  # it removes less, whatever the setting is
]
ALWAYS = '[[profile]]\nname = "tests"\nclasses = ["*"]\nline_breaks = "type"\ncursor_keys = "always"\n'
SELECTING = [
    "select brown",
    "red",
    "select caf\u00e9",
    "uppercase that",
    "select quick",
    "copy that",
    "select fox",
    "select end",
    "cut that",
    "undo that",
    "delete last word",
    "paste that",
]


@pytest.mark.parametrize(("kind", "removes", "characters"), TOOLKITS)
def test_selections_in_an_application(
    start_client: Callable[[type[Client]], Client],
    user_environment: Mapping[str, str],
    settings: Callable[[str], None],
    profiles: Callable[[str], None],
    kind: type[Client],
    removes: str,
    characters: str,
) -> None:
    """Replaced, re-cased, copied, cut, undone, pasted, over a line break and characters of several code points."""
    settings(f'[typing]\nbackspace_unit = "{removes}"\n')
    profiles(ALWAYS)
    client = start_client(kind)
    first = f"the quick brown fox new line caf\u00e9 {characters} end"
    done = run_windictator("dictate", *LINES, env=user_environment, input="\n".join([first, *SELECTING, ""]))
    assert client.text() == f"The quick red fox\nCAF\u00c9 {characters}end"
    assert (done.returncode, done.stderr.count("refused")) == (0, 0), done.stderr
    assert done.stderr.count("pressed") == 3, "copied twice and pasted: no more is reported"


@pytest.mark.parametrize(("kind", "removes", "characters"), TOOLKITS)
def test_earlier_text_is_corrected_by_moving_the_caret(
    start_client: Callable[[type[Client]], Client],
    user_environment: Mapping[str, str],
    settings: Callable[[str], None],
    profiles: Callable[[str], None],
    kind: type[Client],
    removes: str,
    characters: str,
) -> None:
    """Nothing is typed again, and it is undone the same way; the next words go to the end."""
    settings(f'[typing]\nbackspace_unit = "{removes}"\n')
    profiles(ALWAYS)
    client = start_client(kind)
    rest = " ".join(["words and words"] * 10)
    with DictateRun(user_environment, *LINES) as run:
        run.say(f"first of all {characters}", rest, rest)
        run.say("replace of with at", "replace all with once", "undo that", "end")
        ended = run.end()
    assert client.text() == f"First at all {characters} {rest} {rest} end"
    assert ended.status == 0, ended
    changes = [(event["text"], event["erased"]) for event in run.told("typed")][3:6]
    assert changes == [("at", 2), ("once", 3), ("all", 4)]


def test_shortcuts_arrive_as_a_user_presses_them(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """Modifiers down first and up last, nothing left down; a key that is missing is refused by name."""
    spoken = "press control shift tango\npress alt f four\npress down two times\npress x ray\n"
    done = run_windictator("dictate", *LINES, env=user_environment, input=spoken)
    events = raw_window.events()
    presses = [event for event in events if event["press"]]
    control, shift, alt = 37, 50, 64
    assert [event["keycode"] for event in presses] == [control, shift, 28, alt, 70, 116, 116, 53]
    assert [event["state"] & 0xFF for event in presses] == [0, 4, 5, 0, 8, 0, 0, 0]
    assert len(events) == 2 * len(presses) and not raw_window.server.pressed_keys()
    assert done.returncode == 0, done.stderr


def test_window_managers_shortcut_reaches_it(
    openbox: XServer,
    start_client: Callable[[type[Client]], Client],
    user_environment: Mapping[str, str],
) -> None:
    """ "alt tab" is pressed because the window manager has it as a hotkey.

    The other window gets the focus, and no key of ours stays down.
    """
    other = start_client(RawWindow)
    here = start_client(RawWindow)
    with DictateRun(user_environment, *LINES) as run:
        run.say("press alt tab")
        run.wait_for("typed")
        openbox.wait_until_unfocused(here.window)
        ended = run.end()
    assert openbox.client_window(openbox.focused()) == other.window
    assert here.received() == other.received() == ""
    assert ended.status == 0 and not openbox.pressed_keys()


def test_shortcuts_are_found_while_another_script_is_written(
    xserver: XServer, start_client: Callable[[type[Client]], Client], user_environment: Mapping[str, str]
) -> None:
    """The letter of a shortcut is in the other group; the application reads it as that."""
    xserver.set_layout("us,ru")
    xserver.lock_group(1)
    client = start_client(GtkText)
    spoken = "hello world\nselect hello\ncopy that\nscratch that\npaste that\n"
    done = run_windictator("dictate", *LINES, env=user_environment, input=spoken)
    assert client.text() == "worldHello"
    assert done.returncode == 0, done.stderr


def test_nothing_is_selected_in_a_terminal(xterm: Client, user_environment: Mapping[str, str]) -> None:
    """As it comes out of the box: there the keys for it are the shell's, and would write something."""
    spoken = "hello world\nselect hello\nmove left two words\ncut that\npress left\n"
    done = run_windictator("dictate", *LINES, env=user_environment, input=spoken)
    assert xterm.received() == "hello world\x1b[D"
    assert done.stderr.count("[caret-keys-off]") == 2 and "3 refused" in done.stderr
