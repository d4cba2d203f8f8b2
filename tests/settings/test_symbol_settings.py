"""Marks as the user's settings want them: their style, and the words that are marks always, beside pauses, or never."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.spoken import DEFAULT, written
from windictator.settings import Settings, SymbolSettings
from windictator.settings.vocabulary import load_vocabulary
from windictator.text.phrase_index import VocabularyError


@pytest.mark.parametrize(
    ("settled", "spoken", "expected"),
    [
        ({}, "sort star now | dash yes", "Sort star now - yes"),
        ({"always": ["star"]}, "sort star now | dash yes", "Sort * now - yes"),
        ({"never": ["dash"]}, "sort star now | dash | yes", "Sort star now dash yes"),
        ({"only_at_pause": ["dash"]}, "yes dash no | dash no", "Yes dash no - no"),
        ({"always": ["period"]}, "for a period of time period", "For a. Of time."),
        ({"never": ["period"]}, "for a period of time period", "For a period of time period"),
        ({"never": ["cap", "no space"]}, "cap anna no space here", "Cap Anna no space here"),
        ({"always": ["Cap"]}, "the cap anna", "The Anna"),
        ({"never": ["mister"]}, "mister smith", "Mister smith"),
        ({"never": ["new line"]}, "one new line two", "One new line two"),
        ({"always": ["quote"]}, "a quote of the day quote now", 'A "of the day" now'),
    ],
)
def test_symbol_lists_change_single_phrases(settled, spoken, expected):
    """A single phrase is settled, without a vocabulary of one's own; all others mean what they did."""
    vocabulary = load_vocabulary(
        Settings(symbols=SymbolSettings(**{key: tuple(value) for key, value in settled.items()}))
    )
    assert written(spoken, vocabulary=vocabulary) == expected


@pytest.mark.parametrize(
    ("settled", "problem"),
    [
        ({"always": ["stair"]}, "symbols.always: 'stair' is not a symbol or effect of the vocabulary"),
        ({"never": [""]}, "symbols.never: '' is not a symbol or effect of the vocabulary"),
        ({"always": ["star"], "never": ["Star"]}, "symbols.never: 'star' is listed twice"),
    ],
)
def test_symbol_lists_with_mistakes_are_refused(settled, problem):
    """A typing error is reported, not ignored."""
    with pytest.raises(VocabularyError, match=re.escape(problem)):
        DEFAULT.with_symbol_rules(**settled)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("vocabulary", "\"I don't know\" -- it's Monday's - or John's dogs'..."),
        ("plain", "\"I don't know\" -- it's Monday's - or John's dogs'..."),
        ("typographic", "“I don’t know” — it’s Monday’s – or John’s dogs’…"),
        ("french", "«\u202fI don’t know\u202f» — it’s Monday’s – or John’s dogs’…"),
    ],
)
def test_style_setting_overrides_the_vocabulary(style, expected):
    """The style of marks is a setting, and apostrophes inside of words are of the same style."""
    vocabulary = load_vocabulary(Settings(symbols=SymbolSettings(style=style)))
    spoken = "quote i don't know quote em dash it's monday's dash or John apostrophe s dogs apostrophe ellipsis"
    assert written(spoken, vocabulary=vocabulary) == expected


@pytest.mark.parametrize("spoken", ["i'm here and i've been", "literal don't", "camel case don't", "at five o'clock"])
def test_apostrophes_of_words_follow_the_style(spoken):
    """However a word comes to be written, its apostrophe is of the style that is wished."""
    typographic = load_vocabulary(Settings(symbols=SymbolSettings(style="typographic")))
    assert written(spoken, vocabulary=typographic) == written(spoken).replace("'", "’")


@pytest.mark.parametrize(("pause_ms", "expected"), [(0, "Yes * no"), (500, "Yes * no"), (501, "Yes star no")])
def test_pause_setting_overrides_the_vocabulary(pause_ms, expected):
    """Who speaks slowly has longer gaps between words; half a second is said here."""
    vocabulary = load_vocabulary(Settings(symbols=SymbolSettings(pause_ms=pause_ms)))
    assert written("yes | star | no", vocabulary=vocabulary) == expected


single = st.sampled_from(sorted(phrase for phrase, _ in DEFAULT.phrases.items() if phrase != ("spell",)))


@given(single)
def test_never_list_makes_phrases_words(phrase):
    """Whatever phrase is never a mark, its words are written, unless a shorter phrase of the vocabulary is in it."""
    spoken = " ".join(phrase)
    settled = DEFAULT.with_symbol_rules(never=[spoken])
    inside = (DEFAULT.phrases.get(phrase[i:j]) for i in range(len(phrase)) for j in range(i + 1, len(phrase) + 1))
    if sum(found is not None for found in inside) == 1 and phrase[0] not in {"literal"}:
        assert written(f"xx {spoken} xx", vocabulary=settled.with_numbers(None)) == f"Xx {spoken} xx"
