"""Formatting words as a table of what is said and what is written, and the laws that hold for any of them."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.spoken import DEFAULT, DEFAULT_FILE, heard, written
from windictator.settings.vocabulary import parse_vocabulary
from windictator.text.context_adjust import START_OF_TEXT, Context, context_adjust
from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.grammar import Grammar
from windictator.text.phrase_conditions import Condition
from windictator.text.phrase_index import VocabularyEntry
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary
from windictator.text.word_case import WordCase, apply_case

TABLE = Path(__file__).parents[1] / "data" / "formatting.txt"
GRAMMAR = Grammar(DEFAULT)
FRENCH = parse_vocabulary(DEFAULT_FILE.read_text(encoding="utf-8").replace('"plain"', '"french"', 2), "french.toml")


def table():
    """The rows of the table as parameters: spoken, written."""
    group = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            spoken, expected = line.split(" => ")
            expected = expected.replace("\\n", "\n").replace("\\t", "\t")
            yield pytest.param(spoken, expected, id=f"{group}: {spoken}")


def test_the_table_is_long():
    """A table that is not found, or not read, would prove nothing."""
    assert len(list(table())) >= 150


@pytest.mark.parametrize(("spoken", "expected"), list(table()))
def test_table(spoken, expected):
    """Formatting words act where they are meant, and are words where they are not."""
    assert written(spoken) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("never", "Well period so period yes period"),
        ("anywhere", "Well. So. Yes."),
        ("at a pause", "Well period so. Yes."),
        ("between pauses", "Well period so. Yes period"),
    ],
)
def test_settled_per_word(when, expected):
    """The user's own words say of a single word where it is a mark."""
    own = {("period",): VocabularyEntry(FormattedWord(".", Formatting.NO_SPACE_BEFORE), Condition(when))}
    assert written("well period so | period | yes period", vocabulary=DEFAULT.with_user_words(own)) == expected


def test_without_pauses_known_a_noun_is_a_mark():
    """What is typed in place of said has no pauses: nothing can be read from there being none."""
    words = [RecognizedWord(word) for word in ("is", "it", "this", "period", "we", "left")]
    assert context_adjust(DEFAULT.format(words), START_OF_TEXT)[0] == "Is it this. We left"


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("quote oui quote", "«\u202fOui\u202f»"),
        ("oui question mark exclamation mark non", "Oui\u202f?! Non"),
        ("oui exclamation mark question mark non", "Oui\u202f!? Non"),
        ("un semicolon deux colon trois", "Un\u202f; deux\u202f: trois"),
        ("fin period open quote oui period close quote non", "Fin. «\u202fOui.\u202f» Non"),
        ("un ellipsis deux dash anna apostrophe s", "Un… Deux – Anna’s"),
    ],
)
def test_french_style(spoken, expected):
    """Narrow no-break spaces stand before high punctuation and inside guillemets; the rest is typographic."""
    spoken = spoken.replace("anna", "Anna")
    assert written(spoken, vocabulary=FRENCH) == expected


@pytest.mark.parametrize(
    ("utterances", "expected"),
    [
        (("camel case foo", "bar"), "foo bar"),
        (("spell alpha bravo", "charlie"), "ab charlie"),
        (("we met mister smith", "and dr", "jones"), "We met Mr. Smith and Dr. Jones"),
        (("apples etc", "period", "pears"), "Apples etc. Pears"),
        (("apples etc", "pears"), "Apples etc. pears"),
        (("he said quote " + "very " * 70, "quote", "and left"), 'He said "' + "very " * 69 + 'very" and left'),
    ],
)
def test_utterances_in_turn(utterances, expected):
    """Cases and spelling end with the utterance; abbreviations and quotes go on."""
    assert written(*utterances) == expected


@pytest.mark.parametrize(
    ("before", "spoken", "expected"),
    [
        ("at 3 p.m.", "period then", " Then"),
        ("fruits, e.g.", "apples", " apples"),
        ("no caps: etc.", "period", "."),
        ("«\u202f", "oui", "Oui"),
        ("Fin.\u202f»", "non", " Non"),
    ],
)
def test_behind_existing_text(before, spoken, expected):
    """What somebody else wrote is read as far as it tells."""
    assert written(spoken, context=Context.after(before)) == expected


@pytest.mark.parametrize(
    ("partial", "held"),
    [
        ("camel case", 2),
        ("say camel case foo", 0),
        ("title case the lord of", 1),
        ("title case the lord of the rings", 0),
        ("is it spell alpha bravo", 3),
        ("is it spell check", 0),
        ("spell a equal", 3),  # a sign may come
        ("spell a tree equal", 1),
        ("hello mister", 1),
        ("hello mister smith", 0),
        ("over a period of", 0),
        ("some time period", 0),
        ("it is over period", 1),  # "of time" may come
        ("it is over period of", 2),
        ("it is over period we", 0),
        ("he likes star", 0),
        ("star", 1),
        ("example dot", 1),
        ("i think monday", 0),
    ],
)
def test_words_that_may_still_change_their_meaning(partial, held):
    """Live text waits for the word that decides."""
    assert GRAMMAR.unstable_word_count(partial.split()) == held


def test_a_case_loses_no_letters():
    """Accents, digits and scripts without capitals are kept; apostrophes and hyphens are not part of a name."""
    words = [FormattedWord(text) for text in ("Größe", "हिन्दी", "l'été", "x-ray", "9", "ǆ")]
    assert apply_case(WordCase.SNAKE, words) == [FormattedWord("größe_हिन्दी_lété_x_ray_9_ǆ", Formatting.AS_WRITTEN)]
    assert apply_case(WordCase.PASCAL, words)[0].text == "Größeहिन्दीLétéXRay9ǅ"


every_word = st.sampled_from(sorted({*DEFAULT.phrases.words(), "hello", "the", "of", "literal", "alpha"}))
effects = st.sampled_from(
    ["camel case", "title case", "snake case", "spell", "period", "quote", "mister", "etc", "in may", "star", "this"]
)
any_words = st.lists(every_word | effects, max_size=12).map(lambda words: " ".join(words).split())
paused = st.lists(st.tuples(every_word | st.text(max_size=5), st.sampled_from([0.0, 0.1, 0.3])), max_size=12)


@given(paused, st.booleans())
def test_any_words_are_written(words, numbers):
    """Nothing said with whatever pauses makes it raise, and what is written is written for something said."""
    now, recognized = 0.0, []
    for text, pause in words:
        now += pause
        recognized.append(RecognizedWord(text, now, now + 0.2))
        now += 0.2
    vocabulary = DEFAULT if numbers else DEFAULT.with_numbers(None)
    text, after = context_adjust(vocabulary.format(recognized), START_OF_TEXT)
    assert bool(recognized) or text == ""
    assert after.before == text[-400:]
    assert 0 <= vocabulary.unstable_word_count([word.text.casefold() for word in recognized]) <= len(recognized)


@given(any_words)
def test_what_is_settled_stays(words):
    """Whatever is said next, the settled words of a partial result are written as before (numbers apart)."""
    vocabulary = DEFAULT.with_numbers(None)
    whole = _shown(vocabulary, words)
    for length in range(len(words)):
        settled = length - vocabulary.unstable_word_count(words[:length])
        assert whole.startswith(_shown(vocabulary, words[:settled]))


def _shown(vocabulary: Vocabulary, words: list[str]) -> str:
    """As of a partial: without times."""
    return context_adjust(vocabulary.format([RecognizedWord(word) for word in words]), START_OF_TEXT)[0]


@given(any_words, st.sampled_from(["tree", "green"]), any_words)
def test_utterances_in_turn_are_their_concatenation(before, seam, after):
    """A mark at the seam ends cases and decides nothing across it: two utterances are written as one is."""
    if {"spell", "literal"} & {*before, *after}:
        return
    vocabulary = DEFAULT.with_numbers(None)
    first = [RecognizedWord(word) for word in [*before, seam, "comma", seam, "comma"]]
    second = [RecognizedWord(word) for word in [seam, *after]]
    text, context = context_adjust(vocabulary.format(first), START_OF_TEXT)
    rest, _ = context_adjust(vocabulary.format(second), context)
    assert text + rest == context_adjust(vocabulary.format([*first, *second]), START_OF_TEXT)[0]


def test_an_utterance_takes_well_under_a_millisecond():
    """Thirty words, formatting words among them; the best of many runs, because the machine does other things too."""
    words = heard(
        "on monday i told mister smith quote this is over period quote comma and he wrote "
        "camel case get user name equals sign five period that was all new line"
    )
    assert len(words) == 30
    best = min(_seconds(words) for _ in range(50))
    assert best < 1e-3


def _seconds(words):
    begin = time.perf_counter()
    context_adjust(DEFAULT.format(words), START_OF_TEXT)
    return time.perf_counter() - begin
