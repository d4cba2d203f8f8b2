"""Mails that are corrected while they are dictated."""

from __future__ import annotations

_NAMES = ["anna", "bernard", "clara", "david", "emma", "felix", "greta", "henry", "irene", "jacob"]
_THINGS = [
    "committee",
    "balloon",
    "coffee",
    "letter",
    "assessment",
    "bookkeeper",
    "address",
    "possibility",
    "success",
    "tomorrow",
]
_CORRECTIONS = [
    ["delete last two words", "hall period"],
    ["replace hall with little office", "undo that"],
    ["cap that", "undo that", "redo that"],
    ["select hall", "garden room"],
    ["uppercase that"],
    ["new paragraph", "this is all i need", "scratch that", "is it all right question mark"],
    ["he said open quote hello there close quote to me", "replace hello with good day", "scratch that"],
    ["wait ellipsis and see", "scratch that", "undo that"],
    ["it costs five dollars and one half of it is the third of march", "replace costs with needs"],
    ["it's what we don't need", "scratch that", "let's see"],
    ["a dash here", "delete last word", "there"],
    ["new line", "dash item", "new line", "second item", "scratch that"],
    ["select last two words", "cap that"],
    ["delete last sentence", "never mind period"],
    ["backspace three", "scratch that"],
    ["insert before hall", "big"],
    ["repeat that", "scratch that"],
    ["we need the address book", "new line", "book again", "scratch that", "scratch that", "undo that"],
]
MAIL_COUNT = 20


def mail(number: int) -> list[str]:
    """Return the utterances of one mail; 0 to ``MAIL_COUNT`` - 1 are all different."""
    thing, other = _THINGS[number % 10], _THINGS[(number * 3 + 1) % 10]
    lines = [
        f"dear {_NAMES[number % 10]} comma new paragraph",
        f"i am writing about the {thing} that we discussed on monday",
        "scratch that",
        f"thank you for the {thing} period",
        f"replace {thing} with {other}",
        "we will all meet in the hall at three thirty period",
    ]
    for choice in (number, number * 5 + 2, number * 7 + 4):
        lines += _CORRECTIONS[choice % len(_CORRECTIONS)]
    return [
        *lines,
        "new paragraph",
        "kind regards comma new line",
        f"the {other} team",
        f"replace {other} with {thing}",
    ]


def with_partials(lines: list[str]) -> list[str]:
    """Return ``lines`` as they are recognised word by word, with words now and then that become others."""
    spoken: list[str] = []
    for line in lines:
        words = line.split()
        for count in range(1, len(words) + 1):
            spoken.append("~" + " ".join(words[:count]))
            if count % 3 == 0:
                spoken.append("~" + " ".join([*words[: count - 1], "well"]))
        spoken.append(line)
    return spoken
