"""Corrections: from the text that may still be changed to the text that should stand there.

Each gives a ``Change`` of an ``OpenText``, or raises ``NotPossible`` with the reason for the user. How the change comes
onto the screen, and which entries of the ledger it makes, is the same for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from windictator.errors import WinDictatorError
from windictator.text.context_adjust import MAX_CONTEXT_LENGTH, Context, starts_sentence
from windictator.text.edit import cursor_units
from windictator.text.ledger import Entries, Entry, Step, text_of
from windictator.text.line_breaks import LINE_ENDS, line_start

SEARCH_LIMIT = 2000
"""Characters at the end of the open text that corrections look at."""
MAX_RETYPED = 200
"""Characters behind a change that are typed anew for it; what stands further back is not changed."""

_WORD = re.compile(r"\S+")
_SPACES = re.compile(rf"[^\S{LINE_ENDS}]+")
_JOINING = "([{<“‘«/-_@\\ \t"
"""Marks that no space follows."""
_MINOR_WORDS = frozenset(
    {"a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "off", "on", "onto", "or"}
    | {"over", "the", "to", "up", "via", "with"}
)


class CorrectionError(WinDictatorError):
    """A correction that cannot be carried out, and why."""


@dataclass(frozen=True, slots=True)
class EditableText:
    """The end of what was typed last in a window and may be changed. ``whole``: nothing open stands before it.

    ``reach``: how many characters may stand behind what is changed. ``selected``: from where to where it is selected.
    """

    entries: Entries
    complete: bool = True
    max_distance: int = MAX_RETYPED
    selected: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """As it stands on the screen."""
        return text_of(self.entries)

    @property
    def context_before(self) -> str:
        """What stands before it, as far as it is known."""
        return self.entries[0].before.before if self.entries else ""

    @property
    def last_utterance_start(self) -> int:
        """Where the last utterance begins that has a text."""
        behind = 0
        for entry in reversed(self.entries):
            behind += len(entry.typed)
            if entry.typed:
                break
        return len(self.text) - behind

    @property
    def target_range(self) -> tuple[int, int]:
        """What is meant by "that": what is selected, or the last utterance."""
        return self.selected or (self.last_utterance_start, len(self.text))

    def context_at(self, position: int) -> Context:
        """For a word that is to stand at ``position``."""
        return Context.after((self.context_before + self.text[:position])[-MAX_CONTEXT_LENGTH:])


@dataclass(frozen=True, slots=True)
class Change:
    """``text`` takes the place of the characters from ``start`` up to ``end``."""

    start: int
    end: int
    text: str


Correction = Callable[[EditableText], Change]
RenderText = Callable[[Context], str]
"""Gives the text of new words, with its space and its case, for the context it will stand in."""


def build_step(editable: EditableText, change: Change, transcript: str = "") -> Step:
    """The change as a step of the ledger; ``heard`` is added to what was heard for the text it changes.

    Raises NotPossible where too much stands behind it.
    """
    text, entries = editable.text, editable.entries
    if len(text) - change.end > editable.max_distance:
        raise CorrectionError(
            f"that stands {len(text) - change.end} characters back: more than {editable.max_distance} would have to be"
            " typed anew"
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
        after.append(
            _merge_entries(
                entries[first : last + 1], typed, transcript, only_erased=not change.text and last == len(ends) - 1
            )
        )
    known = entries[first].before.before + typed
    for entry in entries[last + 1 :]:
        before, known = known, known + entry.typed
        after.append(
            replace(
                entry,
                before=replace(entry.before, before=before[-MAX_CONTEXT_LENGTH:]),
                after=replace(entry.after, before=known[-MAX_CONTEXT_LENGTH:]),
            )
        )
    return Step(entries[first:], tuple(after))


def _starts(entries: Entries) -> list[int]:
    starts, position = [], 0
    for entry in entries:
        starts.append(position)
        position += len(entry.typed)
    return starts


def _merge_entries(entries: Entries, typed: str, transcript: str, only_erased: bool) -> Entry:
    """One entry in the place of some, with another text. ``pure``: their end was only erased."""
    first, last = entries[0], entries[-1]
    said = dict.fromkeys(filter(None, [*(entry.transcript for entry in entries if entry.typed), transcript]))
    after = first.before.followed_by(typed)
    if not only_erased:
        same_end = text_of(entries)[-1:] == typed[-1:]
        ending = last.after if same_end else replace(after, case_mode=last.after.case_mode)
        after = replace(ending, before=after.before, no_spaces=last.after.no_spaces)
    return Entry(" ".join(said), typed, first.before, after)


# Erasing


def erase_last_utterance(editable: EditableText) -> Change:
    """Erase the last utterance, or what is selected."""
    start, end = editable.target_range
    text = editable.text
    if editable.selected and (editable.context_before + text[:start])[-1:] in ("", *LINE_ENDS):
        while text[end : end + 1] == " ":
            end += 1
    elif editable.selected and not text[end : end + 1].isalnum():
        start = _before_spaces(text, start)
    return Change(start, end, "")


def delete_characters(count: int) -> Correction:
    """Erase the last ``count`` characters, as the reader counts them; one alone is what is selected, if anything is."""

    def correction(editable: EditableText) -> Change:
        if editable.selected and count == 1:
            return Change(*editable.selected, "")
        units = cursor_units(editable.text)
        _check_available(len(units), count, "character", editable.complete)
        return Change(len(editable.text) - sum(map(len, units[:count])), len(editable.text), "")

    return correction


def delete_words(count: int) -> Correction:
    """Erase the last ``count`` words; marks count with the word they stand at or behind."""

    def correction(editable: EditableText) -> Change:
        text = editable.text
        starts = _word_starts(text)
        _check_available(len(starts), count, "word", editable.complete)
        return Change(_before_spaces(text, starts[-count]), len(text), "")

    return correction


def delete_sentence(editable: EditableText) -> Change:
    """Erase the last sentence, as far as it is open."""
    text = editable.text
    for match in reversed(list(_WORD.finditer(text))):
        if starts_sentence(editable.context_before + text[: match.start()]):
            return Change(_before_spaces(text, match.start()), len(text), "")
    if not editable.complete:
        raise CorrectionError("the last sentence begins too far back to be erased")
    return Change(0, len(text), "")


def delete_line(editable: EditableText) -> Change:
    """Erase the last line, or the last that is not empty, as far as it is open."""
    text = editable.text
    start = line_start(text.rstrip(LINE_ENDS))
    if not start and not editable.complete:
        raise CorrectionError("the last line begins too far back to be erased")
    return Change(start, len(text), "")


def _word_starts(text: str) -> list[int]:
    return [match.start() for match in _WORD.finditer(text) if any(map(str.isalnum, match.group()))]


def _check_available(available: int, wanted: int, noun: str, complete: bool, done: str = "erased") -> None:
    if not 1 <= wanted <= available:
        few = (
            f"only {available} {noun}{'' if available == 1 else 's'}"
            if complete
            else f"not more than {SEARCH_LIMIT} characters"
        )
        raise CorrectionError(f"{few} can be {done} here: no more was typed last by WinDictator in this window")


def _before_spaces(text: str, start: int) -> int:
    """The beginning of the spaces before ``start``: the next word brings its own. Tabs were asked for, and stay."""
    while start and text[start - 1] != "\t" and _SPACES.match(text[start - 1]):
        start -= 1
    return start


# The last utterance written otherwise


def upper_case(editable: EditableText) -> Change:
    """In capitals."""
    return _rewrite_target(editable, str.upper)


def lower_case(editable: EditableText) -> Change:
    """Without capitals."""
    return _rewrite_target(editable, str.lower)


def capitalise(editable: EditableText) -> Change:
    """With a capital at its beginning."""
    return _rewrite_target(editable, _capitalise)


def title_case(editable: EditableText) -> Change:
    """With a capital at every word but the small ones inside of it."""

    def title(text: str) -> str:
        words = list(_WORD.finditer(text))
        inner = {match.start() for match in words[1:-1]}

        def word(match: re.Match[str]) -> str:
            small = match.start() in inner and match.group().casefold() in _MINOR_WORDS
            return match.group().lower() if small else _capitalise(match.group())

        return _WORD.sub(word, text)

    return _rewrite_target(editable, title)


def remove_spaces(editable: EditableText) -> Change:
    """Without the spaces between its words."""

    def joined(text: str) -> str:
        lead = len(text) - len(text.lstrip())
        return text[:lead] + _SPACES.sub("", text[lead:])

    return _rewrite_target(editable, joined)


def _rewrite_target(editable: EditableText, rewrite: Callable[[str], str]) -> Change:
    start, end = editable.target_range
    return Change(start, end, rewrite(editable.text[start:end]))


def _capitalise(text: str) -> str:
    for position, character in enumerate(text):
        if character.isalnum():
            return text[:position] + character.title() + text[position + 1 :]
    return text


# Selections: from where to where


def last_utterance(editable: EditableText) -> tuple[int, int]:
    """The last utterance, without the spaces before it."""
    start, end = editable.last_utterance_start, len(editable.text)
    lead = len(editable.text[start:]) - len(editable.text[start:].lstrip(" "))
    return _non_empty_range(start + lead if lead < end - start else start, end)


def last_words(count: int) -> Callable[[EditableText], tuple[int, int]]:
    """The last ``count`` words and what stands behind them."""

    def find(editable: EditableText) -> tuple[int, int]:
        starts = _word_starts(editable.text)
        _check_available(len(starts), count, "word", editable.complete, "selected")
        return starts[-count], len(editable.text)

    return find


def last_words_start(count: int) -> Callable[[EditableText], int]:
    """Where the last ``count`` words begin."""
    return lambda open_text: last_words(count)(open_text)[0]


def last_characters_start(count: int) -> Callable[[EditableText], int]:
    """Where the last ``count`` characters begin, as the reader counts them."""

    def find(editable: EditableText) -> int:
        units = cursor_units(editable.text)
        _check_available(len(units), count, "character", editable.complete, "passed")
        return len(editable.text) - sum(map(len, units[:count]))

    return find


def find_text(spellings: Sequence[str]) -> Callable[[EditableText], tuple[int, int]]:
    """The last occurrence of a text, which may be written in one of ``ways``."""
    return lambda open_text: _find_range(open_text, spellings)


def _non_empty_range(start: int, end: int) -> tuple[int, int]:
    if start == end:
        raise CorrectionError("the phrase dictated last has no text that could be selected")
    return start, end


def replace_target(render: RenderText) -> Correction:
    """New words in the place of what is meant by "that": what is selected, or the last utterance."""

    def correction(editable: EditableText) -> Change:
        start, end = editable.target_range
        return _insert(editable, start, end, render)

    return correction


# Places that are named by their words


def replace_words(alternatives: Sequence[tuple[Sequence[str], RenderText]]) -> Correction:
    """Replace the last occurrence of a text.

    ``readings``: what may have been meant: ways to write the old text, and the new one. That with the longest text
    that is found there is taken.
    """

    def correction(editable: EditableText) -> Change:
        found = [(_find(editable.text, ways), write) for ways, write in alternatives]
        places = [(place, write) for place, write in found if place is not None]
        if not places:
            raise _not_found_error(editable, alternatives[0][0])
        (start, end), write = max(places, key=lambda each: each[0][1] - each[0][0])
        return _insert(editable, start, end, write)

    return correction


def erase_after(spellings: Sequence[str]) -> Correction:
    """Erase everything behind the last occurrence of a text, which may be written in one of ``ways``."""

    def correction(editable: EditableText) -> Change:
        _, end = _find_range(editable, spellings)
        return Change(end, len(editable.text), "")

    return correction


def find_position(editable: EditableText, spellings: Sequence[str], after: bool) -> int:
    """Where new words are to go: before the last occurrence of a text, or ``behind`` it. Raises NotPossible."""
    start, end = _find_range(editable, spellings)
    if len(editable.text) - start > editable.max_distance:
        raise CorrectionError(
            f"{spellings[0]!r} stands {len(editable.text) - start} characters back:"
            f" more than {editable.max_distance} would have to be typed anew"
        )
    return end if after else start


def insert_at(position: int, render: RenderText) -> Correction:
    """Put new words at a place found by ``place_of``."""
    return lambda open_text: _insert(open_text, position, position, render)


def _insert(editable: EditableText, start: int, end: int, render: RenderText) -> Change:
    """New words in the place of ``start`` to ``end``, with a space where one is wanted."""
    text = editable.text
    inserts = start == end
    if not inserts and start and text[start].isalnum() and not text[start - 1].isspace():
        new = render(
            replace(editable.context_at(start), no_space_next=True)
        )  # a part of "e-mail", or the first word in brackets
    else:
        start = _before_spaces(text, start)
        new = render(editable.context_at(start))
    if inserts:
        end = start
    apart = inserts or not text[end - 1].isalnum()
    if new.endswith(tuple(LINE_ENDS)):
        while end < len(text) and _SPACES.match(text[end]):
            end += 1
    elif new and apart and text[end : end + 1].isalnum() and new[-1] not in _JOINING:
        new += " "
    return Change(start, end, new)


def contains(text: str, spellings: Iterable[str]) -> bool:
    """Whether words are found in ``text``, which may be written in one of ``ways``."""
    return _find(text, spellings) is not None


def _find_range(editable: EditableText, spellings: Sequence[str]) -> tuple[int, int]:
    place = _find(editable.text, spellings)
    if place is None:
        raise _not_found_error(editable, spellings)
    return place


def _not_found_error(editable: EditableText, spellings: Sequence[str]) -> CorrectionError:
    where = "in what WinDictator typed last in this window"
    far = "" if editable.complete else f", its last {SEARCH_LIMIT} characters"
    return CorrectionError(f"{spellings[0]!r} does not stand {where}{far}")


def _find(text: str, spellings: Iterable[str]) -> tuple[int, int] | None:
    """The last occurrence, as whole words, of the first of ``ways`` that occurs at all; case does not count."""
    for way in spellings:
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
