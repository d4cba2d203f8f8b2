"""Spacing and case of words, from the text before the caret.

The function folds the words with a small state, the ``Context``. Adjusting two utterances in turn gives the same text
as adjusting them as one. No space is typed at the end; the next word brings its own.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.line_breaks import LINE_END, LINE_ENDS, line_start
from windictator.text.word_case import capitalise_first

MAX_CONTEXT_LENGTH = 400
"""Maximum number of code points that a context holds."""

_TERMINATORS = (".", "?", "!", "…", "‽", "。", "？", "！", "؟", "।")
_ABBREVIATIONS = (" a.m.", " p.m.", " e.g.", " i.e.")
"""Abbreviations whose full stop ends no sentence, in any text; the vocabulary knows others."""
_OPENING = "([{<“‘«„‚‹¿¡"
_CLOSING = ")]}>”’»›"
_STRAIGHT_QUOTES = "\"'`"
_FIXED_SPACES = "\u202f\xa0"
"""Spaces that belong to the symbol beside them, as in French."""
_SPACE_SHARING_SYMBOLS = "?!"
"""Symbols of which only the first in a row brings its fixed space."""


class Case(enum.Enum):
    """Case of the next word."""

    AUTO = "a capital at a sentence's start, otherwise as it is written"
    CAPITAL = "first letter in upper case"
    UPPER = "all in upper case"
    LOWER = "all in lower case"


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the next word depends on.

    before: text before the caret if known, at most MAX_CONTEXT_LENGTH code points; empty at the start of a text.
    case: case requested for the next word only.
    no_space_next: True if no space comes before the next word.
    case_mode: case requested for all words, until the mode ends.
    no_spaces: True if words are written without spaces, until the mode ends.
    after_abbreviation: True after a full stop that belongs to an abbreviation of the vocabulary: it ends no sentence,
        and a dictated full stop adds no second one.
    """

    before: str = ""
    case: Case = Case.AUTO
    no_space_next: bool = False
    case_mode: Case = Case.AUTO
    no_spaces: bool = False
    after_abbreviation: bool = False

    @classmethod
    def after(cls, text: str) -> Context:
        """Return the context after any existing text."""
        return cls().followed_by(text)

    def followed_by(self, text: str) -> Context:
        """Return the context after ``text`` if only the text is known, not its words.

        Modes stay; requests for the next word only are dropped.
        """
        if not text:
            return self
        before = (self.before + text)[-MAX_CONTEXT_LENGTH:]
        return replace(
            self, before=before, case=Case.AUTO, no_space_next=_ends_with_opening(before), after_abbreviation=False
        )


START_OF_TEXT = Context()
"""Context with nothing before the caret."""


def context_adjust(
    words: Sequence[FormattedWord], context: Context, capitalise_sentences: bool = True
) -> tuple[str, Context]:
    """Return the text to type for ``words`` after ``context``, and the context after that text.

    capitalise_sentences: True if sentences begin with a capital.

    An empty sequence gives an empty text and the same context.
    """
    pieces: list[str] = []
    for word in words:
        piece, context = _append(word, context, capitalise_sentences)
        pieces.append(piece)
    return "".join(pieces), context


def text_after_cursor(words: Iterable[FormattedWord]) -> str:
    """Return the text after the cursor of all ``words``; the text of the last word comes first."""
    return "".join(reversed([word.after_cursor for word in words if word.after_cursor]))


def _append(word: FormattedWord, context: Context, capitalise_sentences: bool) -> tuple[str, Context]:
    before, case, joined, abbreviated = context.before, context.case, context.no_space_next, context.after_abbreviation
    text, formatting = word.text, word.formatting
    if formatting:
        if Formatting.PAIR in formatting:
            text, spacing = _choose_half_of_pair(text, before)
            formatting |= spacing
        if text == "." and before[-1:] == "." and (abbreviated or before.endswith(_ABBREVIATIONS)):
            # The full stop exists already; from now on it ends a sentence.
            unasked = capitalise_sentences and case is Case.AUTO and context.case_mode is Case.AUTO
            return "", replace(context, after_abbreviation=False, case=Case.CAPITAL if unasked else case)
        if text[:1] in _FIXED_SPACES and before[-1:] in _SPACE_SHARING_SYMBOLS and text and before:
            text = text[1:]
    piece = ""
    if text:
        spaceless = joined or context.no_spaces or Formatting.NO_SPACE_BEFORE in formatting
        piece = "" if spaceless or not before or before[-1].isspace() or text[0].isspace() else " "
        if any(map(str.isalnum, text)):  # symbols leave "cap" to the next real word
            wanted = context.case_mode if case is Case.AUTO else case
            as_it_is = not capitalise_sentences or abbreviated or (formatting and Formatting.AS_WRITTEN in formatting)
            if wanted is not Case.AUTO or not as_it_is:
                text = _apply_case(text, wanted, before + piece)
            case = Case.AUTO
        piece += text
        before = (before + piece)[-MAX_CONTEXT_LENGTH:]
        joined = abbreviated = False
    if not formatting:
        # The most frequent case is kept short, because one test of an enum.Flag costs more than everything above.
        return piece, Context(before, case, joined, context.case_mode, context.no_spaces, abbreviated)
    return piece, Context(
        before=before,
        case=_requested_case(formatting, _NEXT, case),
        no_space_next=joined or Formatting.NO_SPACE_AFTER in formatting,
        case_mode=_requested_case(formatting, _MODES, context.case_mode),
        no_spaces=_no_spaces(formatting, context.no_spaces),
        after_abbreviation=abbreviated or Formatting.NO_SENTENCE in formatting,
    )


_NEXT = (
    (Formatting.CAPITAL_NEXT, Case.CAPITAL),
    (Formatting.UPPER_NEXT, Case.UPPER),
    (Formatting.LOWER_NEXT, Case.LOWER),
)
_MODES = (
    (Formatting.CAPITAL_ON, Case.CAPITAL),
    (Formatting.UPPER_ON, Case.UPPER),
    (Formatting.LOWER_ON, Case.LOWER),
    (Formatting.CASE_OFF, Case.AUTO),
)


def _requested_case(formatting: Formatting, choices: tuple[tuple[Formatting, Case], ...], default: Case) -> Case:
    for flag, case in choices:
        if flag in formatting:
            return case
    return default


def _no_spaces(formatting: Formatting, default: bool) -> bool:
    if Formatting.SPACES_OFF in formatting:
        return True
    return default and Formatting.SPACES_ON not in formatting


def _apply_case(text: str, case: Case, before: str) -> str:
    if case is Case.UPPER:
        return text.upper()
    if case is Case.LOWER:
        return text.lower()
    if case is Case.CAPITAL or starts_sentence(before):
        return capitalise_first(text)
    return text


def starts_sentence(before: str) -> bool:
    """Return True if a word directly after ``before`` begins a sentence.

    Opening brackets and quotes belong to the new sentence, closing ones to the old one. A full stop without a space
    after it ends no sentence, as in "example.com".
    """
    rest = before.rstrip(_OPENING + _STRAIGHT_QUOTES + _FIXED_SPACES)
    if not rest or rest[-1] in LINE_ENDS:
        return True
    if not rest[-1].isspace():
        return False
    rest = rest.rstrip()
    if not rest or LINE_END.search(before, len(rest)):
        return True
    if rest.endswith(_ABBREVIATIONS):
        return False
    return rest.rstrip(_CLOSING + _STRAIGHT_QUOTES + _FIXED_SPACES).endswith(_TERMINATORS)


def _ends_with_opening(text: str) -> bool:
    """Return True if ``text`` ends in an opening bracket or quote."""
    last = text[-1:]
    if last and last in _STRAIGHT_QUOTES:
        if last == "'":  # mostly an apostrophe, so that counting is meaningless
            return text[-2:-1] in ("", *" \t", *LINE_ENDS, *_OPENING)
        return _is_open(last, last, text)
    return bool(last) and last in _OPENING


def _is_open(opening: str, closing: str, before: str) -> bool:
    """Return True if a pair is open at the end of ``before``; pairs do not cross line breaks."""
    line = before[line_start(before) :]
    if opening == closing:
        return line.count(opening) % 2 == 1
    return line.rfind(opening) > line.rfind(closing)


def _choose_half_of_pair(pair: str, before: str) -> tuple[str, Formatting]:
    """Return the symbol of ``pair`` that fits after ``before``, and its spacing."""
    middle = len(pair) // 2
    opening, closing = pair[:middle], pair[middle:]
    if _is_open(opening, closing, before):
        return closing, Formatting.NO_SPACE_BEFORE
    return opening, Formatting.NO_SPACE_AFTER


MIDDLE_OF_TEXT = Context.after("a ")
"""Context after a word and a space: no capital, and no space before the next word."""
END_OF_WORD = Context.after("a")
"""Context directly after a word: no capital, and a space before the next word."""
