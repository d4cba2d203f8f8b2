"""Formatting words: a table of phrases and their text, and laws for any words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counting import count_calls
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


def test_table_is_found_and_long():
    """A table that is not found or not read would prove nothing."""
    assert len(list(table())) >= 150


@pytest.mark.parametrize(("spoken", "expected"), list(table()))
def test_row_of_the_table(spoken, expected):
    """Formatting words act where they are intended, and are ordinary words elsewhere."""
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
def test_user_words_set_the_condition_of_a_symbol(when, expected):
    """The user words may set a condition for a single word."""
    own = {("period",): VocabularyEntry(FormattedWord(".", Formatting.NO_SPACE_BEFORE), Condition(when))}
    assert written("well period so | period | yes period", vocabulary=DEFAULT.with_user_words(own)) == expected


def test_noun_without_known_pauses_is_a_symbol():
    """Typed words have no pauses, so that missing pauses prove nothing."""
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
    """Narrow no-break spaces come before high punctuation and inside guillemets; the rest is typographic."""
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
    """Cases and spelling end with the utterance; abbreviations and quotes continue."""
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
def test_words_after_existing_text(before, spoken, expected):
    """Existing text is interpreted as far as possible."""
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
        ("some trial period", 0),
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


def test_case_keeps_every_letter():
    """Accents, digits and scripts without capitals stay; apostrophes and hyphens are not part of a name."""
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
    """No words and pauses raise an error, and all written text comes from a word."""
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
def test_stable_words_stay_unchanged(words):
    """Any next word leaves the stable words of a partial unchanged, except numbers."""
    vocabulary = DEFAULT.with_numbers(None)
    whole = _shown(vocabulary, words)
    for length in range(len(words)):
        settled = length - vocabulary.unstable_word_count(words[:length])
        assert whole.startswith(_shown(vocabulary, words[:settled]))


def _shown(vocabulary: Vocabulary, words: list[str]) -> str:
    """As of a partial: without times."""
    return context_adjust(vocabulary.format([RecognizedWord(word) for word in words]), START_OF_TEXT)[0]


@given(any_words, st.sampled_from(["tree", "green"]), any_words)
def test_two_utterances_equal_their_concatenation(before, seam, after):
    """A symbol between them ends cases and decides nothing on its other side."""
    if {"spell", "literal"} & {*before, *after}:
        return
    vocabulary = DEFAULT.with_numbers(None)
    first = [RecognizedWord(word) for word in [*before, seam, "comma", seam, "comma"]]
    second = [RecognizedWord(word) for word in [seam, *after]]
    text, context = context_adjust(vocabulary.format(first), START_OF_TEXT)
    rest, _ = context_adjust(vocabulary.format(second), context)
    assert text + rest == context_adjust(vocabulary.format([*first, *second]), START_OF_TEXT)[0]


def test_format_calls_few_functions():
    """The utterance has thirty words with formatting words. The benchmark measures what that costs."""
    words = heard(
        "on monday i told mister smith quote this is over period quote comma and he wrote "
        "camel case get user name equals sign five period that was all new line"
    )
    assert len(words) == 30
    assert count_calls(lambda: context_adjust(DEFAULT.format(words), START_OF_TEXT)) < 1050
