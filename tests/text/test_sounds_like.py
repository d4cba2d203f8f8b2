"""Names found by their sound, and ordinary text that stays unchanged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.spoken import DEFAULT, heard, written
from windictator.settings.vocabulary import parse_words
from windictator.text.sounds import distance, phonetic_code, respell
from windictator.text.sounds_like import Match, SoundsLike
from windictator.text.utterance import RecognizedWord

NEARNESS = 0.8
"""The default of the settings."""
NAMES = [
    "windictator", "kubernetes", "postgresql", "nguyen", "siobhan", "anderson", "stephen", "catherine", "marc",
    "taylor", "fischer", "schmidt", "tchaikovsky", "xavier", "gonzalez", "rodriguez", "hernandez", "kowalski",
    "wojciech", "chakraborty", "venkatesan", "ramanujan", "papadopoulos", "vasquez", "johansson", "lindqvist",
    "bjorn", "fitzgerald", "macallister", "o'sullivan", "delacroix", "beauchamp", "rousseau", "montgomery",
    "eisenhower", "zuckerberg", "tensorflow", "elasticsearch", "nginx", "grafana", "terraform", "debian",
    "ubuntu", "jenkins", "ansible", "jordan", "phillip", "ingrid", "erin", "łódź",
]  # fmt: skip
PAGE = Path(__file__).parents[1] / "data" / "ordinary-english.txt"


def words(text: str, confidence: float = 1.0) -> list[RecognizedWord]:
    return [RecognizedWord(word.text, word.start, word.end, confidence) for word in heard(text)]


def found(text: str, confidence: float = 1.0, names: list[str] = NAMES, nearness: float = NEARNESS) -> list[Match]:
    spoken = words(text, confidence)
    return SoundsLike([tuple(name.split()) for name in names], nearness).find(spoken, [True] * len(spoken))


def test_list_of_names_is_complete():
    """It has fifty different names."""
    assert len(NAMES) == len(set(NAMES)) == 50


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("when dictator", "windictator"), ("win dictator", "windictator"), ("wind dictator", "windictator"),
        ("cooper netties", "kubernetes"), ("steven", "stephen"), ("tchaikovski", "tchaikovsky"),
        ("gonzales", "gonzalez"), ("rodrigues", "rodriguez"), ("chakra borty", "chakraborty"),
        ("joe hanson", "johansson"), ("fits gerald", "fitzgerald"), ("mac alister", "macallister"),
        ("oh sullivan", "o'sullivan"), ("della croix", "delacroix"), ("mont gomery", "montgomery"),
        ("sucker burg", "zuckerberg"), ("tensor flow", "tensorflow"), ("elastic search", "elasticsearch"),
        ("terra form", "terraform"), ("papa doppelas", "papadopoulos"),
    ],
)  # fmt: skip
def test_name_is_found_despite_high_confidence(said, name):
    """Long words that sound like the name are unlikely to be another name."""
    assert found(f"i met {said} today") == [Match(2, 2 + len(said.split()), (name,))]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("in grid", "ingrid"), ("and her son", "anderson"), ("fisher", "fischer"), ("tailor", "taylor"),
        ("jen kins", "jenkins"), ("deb ian", "debian"), ("her nan dez", "hernandez"), ("co wall ski", "kowalski"),
        ("chuck robert e", "chakraborty"), ("van cut a son", "venkatesan"), ("rama new john", "ramanujan"),
        ("tear a form", "terraform"), ("gra fana", "grafana"), ("kathryn", "catherine"), ("lodge", "łódź"),
    ],
)  # fmt: skip
def test_name_is_found_more_often_with_low_confidence(said, name):
    """Ordinary or short words stay if their confidence is high."""
    length = len(said.split())
    spoken = [*words("i met"), *words(said, 0.6), *words("today")]
    names = SoundsLike([(name,) for name in NAMES], NEARNESS)
    expected = [Match(2, 2 + length, (name,))] if name != "łódź" else []  # "dź" is beyond English spelling
    assert names.find(spoken, [True] * len(spoken)) == expected
    assert found(f"i met {said} today") == []


@pytest.mark.parametrize("confidence", [1.0, 0.95, 0.9])
def test_ordinary_english_contains_no_name(confidence):
    """None of fifty names is found in it, despite "and her son", "tailor" and "a carpenter"."""
    page = re.findall(r"[a-z]+(?:'[a-z]+)?", PAGE.read_text().casefold())
    assert len(page) > 600
    for names in (NAMES, [name for name in NAMES if len(name) > 5]):
        assert found(" ".join(page), confidence, names) == []


def test_threshold_decides_about_a_name():
    """A name must be more similar than the setting."""
    assert found("cooper netties", nearness=0.8) and not found("cooper netties", nearness=0.95)
    assert not found("when dictator", nearness=1.0)


def test_most_similar_name_is_used():
    """Names may have several words, and no word is used twice."""
    names = ["jennifer fitzgerald", "fitzgerald", "fitzgeralt"]
    assert found("ask jennifer fits gerald please", names=names) == [Match(1, 4, ("jennifer", "fitzgerald"))]
    assert found("ask fits gerald please", names=names) == [Match(1, 3, ("fitzgerald",))]


def test_name_replaces_at_most_four_replaceable_words():
    """Words that are symbols or replacements are not part of a name."""
    names = SoundsLike([("windictator",)], NEARNESS)
    spoken = words("when dictator", 0.5)
    assert names.find(spoken, [True, False]) == names.find(spoken, [False, True]) == []
    assert found("w i n dictator x", 0.1, ["windictator"]) in ([], [Match(0, 4, ("windictator",))])
    assert found("w i n dict a tor", 0.1, ["windictator"]) == []


def test_found_name_has_the_time_of_its_words():
    """Pauses around it must stay."""
    names = SoundsLike([("jennifer", "fitzgerald")], NEARNESS)
    spoken = words("ask jennifer fits gerald please")
    recovered = names.replace_names(spoken, [True] * 5)
    assert [word.text for word in recovered] == ["ask", "jennifer", "fitzgerald", "please"]
    assert (recovered[1].start, recovered[2].end) == (spoken[1].start, spoken[3].end)
    assert recovered[1].end == recovered[2].start


def test_vocabulary_writes_the_name():
    """Its capitals are kept, symbols and exact phrases come first, and an entry can turn it off."""
    own = parse_words('[words]\nwindictator = "WinDictator"\ncolin = "Colin"\n"my colony" = "x"', "words.toml")
    vocabulary = DEFAULT.with_user_words(own, NEARNESS)
    assert written("when dictator types colon yes", vocabulary=vocabulary) == "WinDictator types: yes"
    assert written("my colony when dictator", vocabulary=vocabulary) == "X WinDictator"
    assert written("windictator", vocabulary=vocabulary) == "WinDictator"
    two = parse_words('[words]\nfitzgerald = "Fitzgerald"\nfitzgeralt = "Fitzgeralt"', "words.toml")
    assert (
        written("fitzgerald fitzgeralt", vocabulary=DEFAULT.with_user_words(two, NEARNESS)) == "Fitzgerald Fitzgeralt"
    )
    assert written("when dictator", vocabulary=DEFAULT.with_user_words(own)) == "When dictator"
    quiet = parse_words('[words]\nwindictator = { text = "WinDictator", sounds_like = false }', "words.toml")
    assert written("when dictator", vocabulary=DEFAULT.with_user_words(quiet, NEARNESS)) == "When dictator"


@pytest.mark.parametrize(
    ("one", "other"),
    [("when dictator", "windictator"), ("cooper netties", "kubernetes"), ("fits gerald", "fitzgerald"), ("a", "e")],
)
def test_similar_words_have_one_code(one, other):
    """The code is the key of the index."""
    assert phonetic_code(one.split()) == phonetic_code(other.split()) != ""


def test_other_scripts_have_no_code():
    """Such names are never found."""
    assert phonetic_code(["москва"]) == respell(["москва"]) == ""
    assert found("москва", names=["москва река", "токио"]) == []


_LETTERS = st.text("abcdefghiklmnoprstuwyz", max_size=10)


@given(_LETTERS, _LETTERS)
def test_distance_is_symmetric_and_bounded(one, other):
    """It is zero between equal words, and cut off above the limit."""
    apart = distance(one, other, 99.0)
    assert (apart == 0) == (one == other)
    assert apart == pytest.approx(distance(other, one, 99.0))
    if apart > 1:
        assert distance(one, other, apart / 2) > apart / 2


@settings(max_examples=50)
@given(st.lists(st.text(max_size=12).filter(str.strip), max_size=12), st.floats(0, 1))
def test_any_words_give_valid_matches(texts, confidence):
    """Matches are within the words and do not overlap."""
    spoken = [RecognizedWord(text, n, n + 1, confidence) for n, text in enumerate(texts)]
    names = SoundsLike([(name,) for name in NAMES[:20]], 0.5)
    last = 0
    for begin, end, name in names.find(spoken, [True] * len(spoken)):
        assert last <= begin < end <= len(spoken) and name[0] in NAMES
        last = end
