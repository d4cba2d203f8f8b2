"""Refusals: stable codes for what was not done, with what happened and what the user can say or do now.

A message is at most two lines, the most important word first. It is meant for a person who speaks: what to do is said
in phrases and clicks, never in options or file names. The page ``docs/messages.md`` explains each code.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from windictator.errors import WinDictatorError


class Outcome(enum.Enum):
    """What became of the words; the value is the title of a notification."""

    NOT_TYPED = "Not typed"
    NOT_PRESSED = "Not pressed"
    NOT_TAKEN_BACK = "Nothing to take back"
    NOT_CHANGED = "Not changed"
    NOT_SELECTED = "Not selected"
    NOT_DONE = "Not done"
    NOT_FOUND = "Not found"
    NO_SUGGESTIONS = "No suggestions"
    AT_CARET = "Typed at the caret"
    ASLEEP = "Asleep"
    KEPT = "Kept"
    """The words could not be typed, and are kept."""


class RefusalCode(enum.Enum):
    """Why something was not done; the value is the code for other programs and in ``docs/messages.md``."""

    outcome: Outcome
    """What became of the words."""

    def __new__(cls, code: str, outcome: Outcome) -> RefusalCode:
        """Make a member from its code and its outcome."""
        member = object.__new__(cls)
        member._value_ = code
        member.outcome = outcome
        return member

    # Nothing that may be changed
    NOTHING_TO_UNDO = "nothing-to-undo", Outcome.NOT_TAKEN_BACK
    NOTHING_TO_REDO = "nothing-to-redo", Outcome.NOT_DONE
    NOTHING_TO_ERASE = "nothing-to-erase", Outcome.NOT_TAKEN_BACK
    NOTHING_TO_CORRECT = "nothing-to-correct", Outcome.NOT_CHANGED
    NOTHING_TO_SELECT = "nothing-to-select", Outcome.NOT_SELECTED
    NOTHING_TO_INSERT_INTO = "nothing-to-insert-into", Outcome.NOT_CHANGED
    NOT_A_CORRECTION = "not-a-correction", Outcome.NOT_TAKEN_BACK
    # Text that is not as it was typed
    TEXT_DIFFERS = "text-differs", Outcome.NOT_CHANGED
    TEXT_UNREADABLE = "text-unreadable", Outcome.NOT_CHANGED
    CARET_BEFORE_CLOSER = "caret-before-closer", Outcome.NOT_CHANGED
    SELECTION_NOT_SAVED = "selection-not-saved", Outcome.NOT_CHANGED
    INPUT_MEANWHILE = "input-meanwhile", Outcome.NOT_CHANGED
    CARET_MOVED = "caret-moved", Outcome.NOT_CHANGED
    JOINED_CHARACTER = "joined-character", Outcome.NOT_CHANGED
    UNCERTAIN_EMOJI = "uncertain-emoji", Outcome.NOT_CHANGED
    AUTOCORRECTION = "autocorrection", Outcome.NOT_CHANGED
    MULTIPART_CHARACTERS = "multipart-characters", Outcome.NOT_SELECTED
    RIGHT_TO_LEFT = "right-to-left", Outcome.NOT_SELECTED
    ERASING_FORBIDDEN = "erasing-forbidden", Outcome.NOT_CHANGED
    # Words that are not found, or too far back
    WORDS_NOT_FOUND = "words-not-found", Outcome.NOT_FOUND
    TOO_FAR_BACK = "too-far-back", Outcome.NOT_CHANGED
    NOT_THAT_MUCH = "not-that-much", Outcome.NOT_CHANGED
    INSERTION_LOST = "insertion-lost", Outcome.AT_CARET
    NOT_SELECTED_BY_VOICE = "not-selected-by-voice", Outcome.NOT_DONE
    # Alternatives
    SUGGESTIONS_FOR_SELECTION = "suggestions-for-selection", Outcome.NO_SUGGESTIONS
    TEXT_NOT_AS_DICTATED = "text-not-as-dictated", Outcome.NO_SUGGESTIONS
    WINDOW_CHANGED_MEANWHILE = "window-changed-meanwhile", Outcome.NO_SUGGESTIONS
    NO_SUGGESTIONS = "no-suggestions", Outcome.NO_SUGGESTIONS
    NO_LIST = "no-list", Outcome.NOT_CHANGED
    LIST_OUTDATED = "list-outdated", Outcome.NOT_CHANGED
    LIST_TOO_SHORT = "list-too-short", Outcome.NOT_CHANGED
    LIST_ELSEWHERE = "list-elsewhere", Outcome.NOT_CHANGED
    # Where words may go
    DICTATION_OFF_HERE = "dictation-off-here", Outcome.NOT_TYPED
    TAKES_NO_TEXT = "takes-no-text", Outcome.NOT_TYPED
    LINE_BREAK_FORBIDDEN = "line-break-forbidden", Outcome.NOT_TYPED
    PARAGRAPH_KEY_MISSING = "paragraph-key-missing", Outcome.NOT_TYPED
    NO_FOCUS = "no-focus", Outcome.NOT_TYPED
    FOCUS_CHANGED = "focus-changed", Outcome.NOT_TYPED
    WINDOW_UNKNOWN = "window-unknown", Outcome.NOT_TYPED
    UNPRINTABLE = "unprintable", Outcome.NOT_TYPED
    TYPING_FAILED = "typing-failed", Outcome.NOT_TYPED
    # Keys
    CARET_KEYS_OFF = "caret-keys-off", Outcome.NOT_PRESSED
    NO_SUCH_KEYS_HERE = "no-such-keys-here", Outcome.NOT_PRESSED
    TOO_MANY_KEYS = "too-many-keys", Outcome.NOT_PRESSED
    BAD_KEYS = "bad-keys", Outcome.NOT_PRESSED
    HOTKEY_GRABBED = "hotkey-grabbed", Outcome.NOT_DONE
    # Modes and words
    NOT_A_COMMAND = "not-a-command", Outcome.NOT_TYPED
    NOT_A_NUMBER = "not-a-number", Outcome.NOT_TYPED
    NUMBERS_UNAVAILABLE = "numbers-unavailable", Outcome.NOT_TYPED
    NOTHING_TO_REPEAT = "nothing-to-repeat", Outcome.NOT_TYPED
    TOO_MANY_REPEATS = "too-many-repeats", Outcome.NOT_TYPED
    NOTHING_TO_TYPE_AS_TEXT = "nothing-to-type-as-text", Outcome.NOT_TYPED
    NOTHING_KEPT = "nothing-kept", Outcome.NOT_TYPED
    ASLEEP = "asleep", Outcome.ASLEEP
    SNIPPET_CARET = "snippet-caret", Outcome.NOT_DONE
    USER_COMMAND_FAILED = "user-command-failed", Outcome.NOT_DONE
    RULE_NOT_SAVED = "rule-not-saved", Outcome.NOT_CHANGED
    KEPT_WORDS_UNFINISHED = "kept-words-unfinished", Outcome.NOT_CHANGED
    NO_LINE_TO_DELETE = "no-line-to-delete", Outcome.NOT_CHANGED
    INTERNAL_ERROR = "internal-error", Outcome.NOT_DONE


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not done.

    code: why, for programs and for the documentation.
    message: what happened, for the user: a sentence. It may quote dictated words.
    remedy: what to say or do now, a sentence or two; "" if there is nothing.
    cause: code of what had happened before, for example of a ``text.seal_reason.SealReason``; "" if none.
    """

    code: RefusalCode
    message: str
    remedy: str = ""
    cause: str = ""

    @property
    def title(self) -> str:
        """What became of the words, for the title of a notification."""
        return self.code.outcome.value

    def with_remedy(self, remedy: str) -> Refusal:
        """Return the same refusal with another remedy; "" keeps the present one."""
        return replace(self, remedy=remedy) if remedy else self

    def __str__(self) -> str:
        """Return what happened and what to do."""
        return f"{self.message} {self.remedy}" if self.remedy else self.message


class RefusedError(WinDictatorError):
    """Failure that is a refusal: ``refusal`` holds its code.

    refusal: what was not done, and why.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def refusal_of(error: WinDictatorError, code: RefusalCode) -> Refusal:
    """Return the refusal of ``error``; an error without one gets ``code``."""
    return error.refusal if isinstance(error, RefusedError) else Refusal(code, str(error))
