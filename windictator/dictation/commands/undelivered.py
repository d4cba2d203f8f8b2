"""The commands for words that could not be typed in the intended window."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands import CommandHandler
from windictator.dictation.editor import Editor
from windictator.dictation.events import Notice, Undelivered
from windictator.dictation.live_text import LiveText
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.rendering import WordFormatter, adapt_text_to_profile, adapt_to_profile, render
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused, reported
from windictator.dictation.undelivered import MAX_UNDELIVERED, UndeliveredQueue, UndeliveredText
from windictator.refusals import Refusal, RefusalCode
from windictator.text.context_adjust import MIDDLE_OF_TEXT
from windictator.text.corrections import Correction, CorrectionError, EditableText, build_step
from windictator.text.edit import edit_between
from windictator.text.ledger import Entry, new_step_id, text_of
from windictator.typist.result import StopReason
from windictator.typist.window import x_id

_NOTHING_KEPT = Refusal(RefusalCode.NOTHING_KEPT, "No words are kept: all were typed or dropped.")

WriteWords = Callable[[LiveText, UndeliveredText], Deferred[CommandResult]]
"""Types all words of an undelivered text again."""


class DroppedText(NamedTuple):
    """A text that "scratch that" has dropped."""

    text: UndeliveredText
    number: int
    """Its place in the order of what was said; see ``ledger.new_step_id``."""
    is_beginning_erased: bool
    """Whether its beginning was erased in the window with it."""


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
        self.queue = UndeliveredQueue()
        """What is kept."""
        self.dropped: DroppedText | None = None
        """What "scratch that" has dropped, as long as "undo that" may bring it back."""
        self.is_keeping = False
        """Whether words are kept; otherwise they are discarded."""
        self.commands: Mapping[str, CommandHandler] = {
            "type_undelivered": lambda live_text, _: self.type(live_text),
            "discard_undelivered": lambda _live_text, _command: self._discard(),
        }

    @property
    def texts(self) -> tuple[UndeliveredText, ...]:
        """What is kept, oldest first."""
        return self.queue.all

    def forget_windows(self) -> None:
        """Forget the windows in which kept texts began: the display and its windows are gone."""
        self.queue.forget_windows()

    def clear(self) -> int:
        """Discard what is kept. Returns the number of texts."""
        return self.queue.clear()

    def _discard(self) -> Deferred[CommandResult]:
        self.queue.clear()
        return succeed(NOTHING_DONE)

    def add_missing(
        self, live_text: LiveText, text: UndeliveredText, wanted: str, recorded: CommandResult
    ) -> CommandResult:
        """Keep ``text`` with what of ``wanted`` is missing in ``live_text``, whose typing stopped early.

        ``recorded``: the result of recording what was typed of it.
        """
        assert live_text.stopped is not None
        unit = self._editor.windows.backspace_unit_in(live_text.window)
        missing = edit_between(live_text.text, wanted, unit).insert
        beginning = next((change.step.after[-1] for change in recorded.steps if live_text.text), None)
        return self.add(
            replace(
                text,
                missing=missing,
                window=live_text.window,
                reason=live_text.stopped,
                beginning=beginning,
                whole=wanted,
            )
        )

    # Changing what is kept, before it is typed

    def said_last(self, window: int) -> UndeliveredText | None:
        """Return the text kept last, if nothing was said for ``window`` since, and nothing is selected there."""
        kept = self.queue.all
        if not kept or self._editor.has_selection(window):
            return None
        return kept[-1] if kept[-1].number > self._editor.windows.ledger.last_said(window).number else None

    @inlineCallbacks
    def take_back(self, live_text: LiveText, text: UndeliveredText) -> Generator[Deferred[Any], Any, CommandResult]:
        """Discard ``text``, and erase its beginning in the window if that is still known."""
        self.queue.remove(text)
        result = reported(Notice(f"dropped, not typed: {text.missing.strip()!r}", quotes_dictation=True))
        is_here = text.beginning is not None and text.window == live_text.window
        is_erased = is_here and self._is_open(text)
        if is_erased:
            result += yield self._editor.scratch(live_text.window)
        elif is_here:
            result += self._editor.refuse_nothing_to("scratch", live_text.window)
        elif text.beginning is not None:
            result += reported(
                Notice(
                    f"its beginning stays in the other window: {text.beginning.typed.strip()!r}", quotes_dictation=True
                )
            )
        self.dropped = DroppedText(text, new_step_id(), is_erased and result.done)
        return result

    def restore(self, window: int) -> Deferred[CommandResult] | None:
        """Keep the text again that ``take_back`` dropped; None if something else was said for ``window`` since."""
        dropped, self.dropped = self.dropped, None
        if dropped is None or dropped.number < self._editor.windows.ledger.last_step_id(window):
            return None
        return self._restore(dropped)

    @inlineCallbacks
    def _restore(self, dropped: DroppedText) -> Generator[Deferred[Any], Any, CommandResult]:
        result = NOTHING_DONE
        if dropped.is_beginning_erased:
            result += yield self._editor.undo(dropped.text.window)
            if not result.done:
                return result
        return result + self.add(dropped.text)

    def can_correct(self, text: UndeliveredText, correction: Correction) -> bool:
        """Return whether ``correction`` applies to ``text``."""
        try:
            correction(self._editable(text))
        except CorrectionError:
            return False
        return True

    def correct(self, text: UndeliveredText, correction: Correction, sets_case: bool) -> CommandResult:
        """Change ``text`` by ``correction`` before it is typed. ``sets_case``: the user says how it begins."""
        if text.beginning is not None:
            return refused(
                Refusal(
                    RefusalCode.KEPT_WORDS_UNFINISHED,
                    "The end of these words is not typed yet.",
                    'Say "type it here" first, or "scratch that".',
                )
            )
        try:
            step = build_step(self._editable(text), correction(self._editable(text)))
        except CorrectionError as error:
            return refused(error.refusal)
        changed = text_of(step.after)
        if not changed.strip():
            self.queue.remove(text)
            return reported(Notice(f"dropped, not typed: {text.missing.strip()!r}", quotes_dictation=True))
        self.queue.change(text, changed.strip(" "), text.is_case_set or sets_case)
        return reported(Notice(f"not typed yet: {changed.strip()!r}", quotes_dictation=True))

    def _editable(self, text: UndeliveredText) -> EditableText:
        """Return ``text`` as corrections change it: as in the middle of a sentence, unless they have changed it."""
        content = text.changed
        if content is None:
            content = render(self._format_words(text.words, DEFAULT_PROFILE), DEFAULT_PROFILE)(MIDDLE_OF_TEXT).strip(
                " "
            )
        return EditableText((Entry(text.transcript, content, MIDDLE_OF_TEXT, MIDDLE_OF_TEXT),))

    def _is_open(self, text: UndeliveredText) -> bool:
        """Return whether the beginning of ``text`` is the last text in its window and may be changed."""
        last = self._editor.windows.ledger.last_editable(text.window)
        return last is not None and text.beginning is not None and last.entry_id == text.beginning.entry_id

    def add(self, text: UndeliveredText) -> CommandResult:
        """Keep ``text``, unless such texts are discarded or nothing of it is missing."""
        if not self.is_keeping or not text.missing:
            return NOTHING_DONE
        result = NOTHING_DONE
        if self.queue.add(text):
            result = reported(Notice(f"more than {MAX_UNDELIVERED} undelivered texts: the oldest was discarded"))
        return result + reported(Undelivered(text.missing, x_id(text.window), text.reason))

    @inlineCallbacks
    def type(
        self, live_text: LiveText, reason: StopReason | None = None
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Type what is kept where the caret is; only what was kept for ``reason``, if one is given."""
        wanted = self.queue.for_reason(reason)
        if not wanted:
            return refused(_NOTHING_KEPT) if reason is None else NOTHING_DONE.failed()
        result = NOTHING_DONE
        for text in wanted:
            if forbidden := self._profile_refusal(live_text.profile, text):
                live_text.has_failed = True  # and the text stays kept
                return result + refused(forbidden)
            with self.queue.replacing(text):
                if self._is_last(text) and text.window == live_text.window:
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

    def _is_last(self, text: UndeliveredText) -> bool:
        """Return whether the beginning of ``text`` is the last text in its window, so that its end may follow it."""
        entries = self._editor.windows.ledger.entries(text.window)
        if not entries or text.beginning is None or entries[-1].entry_id != text.beginning.entry_id:
            return False
        return self._is_open(text) or text.whole.startswith(text.beginning.typed)

    @inlineCallbacks
    def _write_missing(
        self, live_text: LiveText, text: UndeliveredText
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Type the missing end of an utterance after its beginning, as one text if that may still be changed."""
        continued = text.beginning if self._is_open(text) else None
        if continued is not None:
            live_text.text, live_text.context_before = continued.typed, continued.before
            live_text.input_count_at_start = self._editor.windows.input_count
        before = self._editor.context_before(live_text)
        wanted = adapt_text_to_profile(text.missing if continued is None else text.whole, live_text.profile)
        result: CommandResult = yield self._editor.update(live_text, wanted)
        after = before.followed_by(wanted) if result.done else None
        recorded = self._editor.record(live_text, text.transcript, after, continued)
        result += recorded
        if not result.done and live_text.stopped is not None:
            result += self.add_missing(live_text, text, wanted, recorded)
        return result
