"""Dictation with corrections into LibreOffice Writer, whose autocorrection and word completion are on as by default."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.x11.clients.client import GtkText
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.mails import MAIL_COUNT, mail, with_partials
from tests.x11.office import WriterDocument
from tests.x11.server import XServer

pytestmark = pytest.mark.slow

PLUGINS = ["gtk3", pytest.param("gen", marks=pytest.mark.whole_matrix)]


@pytest.fixture(scope="module", params=PLUGINS)
def _stage(request: pytest.FixtureRequest) -> Iterator[tuple[WriterDocument, XServer]]:
    server = XServer()
    server.start()
    try:
        with server.window_manager(), WriterDocument(server, request.param) as writer:
            yield writer, server
    finally:
        server.stop()


@pytest.fixture
def writer(_stage: tuple[WriterDocument, XServer]) -> WriterDocument:
    """Writer with an empty document and the focus."""
    _stage[0].clear()
    return _stage[0]


@pytest.fixture
def environment(_stage: tuple[WriterDocument, XServer]) -> Iterator[dict[str, str]]:
    """Of a user without settings."""
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        runtime = Path(home, "runtime")
        runtime.mkdir(mode=0o700)
        kept = {
            name: value
            for name, value in _stage[1].environment().items()
            if not name.startswith(("XDG_", "VOSK_", "WINDICTATOR_", "DBUS_"))
        }
        yield kept | {"HOME": home, "XDG_RUNTIME_DIR": str(runtime)}


def _dictate(environment: dict[str, str], live: str, lines: list[str]) -> tuple[int, list[str]]:
    """Dictate ``lines``; returns the exit status and the reasons of what was refused."""
    with DictateRun(environment, *LINES, "--live", live) as run:
        run.say(*lines)
        ended = run.end()
    return ended.status, [event["reason"] for event in run.told("refused")]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["alpha beta gamma delta epsilon", "replace delta with dog"], "Alpha beta gamma dog epsilon"),
        (["hello book new line letter committee new paragraph success"], "Hello book\nLetter committee\n\nSuccess"),
        (["thank you for hall", "select last two words", "cap that"], "Thank you For hall"),
        (["all is well", "new line", "we need coffee", "scratch that", "scratch that", "today"], "All is well today"),
    ],
)
def test_corrections_in_writer_arrive_exactly(
    writer: WriterDocument, environment: dict[str, str], lines: list[str], text: str
) -> None:
    """Writer takes letters at once, but BackSpace, Return and arrows when it has nothing else to do."""
    assert _dictate(environment, "off", lines) == (0, [])
    assert writer.wait_for(text) == text


def test_live_typing_in_writer_arrives_exactly(writer: WriterDocument, environment: dict[str, str]) -> None:
    """Words that change while they are spoken are erased and typed again."""
    lines = ["dear committee comma new paragraph", "all books have arrived at the office", "replace books with letters"]
    assert _dictate(environment, "eager", with_partials(lines)) == (0, [])
    text = "Dear committee,\n\nAll letters have arrived at the office"
    assert writer.wait_for(text) == text


def test_correction_of_autocorrected_text_is_refused(writer: WriterDocument, environment: dict[str, str]) -> None:
    """Three dots have become one character, so three BackSpaces would take more than them."""
    status, refused = _dictate(environment, "off", ["all is well", "wait ellipsis and see", "scratch that"])
    assert status == 1
    assert len(refused) == 1 and "autocorrection" in refused[0] and "'...'" in refused[0]
    text = "All is well wait… And see"
    assert writer.wait_for(text) == text


def test_line_break_accepts_no_word_completion(writer: WriterDocument, environment: dict[str, str]) -> None:
    """Writer offers "development" for "develop", and Return would accept it."""
    with DictateRun(environment, *LINES) as run:
        run.say("the development of this", "we must develop")
        offered = "The development of this we must develop"
        assert writer.wait_for(offered) == offered
        run.say("new line", "more")
        assert run.end().status == 0
    assert writer.wait_for(f"{offered}\nMore") == f"{offered}\nMore"


#: What autocorrection makes of what is typed, and what that was; it changes no length that a correction relies on.
_CORRECTED = {"’": "'", "“": '"', "”": '"', "–": "-", "…": "...", "½": "1/2"}


@pytest.mark.whole_matrix
@pytest.mark.parametrize("live", ["off", "stable", "eager"])
def test_mails_with_corrections_are_as_in_a_plain_editor(
    _stage: tuple[WriterDocument, XServer], writer: WriterDocument, environment: dict[str, str], live: str
) -> None:
    """GTK's text view, with the same refusals by a profile, shows what each mail must be."""
    own = Path(environment["HOME"], ".config", "windictator", "profiles.toml")
    own.parent.mkdir(parents=True, exist_ok=True)
    plain_like_writer = 'classes = ["gtk_text.py", "python3"]\nautocorrects = true\nerase = "counted"\n'
    own.write_text(f'[[profile]]\nname = "plain"\n{plain_like_writer}')
    plain = GtkText(_stage[1])
    plain.start()
    try:
        for number in range(MAIL_COUNT):
            lines = mail(number) if live == "off" else with_partials(mail(number))
            plain.focus()
            plain.clear()
            expected = _dictate(environment, live, lines)
            text = plain.text()
            writer.focus()
            writer.clear()
            status, refused = _dictate(environment, live, lines)
            assert (status, len(refused)) == (expected[0], len(expected[1])), f"mail {number}: {refused}"
            corrected = writer.wait_for(text, _CORRECTED)
            assert corrected == text, f"mail {number}"
    finally:
        plain.stop()
