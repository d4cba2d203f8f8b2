"""Edits at the caret: BackSpaces and new text that change the text on the screen into the wanted text.

The common beginning of both texts stays, the rest is erased by BackSpaces, and the missing text is typed. In most
applications a BackSpace removes a whole character as a reader sees it, not a code point. An edit must therefore begin
where such a character begins in both texts: "e" followed by a combining acute is not "e" with something appended.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class BackspaceUnit(enum.Enum):
    """Text that one BackSpace removes in an application."""

    GRAPHEME = "grapheme"
    """An extended grapheme cluster (Unicode Standard Annex 29) of Latin and similar scripts, and of emoji.

    One code point of scripts whose signs are typed one by one (India, South-East Asia, points of Arabic and Hebrew).
    GTK does so.
    """
    CODE_POINT = "code_point"
    """One code point, which one press of Left passes too, in Tk and terminals."""
    CODE_POINT_OF_GRAPHEME = "code_point_of_grapheme"
    """One code point, while one press of Left passes a whole grapheme cluster, in Qt."""
    EMOJI = "emoji"
    """A code point, or a whole emoji, in Chromium and its derivatives (Blink, backspace_state_machine.cc)."""
    EMOJI_PARTS = "emoji_parts"
    """A code point, a flag, an emoji with its skin tone, or a character with its variation selector, in Firefox.

    No rule was found for emoji that are joined by U+200D.
    """


#: Beginning of clusters that one BackSpace removes as a whole: Latin and similar, Greek, Cyrillic, kana, Hangul
#: syllables, emoji without tags. From break.c of Pango, which GTK uses.
_WHOLE = (
    r"(?!.*[\U000E0020-\U000E007F])[\u0000-\u02AF\u0370-\u03FF\u0400-\u052F\u1E00-\u1FFF\u3040-\u30FF\uAC00-\uD7A3"
    r"\p{Extended_Pictographic}\p{Regional_Indicator}]"
)
_VARIATION_SELECTOR = r"[\uFE00-\uFE0F\U000E0100-\U000E01EF]"
_SKIN_TONE = r"[\U0001F3FB-\U0001F3FF]"
#: Part of a cluster that one BackSpace removes, if that is neither the cluster nor a code point.
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
    """BackSpaces, followed by typed text.

    erase: number of BackSpaces.
    insert: text that is typed after them.
    erased: text that the BackSpaces remove.
    """

    erase: int
    insert: str
    erased: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        """Return True if the edit changes anything."""
        return bool(self.erase or self.insert)


def _clusters(text: str, unit: BackspaceUnit) -> list[str]:
    """Return ``text`` cut into the parts that single presses of Left pass, in reading order."""
    # In ASCII only CR LF is a cluster of more than one code point; this shortcut also avoids the import.
    if unit is BackspaceUnit.CODE_POINT or (text.isascii() and "\r" not in text):
        return list(text)
    import regex  # here, because it takes 20 ms and most text is ASCII

    return regex.findall(r"\X", text)


def _units(text: str, unit: BackspaceUnit) -> list[str]:
    """Return ``text`` cut into the parts that single BackSpaces remove, in reading order."""
    if unit is BackspaceUnit.CODE_POINT_OF_GRAPHEME:
        return list(text)
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
            pending += reversed(_clusters(cluster[1:], unit))  # a sign may precede a character that is whole
    return units


def _is_whole(cluster: str) -> bool:
    import regex

    return regex.match(_WHOLE, cluster) is not None


def has_certain_units(text: str, unit: BackspaceUnit) -> bool:
    """Return True if the effect of BackSpaces on ``text`` is known for this unit."""
    return unit is not BackspaceUnit.EMOJI_PARTS or "\u200d" not in text


def cursor_units(text: str, unit: BackspaceUnit = BackspaceUnit.GRAPHEME) -> tuple[str, ...]:
    """Return the parts that successive presses of Left pass from the end of ``text``, the last part first.

    For ``GRAPHEME`` these are the characters as a reader counts them.
    """
    return tuple(reversed(_clusters(text, unit)))


def backspace_units(text: str, unit: BackspaceUnit = BackspaceUnit.GRAPHEME) -> tuple[str, ...]:
    """Return the parts that successive BackSpaces remove from the end of ``text``, the last part first."""
    return tuple(reversed(_units(text, unit)))


def edit_between(
    before: str, after: str, unit: BackspaceUnit = BackspaceUnit.GRAPHEME, *, selectable: bool = False
) -> Edit:
    """Return the smallest edit at the caret, which is after ``before``, that results in ``after``.

    selectable: True to begin the edit before a whole character, so that the erased text can be selected.
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
    """Return the text before the caret after the edit, from ``text`` before it; erasing ends at the beginning."""
    units = _units(text, unit)
    return "".join(units[: max(len(units) - edit.erase, 0)]) + edit.insert
