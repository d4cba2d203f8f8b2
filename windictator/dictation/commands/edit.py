"""The commands that correct what was dictated: from what was said to a correction of the window's open text."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.correction_rules import Learning
from windictator.dictation.events import Listener
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.writing import Passage, Writer
from windictator.text import corrections
from windictator.text.command_line import command_line_adjust
from windictator.text.context_adjust import MIDDLE_OF_TEXT, Context, context_adjust
from windictator.text.corrections import Correction, NotPossible, OpenText, Write
from windictator.text.formatting import FormattedWord, tail_of
from windictator.text.grammar import Command
from windictator.text.ledger import text_of
from windictator.text.line_breaks import (
    in_line_breaks,
    in_paragraphs,
    one_line,
    words_in_paragraphs,
    words_on_one_line,
)
from windictator.text.utterance import Words, spoken

Written = Callable[[Words, Profile], Sequence[FormattedWord]]
"""How words are written in a window with this profile, before they are fitted to what stands there."""
Obey = Callable[[Passage, Command], Deferred[bool]]
"""Carries a command out where the passage is; fires with whether the rest of the utterance may follow."""
ON_ONE_LINE = 'line breaks are written as spaces in this window (profile "{}")'
"""The notice of what a profile changes. A line break is a press of Return, which does more in some windows."""
_AROUND = re.compile(r"^\W+|\W+$")
_NAMING_WORDS = frozenset({"replace", "resume_with", "insert_before", "insert_after", "select_text"})


class Insertion(NamedTuple):
    """Where the next words go: before the character at ``place`` of ``open_text``, as long as that stands there; in the
    place of what is meant by "that" if ``place`` is None."""

    window: int
    open_text: OpenText
    place: int | None


class Editing:
    """``written``: how words are written in their new places. ``learning``: is told of words that were replaced. What
    is selected by us is meant by "that"."""

    def __init__(
        self,
        writer: Writer,
        listener: Listener,
        written: Written,
        learning: Learning,
    ) -> None:
        self._writer = writer
        self._corrector = writer.corrector
        self._listener = listener
        self._written = written
        self._learning = learning
        self._insertion: Insertion | None = None
        self.commands: Mapping[str, Obey] = {
            "scratch": self._correct(corrections.scratch, "scratch"),
            "delete_characters": self._counted(corrections.delete_characters),
            "delete_words": self._counted(corrections.delete_words),
            "delete_sentence": self._correct(corrections.delete_sentence, "erase"),
            "delete_line": self._correct(corrections.delete_line, "erase"),
            "capitalise": self._correct(corrections.capitalise),
            "upper_case": self._correct(corrections.upper_case),
            "lower_case": self._correct(corrections.lower_case),
            "title_case": self._correct(corrections.title_case),
            "close_up": self._correct(corrections.close_up),
            "replace": self._replace,
            "resume_with": self._resume_with,
            "insert_before": lambda passage, command: self._insert(passage, command, behind=False),
            "insert_after": lambda passage, command: self._insert(passage, command, behind=True),
            "select_phrase": lambda passage, _: self._select(passage, corrections.last_phrase),
            "select_words": lambda passage, command: self._select(passage, corrections.last_words(command.number)),
            "select_text": self._select_text,
            "unselect": lambda passage, _: writer.corrector.unselect(passage.window),
            "undo": lambda passage, _: writer.corrector.undo(passage.window),
            "undo_correction": lambda passage, _: writer.corrector.undo(passage.window, only_correction=True),
            "redo": lambda passage, _: writer.corrector.redo(passage.window),
        }

    @property
    def expects_insertion(self) -> bool:
        """Whether the next words go elsewhere than to the caret."""
        return self._insertion is not None or self._corrector.has_selection()

    def forget_insertion(self) -> None:
        """The next words go to the caret."""
        self._insertion = None

    def expect_replacement(self, passage: Passage) -> bool:
        """The next words take the place of what is meant by "that"; whether anything is."""
        open_text = self._corrector.open_text(passage.window)
        if not open_text.entries:
            self._corrector.refuse_to("replace", passage.window)
            return False
        self._insertion = Insertion(passage.window, open_text, None)
        return True

    def insert(self, passage: Passage, written: Sequence[FormattedWord], heard: str) -> Deferred[bool] | None:
        """Put words where it was said that they go; None where they go to the caret."""
        insertion, self._insertion = self._insertion, None
        if passage.shown or not (insertion or self._corrector.has_selection(passage.window)):
            return None
        open_text = self._corrector.open_text(passage.window)
        write = writes(written, passage.profile)
        if insertion and insertion.window == passage.window and insertion.open_text == open_text:
            if insertion.place is not None:
                correction = corrections.insert_at(insertion.place, write)
                return self._corrector.correct(passage.window, correction, heard=heard)
        elif insertion or not open_text.selected:
            self._writer.refuse("the words go where the caret is: something else was done in the window since")
            return None
        return self._replace_that(passage, open_text, write, heard)

    @inlineCallbacks
    def _replace_that(
        self, passage: Passage, open_text: OpenText, write: Write, heard: str
    ) -> Generator[Deferred[Any], Any, bool]:
        done: bool = yield self._corrector.correct(passage.window, corrections.replace_that(write), heard=heard)
        if done:
            start, end = open_text.target
            self._learn(open_text, _words_alone(open_text.text[start:end]), _words_alone(write(MIDDLE_OF_TEXT)))
        return done

    def is_unmatched(self, window: int, command: Command) -> bool:
        """Whether the command names words that were not typed in ``window``, as far back as corrections look. Where
        they were, but may not be changed, that is to be told."""
        if command.name not in _NAMING_WORDS:
            return False
        screen = self._writer.screen
        text = text_of(screen.ledger.tail(window, corrections.LOOK_BACK, sealed=True))
        profile = screen.profile(window)
        return not any(corrections.stands(text, self._ways(words, profile)) for words, *_ in command.words)

    def _correct(self, correction: Correction, deed: str = "correct") -> Obey:
        return lambda passage, _: self._corrector.correct(passage.window, correction, deed)

    def _counted(self, correction: Callable[[int], Correction]) -> Obey:
        return lambda passage, command: self._corrector.correct(passage.window, correction(command.number), "erase")

    @inlineCallbacks
    def _replace(self, passage: Passage, command: Command) -> Generator[Deferred[Any], Any, bool]:
        profile = passage.profile
        taken: list[tuple[Words, Words]] = []  # the reading of the command that is carried out
        broken: list[bool] = []  # whether line breaks of it are spaces now

        def noting(old: Words, new: Words) -> Write:
            def write(context: Context) -> str:
                taken[:] = [(old, new)]
                written = self._written(new, profile)
                broken[:] = [loses_line_breaks(written, profile)]
                return writes(fitted(written, profile), profile)(context)

            return write

        readings = [(self._ways(old, profile), noting(old, new)) for old, new in command.words]
        open_text = self._corrector.open_text(passage.window)
        heard = spoken(command.words[0][1])
        done: bool = yield self._corrector.correct(passage.window, corrections.replace_words(readings), heard=heard)
        if done and any(broken):
            self._listener.notice(ON_ONE_LINE.format(profile.name))
        for old, new in taken if done else ():
            self._learn(open_text, spoken(old), spoken(new))
        return done

    def _learn(self, open_text: OpenText, old: str, new: str) -> None:
        """``new`` stands in the place of ``old``, which was in ``open_text``."""
        said = " ".join(entry.heard for entry in open_text.entries)
        # Else other words had been heard there, and a rule for these would be of no use.
        if old and f" {old} ".casefold() in f" {said} ".casefold():
            self._learning.corrected(old, new)

    def _resume_with(self, passage: Passage, command: Command) -> Deferred[bool]:
        ((words,),) = command.words
        return self._corrector.correct(passage.window, corrections.erase_behind(self._ways(words, passage.profile)))

    def _insert(self, passage: Passage, command: Command, behind: bool) -> Deferred[bool]:
        ((words,),) = command.words
        open_text = self._corrector.open_text(passage.window)
        if not open_text.entries:
            self._corrector.refuse_to("insert words into", passage.window)
            return succeed(True)
        try:
            place = corrections.place_of(open_text, self._ways(words, passage.profile), behind)
        except NotPossible as error:
            self._writer.refuse(str(error))
        else:
            self._insertion = Insertion(passage.window, open_text, place)
            self._listener.notice("the next words go to the place that was said")
        return succeed(True)

    def _select(self, passage: Passage, find: Callable[[OpenText], tuple[int, int]]) -> Deferred[bool]:
        if problem := caret_stays(passage.profile):
            self._writer.refuse(problem)
            return succeed(False)
        return self._corrector.select(passage.window, find)

    def _select_text(self, passage: Passage, command: Command) -> Deferred[bool]:
        ((words,),) = command.words
        return self._select(passage, corrections.words_of(self._ways(words, passage.profile)))

    def _ways(self, words: Words, profile: Profile) -> tuple[str, ...]:
        """How words that were said may stand on the screen."""
        styles = dict.fromkeys((replace(DEFAULT_PROFILE, style=profile.style), DEFAULT_PROFILE))
        written = (writes(self._written(words, each), each)(MIDDLE_OF_TEXT) for each in styles)
        return tuple(dict.fromkeys((*written, spoken(words))))


def _words_alone(text: str) -> str:
    """Without the spaces and marks around it."""
    return _AROUND.sub("", text)


def fitted(written: Sequence[FormattedWord], profile: Profile) -> Sequence[FormattedWord]:
    """As the words are written where this profile is; if that is no different, the very object."""
    if profile.line_breaks == "space":
        return words_on_one_line(written)
    return words_in_paragraphs(written) if profile.paragraph_key else written


def fitted_text(text: str, profile: Profile) -> str:
    """Return a text that was written for some window as it is typed where this profile is."""
    text = in_line_breaks(text)
    if profile.line_breaks == "space":
        return one_line(text)
    return in_paragraphs(text) if profile.paragraph_key else text


def loses_line_breaks(written: Sequence[FormattedWord], profile: Profile) -> bool:
    """Return True if line breaks of the words become spaces where this profile is."""
    return profile.line_breaks == "space" and words_on_one_line(written) is not written


def adjusted(written: Sequence[FormattedWord], context: Context, profile: Profile) -> tuple[str, Context]:
    """Return the text to type for ``written`` after ``context`` where this profile is, and the context after it."""
    if profile.style == "command_line":
        return command_line_adjust(written, context)
    return context_adjust(written, context, profile.style == "prose")


def caret_stays(profile: Profile) -> str:
    """Why our keys may not move the caret in a window, "" if they may."""
    if profile.caret_keys != "off":
        return ""
    where = f" ({profile.name})" if profile.name else ""
    return f'the caret is not moved by voice in this window{where}: its profile has caret_keys = "off"'


def writes(written: Sequence[FormattedWord], profile: Profile) -> Write:
    """Writes the words where this profile is, snippets with what stands behind their caret."""
    return lambda context: adjusted(written, context, profile)[0] + tail_of(written)
