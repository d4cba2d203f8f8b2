"""Symbols in a model's list of words: words, numbers in brackets, or marks of other sounds.

The marks come from Kaldi's recipes. ``<...>`` and ``!SIL`` never stand for a word; a symbol in brackets may. The Korean
model writes its numbers in brackets: ``[8]``, ``[공]``, ``(백)``, ``{만}``.
"""

from __future__ import annotations

_NOISE_NAMES = frozenset(
    {
        "unk",
        "oov",
        "spn",
        "nsn",
        "sil",
        "silence",
        "noise",
        "laughter",
        "laugh",
        "breath",
        "breathing",
        "inhale",
        "exhale",
        "cough",
        "sneeze",
        "sniff",
        "sigh",
        "throat",
        "click",
        "lipsmack",
        "smack",
        "hes",
        "hesitation",
        "music",
        "applause",
        "beep",
        "ring",
        "crosstalk",
        "background",
        "pause",
    }
)
"""Names of marks; all names that end in "-noise" are marks too."""

_BRACKETS = ("[]", "()", "{}")

_DIGITS = dict(zip("공영일이삼사오육칠팔구", "00123456789", strict=True))
"""Korean digits, as they are spoken one by one."""


def symbol_to_word(symbol: str) -> str:
    """Return the word that a symbol stands for, "" for a mark of silence, noise or an unknown word."""
    if symbol.startswith("<") and symbol.endswith(">"):
        return ""
    if symbol.startswith("!"):
        return "" if symbol[1:].casefold() in _NOISE_NAMES else symbol
    if len(symbol) < 3 or symbol[0] + symbol[-1] not in _BRACKETS:
        return symbol
    inside = symbol[1:-1]
    name = inside.casefold().replace("_", "-")
    if name in _NOISE_NAMES or name.endswith("-noise"):
        return ""
    return _DIGITS.get(inside, inside)


def symbols_to_text(symbols: str) -> str:
    """Return the text that symbols with spaces between them stand for."""
    return " ".join(filter(None, map(symbol_to_word, symbols.split())))
