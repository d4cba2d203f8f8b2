"""What the autocorrection of office programs may make longer or shorter than it was typed.

A correction by BackSpaces counts characters, so what matters is only whether their number may have changed. Capitals,
apostrophes, " - " and raised "st", "nd", "rd", "th" keep it. Observed in LibreOffice 7.4; its list of replacements for
English is acor_en-US.dat. The misspellings in that list are not covered: they are no words that are dictated.
"""

from __future__ import annotations

import re

#: Double quotes become quotation marks, which French sets off by spaces.
_REPLACED_SEQUENCE = re.compile(
    r"""
    \.\.\. | -- | -> | <- | => | <= | "
    | \((?:c|e|r|tm)\)
    | (?<![\d/])\d/\d(?![\d/])                             # 1/2
    | :[^\s:]+:                                           # names of emoji
    | \b(?:could|may|might|must|should|will|would)\sof\s(?:been|had)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: What turns a line into an item of a list, a table or a rule.
_LINE_START = re.compile(r"(?:[-*+\u2022\u2013\u2014]|\(?\w{1,3}[.)])\s|([-=*_#~+.])\1\1|\+-|\|")


def begins_item(line: str) -> bool:
    """Return True if a line that begins so may become an item of a list, without the characters that say so."""
    return _LINE_START.match(line) is not None


def autocorrectable_part(text: str, start: int) -> str:
    """Return what of ``text`` from ``start`` on may have another length by now, "" if nothing may.

    text: characters as they were typed, from any place before ``start`` up to the caret.
    """
    word = text.rfind(" ", 0, start) + 1
    begin = max(word, text.rfind("\n", 0, start) + 1)  # a word that is partly kept may have changed as a whole
    for found in _REPLACED_SEQUENCE.finditer(text, max(begin - len("could of "), 0)):
        if found.end() > start:
            return found.group()
    line = text.rfind("\n", 0, start) + 1
    for each in text[line:].split("\n"):
        found_start = _LINE_START.match(each)
        if found_start and (line + found_start.end() > start or "\n" in text[max(line, start) :]):
            return found_start.group().rstrip()
        line += len(each) + 1
    return ""
