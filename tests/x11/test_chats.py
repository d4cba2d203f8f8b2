"""Dictation into a chat that sends on Return, and into a mail in HTML: real fields in Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.x11.clients.client import ChatPage
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.server import XServer

pytestmark = pytest.mark.slow

SYNC = "|"
"""Partial result after the awaited utterances; never typed."""
MAIL = """
[[profile]]
name = "mail in HTML"
classes = ["chromium*"]
titles = ["a mail*"]
line_break_key = "shift+Return"
paragraph_key = "Return"
"""
WORDS = """[words]
"my address" = "1 Main Street\\nLondon\\n\\nRing twice"
family = "\\U0001F468\\u200D\\U0001F469\\u200D\\U0001F467"
accent = "e\\u0301"
"""


@pytest.fixture(scope="module")
def page(request: pytest.FixtureRequest) -> Iterator[ChatPage]:
    """One browser for all of them."""
    server: XServer = request.getfixturevalue("_module_xserver")
    server.reset()
    started = ChatPage(server)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def dictating(
    page: ChatPage, tmp_path: Path, profiles: Callable[[str], None], user_environment: Mapping[str, str]
) -> Callable[..., DictateRun]:
    """Begins to dictate there."""
    profiles(MAIL)
    folder = tmp_path / ".config" / "windictator"
    (folder / "words.toml").write_text(WORDS)
    # The page is emptied by keys of the user's: what is before the cursor is unknown then.
    (folder / "windictator.toml").write_text('[text]\nafter_click = "sentence"\n')
    return lambda *options: DictateRun(user_environment, *LINES, *options)


def told(page: ChatPage, run: DictateRun, what: str, *said: str) -> str:
    """Empty the page, make it a "chat" or a "mail", say something; return the text of the page then."""
    page.become(what)
    page.focus()
    # By then the key by which the page is asked has been noticed, and what comes next begins a text.
    for utterance in ("dictation mode", *said):
        run.say(utterance)
    run.say(f"~{SYNC}")
    run.wait_for("partial", text=SYNC)
    return page.text()


CHATS = [
    (("hello new line how are you",), "Hello\nHow are you"),
    (("one new line two new line",), "One\nTwo\n"),
    (("one new paragraph two", "scratch that", "three"), "Three"),
    (("keep this", "one new paragraph two new line", "scratch that"), "Keep this"),
    (("one new line too", "replace too with two"), "One\nTwo"),
    (("won new line two", "replace won with one"), "One\nTwo"),
    (("one new line two", "undo that", "redo that", "three"), "One\nTwo three"),
    (("at my address", "delete last word", "delete last line"), "At 1 Main Street\nLondon\n\n"),
    (("family new line accent", "scratch that", "kept"), "Kept"),
    (("kept", "family", "scratch that", "accent", "scratch that"), "Kept"),
    (("hello new line you", "press enter", "next"), "Hello\nYou" + ChatPage.SENT + "Next"),
]


def test_a_line_break_sends_no_message(page: ChatPage, dictating: Callable[..., DictateRun]) -> None:
    """Typed, corrected, undone and done again by Shift+Return; only the key that is asked for sends.

    What one BackSpace removes in a browser is known without a setting.
    """
    with dictating("--live", "off") as run:
        for said, stands in CHATS:
            assert told(page, run, "chat", *said) == stands, said
        assert run.end().status == 0


def test_live_text_sends_no_message(page: ChatPage, dictating: Callable[..., DictateRun]) -> None:
    """Live text takes line breaks back as well."""
    page.become("chat")
    page.focus()
    with dictating("--live", "eager") as run:
        run.say("~hello new", "~hello new line", "~hello new line word", "hello new line world", "~and new line", "and")
        assert run.end().status == 0
    assert page.text() == "Hello\nWorld and"


def test_literal_text_presses_return(page: ChatPage, user_environment: Mapping[str, str]) -> None:
    """ "type" is for scripts, which mean what they say."""
    page.become("chat")
    page.focus()
    assert run_windictator("type", "one\ntwo", env=user_environment).returncode == 0
    assert page.text() == "one" + ChatPage.SENT + "two"


MAILS = [
    (("one new paragraph two new line three",), "One\n\nTwo\nThree"),
    (("keep", "one new paragraph two", "scratch that", "this"), "Keep this"),
    (("one new paragraph too", "replace too with two"), "One\n\nTwo"),
    (("won new paragraph two", "replace won with one", "undo that"), "Won\n\nTwo"),
    (("at my address",), "At 1 Main Street\nLondon\n\nRing twice"),
    (("one new paragraph two", "delete last line", "three"), "One\n\nThree"),
]


def test_a_paragraph_of_a_mail_is_one_key(page: ChatPage, dictating: Callable[..., DictateRun]) -> None:
    """One Return, which one BackSpace takes back, is a paragraph; lines in it are broken by Shift+Return."""
    with dictating("--live", "off") as run:
        for said, stands in MAILS:
            assert told(page, run, "mail", *said) == stands, said
        assert run.end().status == 0
