"""A transcription reads as the typed text would, corrections included; what means nothing there is written and told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dictation.bench import DictationBench
from tests.text.spoken import DEFAULT, heard
from windictator.dictation.transcription import Transcription
from windictator.settings import Settings
from windictator.settings.vocabulary import load_vocabulary, parse_words
from windictator.text.utterance import Final, Partial, RecognizedWord

VOCABULARY = load_vocabulary(Settings())


class Transcript:
    """What comes of utterances, each of which takes a second."""

    def __init__(self, *utterances, vocabulary=VOCABULARY):
        self.pieces = []
        self.times = []
        self.told = []
        transcription = Transcription(vocabulary, self._take, self.told.append)
        for number, utterance in enumerate(utterances):
            words = tuple(RecognizedWord(word, number, number + 0.5, 0.9) for word in utterance.split())
            transcription.accept_hypothesis(Partial(number, utterance))
            transcription.accept_hypothesis(Final(number, words))
        self.early = len(self.pieces)
        transcription.finish()
        self.text = "".join(self.pieces)

    def _take(self, text, start, end, confidence):
        assert end == start + 0.5 and round(confidence, 3) == 0.9
        self.pieces.append(text)
        self.times.append(start)


@pytest.mark.parametrize(
    ("utterances", "text"),
    [
        (("hello comma world period", "new paragraph", "next"), "Hello, world.\n\nNext"),
        (("", "hello", ""), "Hello"),
        (("one", "two", "three", "scratch that", "scratch that four"), "One four"),
        (("red green blue", "delete last word"), "Red green"),
        (("red green blue", "backspace two"), "Red green bl"),
        (("red wine and more", "replace red wine with white wine"), "White wine and more"),
        (("hello", "world", "cap that"), "Hello World"),
        (("hello world", "upper case that"), "HELLO WORLD"),
        (("one", "two", "scratch that", "undo that"), "One two"),
        (("one", "two", "undo that", "redo that"), "One two"),
        (("black bird", "compound that"), "Blackbird"),
        (("one", "repeat that two times"), "One one one"),
        (("we left", "insert before left", "have"), "We have left"),
        (("first thoughts are good", "resume with thoughts", "count"), "First thoughts count"),
        (("see", "spelling mode", "alpha bravo", "dictation mode", "done"), "Seeab done"),
        (("see", "numbers mode", "five", "dictation mode", "five"), "See 5 five"),
        (("one period two period", "delete last sentence"), "One."),
        (("we said scratch that",), "We said scratch that"),
    ],
)
def test_the_text_is_as_it_would_be_typed(utterances, text):
    """The same commands as in a window, by the same code; there is nothing to tell."""
    transcript = Transcript(*utterances)
    assert (transcript.text, transcript.told) == (text, [])


@pytest.mark.parametrize(
    ("utterances", "text", "told"),
    [
        (("scratch that", "one", "scratch that", "scratch that", "two"), "Two", ["Can't take that back"] * 2),
        (("one", "go to sleep", "two"), "One go to sleep two", ["'go to sleep' is written as text"]),
        (("one", "cancel that"), "One cancel that", ["'cancel that' is written as text"]),
        (("one", "scratch that command mode"), "Command mode", ["'command mode' is written as text"]),
        (("change five to six",), "Change five to six", ["Can't change that"]),
        (("one", "insert before two", "three"), "One insert before two three", ['I have not typed "two" here']),
        (("numbers mode", "five", "apples"), "5 apples", ["'apples' is not a number"]),
    ],
)
def test_nothing_is_lost(utterances, text, told):
    """A refused command is reported with its time; its words are written, unless a mere command has nothing to do."""
    transcript = Transcript(*utterances)
    assert transcript.text == text
    assert [reason in message for reason, message in zip(told, transcript.told, strict=True)] == [True] * len(told)
    assert all(message.startswith("at ") for message in transcript.told)


def test_times_are_those_of_the_first_saying():
    """Whatever a correction changes keeps its time, and so does what an undone one brings back."""
    said = ("red", "green", "blue", "scratch that", "undo that", "replace red with tan", "cap that", "x")
    transcript = Transcript(*said)
    assert transcript.pieces == ["Tan", " green", " Blue", " x"]
    assert transcript.times == [0, 1, 2, 7]


def test_snippets_are_whole():
    """There is no caret that could go back into them, and they can be taken back."""
    own = parse_words('[words]\n"kind regards" = "Kind regards,\\n{cursor}\\nJane"', "words.toml")
    vocabulary = DEFAULT.with_user_words(own)
    assert Transcript("hello", "kind regards", "bye", vocabulary=vocabulary).text == "Hello Kind regards,\n\nJane bye"
    assert Transcript("hello", "kind regards", "scratch that", vocabulary=vocabulary).text == "Hello"


def test_long_transcriptions_are_handed_out_while_they_grow():
    """What is many utterances back can no longer be corrected, and is not kept."""
    transcript = Transcript(*["word"] * 50)
    assert transcript.pieces[:2] == ["Word", " word"] and transcript.times == list(range(50))
    assert transcript.early == 30


SAID = (
    *("one two", "three comma four", "five period", "cap", "new line", "quote", "scratch that", "scratch that six"),
    *("undo that", "redo that", "undo scratch", "delete last word", "delete last two words", "backspace two"),
    *("replace two with seven eight", "cap that", "upper case that", "title case that", "no space that"),
    *("insert before four", "insert after one", "resume with three", "repeat that", "delete last sentence"),
    *("spelling mode", "alpha bravo", "dictation mode", "change one to", "correct three to nine"),
)


@pytest.mark.slow
@given(st.lists(st.sampled_from(SAID), max_size=12))
def test_a_transcription_is_what_a_window_would_show(utterances):
    """Where nothing is refused, a recording and a window end with the same text."""
    bench = DictationBench()
    bench.hear(*utterances)
    transcript = Transcript(*utterances)
    if not bench.listener.refusals:
        assert (transcript.text, transcript.told) == (bench.window_text(), [])


def test_a_defect_is_not_swallowed():
    """What goes wrong inside comes out, with the utterance that it went wrong with."""

    def broken(text, start, end, confidence):
        raise ZeroDivisionError

    transcription = Transcription(VOCABULARY, broken)
    transcription.accept_hypothesis(Final(0, heard("hello")))
    with pytest.raises(ZeroDivisionError):
        transcription.finish()
