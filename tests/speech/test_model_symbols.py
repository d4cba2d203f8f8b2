"""Which symbols of a model are said, and how they are written."""

import json

import pytest

from tests.speech.bench import Session
from windictator.speech.model_symbols import symbol_to_word, symbols_to_text
from windictator.text.utterance import Partial


@pytest.mark.parametrize(
    "mark",
    [
        "[unk]",
        "[UNK]",
        "[noise]",
        "[laughter]",
        "[vocalized-noise]",
        "[VOCALIZED_NOISE]",
        "[spn]",
        "[NSN]",
        "[breath]",
        "[cough]",
        "[sil]",
        "[background-noise]",
        "<unk>",
        "<UNK>",
        "<SPOKEN_NOISE>",
        "<eps>",
        "<s>",
        "</s>",
        "!SIL",
        "!sil",
    ],
)
def test_marks_of_noise_and_silence_are_not_said(mark):
    """In capitals or not, with either stroke."""
    assert symbol_to_word(mark) == ""


@pytest.mark.parametrize(
    ("symbol", "word"),
    [
        *[(f"[{number}]", str(number)) for number in (0, 8, 99)],
        ("[00]", "00"),
        *zip(["[공]", "[영]", "[일]", "[이]", "[구]"], "00129", strict=True),
        ("[쩜]", "쩜"),
        ("공", "공"),
        ("noise", "noise"),
        ("!exclamation-point", "!exclamation-point"),
        ("(백)", "백"),
        ("{만}", "만"),
        ("[", "["),
        ("[]", "[]"),
        ("[8)", "[8)"),
        ("<", "<"),
        ("o'brien", "o'brien"),
    ],
)
def test_numbers_in_brackets_are_said_and_written_without_them(symbol, word):
    """All words stay, unless they are marks."""
    assert symbol_to_word(symbol) == word


def test_a_text_is_written_without_its_marks():
    """What is left has one space between two words."""
    assert symbols_to_text("[noise] 집합 [8] [unk] 모든 <unk>") == "집합 8 모든"


def test_the_recognizer_types_numbers_and_no_marks():
    """Partials, finals and readings alike; a mark alone is nothing."""
    session = Session()
    session.run()

    def answer(**content):
        session.recognizer.feed(bytes(2))
        session.process.messages.pop(0)
        session.process.protocol.outReceived(json.dumps(content).encode() + b"\n")

    answer(partial="[noise]")
    assert session.hypotheses == []
    answer(partial="[noise] 집합 [8]")
    answer(final=[["[noise]", 0, 0.00001, 0.5], ["집합", 0, 0.00002, 0.5], ["[8]", 0, 0.00003, 0.5]])
    assert session.hypotheses[0] == Partial(0, "집합 8")
    assert session.texts == ["집합 8"]
    readings = []
    session.recognizer.alternatives(0).addCallback(readings.append)
    session.process.protocol.outReceived(json.dumps({"readings": ["집합 [8]", "[unk]", "집합 8"]}).encode() + b"\n")
    assert readings == [("집합 8",)]
