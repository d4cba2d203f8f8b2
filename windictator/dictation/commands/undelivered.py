"""The commands for words that could not be typed in the intended window."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands import CommandHandler
from windictator.dictation.editor import Editor
from windictator.dictation.events import Notice, Undelivered
from windictator.dictation.live_text import LiveText
from windictator.dictation.profile import Profile
from windictator.dictation.rendering import WordFormatter, adapt_text_to_profile, adapt_to_profile
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused, reported
from windictator.dictation.undelivered import MAX_UNDELIVERED, UndeliveredQueue, UndeliveredText
from windictator.refusals import Refusal, RefusalCode
from windictator.text.edit import edit_between
from windictator.typist.result import StopReason
from windictator.typist.window import x_id

_NOTHING_KEPT = Refusal(RefusalCode.NOTHING_KEPT, "No words are kept: all were typed or dropped.")

WriteWords = Callable[[LiveText, UndeliveredText], Deferred[CommandResult]]
"""Types all words of an undelivered text again."""


class UndeliveredCommands:
    """Keeps words that could not be typed in the intended window, and types them elsewhere.

    editor: types text.
    format_words: formats words for a window.
    write: types all words of an undelivered text.
    """

    def __init__(self, editor: Editor, format_words: WordFormatter, write: WriteWords) -> None:
        self._editor = editor
        self._format_words = format_words
        self._write = write
        self._texts = UndeliveredQueue()
        self.is_keeping = False
        """Whether words are kept; otherwise they are discarded."""
        self.commands: Mapping[str, CommandHandler] = {
            "type_undelivered": lambda live_text, _: self.type(live_text),
            "discard_undelivered": lambda _live_text, _command: self._discard(),
        }

    @property
    def texts(self) -> tuple[UndeliveredText, ...]:
        """What is kept, oldest first."""
        return self._texts.all

    def forget_windows(self) -> None:
        """Forget the windows in which kept texts began: the display and its windows are gone."""
        self._texts.forget_windows()

    def clear(self) -> int:
        """Discard what is kept. Returns the number of texts."""
        return self._texts.clear()

    def _discard(self) -> Deferred[CommandResult]:
        self._texts.clear()
        return succeed(NOTHING_DONE)

    def add_missing(self, live_text: LiveText, text: UndeliveredText, wanted: str) -> CommandResult:
        """Keep ``text`` with what of ``wanted`` is missing in ``live_text``, whose typing stopped early."""
        assert live_text.stopped is not None
        unit = self._editor.windows.backspace_unit_in(live_text.window)
        missing = edit_between(live_text.text, wanted, unit).insert
        return self.add(replace(text, missing=missing, reason=live_text.stopped))

    def add(self, text: UndeliveredText) -> CommandResult:
        """Keep ``text``, unless such texts are discarded or nothing of it is missing."""
        if not self.is_keeping or not text.missing:
            return NOTHING_DONE
        result = NOTHING_DONE
        if self._texts.add(text):
            result = reported(Notice(f"more than {MAX_UNDELIVERED} undelivered texts: the oldest was discarded"))
        return result + reported(Undelivered(text.missing, x_id(text.window), text.reason))

    @inlineCallbacks
    def type(
        self, live_text: LiveText, reason: StopReason | None = None
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Type what is kept where the caret is; only what was kept for ``reason``, if one is given."""
        wanted = self._texts.for_reason(reason)
        if not wanted:
            return refused(_NOTHING_KEPT) if reason is None else NOTHING_DONE.failed()
        result = NOTHING_DONE
        for text in wanted:
            if forbidden := self._profile_refusal(live_text.profile, text):
                live_text.has_failed = True  # and the text stays kept
                return result + refused(forbidden)
            with self._texts.replacing(text):
                if text.is_partly_typed and text.window == live_text.window:
                    result += yield self._write_missing(live_text, text)
                else:
                    # In another window the end of a phrase or of a word alone is of no use.
                    result += yield self._write(live_text, text)
            if live_text.has_failed:
                return result.failed()
            live_text = yield self._editor.start_utterance()
        return result

    def _profile_refusal(self, profile: Profile, text: UndeliveredText) -> Refusal | None:
        """Return why ``text`` may not be typed in a window with this profile; None if it may."""
        formatted = adapt_to_profile(self._format_words(text.words, profile), profile)
        return profile.refusal_for("".join(word.text + word.after_cursor for word in formatted))

    @inlineCallbacks
    def _write_missing(
        self, live_text: LiveText, text: UndeliveredText
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Type the missing end of an utterance after its beginning."""
        before = self._editor.context_before(live_text)
        missing = adapt_text_to_profile(text.missing, live_text.profile)
        result: CommandResult = yield self._editor.update(live_text, missing)
        result += self._editor.record(live_text, text.transcript, before.followed_by(missing) if result.done else None)
        if not result.done and live_text.stopped is not None:
            result += self.add_missing(live_text, text, missing)
        return result
