"""Spoken numbers: a table of phrases, each rule, and laws for any words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counting import count_calls
from tests.text.spoken import DEFAULT, heard, written
from windictator.settings import NumberSettings, RecognizerSettings, Settings
from windictator.settings.vocabulary import load_numbers, parse_vocabulary
from windictator.text.context_adjust import Context, context_adjust
from windictator.text.grammar import Grammar
from windictator.text.numbers.english import ENGLISH
from windictator.text.numbers.normaliser import NumberNormaliser
from windictator.text.numbers.rules import NumberRules
from windictator.text.tokens import Tokens
from windictator.text.utterance import RecognizedWord

TABLE = Path(__file__).parents[1] / "data" / "numbers.txt"
MIDDLE = Context.after("x ")
GRAMMAR = Grammar(DEFAULT)
ORDINARY = ["hello", "world", "of", "the", "tree", "is", "green", "comma", "period", "new", "line", "i", "cap", "was"]


def table():
    """The rows of the table as parameters: spoken, written."""
    group = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            spoken, expected = line.split(" => ")
            yield pytest.param(spoken, expected, id=f"{group}: {spoken}")


def ruled(spoken, **rules):
    """What is written in the middle of a sentence with these rules, the others being the defaults."""
    vocabulary = DEFAULT.with_numbers(NumberNormaliser(ENGLISH, NumberRules(**rules)))
    return written(spoken, vocabulary=vocabulary, context=MIDDLE)


def test_table_is_found_and_long():
    """A table that is not found or not read would prove nothing."""
    assert len(list(table())) >= 250


@pytest.mark.parametrize(("spoken", "expected"), list(table()))
def test_row_of_the_table(spoken, expected):
    """Numbers are written as numbers, and words that only sound like one stay words."""
    assert written(spoken, context=MIDDLE) == expected


@pytest.mark.parametrize(
    ("rules", "spoken", "expected"),
    [
        ({"digits_from": 0}, "three apples and five pears", "3 apples and 5 pears"),
        ({"digits_from": 0}, "zero", "0"),
        ({"digits_from": 0}, "one of them and no one and the one", "one of them and no one and the one"),
        ({"digits_from": 0}, "one apple", "1 apple"),
        ({"digits_from": 0}, "wait a second", "wait a second"),
        ({"digits_from": 0}, "the third man", "the 3rd man"),
        ({"digits_from": 0}, "at one point we left", "at one point we left"),
        ({"digits_from": 100}, "twenty three people and one hundred more", "twenty three people and 100 more"),
        ({"digits_from": 100}, "twenty three percent", "23%"),
        ({"digits_from": 100}, "the twenty first time", "the twenty first time"),
        ({"group_digits": False}, "thirty five thousand", "35000"),
        ({"times": "pm"}, "three thirty p m", "3:30 pm"),
        ({"times": "p.m."}, "at three thirty p m we left", "at 3:30 p.m. we left"),
        ({"times": "p.m."}, "nine a m", "9 a.m."),
        ({"times": "24h"}, "three thirty p m", "15:30"),
        ({"times": "24h"}, "twelve a m", "0:00"),
        ({"times": "24h"}, "twelve thirty p m", "12:30"),
        ({"times": "24h"}, "a quarter to twelve p m", "11:45"),
        ({"times": "24h"}, "three to four p m", "15:00 to 16:00"),
        ({"times": "24h"}, "the train is fifteen thirty or twenty two forty five", "the train is 15:30 or 22:45"),
        ({"times": "24h"}, "in fifteen thirty he died", "in 1530 he died"),
        ({"times": "24h"}, "nineteen forty five and twenty thirty", "1945 and 2030"),
        ({"times": "24h"}, "from eleven to two p m", "from 11:00 to 14:00"),
        ({"times": "p.m."}, "from nine a m to five p m period then", "from 9 a.m. to 5 p.m. Then"),
        ({"times": "off"}, "half past three", "half past three"),
        ({"dates": "plain"}, "on march the third", "on March 3"),
        ({"digits_from": 0}, "two or three", "2 or 3"),
        ({"digits_from": 100}, "ten or twenty", "ten or twenty"),
        ({"digits_from": 100}, "ninety or a hundred", "90 or 100"),
        ({"dates": "plain"}, "the twenty first of march", "the 21 March"),
        ({"dates": "plain"}, "march twenty first twenty twenty six", "March 21, 2026"),
        ({"dates": "off"}, "third of may", "third of May"),
        ({"money": False}, "twenty dollars", "20 dollars"),
        ({"money": False}, "five dollars", "five dollars"),
        ({"units": False}, "twenty kilometres", "20 kilometres"),
        ({"fractions": False}, "two thirds", "two thirds"),
        ({"digit_runs": False}, "one two three", "one two three"),
        ({"addresses": False}, "jane at example dot com", "Jane at example.com"),
    ],
    ids=str,
)
def test_rule_changes_one_kind_of_number(rules, spoken, expected):
    """Each setting has its effect and no other."""
    assert ruled(spoken, **rules) == expected


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("twenty | five of them", "20 five of them"),
        ("five five five | one two three four", "5551234"),
        ("three thousand | two hundred", "3200"),
        ("nineteen | ninety nine", "19 99"),
        ("ten dollars twenty | people", "$10.20 people"),
        ("milk | star | twenty eggs", "milk * 20 eggs"),
        ("twenty | star | eggs", "20 * eggs"),
    ],
)
def test_pause_separates_numbers(spoken, expected):
    """It does not separate the groups of a long number."""
    assert written(spoken, context=MIDDLE) == expected


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("twenty three people", "23 people"),
        ("jane at example dot com", "jane@example.com"),
        ("example dot com is down", "example.com is down"),
        ("done period w w w dot example dot com", "Done. www.example.com"),
    ],
)
def test_number_at_the_start_of_a_sentence(spoken, expected):
    """Addresses have no capital there either."""
    assert written(spoken) == expected


def test_user_words_precede_numbers():
    """A phrase as long as the number is used; a longer number keeps all its words."""
    own = parse_vocabulary('[words]\n"nine one one" = "emergency"\n"one drive" = "OneDrive"', "own.toml")
    own = own.with_numbers(NumberNormaliser(ENGLISH))
    spoken = "nine one one or one drive or twenty one"
    assert written(spoken, vocabulary=own, context=MIDDLE) == "emergency or OneDrive or 21"


@pytest.mark.parametrize(
    ("partial", "held"),
    [
        ("", 0),
        ("twenty", 1),
        ("i have twenty", 1),
        ("i have twenty one", 2),
        ("i have twenty one people", 0),
        ("five five five one", 4),
        ("five dollars", 2),
        ("five dollars and", 3),
        ("sort of", 0),
        ("this is a", 0),
        ("more than a hundred", 2),
        ("a day in the", 0),
        ("at a quarter to", 3),
        ("i have five or", 2),
        ("i have five or more", 0),
        ("they are three of the", 3),
        ("at half past", 2),
        ("it is minus", 1),
        ("twenty first of", 3),
        ("twenty comma", 2),
        ("twenty comma people", 0),
    ],
)
def test_unfinished_number_is_unstable(partial, held):
    """Live text does not show digits that the next word changes."""
    assert GRAMMAR.unstable_word_count(partial.split()) == held


def test_numbers_need_english_and_the_setting():
    """Other languages keep their words."""
    assert load_numbers(Settings()) is not None
    assert load_numbers(Settings(recognizer=RecognizerSettings(language="de"))) is None
    assert load_numbers(Settings(numbers=NumberSettings(enabled=False))) is None


number_words = st.sampled_from(sorted(ENGLISH.starters | ENGLISH.linking | ENGLISH.percents.words()))
address_words = st.sampled_from(["dot", "at", "slash", "colon", "com", "www", "w", "http", "example", "underscore"])
any_words = st.lists(number_words | address_words | st.sampled_from(ORDINARY) | st.text(max_size=5), max_size=14)
every_rule = st.builds(
    NumberRules,
    digits_from=st.integers(0, 1000),
    group_digits=st.booleans(),
    times=st.sampled_from(["PM", "pm", "p.m.", "24h", "off"]),
    dates=st.sampled_from(["spoken", "plain", "off"]),
    money=st.booleans(),
    units=st.booleans(),
    fractions=st.booleans(),
    digit_runs=st.booleans(),
    addresses=st.booleans(),
)


@given(any_words, every_rule, st.frozensets(st.integers(0, 14)))
def test_any_words_are_written(words, rules, pauses):
    """No words raise an error, and every number takes at least one word and no more than exist."""
    numbers = NumberNormaliser(ENGLISH, rules)
    for start in range(len(words)):
        found = numbers.match(Tokens(words, pauses), start)
        assert found is None or (0 < found[0] <= len(words) - start and found[1][-1].text)
    assert 0 <= numbers.unstable_word_count(words) <= len(words)
    DEFAULT.with_numbers(numbers).format([RecognizedWord(word) for word in words])


@given(st.lists(st.sampled_from(ORDINARY) | st.text("xyz0123456789.,-$%:/@", min_size=1, max_size=6), max_size=12))
def test_text_without_number_words_stays_unchanged(words):
    """Digits are unchanged, so that formatting them again changes nothing."""
    recognized = heard(" ".join(words))
    assert DEFAULT.format(recognized) == DEFAULT.with_numbers(None).format(recognized)


@given(any_words, st.lists(st.sampled_from(["hello", "tree", "green"]), min_size=1, max_size=3), any_words)
def test_two_utterances_equal_their_concatenation(before, seam, after):
    """This holds if no number crosses from one into the other."""
    first, second = heard(" ".join([*before, "tree"])), heard(" ".join([*seam, "green", "and", *after]))
    if "literal" in before or "cap" in after:
        return
    text, context = context_adjust(DEFAULT.format(first), MIDDLE)
    rest, _ = context_adjust(DEFAULT.format(second), context)
    whole, _ = context_adjust(DEFAULT.format([*first, *second]), MIDDLE)
    assert text + rest == whole


@given(any_words, every_rule)
def test_words_without_a_marker_contain_no_number(words, rules):
    """The vocabulary searches for numbers only where a marker says that there may be one."""
    numbers = NumberNormaliser(ENGLISH, rules)
    tokens = Tokens([word for word in words if word not in numbers.markers])
    assert not any(numbers.match(tokens, position) for position in range(len(tokens)))


@given(st.lists(number_words | st.sampled_from(["tree", "of", "the", "sign"]), max_size=12))
def test_stable_words_stay_unchanged(words):
    """Any next word leaves the stable words of a partial unchanged.

    Three kinds of words are excluded: addresses, because any word may begin one; "dot", because it depends on the next
    word; and "a", which does not wait for "hundred".
    """
    vocabulary = DEFAULT.with_numbers(NumberNormaliser(ENGLISH, NumberRules(addresses=False)))
    words = [word for word in words if word not in {ENGLISH.indefinite, *ENGLISH.dots}]
    whole = written(" ".join(words), vocabulary=vocabulary, context=MIDDLE)
    for length in range(len(words)):
        settled = length - vocabulary.unstable_word_count(words[:length])
        assert whole.startswith(written(" ".join(words[:settled]), vocabulary=vocabulary, context=MIDDLE))


def test_format_calls_few_functions():
    """The utterance has thirty words with numbers. The benchmark measures what that costs: less than a millisecond."""
    spoken = "on march twenty first we paid five dollars and twenty cents for twenty three apples at half past three"
    words = heard(spoken + " and call five five five one two three four now please")
    assert len(words) == 30
    assert count_calls(lambda: DEFAULT.format(words)) < 1400
