"""Changes to the file of user words: the change and nothing but the change."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windictator.settings.user_words import edit_words, file_entries, normalise_phrase
from windictator.settings.vocabulary import parse_words
from windictator.settings.word_list import read_word_list
from windictator.text.phrase_index import VocabularyError

MINE = '''\
# My words.

[words]
# people
jane = "Jane"  # my sister
"my address" = """
1 Main Street
Springfield"""

# things
arrow = { text = "->", space = "none" }

[words.dear]
text = "dear"
formatting = ["capital"]  # as in letters
# the end
'''


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        ("", {"a b": "x"}, '[words]\n"a b" = "x"\n'),
        ("# mine", {"a": "x"}, '# mine\n\n[words]\na = "x"\n'),
        (MINE, {"jane": "JANE"}, MINE.replace('"Jane"', '"JANE"')),
        (MINE, {"JANE": None}, MINE.replace('jane = "Jane"  # my sister\n', "")),
        (MINE, {"My  Address": "here"}, MINE.replace('"""\n1 Main Street\nSpringfield"""', '"here"')),
        (MINE, {"arrow": None}, MINE.replace('arrow = { text = "->", space = "none" }\n', "")),
        (MINE, {"new": "x"}, MINE.replace('"none" }\n', '"none" }\nnew = "x"\n')),
        (MINE, {"dear": None}, MINE[: MINE.index("[words.dear]")] + "# the end\n"),
        (
            MINE,
            {"dear": "Dear"},
            MINE[: MINE.index("\n[words.dear]")].replace('"none" }\n', '"none" }\ndear = "Dear"\n') + "\n# the end\n",
        ),
        ('[words.x]\ntext = "a"\n', {"y": "b"}, '[words.x]\ntext = "a"\n\n[words]\ny = "b"\n'),
        ('[words]\na = "#" # b', {"a": "c"}, '[words]\na = "c" # b\n'),
        ('[words]\na.text = "x"\na.space = "none"\nb = "y"\n', {"a": "z"}, '[words]\nb = "y"\na = "z"\n'),
        (MINE, {}, MINE),
    ],
)
def test_edit_keeps_the_rest_of_the_file(before, changes, after):
    """Comments, order, other entries, however they are written."""
    assert edit_words(before, changes, "words.toml") == after


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t\"'\\#[]={}"), min_size=1)
phrases = st.text(st.characters(categories=["L", "N", "P", "S"], include_characters=" "), min_size=1).filter(
    normalise_phrase
)


@pytest.mark.slow
@settings(max_examples=30)
@given(
    st.dictionaries(phrases.map(normalise_phrase), texts),
    st.dictionaries(phrases.map(normalise_phrase), texts),
    st.data(),
)
def test_edited_words_are_read_back(first, second, data):
    """Adding, replacing and taking out any texts under any phrases, from nothing and from a file with comments."""
    for start in ("", MINE):
        expected = {normalise_phrase(phrase): entry for phrase, entry in file_entries(start, "x").items()}
        for changes in (first, second):
            expected |= changes
            start = edit_words(start, changes, "x")
        gone = data.draw(st.sets(st.sampled_from(sorted(expected)))) if expected else set()
        start = edit_words(start, dict.fromkeys(gone), "x")
        found = (
            {normalise_phrase(phrase): entry for phrase, entry in tomllib.loads(start)["words"].items()}
            if start
            else {}
        )
        assert found == {phrase: entry for phrase, entry in expected.items() if phrase not in gone}
        if start.startswith("# My"):
            assert "# people\n" in start and "# things\n" in start and start.endswith("# the end\n")


@pytest.mark.parametrize("unusual", ['words = { a = "x", b = "z" }\n', 'words.b = "x"\n'])
def test_unusual_file_is_unchanged(unusual):
    """One line says that it is for an editor; other files of the user's are never guessed at."""
    with pytest.raises(VocabularyError, match=r"^words\.toml: cannot be edited automatically and is unchanged"):
        edit_words(unusual, {"a": "y"}, "words.toml")


@pytest.mark.parametrize("broken", ["[words", "words = 1", "[words]\na = 1\na = 2"])
def test_broken_file_is_refused(broken):
    """As it is when it is read."""
    with pytest.raises(VocabularyError, match=r"^words\.toml:"):
        edit_words(broken, {"a": "y"}, "words.toml")


# Lists from elsewhere


@pytest.mark.parametrize(
    ("content", "name", "entries"),
    [
        ("WinDictator\n\n  Łódź \r\nNew-York\nO'Brien\n", "names.txt", {
            "windictator": "WinDictator", "łódź": "Łódź", "new york": "New-York", "o'brien": "O'Brien",
        }),
        ("btw\tby the way\n\nmy mail\tjane@example.com\n", "list.txt", {
            "btw": "by the way", "my mail": "jane@example.com",
        }),
        ("btw\tby the way", "list.tsv", {"btw": "by the way"}),
        ('btw,"by the way, Jane"\naddress,"1 Main Street\nSpringfield"\n', "list.CSV", {
            "btw": "by the way, Jane", "address": "1 Main Street\nSpringfield",
        }),
        ('[words]\nx = { text = "y", space = "none" }', "w.toml", {"x": {"text": "y", "space": "none"}}),
        ("", "empty", {}),
        ("# Names\nJane\n#\n#hashtag\nC#\n", "x.txt", {"jane": "Jane", "hashtag": "#hashtag", "c": "C#"}),
    ],
)  # fmt: skip
def test_word_list_forms_are_read(content, name, entries):
    """Plain, two columns, TOML."""
    assert read_word_list(content, name) == entries


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        ("a\n+++\n", "x.txt", r"^x\.txt:2: '\+\+\+' has no letters"),
        ("a\tb\nc\n", "x.txt", r"^x\.txt:2: must have two columns"),
        ("a,b,c\n", "x.csv", r"^x\.csv:1: must have two columns"),
        ("a,\n", "x.csv", r"^x\.csv:1: must have two columns"),
        ('a,"b\n', "x.csv", r"^x\.csv:1: "),
        ("[words]\nx = 1979-05-27", "x.toml", r"^x\.toml:2: words\.x: "),
        ("x", "x.toml", r"^x\.toml:end: not valid TOML"),
    ],
)
def test_wrong_word_list_is_refused(content, name, problem):
    """With its line."""
    with pytest.raises(VocabularyError, match=problem):
        read_word_list(content, name)


@pytest.mark.slow
def test_ten_thousand_words_are_added_quickly():
    """A list of a profession's words: no more than a second or two."""
    entries = {f"word {number}": f"Word\n{number}" for number in range(10_000)}
    text = edit_words(MINE, entries, "words.toml")
    assert len(parse_words(text, "words.toml")) == 10_004
