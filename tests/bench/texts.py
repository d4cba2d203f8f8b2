"""The texts that are typed: always the same."""

from __future__ import annotations

import random

_COMMON = """the a of and to in is was that it for on with as at by from this have are not you we they be or an which
one all said there can has more if when out so what up about into than them some could time these two may first then do
any like my now over such our man most made after also did many before must through back years where much your way well
down should because each just those people mister how too little state good very make world still own see men work long
here get both between being under never day same another know while last might us great old year off come since against
go came right used take three"""
_WORDS = _COMMON.split()
_ENDS = (".", ".", ".", "?", "!", ";", ",", ",", ":")

UNMAPPED = "àâäçéèêëîïôöùûüÿæœßñõãåøđłśźżčěřšžůţąęįųőű“”‘’«»–—…€£¥§°±×÷µ¿¡"[:60]
"""Sixty characters that the layout us has not, all in the basic plane, so that every program can type them."""


def mixed_case(length: int) -> str:
    """English words with capitals, digits and punctuation: characters of the layout us in the levels one and two."""
    choose = random.Random(1)
    text = ""
    begins = True
    while len(text) < length:
        word = choose.choice(_WORDS)
        kind = choose.random()
        if begins or kind < 0.08:
            word = word.capitalize()
        elif kind < 0.11:
            word = word.upper()
        elif kind < 0.14:
            word = str(choose.randrange(10_000))
        begins = choose.random() < 0.12
        text += word + (choose.choice(_ENDS) if begins else "") + " "
    return text[: length - 1].ljust(length, ".") if length else ""


def unmapped(characters: int = len(UNMAPPED)) -> str:
    """That many different characters which the layout lacks, each of them twice, among words that it has."""
    choose = random.Random(2)
    wanted = [*UNMAPPED[:characters], *UNMAPPED[:characters]]
    choose.shuffle(wanted)
    return " ".join(choose.choice(_WORDS) + character for character in wanted)
