"""Corrections: from the text that may still be changed to the text that should stand there.

Each gives a ``Change`` of an ``OpenText``, or raises ``NotPossible`` with the reason for the user. How the change comes
onto the screen, and which entries of the ledger it makes, is the same for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from windictator.errors import WinDictatorError
from windictator.text.context_adjust import BEFORE_LENGTH, Context, starts_sentence
from windictator.text.edit import passes
from windictator.text.ledger import Entries, Entry, Step, text_of
from windictator.text.line_breaks import LINE_ENDS, line_start

LOOK_BACK = 2000
"""Characters at the end of the open text that corrections look at."""
REACH = 200
"""Characters behind a change that are typed anew for it; what stands further back is not changed."""

_WORD = re.compile(r"\S+")
_SPACES = re.compile(rf"[^\S{LINE_ENDS}]+")
_JOINING = "([{<“‘«/-_@\\ \t"
"""Marks that no space follows."""
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "off", "on", "onto", "or"}
    | {"over", "the", "to", "up", "via", "with"}
)


class NotPossible(WinDictatorError):
    """A correction that cannot be carried out, and why."""


@dataclass(frozen=True, slots=True)
class OpenText:
    """The end of what was typed last in a window and may be changed. ``whole``: nothing open stands before it.

    ``reach``: how many characters may stand behind what is changed. ``selected``: from where to where it is selected.
    """

    entries: Entries
    whole: bool = True
    reach: int = REACH
    selected: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """As it stands on the screen."""
        return text_of(self.entries)

    @property
    def lead(self) -> str:
        """What stands before it, as far as it is known."""
        return self.entries[0].before.before if self.entries else ""

    @property
    def phrase(self) -> int:
        """Where the last utterance begins that has a text."""
        behind = 0
        for entry in reversed(self.entries):
            behind += len(entry.typed)
            if entry.typed:
                break
        return len(self.text) - behind

    @property
    def target(self) -> tuple[int, int]:
        """What is meant by "that": what is selected, or the last utterance."""
        return self.selected or (self.phrase, len(self.text))

    def context(self, position: int) -> Context:
        """For a word that is to stand at ``position``."""
        return Context.after((self.lead + self.text[:position])[-BEFORE_LENGTH:])


@dataclass(frozen=True, slots=True)
class Change:
    """``text`` takes the place of the characters from ``start`` up to ``end``."""

    start: int
    end: int
    text: str


Correction = Callable[[OpenText], Change]
Write = Callable[[Context], str]
"""Gives the text of new words, with its space and its case, for the context it will stand in."""


def step_of(open_text: OpenText, change: Change, heard: str = "") -> Step:
    """The change as a step of the ledger; ``heard`` is added to what was heard for the text it changes.

    Raises NotPossible where too much stands behind it.
    """
    text, entries = open_text.text, open_text.entries
    if len(text) - change.end > open_text.reach:
        raise NotPossible(
            f"that stands {len(text) - change.end} characters back: more than {open_text.reach} would have to be typed"
            " anew"
        )
    starts = _starts(entries)
    ends = [start + len(entry.typed) for start, entry in zip(starts, entries, strict=True)]
    inserts = change.start == change.end
    first = next(n for n, end in enumerate(ends) if end > change.start or (inserts and end == change.start))
    last = next(n for n in range(first, len(ends)) if ends[n] >= change.end)
    if change.end == len(text):
        last = len(ends) - 1  # what was asked for the next word goes with the end that asked for it
    typed = text[starts[first] : change.start] + change.text + text[change.end : ends[last]]
    after: list[Entry] = []
    if typed:
        after.append(_joined(entries[first : last + 1], typed, heard, pure=not change.text and last == len(ends) - 1))
    known = entries[first].before.before + typed
    for entry in entries[last + 1 :]:
        before, known = known, known + entry.typed
        after.append(
            replace(
                entry,
                before=replace(entry.before, before=before[-BEFORE_LENGTH:]),
                after=replace(entry.after, before=known[-BEFORE_LENGTH:]),
            )
        )
    return Step(entries[first:], tuple(after))


def _starts(entries: Entries) -> list[int]:
    starts, position = [], 0
    for entry in entries:
        starts.append(position)
        position += len(entry.typed)
    return starts


def _joined(entries: Entries, typed: str, heard: str, pure: bool) -> Entry:
    """One entry in the place of some, with another text. ``pure``: their end was only erased."""
    first, last = entries[0], entries[-1]
    said = dict.fromkeys(filter(None, [*(entry.heard for entry in entries if entry.typed), heard]))
    after = first.before.followed_by(typed)
    if not pure:
        same_end = text_of(entries)[-1:] == typed[-1:]
        ending = last.after if same_end else replace(after, case_mode=last.after.case_mode)
        after = replace(ending, before=after.before, spaceless=last.after.spaceless)
    return Entry(" ".join(said), typed, first.before, after)


# Erasing


def scratch(open_text: OpenText) -> Change:
    """Erase the last utterance, or what is selected."""
    start, end = open_text.target
    text = open_text.text
    if open_text.selected and (open_text.lead + text[:start])[-1:] in ("", *LINE_ENDS):
        while text[end : end + 1] == " ":
            end += 1
    elif open_text.selected and not text[end : end + 1].isalnum():
        start = _without_space(text, start)
    return Change(start, end, "")


def delete_characters(count: int) -> Correction:
    """Erase the last ``count`` characters, as the reader counts them; one alone is what is selected, if anything is."""

    def correction(open_text: OpenText) -> Change:
        if open_text.selected and count == 1:
            return Change(*open_text.selected, "")
        units = passes(open_text.text)
        _enough(len(units), count, "character", open_text.whole)
        return Change(len(open_text.text) - sum(map(len, units[:count])), len(open_text.text), "")

    return correction


def delete_words(count: int) -> Correction:
    """Erase the last ``count`` words; marks count with the word they stand at or behind."""

    def correction(open_text: OpenText) -> Change:
        text = open_text.text
        starts = _word_starts(text)
        _enough(len(starts), count, "word", open_text.whole)
        return Change(_without_space(text, starts[-count]), len(text), "")

    return correction


def delete_sentence(open_text: OpenText) -> Change:
    """Erase the last sentence, as far as it is open."""
    text = open_text.text
    for match in reversed(list(_WORD.finditer(text))):
        if starts_sentence(open_text.lead + text[: match.start()]):
            return Change(_without_space(text, match.start()), len(text), "")
    if not open_text.whole:
        raise NotPossible("the last sentence begins too far back to be erased")
    return Change(0, len(text), "")


def delete_line(open_text: OpenText) -> Change:
    """Erase the last line, or the last that is not empty, as far as it is open."""
    text = open_text.text
    start = line_start(text.rstrip(LINE_ENDS))
    if not start and not open_text.whole:
        raise NotPossible("the last line begins too far back to be erased")
    return Change(start, len(text), "")


def _word_starts(text: str) -> list[int]:
    return [match.start() for match in _WORD.finditer(text) if any(map(str.isalnum, match.group()))]


def _enough(there: int, wanted: int, noun: str, whole: bool, done: str = "erased") -> None:
    if not 1 <= wanted <= there:
        few = f"only {there} {noun}{'' if there == 1 else 's'}" if whole else f"not more than {LOOK_BACK} characters"
        raise NotPossible(f"{few} can be {done} here: no more was typed last by WinDictator in this window")


def _without_space(text: str, start: int) -> int:
    """The beginning of the spaces before ``start``: the next word brings its own. Tabs were asked for, and stay."""
    while start and text[start - 1] != "\t" and _SPACES.match(text[start - 1]):
        start -= 1
    return start


# The last utterance written otherwise


def upper_case(open_text: OpenText) -> Change:
    """In capitals."""
    return _rewritten(open_text, str.upper)


def lower_case(open_text: OpenText) -> Change:
    """Without capitals."""
    return _rewritten(open_text, str.lower)


def capitalise(open_text: OpenText) -> Change:
    """With a capital at its beginning."""
    return _rewritten(open_text, _capitalised)


def title_case(open_text: OpenText) -> Change:
    """With a capital at every word but the small ones inside of it."""

    def title(text: str) -> str:
        words = list(_WORD.finditer(text))
        inner = {match.start() for match in words[1:-1]}

        def word(match: re.Match[str]) -> str:
            small = match.start() in inner and match.group().casefold() in _SMALL_WORDS
            return match.group().lower() if small else _capitalised(match.group())

        return _WORD.sub(word, text)

    return _rewritten(open_text, title)


def close_up(open_text: OpenText) -> Change:
    """Without the spaces between its words."""

    def joined(text: str) -> str:
        lead = len(text) - len(text.lstrip())
        return text[:lead] + _SPACES.sub("", text[lead:])

    return _rewritten(open_text, joined)


def _rewritten(open_text: OpenText, rewrite: Callable[[str], str]) -> Change:
    start, end = open_text.target
    return Change(start, end, rewrite(open_text.text[start:end]))


def _capitalised(text: str) -> str:
    for position, character in enumerate(text):
        if character.isalnum():
            return text[:position] + character.title() + text[position + 1 :]
    return text


# Selections: from where to where


def last_phrase(open_text: OpenText) -> tuple[int, int]:
    """The last utterance, without the spaces before it."""
    start, end = open_text.phrase, len(open_text.text)
    lead = len(open_text.text[start:]) - len(open_text.text[start:].lstrip(" "))
    return _something(start + lead if lead < end - start else start, end)


def last_words(count: int) -> Callable[[OpenText], tuple[int, int]]:
    """The last ``count`` words and what stands behind them."""

    def find(open_text: OpenText) -> tuple[int, int]:
        starts = _word_starts(open_text.text)
        _enough(len(starts), count, "word", open_text.whole, "selected")
        return starts[-count], len(open_text.text)

    return find


def words_back(count: int) -> Callable[[OpenText], int]:
    """Where the last ``count`` words begin."""
    return lambda open_text: last_words(count)(open_text)[0]


def characters_back(count: int) -> Callable[[OpenText], int]:
    """Where the last ``count`` characters begin, as the reader counts them."""

    def find(open_text: OpenText) -> int:
        units = passes(open_text.text)
        _enough(len(units), count, "character", open_text.whole, "passed")
        return len(open_text.text) - sum(map(len, units[:count]))

    return find


def words_of(ways: Sequence[str]) -> Callable[[OpenText], tuple[int, int]]:
    """The last occurrence of a text, which may be written in one of ``ways``."""
    return lambda open_text: _place(open_text, ways)


def _something(start: int, end: int) -> tuple[int, int]:
    if start == end:
        raise NotPossible("the phrase dictated last has no text that could be selected")
    return start, end


def replace_that(write: Write) -> Correction:
    """New words in the place of what is meant by "that": what is selected, or the last utterance."""

    def correction(open_text: OpenText) -> Change:
        start, end = open_text.target
        return _put(open_text, start, end, write)

    return correction


# Places that are named by their words


def replace_words(readings: Sequence[tuple[Sequence[str], Write]]) -> Correction:
    """Replace the last occurrence of a text.

    ``readings``: what may have been meant: ways to write the old text, and the new one. That with the longest text
    that is found there is taken.
    """

    def correction(open_text: OpenText) -> Change:
        found = [(_find(open_text.text, ways), write) for ways, write in readings]
        places = [(place, write) for place, write in found if place is not None]
        if not places:
            raise _not_there(open_text, readings[0][0])
        (start, end), write = max(places, key=lambda each: each[0][1] - each[0][0])
        return _put(open_text, start, end, write)

    return correction


def erase_behind(ways: Sequence[str]) -> Correction:
    """Erase everything behind the last occurrence of a text, which may be written in one of ``ways``."""

    def correction(open_text: OpenText) -> Change:
        _, end = _place(open_text, ways)
        return Change(end, len(open_text.text), "")

    return correction


def place_of(open_text: OpenText, ways: Sequence[str], behind: bool) -> int:
    """Where new words are to go: before the last occurrence of a text, or ``behind`` it. Raises NotPossible."""
    start, end = _place(open_text, ways)
    if len(open_text.text) - start > open_text.reach:
        raise NotPossible(
            f"{ways[0]!r} stands {len(open_text.text) - start} characters back:"
            f" more than {open_text.reach} would have to be typed anew"
        )
    return end if behind else start


def insert_at(position: int, write: Write) -> Correction:
    """Put new words at a place found by ``place_of``."""
    return lambda open_text: _put(open_text, position, position, write)


def _put(open_text: OpenText, start: int, end: int, write: Write) -> Change:
    """New words in the place of ``start`` to ``end``, with a space where one is wanted."""
    text = open_text.text
    inserts = start == end
    if not inserts and start and text[start].isalnum() and not text[start - 1].isspace():
        new = write(replace(open_text.context(start), joined=True))  # a part of "e-mail", or the first word in brackets
    else:
        start = _without_space(text, start)
        new = write(open_text.context(start))
    if inserts:
        end = start
    apart = inserts or not text[end - 1].isalnum()
    if new.endswith(tuple(LINE_ENDS)):
        while end < len(text) and _SPACES.match(text[end]):
            end += 1
    elif new and apart and text[end : end + 1].isalnum() and new[-1] not in _JOINING:
        new += " "
    return Change(start, end, new)


def stands(text: str, ways: Iterable[str]) -> bool:
    """Whether words are found in ``text``, which may be written in one of ``ways``."""
    return _find(text, ways) is not None


def _place(open_text: OpenText, ways: Sequence[str]) -> tuple[int, int]:
    place = _find(open_text.text, ways)
    if place is None:
        raise _not_there(open_text, ways)
    return place


def _not_there(open_text: OpenText, ways: Sequence[str]) -> NotPossible:
    where = "in what WinDictator typed last in this window"
    far = "" if open_text.whole else f", its last {LOOK_BACK} characters"
    return NotPossible(f"{ways[0]!r} does not stand {where}{far}")


def _find(text: str, ways: Iterable[str]) -> tuple[int, int] | None:
    """The last occurrence, as whole words, of the first of ``ways`` that occurs at all; case does not count."""
    for way in ways:
        words = way.split() or [way]
        if not way:
            continue
        pattern = r"\s+".join(map(re.escape, words))
        before = r"(?<!\w)" if words[0][0].isalnum() else ""
        behind = r"(?!\w)" if words[-1][-1].isalnum() else ""
        found = None
        for found in re.finditer(before + pattern + behind, text, re.IGNORECASE):  # noqa: B007
            pass
        if found is not None:
            return found.span()
    return None
