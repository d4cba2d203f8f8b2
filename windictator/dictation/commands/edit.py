"""The commands that correct dictated text: from the words of a command to a correction of the editable text."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands import CommandHandler
from windictator.dictation.correction_rules import CorrectionRules
from windictator.dictation.editor import Editor
from windictator.dictation.events import Notice
from windictator.dictation.live_text import LiveText
from windictator.dictation.nothing_to import EditAction
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.rendering import (
    LINE_BREAKS_AS_SPACES,
    WordFormatter,
    adapt_to_profile,
    caret_move_refusal,
    loses_line_breaks,
    render,
)
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused, reported
from windictator.dictation.selecting import select_text
from windictator.refusals import Refusal, RefusalCode
from windictator.text import corrections
from windictator.text.context_adjust import MIDDLE_OF_TEXT, Context
from windictator.text.corrections import Correction, CorrectionError, EditableText, RenderText
from windictator.text.formatting import FormattedWord
from windictator.text.grammar import Command
from windictator.text.ledger import text_of
from windictator.text.utterance import Words, join_words

_OUTER_PUNCTUATION = re.compile(r"^\W+|\W+$")
_COMMANDS_WITH_WORDS = frozenset({"replace", "resume_with", "insert_before", "insert_after", "select_text"})

_INSERTION_LOST = Refusal(
    RefusalCode.INSERTION_LOST,
    "The words went to the caret: something else was done here since you named the place.",
    'To take them back, say "scratch that".',
)


_COUNTED: Mapping[str, Callable[[int], Correction]] = {
    "delete_characters": corrections.delete_characters,
    "delete_words": corrections.delete_words,
}
_UNCOUNTED: Mapping[str, Correction] = {
    "delete_sentence": corrections.delete_sentence,
    "delete_line": corrections.delete_line,
    "capitalise": corrections.capitalise,
    "upper_case": corrections.upper_case,
    "lower_case": corrections.lower_case,
    "remove_spaces": corrections.remove_spaces,
}


class Insertion(NamedTuple):
    """Where the next words go, as long as the editable text of the window is unchanged."""

    window: int
    editable: EditableText
    position: int | None
    """Position in the editable text; None: the words replace what "that" means."""


class EditCommands:
    """Corrects, selects and undoes text in windows.

    format_words: formats the words of a correction.
    correction_rules: records which words were replaced.
    """

    def __init__(self, editor: Editor, format_words: WordFormatter, correction_rules: CorrectionRules) -> None:
        self._editor = editor
        self._format_words = format_words
        self._correction_rules = correction_rules
        self.insertion: Insertion | None = None
        """Where the next words go; None: to the caret, or to what is selected."""
        self.commands: Mapping[str, CommandHandler] = {
            "scratch": self._scratch,
            "delete_characters": self._erase_counted(corrections.delete_characters),
            "delete_words": self._erase_counted(corrections.delete_words),
            "delete_sentence": self._erase(corrections.delete_sentence),
            "delete_line": self._erase(corrections.delete_line),
            "capitalise": self._correct(corrections.capitalise),
            "upper_case": self._correct(corrections.upper_case),
            "lower_case": self._correct(corrections.lower_case),
            "title_case": self._correct(self._title_case),
            "remove_spaces": self._correct(corrections.remove_spaces),
            "replace": self._replace,
            "resume_with": self._resume_with,
            "insert_before": lambda live_text, command: succeed(self._insert(live_text, command, after=False)),
            "insert_after": lambda live_text, command: succeed(self._insert(live_text, command, after=True)),
            "select_phrase": lambda live_text, _: self._select(live_text, corrections.last_utterance),
            "select_words": lambda live_text, command: self._select(live_text, corrections.last_words(command.number)),
            "select_text": self._select_text,
            "unselect": lambda live_text, _: self._unselect(live_text.window),
            "undo": lambda live_text, _: editor.undo(live_text.window),
            "undo_correction": lambda live_text, _: editor.undo(live_text.window, only_correction=True),
            "redo": lambda live_text, _: editor.redo(live_text.window),
        }

    # Words that go elsewhere than to the caret

    @property
    def has_pending_insertion(self) -> bool:
        """Whether the next words go elsewhere than to the caret."""
        return self.insertion is not None or self._editor.has_selection()

    def expect_replacement(self, live_text: LiveText) -> CommandResult:
        """Let the next words replace what "that" means; refuse if it means nothing."""
        editable = self._editor.editable_text(live_text.window)
        if not editable.entries:
            return self._editor.refuse_nothing_to("replace", live_text.window)
        self.insertion = Insertion(live_text.window, editable, None)
        return NOTHING_DONE

    def take_back_insertion(self, live_text: LiveText) -> CommandResult | None:
        """Let the next words go to the caret again, if they would go elsewhere in this window; None if not."""
        insertion, self.insertion = self.insertion, None
        if insertion is None or self.insertion_refusal(live_text, insertion):
            return None
        return reported(Notice("the next words go to the end again"))

    def insertion_refusal(self, live_text: LiveText, insertion: Insertion | None) -> Refusal | None:
        """Return why words cannot go to ``insertion``, or to the selection if None; None if they can."""
        editable = self._editor.editable_text(live_text.window)
        if insertion is None:
            is_valid = bool(editable.selected)
        else:
            is_valid = insertion.window == live_text.window and insertion.editable == editable
        return None if is_valid else _INSERTION_LOST

    def insert(
        self,
        live_text: LiveText,
        formatted: Sequence[FormattedWord],
        transcript: str,
        insertion: Insertion | None,
    ) -> Deferred[CommandResult]:
        """Insert words at ``insertion``, or replace what "that" means by them."""
        write = render(formatted, live_text.profile)
        if insertion is not None and insertion.position is not None:
            correction = corrections.insert_at(insertion.position, write)
            return self._editor.correct(live_text.window, correction, transcript=transcript)
        return self._replace_target(live_text.window, write, transcript)

    @inlineCallbacks
    def _replace_target(
        self, window: int, write: RenderText, transcript: str
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        editable = self._editor.editable_text(window)
        correction = corrections.replace_target(write)
        result: CommandResult = yield self._editor.correct(window, correction, transcript=transcript)
        if result.done:
            start, end = editable.target_range
            old, new = _strip_punctuation(editable.text[start:end]), _strip_punctuation(write(MIDDLE_OF_TEXT))
            result += self._record_correction(editable, old, new)
        return result

    # Commands

    def names_unknown_text(self, window: int, command: Command) -> bool:
        """Return whether ``command`` names words that were not typed in ``window``, as far back as corrections search.

        Words that were typed there but may not be changed are known: the command is then refused for that reason.
        """
        if command.name not in _COMMANDS_WITH_WORDS:
            return False
        windows = self._editor.windows
        text = text_of(windows.ledger.last_entries(window, corrections.SEARCH_LIMIT, include_sealed=True))
        profile = windows.profile(window)
        return not any(corrections.contains(text, self._spellings(words, profile)) for words, *_ in command.words)

    def _correct(self, correction: Correction, action: EditAction = "correct") -> CommandHandler:
        return lambda live_text, _: self._editor.correct(live_text.window, correction, action)

    def _erase(self, correction: Correction) -> CommandHandler:
        return lambda live_text, _: self._editor.correct(live_text.window, correction, "erase", is_erasure=True)

    def _title_case(self, editable: EditableText) -> corrections.Change:
        return corrections.title_case(self._correction_rules.vocabulary.minor_words)(editable)

    def _erase_counted(self, correction: Callable[[int], Correction]) -> CommandHandler:
        return lambda live_text, command: self._erase(correction(command.number))(live_text, command)

    def correction_of(self, profile: Profile, command: Command) -> Correction | None:
        """Return what ``command`` does to the text said last, apart from what it records; None for other commands."""
        if command.name == "replace":
            return corrections.replace_words(
                [
                    (
                        self._spellings(old, profile),
                        render(adapt_to_profile(self._format_words(new, profile), profile), profile),
                    )
                    for old, new in command.words
                ]
            )
        if command.name in _COUNTED:
            return _COUNTED[command.name](command.number)
        return self._title_case if command.name == "title_case" else _UNCOUNTED.get(command.name)

    @inlineCallbacks
    def _scratch(self, live_text: LiveText, command: Command) -> Generator[Deferred[Any], Any, CommandResult]:
        """Take back what was said last. Words that follow replace it, also if it was inserted into earlier text."""
        window, is_replaced = live_text.window, bool(command.argument)
        position = self._editor.inserted_last(window) if is_replaced else None
        result: CommandResult = yield self._editor.scratch(window, is_replaced)
        if result.done and position is not None:
            self.insertion = Insertion(window, self._editor.editable_text(window), position)
        return result

    @inlineCallbacks
    def _replace(self, live_text: LiveText, command: Command) -> Generator[Deferred[Any], Any, CommandResult]:
        profile = live_text.profile
        taken: list[tuple[Words, Words]] = []  # the parse of the command that is executed
        broken: list[bool] = []  # whether its line breaks become spaces

        def noting(old: Words, new: Words) -> RenderText:
            def write(context: Context) -> str:
                taken[:] = [(old, new)]
                written = self._format_words(new, profile)
                broken[:] = [loses_line_breaks(written, profile)]
                return render(adapt_to_profile(written, profile), profile)(context)

            return write

        parses = [(self._spellings(old, profile), noting(old, new)) for old, new in command.words]
        editable = self._editor.editable_text(live_text.window)
        transcript = join_words(command.words[0][1])
        result: CommandResult = yield self._editor.correct(
            live_text.window, corrections.replace_words(parses), transcript=transcript
        )
        if not result.done:
            return result
        if any(broken):
            result += reported(Notice(LINE_BREAKS_AS_SPACES.format(profile.name)))
        for old, new in taken:
            result += self._record_correction(editable, join_words(old), join_words(new))
        return result

    def _record_correction(self, editable: EditableText, old: str, new: str) -> CommandResult:
        """Record that ``new`` replaced ``old``, which was in ``editable``."""
        heard = " ".join(entry.transcript for entry in editable.entries)
        # Otherwise other words were heard there, and a rule for these would be of no use.
        if old and f" {old} ".casefold() in f" {heard} ".casefold():
            return self._correction_rules.record(old, new)
        return NOTHING_DONE

    def _resume_with(self, live_text: LiveText, command: Command) -> Deferred[CommandResult]:
        ((words,),) = command.words
        spellings = self._spellings(words, live_text.profile)
        return self._editor.correct(live_text.window, corrections.erase_after(spellings))

    def _insert(self, live_text: LiveText, command: Command, after: bool) -> CommandResult:
        """Let the next words go before or after words of the editable text. They may follow also if that is refused."""
        ((words,),) = command.words
        editable = self._editor.editable_text(live_text.window)
        if not editable.entries:
            return replace(self._editor.refuse_nothing_to("insert words into", live_text.window), done=True)
        try:
            place = corrections.find_position(editable, self._spellings(words, live_text.profile), after)
        except CorrectionError as error:
            return replace(refused(error.refusal), done=True)
        self.insertion = Insertion(live_text.window, editable, place)
        return reported(Notice("the next words go to the position that you named"))

    def _select(self, live_text: LiveText, find: Callable[[EditableText], tuple[int, int]]) -> Deferred[CommandResult]:
        if problem := caret_move_refusal(live_text.profile):
            return succeed(refused(problem))
        return select_text(self._editor, live_text.window, find)

    def _select_text(self, live_text: LiveText, command: Command) -> Deferred[CommandResult]:
        ((words,),) = command.words
        return self._select(live_text, corrections.find_text(self._spellings(words, live_text.profile)))

    def _unselect(self, window: int) -> Deferred[CommandResult]:
        if not self._editor.has_selection(window):
            return succeed(
                refused(Refusal(RefusalCode.NOT_SELECTED_BY_VOICE, "I have selected nothing in this window."))
            )
        return self._editor.caret.return_to_end(window, strict=True)

    def _spellings(self, words: Words, profile: Profile) -> tuple[str, ...]:
        """Return how spoken words may be written in a window."""
        styles = dict.fromkeys((replace(DEFAULT_PROFILE, style=profile.style), DEFAULT_PROFILE))
        written = (render(self._format_words(words, each), each)(MIDDLE_OF_TEXT) for each in styles)
        return tuple(dict.fromkeys((*written, join_words(words))))


def _strip_punctuation(text: str) -> str:
    """Return ``text`` without the spaces and punctuation around it."""
    return _OUTER_PUNCTUATION.sub("", text)
