"""The commands that correct what was dictated: from what was said to a correction of the window's open text."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.correction_rules import CorrectionRules
from windictator.dictation.events import DictationListener
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.writing import Editor, LiveText
from windictator.text import corrections
from windictator.text.command_line import command_line_adjust
from windictator.text.context_adjust import MIDDLE_OF_TEXT, Context, context_adjust
from windictator.text.corrections import Correction, CorrectionError, EditableText, RenderText
from windictator.text.formatting import FormattedWord, text_after_cursor
from windictator.text.grammar import Command
from windictator.text.ledger import text_of
from windictator.text.line_breaks import (
    in_line_breaks,
    in_paragraphs,
    one_line,
    words_in_paragraphs,
    words_on_one_line,
)
from windictator.text.utterance import Words, join_words

WordFormatter = Callable[[Words, Profile], Sequence[FormattedWord]]
"""How words are written in a window with this profile, before they are fitted to what stands there."""
CommandHandler = Callable[[LiveText, Command], Deferred[bool]]
"""Carries a command out where the passage is; fires with whether the rest of the utterance may follow."""
LINE_BREAKS_AS_SPACES = 'line breaks are written as spaces in this window (profile "{}")'
"""The notice of what a profile changes. A line break is a press of Return, which does more in some windows."""
_OUTER_PUNCTUATION = re.compile(r"^\W+|\W+$")
_COMMANDS_WITH_WORDS = frozenset({"replace", "resume_with", "insert_before", "insert_after", "select_text"})


class Insertion(NamedTuple):
    """Where the next words go: before the character at ``place`` of ``open_text``, as long as that stands there; in the
    place of what is meant by "that" if ``place`` is None."""

    window: int
    open_text: EditableText
    position: int | None


class EditCommands:
    """``written``: how words are written in their new places. ``learning``: is told of words that were replaced. What
    is selected by us is meant by "that"."""

    def __init__(
        self,
        editor: Editor,
        listener: DictationListener,
        format_words: WordFormatter,
        correction_rules: CorrectionRules,
    ) -> None:
        self._editor = editor
        self._corrector = editor.corrector
        self._listener = listener
        self._format_words = format_words
        self._correction_rules = correction_rules
        self._insertion: Insertion | None = None
        self.commands: Mapping[str, CommandHandler] = {
            "scratch": self._correct(corrections.erase_last_utterance, "scratch"),
            "delete_characters": self._correct_counted(corrections.delete_characters),
            "delete_words": self._correct_counted(corrections.delete_words),
            "delete_sentence": self._correct(corrections.delete_sentence, "erase"),
            "delete_line": self._correct(corrections.delete_line, "erase"),
            "capitalise": self._correct(corrections.capitalise),
            "upper_case": self._correct(corrections.upper_case),
            "lower_case": self._correct(corrections.lower_case),
            "title_case": self._correct(corrections.title_case),
            "remove_spaces": self._correct(corrections.remove_spaces),
            "replace": self._replace,
            "resume_with": self._resume_with,
            "insert_before": lambda passage, command: self._insert(passage, command, after=False),
            "insert_after": lambda passage, command: self._insert(passage, command, after=True),
            "select_phrase": lambda passage, _: self._select(passage, corrections.last_utterance),
            "select_words": lambda passage, command: self._select(passage, corrections.last_words(command.number)),
            "select_text": self._select_text,
            "unselect": lambda passage, _: editor.corrector.unselect(passage.window),
            "undo": lambda passage, _: editor.corrector.undo(passage.window),
            "undo_correction": lambda passage, _: editor.corrector.undo(passage.window, only_correction=True),
            "redo": lambda passage, _: editor.corrector.redo(passage.window),
        }

    @property
    def has_pending_insertion(self) -> bool:
        """Whether the next words go elsewhere than to the caret."""
        return self._insertion is not None or self._corrector.has_selection()

    def forget_insertion(self) -> None:
        """The next words go to the caret."""
        self._insertion = None

    def expect_replacement(self, live_text: LiveText) -> bool:
        """The next words take the place of what is meant by "that"; whether anything is."""
        open_text = self._corrector.open_text(live_text.window)
        if not open_text.entries:
            self._corrector.refuse_nothing_to("replace", live_text.window)
            return False
        self._insertion = Insertion(live_text.window, open_text, None)
        return True

    def insert(self, live_text: LiveText, formatted: Sequence[FormattedWord], transcript: str) -> Deferred[bool] | None:
        """Put words where it was said that they go; None where they go to the caret."""
        insertion, self._insertion = self._insertion, None
        if live_text.text or not (insertion or self._corrector.has_selection(live_text.window)):
            return None
        open_text = self._corrector.open_text(live_text.window)
        write = render(formatted, live_text.profile)
        if insertion and insertion.window == live_text.window and insertion.open_text == open_text:
            if insertion.position is not None:
                correction = corrections.insert_at(insertion.position, write)
                return self._corrector.correct(live_text.window, correction, transcript=transcript)
        elif insertion or not open_text.selected:
            self._editor.refuse("the words go where the caret is: something else was done in the window since")
            return None
        return self._replace_target(live_text, open_text, write, transcript)

    @inlineCallbacks
    def _replace_target(
        self, live_text: LiveText, open_text: EditableText, write: RenderText, transcript: str
    ) -> Generator[Deferred[Any], Any, bool]:
        done: bool = yield self._corrector.correct(
            live_text.window, corrections.replace_target(write), transcript=transcript
        )
        if done:
            start, end = open_text.target_range
            self._record_correction(
                open_text, _strip_punctuation(open_text.text[start:end]), _strip_punctuation(write(MIDDLE_OF_TEXT))
            )
        return done

    def names_unknown_text(self, window: int, command: Command) -> bool:
        """Whether the command names words that were not typed in ``window``, as far back as corrections look. Where
        they were, but may not be changed, that is to be told."""
        if command.name not in _COMMANDS_WITH_WORDS:
            return False
        screen = self._editor.screen
        text = text_of(screen.ledger.last_entries(window, corrections.SEARCH_LIMIT, include_sealed=True))
        profile = screen.profile(window)
        return not any(corrections.contains(text, self._spellings(words, profile)) for words, *_ in command.words)

    def _correct(self, correction: Correction, action: str = "correct") -> CommandHandler:
        return lambda passage, _: self._corrector.correct(passage.window, correction, action)

    def _correct_counted(self, correction: Callable[[int], Correction]) -> CommandHandler:
        return lambda passage, command: self._corrector.correct(passage.window, correction(command.number), "erase")

    @inlineCallbacks
    def _replace(self, live_text: LiveText, command: Command) -> Generator[Deferred[Any], Any, bool]:
        profile = live_text.profile
        taken: list[tuple[Words, Words]] = []  # the reading of the command that is carried out
        broken: list[bool] = []  # whether line breaks of it are spaces now

        def noting(old: Words, new: Words) -> RenderText:
            def write(context: Context) -> str:
                taken[:] = [(old, new)]
                written = self._format_words(new, profile)
                broken[:] = [loses_line_breaks(written, profile)]
                return render(adapt_to_profile(written, profile), profile)(context)

            return write

        readings = [(self._spellings(old, profile), noting(old, new)) for old, new in command.words]
        open_text = self._corrector.open_text(live_text.window)
        heard = join_words(command.words[0][1])
        done: bool = yield self._corrector.correct(
            live_text.window, corrections.replace_words(readings), transcript=heard
        )
        if done and any(broken):
            self._listener.notice(LINE_BREAKS_AS_SPACES.format(profile.name))
        for old, new in taken if done else ():
            self._record_correction(open_text, join_words(old), join_words(new))
        return done

    def _record_correction(self, open_text: EditableText, old: str, new: str) -> None:
        """``new`` stands in the place of ``old``, which was in ``open_text``."""
        said = " ".join(entry.transcript for entry in open_text.entries)
        # Else other words had been heard there, and a rule for these would be of no use.
        if old and f" {old} ".casefold() in f" {said} ".casefold():
            self._correction_rules.record(old, new)

    def _resume_with(self, live_text: LiveText, command: Command) -> Deferred[bool]:
        ((words,),) = command.words
        return self._corrector.correct(
            live_text.window, corrections.erase_after(self._spellings(words, live_text.profile))
        )

    def _insert(self, live_text: LiveText, command: Command, after: bool) -> Deferred[bool]:
        ((words,),) = command.words
        open_text = self._corrector.open_text(live_text.window)
        if not open_text.entries:
            self._corrector.refuse_nothing_to("insert words into", live_text.window)
            return succeed(True)
        try:
            place = corrections.find_position(open_text, self._spellings(words, live_text.profile), after)
        except CorrectionError as error:
            self._editor.refuse(str(error))
        else:
            self._insertion = Insertion(live_text.window, open_text, place)
            self._listener.notice("the next words go to the place that was said")
        return succeed(True)

    def _select(self, live_text: LiveText, find: Callable[[EditableText], tuple[int, int]]) -> Deferred[bool]:
        if problem := caret_move_refusal(live_text.profile):
            self._editor.refuse(problem)
            return succeed(False)
        return self._corrector.select(live_text.window, find)

    def _select_text(self, live_text: LiveText, command: Command) -> Deferred[bool]:
        ((words,),) = command.words
        return self._select(live_text, corrections.find_text(self._spellings(words, live_text.profile)))

    def _spellings(self, words: Words, profile: Profile) -> tuple[str, ...]:
        """How words that were said may stand on the screen."""
        styles = dict.fromkeys((replace(DEFAULT_PROFILE, style=profile.style), DEFAULT_PROFILE))
        written = (render(self._format_words(words, each), each)(MIDDLE_OF_TEXT) for each in styles)
        return tuple(dict.fromkeys((*written, join_words(words))))


def _strip_punctuation(text: str) -> str:
    """Without the spaces and marks around it."""
    return _OUTER_PUNCTUATION.sub("", text)


def adapt_to_profile(formatted: Sequence[FormattedWord], profile: Profile) -> Sequence[FormattedWord]:
    """As the words are written where this profile is; if that is no different, the very object."""
    if profile.line_breaks == "space":
        return words_on_one_line(formatted)
    return words_in_paragraphs(formatted) if profile.paragraph_key else formatted


def adapt_text_to_profile(text: str, profile: Profile) -> str:
    """Return a text that was written for some window as it is typed where this profile is."""
    text = in_line_breaks(text)
    if profile.line_breaks == "space":
        return one_line(text)
    return in_paragraphs(text) if profile.paragraph_key else text


def loses_line_breaks(formatted: Sequence[FormattedWord], profile: Profile) -> bool:
    """Return True if line breaks of the words become spaces where this profile is."""
    return profile.line_breaks == "space" and words_on_one_line(formatted) is not formatted


def render_in_context(formatted: Sequence[FormattedWord], context: Context, profile: Profile) -> tuple[str, Context]:
    """Return the text to type for ``written`` after ``context`` where this profile is, and the context after it."""
    if profile.style == "command_line":
        return command_line_adjust(formatted, context)
    return context_adjust(formatted, context, profile.style == "prose")


def caret_move_refusal(profile: Profile) -> str:
    """Why our keys may not move the caret in a window, "" if they may."""
    if profile.cursor_keys != "never":
        return ""
    where = f" ({profile.name})" if profile.name else ""
    return f'the caret is not moved by voice in this window{where}: its profile has cursor_keys = "never"'


def render(formatted: Sequence[FormattedWord], profile: Profile) -> RenderText:
    """Writes the words where this profile is, snippets with what stands behind their caret."""
    return lambda context: render_in_context(formatted, context, profile)[0] + text_after_cursor(formatted)
