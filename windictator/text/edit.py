"""The one operation behind every correction: the text on the screen against the text wanted.

What is the same at the beginning stays, the rest is erased by BackSpaces, and what is missing is inserted. The
trap is that a BackSpace does not remove a code point in most applications but what the reader takes for a
character, so an edit must begin where such a character begins in both texts: "e" followed by a combining acute is
not "e" with something appended.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class BackspaceUnit(enum.Enum):
    """What one BackSpace removes in an application."""

    GRAPHEME = "grapheme"
    """An extended grapheme cluster (Unicode Standard Annex 29) of Latin and its like, and of emoji; of scripts whose
    signs are typed one by one, as those of India, South-East Asia, Arabic and Hebrew points, one code point: GTK, Qt
    and Tk all do."""
    CODE_POINT = "code_point"
    """Qt, Tk and terminals."""
    EMOJI = "emoji"
    """A code point, or a whole emoji: Chromium and all that is made of it (Blink, backspace_state_machine.cc)."""
    EMOJI_PARTS = "emoji_parts"
    """A code point, or a flag, an emoji with its skin, a character with its variation selector: Firefox. It goes by no
    rule that could be found in emoji that are joined (U+200D)."""


#: How clusters begin that one BackSpace removes as a whole: Latin with what stands beside it, Greek, Cyrillic, kana,
#: Hangul syllables, emoji without tags. From Pango's break.c, by which GTK goes.
_WHOLE = (
    r"(?!.*[\U000E0020-\U000E007F])[\u0000-\u02AF\u0370-\u03FF\u0400-\u052F\u1E00-\u1FFF\u3040-\u30FF\uAC00-\uD7A3"
    r"\p{Extended_Pictographic}\p{Regional_Indicator}]"
)
_VARIATION_SELECTOR = r"[\uFE00-\uFE0F\U000E0100-\U000E01EF]"
_SKIN_TONE = r"[\U0001F3FB-\U0001F3FF]"
#: What of a cluster one BackSpace removes where that is neither all of it nor a code point.
_PARTS = {
    BackspaceUnit.EMOJI: (
        rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3"
        rf"|\p{{Extended_Pictographic}}(?:\uFE0F|{_SKIN_TONE})?(?:[\U000E0020-\U000E007E]+\U000E007F)?"
        rf"(?:\u200D\p{{Extended_Pictographic}}(?:\uFE0F|{_SKIN_TONE})?)*|(?s:.){_VARIATION_SELECTOR}?"
    ),
    BackspaceUnit.EMOJI_PARTS: (
        rf"\p{{Regional_Indicator}}{{2}}|\p{{Extended_Pictographic}}{_SKIN_TONE}|(?s:.){_VARIATION_SELECTOR}?"
    ),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """``erase``: number of BackSpaces; then ``insert`` is typed. ``erased``: the text that the BackSpaces remove."""

    erase: int
    insert: str
    erased: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.erase or self.insert)


def _clusters(text: str, unit: BackspaceUnit) -> list[str]:
    """The text cut into what single presses of Left pass, in reading order."""
    # In ASCII only CR LF is a cluster of more than one code point; the short way also spares the import.
    if unit is BackspaceUnit.CODE_POINT or (text.isascii() and "\r" not in text):
        return list(text)
    import regex  # here, because it takes 20 ms and most text is ASCII

    return regex.findall(r"\X", text)


def _units(text: str, unit: BackspaceUnit) -> list[str]:
    """The text cut into what single BackSpaces remove, in reading order."""
    clusters = _clusters(text, unit)
    if len(clusters) == len(text):
        return clusters
    if parts := _PARTS.get(unit):
        import regex

        return [part for cluster in clusters for part in regex.findall(parts, cluster)]
    units: list[str] = []
    pending = clusters[::-1]
    while pending:
        cluster = pending.pop()
        if len(cluster) == 1 or _is_whole(cluster):
            units.append(cluster)
        else:
            units.append(cluster[0])
            pending += reversed(_clusters(cluster[1:], unit))  # a sign may stand before a character that is whole
    return units


def _is_whole(cluster: str) -> bool:
    import regex

    return regex.match(_WHOLE, cluster) is not None


def has_certain_units(text: str, unit: BackspaceUnit) -> bool:
    """Return True if it is known how ``text`` goes by BackSpaces."""
    return unit is not BackspaceUnit.EMOJI_PARTS or "\u200d" not in text


def cursor_units(text: str, unit: BackspaceUnit = BackspaceUnit.GRAPHEME) -> tuple[str, ...]:
    """What successive presses of Left pass from the end of ``text``, and a reader takes for characters: likewise."""
    return tuple(reversed(_clusters(text, unit)))


def backspace_units(text: str, unit: BackspaceUnit = BackspaceUnit.GRAPHEME) -> tuple[str, ...]:
    """What successive BackSpaces at the end of ``text`` remove: the last unit first, until nothing is left."""
    return tuple(reversed(_units(text, unit)))


def edit_between(
    before: str, after: str, unit: BackspaceUnit = BackspaceUnit.GRAPHEME, *, selectable: bool = False
) -> Edit:
    """The smallest edit at the caret, which stands behind ``before``, that leaves ``after`` there.

    ``selectable``: it begins where the caret can be, so that what it erases can be selected: before a character as a
    reader sees it.
    """
    cut, by = (_clusters, BackspaceUnit.GRAPHEME) if selectable else (_units, unit)
    old, new = cut(before, by), cut(after, by)
    kept = 0
    for there, wanted in zip(old, new, strict=False):
        if there != wanted:
            break
        kept += 1
    erased = "".join(old[kept:])
    return Edit(len(_units(erased, unit)) if selectable else len(old) - kept, "".join(new[kept:]), erased)


def apply_edit(edit: Edit, text: str, unit: BackspaceUnit = BackspaceUnit.GRAPHEME) -> str:
    """What stands before the caret after the edit, where ``text`` stood there; erasing ends at the beginning."""
    units = _units(text, unit)
    return "".join(units[: max(len(units) - edit.erase, 0)]) + edit.insert
