"""Dictation with corrections into LibreOffice Writer, whose autocorrection and word completion are on as by default."""

from __future__ import annotations

import random
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

DIFFERENT = "The text before the caret is not what I typed there."
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
    """Three dots have become one character, so three BackSpaces would take more than them: the text is read first."""
    status, refused = _dictate(environment, "off", ["all is well", "wait ellipsis and see", "scratch that"])
    assert status == 1
    assert refused == [DIFFERENT]
    text = "All is well wait… And see"
    assert writer.wait_for(text) == text


@pytest.mark.parametrize(
    ("lines", "text", "labels"),
    [
        (
            ["red apples", "new line", "green pears", "new line", "ripe plums", "replace apples with cherries"],
            "Red cherries\nGreen pears\nRipe plums",
            ["1.", "2.", "3."],
        ),
        (["red apples new line green pears", "scratch that", "ripe plums"], "Ripe plums", ["1."]),
        (["red apples", "new line", "green pears", "scratch that", "scratch that"], "Red apples", ["1."]),
        (["red apples new line pears", "select last two words", "uppercase that"], "Red APPLES\nPEARS", ["1.", "2."]),
    ],
)
def test_corrections_across_items_of_a_list_in_writer_are_exact(
    writer: WriterDocument, environment: dict[str, str], lines: list[str], text: str, labels: list[str]
) -> None:
    """There the first BackSpace before a line break removes the number of its item."""
    writer.begin_list()
    assert _dictate(environment, "off", lines) == (0, [])
    assert writer.wait_for(text) == text
    assert writer.labels() == labels


def test_correction_across_the_end_of_a_list_is_refused(writer: WriterDocument, environment: dict[str, str]) -> None:
    """The second Return, in an item that is still empty, ends the list instead of a line. The caret stays in place."""
    writer.begin_list()
    lines = ["red apples new paragraph green pears", "replace apples with cherries", "and ripe plums"]
    assert _dictate(environment, "off", lines) == (1, [DIFFERENT])
    text = "Red apples\nGreen pears and ripe plums"
    assert writer.wait_for(text) == text
    assert writer.labels() == ["1.", ""]


@pytest.mark.whole_matrix
@pytest.mark.parametrize("seed", range(3))
def test_many_corrections_in_a_list_in_writer_are_exact(
    writer: WriterDocument, environment: dict[str, str], seed: int
) -> None:
    """None is wrong, and none is refused."""
    words, choice = [*_WORDS], random.Random(seed)
    choice.shuffle(words)
    used, spare = words[:9], words[9:]
    lines = [" ".join(used[start : start + 3]) for start in range(0, 9, 3)]
    spoken = [lines[0], "new line", lines[1], "new line", lines[2]]
    for _ in range(40):
        place = choice.randrange(9)
        spoken.append(f"replace {used[place]} with {spare[0]}")
        used[place], spare = spare[0], [*spare[1:], used[place]]
    writer.begin_list()
    assert _dictate(environment, "off", spoken) == (0, [])
    text = "\n".join(" ".join(used[start : start + 3]).capitalize() for start in range(0, 9, 3))
    assert writer.wait_for(text) == text
    assert writer.labels() == ["1.", "2.", "3."]


def test_line_break_accepts_no_word_completion(writer: WriterDocument, environment: dict[str, str]) -> None:
    """Writer offers "development" for "develop", and Return would accept it."""
    with DictateRun(environment, *LINES) as run:
        run.say("the development of this", "we must develop")
        offered = "The development of this we must develop"
        assert writer.wait_for(offered) == offered
        run.say("new line", "more")
        assert run.end().status == 0
    assert writer.wait_for(f"{offered}\nMore") == f"{offered}\nMore"


_WORDS = (
    *("apple", "banana", "carrot", "dinner", "engine", "flower", "garden", "hammer"),
    *("island", "jacket", "kettle", "ladder", "market", "needle", "orange", "pencil"),
)

#: What autocorrection makes of what is typed, and what that was; it changes no length that a correction relies on.
_CORRECTED = {"’": "'", "“": '"', "”": '"', "–": "-", "…": "...", "½": "1/2"}


#: What autocorrection has put there that is shorter than what was typed.
_SHORTENED = ("…", "½")


def test_bold_that_makes_the_last_phrase_bold(writer: WriterDocument, environment: dict[str, str]) -> None:
    """Nothing else; the phrase can be corrected as before, and undone by the application."""
    assert _dictate(environment, "off", ["hello there", "my friend", "bold that"]) == (0, [])
    assert writer.wait_for("Hello there my friend") == "Hello there my friend"
    assert [part.strip() for part in writer.bold()] == ["my friend"]
    writer.clear()
    assert _dictate(environment, "off", ["hello", "world", "underline that", "scratch that"]) == (0, [])
    assert writer.wait_for("Hello") == "Hello"
    assert _dictate(environment, "off", ["undo"]) == (0, [])
    assert writer.wait_for("Hello world") == "Hello world"


@pytest.mark.whole_matrix
@pytest.mark.parametrize("live", ["off", "stable", "eager"])
def test_mails_with_corrections_are_as_in_a_plain_editor(
    _stage: tuple[WriterDocument, XServer], writer: WriterDocument, environment: dict[str, str], live: str
) -> None:
    """GTK's text view shows what each mail must be, without the utterances that are refused in Writer.

    Those are only the ones that would erase what autocorrection has shortened, and what follows from that.
    """
    plain = GtkText(_stage[1])
    plain.start()
    try:
        for number in range(MAIL_COUNT):
            lines = mail(number)
            writer.focus()
            writer.clear()
            with DictateRun(environment, *LINES, "--live", live) as run:
                run.say(*(lines if live == "off" else with_partials(lines)))
                status = run.end().status
            refused = _refused(run, lines)
            accepted = [line for place, line in enumerate(lines) if place not in refused]
            plain.focus()
            plain.clear()
            done = _dictate(environment, live, accepted if live == "off" else with_partials(accepted))
            assert done == (0, []), f"mail {number}"
            text = plain.text()
            corrected = writer.wait_for(text, _CORRECTED)
            assert corrected == text, f"mail {number}: {refused}"
            assert status == bool(refused)
            if refused:
                assert next(iter(refused.values())) == DIFFERENT, f"mail {number}: {refused}"
                assert any(each in writer.text() for each in _SHORTENED), f"mail {number}: {refused}"
    finally:
        plain.stop()


def _refused(run: DictateRun, lines: list[str]) -> dict[int, str]:
    """The places in ``lines`` of what was refused of them, and the reasons."""
    heard = 0
    refused = {}
    for event in run.events:
        if event["event"] == "final":
            assert event["text"] == lines[heard]
            heard += 1
        elif event["event"] == "refused":
            refused[heard - 1] = event["reason"]
    assert heard == len(lines)
    return refused
