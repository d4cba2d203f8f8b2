"""Comparison of what is written with what others would write for the same words."""

from __future__ import annotations

import enum
import re
import unicodedata

_NUMBER_WORDS = {
    word: str(value)
    for words, values in (
        ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", range(16)),
        ("sixteen seventeen eighteen nineteen", range(16, 20)),
        ("twenty thirty forty fifty sixty seventy eighty ninety", range(20, 100, 10)),
    )
    for word, value in zip(words.split(), values, strict=True)
}
_ORDINAL_WORDS = {
    word: f"{number}{'st' if number == 1 else 'nd' if number == 2 else 'rd' if number == 3 else 'th'}"
    for number, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"], 1
    )
}
_EQUAL_WORDS = {
    "percent": "%",
    "per cent": "%",
    "dollars": "$",
    "dollar": "$",
    "saint": "st",
    "doctor": "dr",
    "mister": "mr",
    "professor": "prof",
    "versus": "vs",
    "o'clock": "oclock",
    "&": "and",
    "number": "no",
    "#": "no",
    "half": "1/2",
}
"""Pairs of writings of which both are good."""


class Verdict(enum.Enum):
    """Verdict on a text."""

    RIGHT = "right"
    """Letter for letter, apart from marks that nobody said."""
    STYLE = "style"
    """The same in another style: capitals, spaces, digits or words, hyphens, units, a leading zero."""
    WRONG = "wrong"


def verdict(written: str, wanted: str, marks_are_said: bool = False) -> Verdict:
    """Compare ``written`` with ``wanted``, alternatives of which are separated by "||".

    marks_are_said: True if the utterance contained the words of all marks.
    """
    choices = [choice.replace("\\n", "\n").replace("\\\\", "\\") for choice in wanted.split("||")]
    if any(written.strip() == choice.strip() for choice in choices):
        return Verdict.RIGHT
    if not marks_are_said and any(_without_marks(written) == _without_marks(choice) for choice in choices):
        return Verdict.RIGHT
    if any(_loosely(written) == _loosely(choice) for choice in choices):
        return Verdict.STYLE
    return Verdict.WRONG


def _without_marks(text: str) -> str:
    """Return ``text`` without marks between words and at its end, as far as they are not said."""
    text = text.translate(str.maketrans("’‘“”–—", "''\"\"--"))
    text = re.sub(r"\s*[,;:!?\"()…]+(?=\s|$)|(?<!\S)[\"(']+|(?<=\w)\s*[.]+(?=\s|$)|'(?=\s|$)|\s-+(?=\s)", " ", text)
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def _loosely(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.replace("½", " 1/2")).casefold()
    text = re.sub(r"(?<=\d)[,\s](?=\d{3}\b)", "", text)
    text = re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", text)
    text = re.sub(r"[$£€₩¥](\d[\d.,]*)", r"\1$", text)
    for word, other in _EQUAL_WORDS.items():
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", f" {other} ", text)
    words = re.sub(r"-(?=\w)", " ", text).split()
    words = [_ORDINAL_WORDS.get(word, _NUMBER_WORDS.get(word, word)) for word in words]
    text = re.sub(r"\b0(?=\d:\d\d)", "", " ".join(words))
    text = re.sub(r"(?<=\d)\.(?=\d)", "·", text)
    return re.sub(r"[^\w%$/@:+²³°·]|(?<!\d):|:(?!\d)|_", "", text)
