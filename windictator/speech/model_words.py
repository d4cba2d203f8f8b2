"""Words that a speech model knows; it can never recognise others.

Vosk reads them from ``words.txt`` if this file exists, otherwise from the table of output symbols in ``Gr.fst`` or
``HCLG.fst`` (``src/model.cc`` of vosk 0.3.45). OpenFst defines the format of these tables (``fst/fst.h``,
``fst/symbol-table.h``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from windictator.speech.model_folder import FST_HAS_INPUT_SYMBOLS, FST_HAS_OUTPUT_SYMBOLS, FST_MAGIC
from windictator.speech.model_symbols import symbol_to_word

_SYMBOLS_MAGIC = 2125658996


def model_words(folder: Path) -> frozenset[str] | None:
    """Return the words, case-folded, or None if they are not found. Raises OSError."""
    for graph in (folder / "graph", folder):
        if (graph / "words.txt").is_file():
            return _to_words(line.rpartition(b" ")[0] for line in (graph / "words.txt").read_bytes().splitlines())
        for name in ("Gr.fst", "HCLG.fst"):
            if (graph / name).is_file():
                try:
                    found = _read_output_symbols((graph / name).read_bytes())
                except struct.error:  # the file is broken; "models verify" reports it
                    found = None
                return None if found is None else _to_words(found)
    return None


def _to_words(symbols: Iterator[bytes] | list[bytes]) -> frozenset[str]:
    """Return the words among ``symbols``, without marks of silence and the like ("#0" is used only in the graph)."""
    words = (symbol_to_word(symbol.decode("utf-8", "replace").strip()).casefold() for symbol in symbols)
    return frozenset(word for word in words if word and word[0] != "#")


def _read_output_symbols(content: bytes) -> list[bytes] | None:
    """Return the symbols in the table of a transducer, or None if it has no table. Raises struct.error."""
    (magic,) = struct.unpack_from("<i", content)
    if magic != FST_MAGIC:
        return None
    _, at = _read_string(content, 4)
    _, at = _read_string(content, at)
    header = struct.Struct("<iiQqqq")
    _version, flags, *_counts = header.unpack_from(content, at)
    at += header.size
    symbols: list[bytes] | None = None
    for table in (FST_HAS_INPUT_SYMBOLS, FST_HAS_OUTPUT_SYMBOLS):
        if flags & table:
            symbols, at = _read_symbol_table(content, at)
    return symbols if flags & FST_HAS_OUTPUT_SYMBOLS else None


def _read_symbol_table(content: bytes, at: int) -> tuple[list[bytes], int]:
    """Return the symbols of a table, and the position of its end."""
    (magic,) = struct.unpack_from("<i", content, at)
    if magic != _SYMBOLS_MAGIC:
        raise struct.error
    _, at = _read_string(content, at + 4)
    _next_key, size = struct.unpack_from("<qq", content, at)
    if size < 0:
        raise struct.error
    at += 16
    symbols = []
    for _ in range(size):
        symbol, at = _read_string(content, at)
        symbols.append(symbol)
        at += 8  # its key
    return symbols, at


def _read_string(content: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from("<i", content, at)
    if length < 0 or at + 4 + length > len(content):
        raise struct.error
    return content[at + 4 : at + 4 + length], at + 4 + length
