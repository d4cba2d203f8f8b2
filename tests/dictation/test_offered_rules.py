"""An offered rule is answered by voice; the words of an answer stay text while nothing is offered."""

from dataclasses import replace

import pytest

from tests.dictation.bench import DictationBench
from tests.text.spoken import DEFAULT
from windictator.dictation.interfaces import ActionServices
from windictator.errors import WinDictatorError
from windictator.text.formatting import FormattedWord
from windictator.text.phrase_index import VocabularyEntry


class Words:
    """A file of words, in memory."""

    def __init__(self):
        self.words = {}
        self.is_writable = True

    def change(self, phrase, text):
        """Change one word."""
        if not self.is_writable:
            raise WinDictatorError("words.toml: cannot be written: read-only file system")
        if text is None:
            del self.words[phrase]
        else:
            self.words[phrase] = text
        entries = {tuple(said.split()): VocabularyEntry(FormattedWord(text)) for said, text in self.words.items()}
        return DEFAULT.with_user_words(entries) if entries else DEFAULT


class Offering(DictationBench):
    """A bench in which a rule has been offered."""

    def __init__(self, offered=True):
        self.words = Words()
        super().__init__(services=ActionServices(None, None, None, None, self.words))
        if offered:
            self.hear("my wurld", "replace wurld with world", "a wurld", "replace wurld with world")
            assert len(self.listener.suggestions) == 1


@pytest.mark.parametrize("said", ["make it a rule", "yes always"])
def test_an_offer_that_is_accepted_applies_at_once(said):
    """It is in the file of words; "undo that" takes it out again."""
    bench = Offering()
    bench.hear(said)
    assert bench.words.words == {"wurld": "world"}
    assert "always written 'world'" in bench.listener.notices[-1]
    text = bench.window_text()
    bench.hear("hello wurld")
    assert bench.window_text() == text + " hello world"


@pytest.mark.parametrize("said", ["undo that", "scratch that"])
def test_a_rule_is_taken_back_right_after_it_was_made(said):
    """It is the last thing said; the text stays."""
    bench = Offering()
    text = bench.window_text()
    bench.hear("make it a rule", said)
    assert bench.words.words == {} and bench.window_text() == text
    assert "no longer a rule" in bench.listener.notices[-1]
    bench.hear("hello wurld")
    assert bench.window_text() == text + " hello wurld"
    bench.hear("undo that")
    assert bench.window_text() == text


def test_undo_means_the_text_again_after_something_else():
    """A rule is taken back by the next utterance alone."""
    bench = Offering()
    text = bench.window_text()
    bench.hear("make it a rule", "more", "undo that", "scratch that")
    assert bench.words.words == {"wurld": "world"} and bench.window_text() != text


@pytest.mark.parametrize("said", ["no", "no thanks", "never offer that"])
def test_an_offer_that_is_declined_is_over(said):
    """The answer is not text; if it was meant as text it still can be."""
    bench = Offering()
    text = bench.window_text()
    bench.hear(said)
    assert bench.words.words == {} and bench.window_text() == text
    bench.hear("literal that")
    assert bench.window_text() == f"{text} {said}"
    bench.hear("make it a rule")
    assert bench.window_text() == f"{text} {said} make it a rule"


@pytest.mark.parametrize("said", ["no", "yes always", "make it a rule", "never offer that"])
def test_the_words_of_an_answer_are_text_while_nothing_is_offered(said):
    """People say them."""
    bench = Offering(offered=False)
    bench.hear(said)
    assert bench.window_text().casefold() == said


def test_a_short_answer_counts_in_the_next_utterance_alone():
    """Later "no" is text; a longer answer is not, for some time."""
    bench = Offering()
    text = bench.window_text()
    bench.hear("well", "no")
    assert bench.window_text() == text + " well no"
    bench.hear("make it a rule")
    assert bench.words.words == {"wurld": "world"} and bench.window_text() == text + " well no"


def test_an_offer_ends_after_some_utterances():
    """Then its answers are text again."""
    bench = Offering()
    bench.hear(*("well" for _ in range(10)), "make it a rule")
    assert bench.words.words == {} and bench.window_text().endswith("make it a rule")


def test_a_file_that_cannot_be_written_is_reported():
    """The offer stays open."""
    bench = Offering()
    bench.words.is_writable = False
    bench.hear("make it a rule")
    assert "not made a rule" in bench.listener.refusals[-1]
    bench.words.is_writable = True
    bench.hear("make it a rule")
    assert bench.words.words == {"wurld": "world"}


def test_a_choice_right_after_a_failed_list_is_never_text():
    """The user expects a list; the refusal says what to say. It can still be typed literally."""
    bench = DictationBench()
    bench.hear("correct that", "choose two", "choose one")
    assert bench.window_text() == ""
    assert "Nothing is listed to choose from" in bench.listener.refusals[-1]
    bench.hear("literal that", "choose two")
    assert bench.window_text() == "Choose one choose two"


def test_a_choice_out_of_the_blue_is_text():
    """As it always was; also after a list that failed, once something else was said."""
    bench = DictationBench()
    bench.hear("choose two", "scratch that", "correct that", "hello", "choose two")
    assert bench.window_text() == "Hello choose two"


def test_options_have_the_new_vocabulary():
    """A change of another option keeps the rule."""
    bench = Offering()
    bench.hear("make it a rule")
    bench.dictation.options = replace(bench.dictation.options, low_confidence=0.5)
    bench.hear("new line", "wurld")
    assert bench.window_text().endswith("\nWorld")
