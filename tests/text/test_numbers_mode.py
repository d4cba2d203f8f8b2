"""Numbers mode: numbers only, all in digits, everything else refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.spoken import DEFAULT, heard
from windictator.settings import NumberSettings, Settings
from windictator.settings.vocabulary import load_numbers
from windictator.text.context_adjust import START_OF_TEXT, context_adjust
from windictator.text.numbers.english import ENGLISH
from windictator.text.numbers_mode import NumberError, numbers_only
from windictator.text.utterance import RecognizedWord


def written(spoken, vocabulary=DEFAULT):
    return context_adjust(numbers_only(heard(spoken, pause=0.5), vocabulary), START_OF_TEXT)[0]


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("five", "5"),
        ("zero", "0"),
        ("oh", "0"),
        ("one", "1"),
        ("twenty three", "23"),
        ("twenty | three", "20 3"),
        ("five six", "56"),
        ("double five", "55"),
        ("triple oh one", "0001"),
        ("a hundred", "100"),
        ("five hundred twenty", "520"),
        ("a million", "1 million"),
        ("thirty five thousand", "35,000"),
        ("point five", "0.5"),
        ("three point one four", "3.14"),
        ("five six point two", "56.2"),
        ("oh point five", "0.5"),
        ("minus five", "-5"),
        ("minus five six point two", "-56.2"),
        ("first", "1st"),
        ("second", "2nd"),
        ("twenty first", "21st"),
        ("five percent", "5%"),
        ("five six percent", "56%"),
        ("five dollars", "$5"),
        ("five dollars and ten cents", "$5.10"),
        ("five kilometres", "5 km"),
        ("two thirds", "2/3"),
        ("two and a half", "2 1/2"),
        ("three thirty p m", "3:30 PM"),
        ("three oh five", "305"),
        ("half past three", "3:30"),
        ("quarter to five", "4:45"),
        ("five colon thirty", "5:30"),
        ("twenty twenty six", "2026"),
        ("fifty fifty", "50 50"),
        ("one dot two dot three", "1.2.3"),
        ("five five five dash one two three four", "555-1234"),
        ("oh two oh | seven nine four six | oh nine five eight", "02079460958"),
        ("plus four nine three oh one two three four", "+493012 34".replace(" ", "")),
        ("five comma six comma seven", "5, 6, 7"),
        ("five plus six equals sign eleven", "5+6 = 11"),
        ("five minus six", "5-6"),
        ("five star six", "5 * 6"),
        ("five slash six", "5/6"),
        ("five new line six tab key seven", "5\n6\t7"),
        ("no space on five | six no space off", "56"),
        ("to for too won ate", "24218"),
        ("double for", "44"),
    ],
)
def test_numbers_mode_writes_digits(spoken, expected):
    """Words that dictation keeps are digits here, and digits in a row are one number."""
    assert written(spoken) == expected


@pytest.mark.parametrize(
    ("spoken", "word"),
    [
        ("hello", "hello"),
        ("five apples", "apples"),
        ("one of them", "of"),
        ("twenty to thirty", "to"),
        ("a", "a"),
        ("half", "half"),
        ("literal five", "literal"),
        ("camel case five", "camel"),
        ("mister five", "mister"),
    ],
)
def test_numbers_mode_refuses_other_words(spoken, word):
    """The message names the word, and nothing of the utterance is written."""
    with pytest.raises(NumberError, match=f"^'{word}' is not a number, and this is numbers mode"):
        written(spoken)


def test_numbers_mode_needs_numbers():
    """Without the setting, or in another language, the mode is refused with the reason."""
    words_only = DEFAULT.with_numbers(load_numbers(Settings(numbers=NumberSettings(enabled=False))))
    with pytest.raises(NumberError, match="numbers turned on in the settings"):
        written("five", words_only)


number_words = st.sampled_from(sorted(ENGLISH.starters | ENGLISH.linking | {"to", "comma", "new", "plus", "of"}))


@given(st.lists(number_words, max_size=8))
def test_any_words_are_numbers_or_refused(words):
    """No other error is raised. The result has a digit, unless only symbols were said."""
    try:
        text = context_adjust(numbers_only([RecognizedWord(word) for word in words], DEFAULT), START_OF_TEXT)[0]
    except NumberError:
        return
    assert any(map(str.isdecimal, text)) or not any(map(str.isalnum, text))
