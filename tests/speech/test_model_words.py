"""The words of a model: from its list, or from the table inside its graph."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import windictator
from windictator.speech.model_words import model_words

DEMONSTRATION = Path(windictator.__file__).parent / "speech/demonstration/vosk-model-tiny-tts-en"
SYMBOLS = ["<eps>", "honest", "O'Brien", "été", "[8]", "[unk]", "!SIL", "#0", "<s>"]


def string(text):
    return struct.pack("<i", len(text.encode())) + text.encode()


def table(symbols):
    entries = b"".join(string(symbol) + struct.pack("<q", key) for key, symbol in enumerate(symbols))
    return struct.pack("<i", 2125658996) + string("words") + struct.pack("<qq", len(symbols), len(symbols)) + entries


def transducer(flags, *tables):
    """As OpenFst writes it, without states."""
    header = struct.pack("<iiQqqq", 2, flags, 0, 0, 0, 0)
    return struct.pack("<i", 2125659606) + string("const") + string("standard") + header + b"".join(tables)


def graph(folder, **files):
    (folder / "graph").mkdir()
    for name, content in files.items():
        (folder / "graph" / name.replace("_", ".")).write_bytes(content)
    return folder


def test_the_list_of_the_demonstrations_model():
    """It has such a table; the mark of silence is not a word."""
    words = model_words(DEMONSTRATION)
    assert words is not None and {"hands", "quick"} <= words
    assert not any(word.startswith(("<", "#")) for word in words)


@pytest.mark.parametrize("name", ["Gr_fst", "HCLG_fst"])
@pytest.mark.parametrize(("flags", "tables"), [(2, [SYMBOLS]), (3, [["a", "b"], SYMBOLS])])
def test_the_table_of_a_graph(tmp_path, name, flags, tables):
    """Where there is no list; behind the table of the other side, if that is there."""
    folder = graph(tmp_path, **{name: transducer(flags, *map(table, tables)) + b"states"})
    assert model_words(folder) == {"honest", "o'brien", "été", "8"}


def test_no_words_are_found(tmp_path):
    """In no model, and in a graph that has none."""
    assert model_words(tmp_path) is None
    assert model_words(graph(tmp_path, Gr_fst=transducer(1, table(SYMBOLS)))) is None


WHOLE = transducer(3, table(["a"]), table(SYMBOLS))


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=6))
def test_a_damaged_graph_is_no_obstacle(tmp_path_factory, cut, rest):
    """Nothing is raised, and half a table is not used."""
    folder = graph(tmp_path_factory.mktemp("model"), Gr_fst=WHOLE[:cut] + rest)
    assert model_words(folder) is None or cut >= len(WHOLE) - 20
