"""Lines of text in place of speech."""

import itertools
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from windictator.speech.text_recognizer import MAX_LINE_BYTES, TextRecognizer
from windictator.text.utterance import Final, Partial


def hear(*pieces, finish=True):
    """What is delivered for the pieces: hypotheses, notices, number of lines refused."""
    recognizer = TextRecognizer()
    hypotheses, notices = [], []
    results = [recognizer.start(hypotheses.append, notices.append)]
    results += [recognizer.feed(piece) for piece in pieces]
    if finish:
        results.append(recognizer.finish())
    assert all(isinstance(result, Deferred) and result.called for result in results)
    return hypotheses, notices, recognizer.refusal_count


def texts(*pieces):
    hypotheses, _, _ = hear(*pieces)
    return [("~" if isinstance(said, Partial) else "") + said.text for said in hypotheses]


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)


@given(st.lists(LINE, max_size=8), st.lists(st.integers(0, 400), max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_each_line_is_one_utterance_wherever_the_bytes_are_cut(lines, cuts, newline):
    """A read ends in the middle of a character as easily as in the middle of a line."""
    lines = [line for line in lines if not line.startswith(("~", "\ufeff"))]
    data = newline.join(lines).encode()
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    hypotheses, notices, refused = hear(*(data[a:b] for a, b in itertools.pairwise(places)))
    assert [said.text for said in hypotheses] == [
        text for line in lines if (text := " ".join(word for word in line.split(" ") if word))
    ]
    assert [said.utterance for said in hypotheses] == list(range(len(hypotheses)))
    assert (notices, refused) == ([], 0)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_no_bytes_break_it(pieces):
    """Whatever is piped in: each line is heard, ignored, or refused with one notice; no control character passes."""
    hypotheses, notices, refused = hear(*pieces)
    assert len(notices) == refused
    assert not any("\n" in notice for notice in notices)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for said in hypotheses for char in said.text)


def test_line_with_a_tilde_is_a_partial_until_the_next_final():
    """How a script plays live speech."""
    hypotheses, _, _ = hear(b"~hel\n~hello wor\n~hello wor\nhello world\n~x\ny\n")
    assert [(type(said), said.utterance, said.text) for said in hypotheses] == [
        (Partial, 0, "hel"),
        (Partial, 0, "hello wor"),
        (Final, 0, "hello world"),
        (Partial, 1, "x"),
        (Final, 1, "y"),
    ]


def test_a_partial_that_no_final_follows_is_taken_back():
    """A guess is not what was said."""
    assert texts(b"one\n~two") == ["one", "~two", ""]


def test_the_last_line_may_lack_its_newline():
    """``printf hello | windictator dictate ...``"""
    assert texts(b"hello") == ["hello"]


def test_empty_lines_are_ignored():
    """Neither are spaces alone an utterance."""
    assert texts(b"\n\n  \n\t\none\n\r\n") == ["one"]


def test_a_byte_order_mark_is_not_typed():
    """Editors on other systems write one."""
    assert texts(b"\xef\xbb\xbfhello\n") == ["hello"]


def test_a_line_that_is_not_utf8_is_refused_by_its_number():
    """Nothing of it is typed, and the lines around it are."""
    hypotheses, notices, refused = hear(b"one\ntw\xffo\nthree\n")
    assert [said.text for said in hypotheses] == ["one", "three"]
    assert notices == ["line 2 is not UTF-8 (byte 3, 0xff); it was not typed"]
    assert refused == 1


def test_a_line_with_a_control_character_is_refused():
    """NUL, escape and their like would be keys."""
    hypotheses, notices, refused = hear(b"a\0b\n\x1b[31mred\nc\rd\ngood\ttab\n")
    assert [said.text for said in hypotheses] == ["good tab"]
    assert [notice.split(";")[0] for notice in notices] == [
        "line 1 contains the control character U+0000",
        "line 2 contains the control character U+001B",
        "line 3 contains the control character U+000D",
    ]
    assert refused == 3


def test_a_line_without_an_end_does_not_fill_the_memory():
    """The user pipes in /dev/zero."""
    recognizer = TextRecognizer()
    hypotheses, notices = [], []
    recognizer.start(hypotheses.append, notices.append)
    tracemalloc.start()
    for _ in range(3 * MAX_LINE_BYTES // 65536):
        recognizer.feed(b"a" * 65536)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used <= 1.5 * MAX_LINE_BYTES
    recognizer.feed(b"\nshort\n")
    assert [said.text for said in hypotheses] == ["short"]
    assert notices == [f"line 1 is longer than {MAX_LINE_BYTES} bytes; it was not typed"]


def test_the_longest_line_is_heard_whole():
    """The bound is not one off."""
    assert texts(b"a" * MAX_LINE_BYTES + b"\n") == ["a" * MAX_LINE_BYTES]


def test_nothing_is_delivered_after_stop():
    """Not even the rest of what was fed."""
    recognizer = TextRecognizer()
    hypotheses = []

    def stop_at_first(said):
        hypotheses.append(said)
        recognizer.stop()

    recognizer.start(stop_at_first, print)
    recognizer.feed(b"one\ntwo\n")
    recognizer.feed(b"three\n")
    recognizer.finish()
    assert [said.text for said in hypotheses] == ["one"]


def test_what_is_fed_before_it_is_started_is_kept():
    """As the port demands of every recognizer."""
    recognizer = TextRecognizer()
    hypotheses = []
    recognizer.feed(b"one\nt")
    recognizer.start(hypotheses.append, print)
    recognizer.feed(b"wo\n")
    assert [said.text for said in hypotheses] == ["one", "two"]
