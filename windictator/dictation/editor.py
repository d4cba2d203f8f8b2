"""The editor: types the text of utterances in windows, corrects it, undoes it, and keeps the ledger.

Everything is one operation: the text in the window is changed into another text. ``edit_between`` returns the
BackSpaces and the insertion that lead from one to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.caret import Selection, may_have_reached_window
from windictator.dictation.checked_erasing import CheckedEraser
from windictator.dictation.interfaces import (
    ProfileOf,
    SelectedText,
    TypingPort,
    WindowsClicked,
    all_windows_clicked,
    no_profiles,
)
from windictator.dictation.live_text import LiveText
from windictator.dictation.nothing_to import EditAction, nothing_to
from windictator.dictation.profile import DEFAULT_PROFILE
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused
from windictator.dictation.text_status import StepChange
from windictator.dictation.windows import Windows, autocorrection_refusal, erase_start
from windictator.keyboard.chord import KeyCombination
from windictator.refusals import Refusal, RefusalCode
from windictator.text.context_adjust import Context
from windictator.text.corrections import (
    MAX_RETYPED,
    SEARCH_LIMIT,
    Correction,
    CorrectionError,
    EditableText,
    build_step,
    erase_last_utterance,
)
from windictator.text.cursor_edit import CursorEdit, cursor_edit
from windictator.text.edit import BackspaceUnit, Edit, backspace_units, edit_between
from windictator.text.ledger import Entries, Entry, Ledger, Step, text_of
from windictator.text.normalise import UnprintableTextError, normalise_dictated_text, normalise_text
from windictator.text.seal_reason import SealReason
from windictator.typist.interfaces import NoReplyError
from windictator.typist.result import StopReason, TypingResult

_INPUT_IN_PHRASE = Refusal(
    RefusalCode.INPUT_MEANWHILE, "You typed or clicked while you spoke, so this phrase stays as it is."
)
_NOT_A_CORRECTION = Refusal(
    RefusalCode.NOT_A_CORRECTION,
    "The last thing done in this window was not a correction.",
    'To take the words back, say "undo that".',
)


class SelectedRange(NamedTuple):
    """A selected part of the editable text of a window, valid as long as that text is unchanged."""

    selection: Selection
    entries: Entries
    start: int
    end: int


class Editor:
    """Types, corrects and undoes text in windows.

    typist: types text and presses keys.
    focused: fires with the window that has the focus, 0 for none.
    ledger: records what was typed.
    backspace_unit: what one BackSpace removes, unless a window's profile says otherwise.
    profile_of: fires with the profile of a window.
    selected_text: reads text before it is erased; None: BackSpaces are counted everywhere.
    clicked: finds the windows that a click may have changed.
    """

    def __init__(
        self,
        typist: TypingPort,
        focused: Callable[[], Deferred[int]],
        ledger: Ledger,
        backspace_unit: BackspaceUnit,
        profile_of: ProfileOf = no_profiles,
        selected_text: SelectedText | None = None,
        clicked: WindowsClicked = all_windows_clicked,
    ) -> None:
        can_read = selected_text is not None
        self.windows = Windows(typist, focused, ledger, backspace_unit, profile_of, can_read, clicked)
        """The windows, their profiles, the ledger."""
        self.caret = self.windows.caret
        """Types and presses keys."""
        self.selected_range: SelectedRange | None = None
        """What WinDictator has selected, as far as that is still so: see ``has_selection``."""
        self.eraser: CheckedEraser | None = None
        """Erases after reading; None if text cannot be read."""
        if selected_text is not None:
            self.eraser = CheckedEraser(
                self.caret, selected_text, self.windows.report_mismatch, self.windows.backspace_unit_in
            )

    # Utterances

    @inlineCallbacks
    def start_utterance(self) -> Generator[Deferred[Any], Any, LiveText]:
        """Fire with a new text in the window that has the focus; it has failed if the X server does not report it."""
        try:
            window: int = yield self.windows.refresh_focus()
        except NoReplyError as error:
            return LiveText(
                0,
                self.windows.ledger.context(0),
                has_failed=True,
                stopped=StopReason.TIMEOUT,
                unknown_window=Refusal(RefusalCode.WINDOW_UNKNOWN, f"Nothing was typed: {error}.", "Say it again."),
                is_private=True,
            )
        profile = self.windows.profile(window)
        context = self.windows.ledger.context(window)
        return LiveText(window, context, profile=profile, is_private=not profile.enabled)

    def context_before(self, live_text: LiveText) -> Context:
        """Return the context before ``live_text`` when it began to be typed."""
        if not live_text.text:
            live_text.context_before = self.windows.context(live_text.window)
        return live_text.context_before

    def would_erase_user_input(self, live_text: LiveText, wanted: str) -> bool:
        """Return whether changing ``live_text`` to ``wanted`` would erase what the user may have typed since."""
        if live_text.input_count_at_start == self.windows.input_count:
            return False
        return self.windows.edit_between(live_text.window, live_text.text, wanted).erase > 0

    @inlineCallbacks
    def update(
        self, live_text: LiveText, wanted: str, bypass_profile: bool = False
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Change the text of ``live_text`` in its window to ``wanted``.

        ``bypass_profile``: ``wanted`` was not spoken but given as it is, so the window's profile does not apply.
        """
        if live_text.has_failed:
            return NOTHING_DONE.failed()
        window, windows = live_text.window, self.windows
        edit = windows.edit_between(window, live_text.text, wanted)
        if not edit:
            return NOTHING_DONE
        if edit.erase and (reason := self._erase_refusal(live_text, edit)):
            live_text.has_failed = True
            return refused(reason)
        live_text.input_count_at_edit = windows.input_count
        if not live_text.text:
            live_text.input_count_at_start = windows.input_count
        result: CommandResult = yield self._type_edit(edit, window, bypass_profile)
        typed = result.typed
        live_text.mismatch_reason = result.mismatch
        if not result.done:
            live_text.has_failed = True
            live_text.stopped = typed.stopped_by if typed else None if window else StopReason.NO_FOCUS
        if typed is not None:
            live_text.any_key_sent |= may_have_reached_window(typed)
            live_text.is_exact = self._is_exact(edit, window, typed)
            if live_text.text:
                erased = min(len(typed.confirmed), edit.erase)
                units = backspace_units(live_text.text, windows.backspace_unit_in(window))
                live_text.text = "".join(reversed(units[erased:])) + typed.confirmed[edit.erase :]
            else:
                live_text.text = typed.confirmed
        return result

    def _is_exact(self, edit: Edit, window: int, typed: TypingResult) -> bool:
        """Return whether the text in ``window`` is known after an edit that ended early."""
        is_read_first = edit.erase and self.windows.checks_before_erasing(window)  # something may be selected then
        return typed.stopped_by is not None and typed.is_exact and not is_read_first

    def _erase_refusal(self, live_text: LiveText, edit: Edit) -> Refusal | None:
        """Return why ``edit`` may not erase a part of ``live_text``; None if it may."""
        windows = self.windows
        if live_text.input_count_at_start != windows.input_count:
            return _INPUT_IN_PHRASE
        if reason := self.windows.unit_refusal(edit.erase, live_text.text, live_text.window):
            return reason
        if windows.checks_before_erasing(live_text.window):
            return None
        start = erase_start(live_text.text, edit.erase, windows.backspace_unit_in(live_text.window))
        return autocorrection_refusal(live_text.profile, live_text.text, start)

    def record(
        self, live_text: LiveText, transcript: str, after: Context | None, continued: Entry | None = None
    ) -> CommandResult:
        """Record what ``live_text`` has left in its window. What a stop has left exactly may still be changed.

        after: the context after it; None if it is incomplete.
        continued: the open entry whose text ``live_text`` began with; it is replaced.
        """
        window, before, text = live_text.window, live_text.context_before, live_text.text
        ledger, input_count = self.windows.ledger, self.windows.input_count
        result = NOTHING_DONE
        if text or after is not None:
            entry = Entry(transcript, text, before, after or before.followed_by(text))
            if continued is None:
                step = ledger.record(window, entry)
            else:
                step = Step((continued,), (entry,), is_correction=False)
                ledger.apply(window, step)
            result = CommandResult(window=window, steps=(StepChange(step),))
        is_known = (
            live_text.is_exact and live_text.input_count_at_start == input_count and not live_text.mismatch_reason
        )
        if after is None and live_text.any_key_sent and not is_known:
            ledger.seal(
                window,
                caret_moved=not live_text.mismatch_reason,
                reason=live_text.mismatch_reason or SealReason.TYPING_STOPPED,
                permanent=True,
            )
        elif text and live_text.input_count_at_start != input_count:
            # Something that the user typed may be inside it or after it.
            ledger.seal(window, caret_moved=live_text.input_count_at_edit != input_count, reason=SealReason.USER_INPUT)
        return result

    def give_up(self, live_text: LiveText | None, reason: SealReason) -> None:
        """Stop following work whose keys may have done anything in the window used last.

        The text of ``live_text`` is recorded; because of ``reason`` no text in that window can be erased any more.
        """
        if live_text is not None and live_text.text:
            self.record(live_text, live_text.text, None)
        self.windows.ledger.seal(self.windows.current, reason=reason, permanent=True)

    # Keys

    @inlineCallbacks
    def press(
        self, window: int, chords: Sequence[KeyCombination], keeps_text: bool = False, context: Context | None = None
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Press keys in ``window`` for what they do there.

        A selection remains until then. The effect of the keys is unknown, so no text there may be erased any more.

        keeps_text: the keys change nothing and do not move the caret.
        context: the context for the next words, if it can be guessed.
        """
        if reason := self.windows.profile(window).refusal_for() if window else None:
            return refused(reason)
        result: CommandResult = yield self.caret.press(chords, window)
        typed = result.typed
        if typed is not None and may_have_reached_window(typed) and not (keeps_text and typed.complete):
            self.caret.forget(window)
            self.windows.ledger.seal(window, reason=SealReason.KEYS_BY_COMMAND, context=context)
        return result

    # Corrections

    def editable_text(self, window: int) -> EditableText:
        """Return the text in ``window`` that may be changed, as far back as corrections search."""
        ledger = self.windows.ledger
        entries = ledger.last_entries(window, SEARCH_LIMIT)
        more = ledger.last_entries(window, len(text_of(entries)) + 1)
        editable = EditableText(
            entries,
            complete=len(more) == len(entries),
            max_distance=SEARCH_LIMIT if self._corrects_by_caret(window, len(text_of(entries))) else MAX_RETYPED,
        )
        selected = self.selected_range
        if selected is None or selected.entries != entries or not self.has_selection(window):
            return editable
        return replace(editable, selected=(selected.start, selected.end))

    def has_selection(self, window: int | None = None) -> bool:
        """Return whether WinDictator has selected something in ``window``; None: in any window."""
        selected = self.selected_range
        if selected is None or selected.selection != self.caret.selection_in(selected.selection.window):
            return False
        return window in (None, selected.selection.window)

    def correct(
        self,
        window: int,
        correction: Correction,
        action: EditAction = "correct",
        transcript: str = "",
        *,
        is_erasure: bool = False,
    ) -> Deferred[CommandResult]:
        """Change the editable text of ``window`` by ``correction``.

        action: the verb of the refusal if there is no editable text.
        transcript: the words that were spoken for the new text.
        is_erasure: the command only erases words; see ``scratch``.
        """
        editable = self.editable_text(window)
        if not editable.entries:
            return succeed(self.refuse_nothing_to(action, window))
        try:
            change = correction(editable)
            step = build_step(editable, replace(change, text=_normalised(change.text)), transcript)
        except (CorrectionError, UnprintableTextError) as error:
            return succeed(refused(error.refusal))
        if text_of(step.before) == text_of(step.after):
            return succeed(CommandResult(window=window))  # nothing changes, so nothing could be taken back
        if is_erasure:
            step = replace(step, is_erasure=True)
        return self._apply_step(window, StepChange(step), lambda: self.windows.ledger.apply(window, step))

    def inserted_last(self, window: int) -> int | None:
        """Return the position in the editable text of words that a correction has inserted there, if they are the last.

        None: something else was said last in ``window``, or something is selected there.
        """
        correction = self.windows.ledger.last_said(window).correction
        editable = self.editable_text(window)
        if correction is None or editable.selected:
            return None
        old, new = text_of(correction.before), text_of(correction.after)
        start = len(old) - len(edit_between(old, new).erased)
        if len(new) <= len(old) or not new.endswith(old[start:]):
            return None
        return len(editable.text) - len(new) + start

    def scratch(self, window: int, is_replaced: bool = False) -> Deferred[CommandResult]:
        """Take back what was said last in ``window`` and has not been taken back; or erase what is selected there.

        Words disappear. A correction is undone: an insertion, a replacement, a change of case, a choice. A command that
        erased words brings none back: what it left of the utterance disappears.

        is_replaced: words follow for what was said last; after a correction that inserted none, for the utterance.
        """
        editable = self.editable_text(window)
        ledger = self.windows.ledger
        correction = ledger.last_said(window).correction
        if is_replaced and self.inserted_last(window) is None:
            correction = None
        if editable.selected or correction is None:
            if editable.selected or not editable.entries:
                return self.correct(window, erase_last_utterance, "scratch", is_erasure=True)
            step = build_step(editable, erase_last_utterance(editable))
            first = ledger.first_step_of(window, len(step.before))
            step = step.taking_back(first) if first and not step.after else replace(step, is_erasure=True)
        else:
            step = correction.reversed.taking_back(correction.step_id)
        return self._apply_step(window, StepChange(step), lambda: ledger.apply(window, step))

    def undo(self, window: int, only_correction: bool = False) -> Deferred[CommandResult]:
        """Undo the last step in ``window``, if nothing else happened there since.

        ``only_correction``: refuse if that step was no correction.
        """
        step = self.windows.ledger.next_undo(window)
        if step is None:
            return succeed(self.refuse_nothing_to("undo", window))
        if only_correction and not step.is_correction:
            return succeed(refused(_NOT_A_CORRECTION))
        return self._apply_step(window, StepChange(step, undone=True), lambda: self.windows.ledger.undo(window))

    def redo(self, window: int) -> Deferred[CommandResult]:
        """Redo the step that was undone last in ``window``."""
        step = self.windows.ledger.next_redo(window)
        if step is None:
            return succeed(self.refuse_nothing_to("redo", window))
        return self._apply_step(window, StepChange(step), lambda: self.windows.ledger.redo(window))

    @contextmanager
    def allowing_sealed(self, window: int, command: str) -> Iterator[None]:
        """Within the block trust the text in ``window`` that was sealed last, if ``command`` would find none else.

        At the end of the block that text is sealed again, so ``force`` must be requested for each command.
        """
        ledger, reason = self.windows.ledger, self.windows.ledger.seal_reason(window)
        there = {"undo": ledger.next_undo, "undo_correction": ledger.next_undo, "redo": ledger.next_redo}
        reopened = there.get(command, ledger.last_editable)(window) is None and ledger.unseal(window)
        try:
            yield
        finally:
            if reopened:
                ledger.seal(window, caret_moved=False, reason=reason)

    def refuse_nothing_to(self, action: EditAction, window: int) -> CommandResult:
        """Return the refusal of a command for which ``window`` has no editable text."""
        reason = self.windows.ledger.seal_reason(window)
        state = self.windows.ledger.sealed_state(window)
        can_force = False
        if state is not None:
            can_force = bool({"undo": state.done, "redo": state.undone}.get(action, state.size))
        return refused(nothing_to(action, reason, self.windows.profile(window)), can_force)

    @inlineCallbacks
    def _apply_step(
        self, window: int, change: StepChange, commit: Callable[[], None]
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Do a step, or undo it, in ``window``, then ``commit`` it to the ledger.

        If it ends early, the ledger follows the text in the window.
        """
        windows, step = self.windows, change.step.reversed if change.undone else change.step
        # With something of the text before: a character there may be one with the first that changes.
        least = sum(len(entry.typed) for entry in step.before) + 20
        tail = windows.ledger.last_entries(window, least)
        lead = text_of(tail[: max(len(tail) - len(step.before), 0)])
        old = lead + text_of(step.before)
        new = lead + text_of(step.after)
        edit = windows.edit_between(window, old, new)
        if edit.erase and (reason := windows.step_refusal(window, old, edit.erase, (*tail, *step.before))):
            return refused(reason)
        committed = CommandResult(window=window, steps=(change,))
        if not edit:
            commit()
            return committed
        by_caret = self._corrects_by_caret(window, len(text_of(step.before)))
        path = cursor_edit(old, new, windows.backspace_unit_in(window)) if by_caret else None
        if path is not None and len(path.prefix) < len(lead):
            path = None
        inputs = windows.input_count
        with windows.deferring_seal(window):
            result: CommandResult = yield (
                self._type_edit(edit, window) if path is None else self._type_path(path, window)
            )
            typed = result.typed
            if result.done:
                commit()
                return result + committed
            if typed is not None and may_have_reached_window(typed):
                left = old[: erase_start(old, min(len(typed.confirmed), edit.erase), windows.backspace_unit_in(window))]
                left += typed.confirmed[edit.erase :]
                if (
                    path is None
                    and self._is_exact(edit, window, typed)
                    and inputs == windows.input_count
                    and left.startswith(lead)
                ):
                    return result + self._commit_exact(window, step, left[len(lead) :])
                if path is not None:
                    self._commit_partial_path(window, step, path.text_after(len(typed.confirmed))[len(lead) :])
                else:
                    self._commit_stopped(window, edit.erase, typed.confirmed)
                windows.text_unknown(window)
            return result

    def _commit_stopped(self, window: int, erase: int, confirmed: str) -> None:
        """Record an edit that ended early."""
        ledger = self.windows.ledger
        ledger.backspace(window, min(len(confirmed), erase), self.windows.backspace_unit_in(window))
        if text := confirmed[erase:]:
            before = ledger.context(window)
            ledger.record(window, Entry("", text, before, before.followed_by(text)))

    def _commit_exact(self, window: int, step: Step, text: str) -> CommandResult:
        """Record a step that has come exactly as far as ``text``, so that it can be undone."""
        partial = self._partial_step(step, text)
        self.windows.ledger.apply(window, partial)
        return CommandResult(window=window, steps=(StepChange(partial),))

    def _commit_partial_path(self, window: int, step: Step, text: str) -> None:
        """Record a step that has come as far as ``text``."""
        self.windows.ledger.apply(window, self._partial_step(step, text))

    @staticmethod
    def _partial_step(step: Step, text: str) -> Step:
        before = (*step.before, *step.after)[0].before
        transcript = " ".join(filter(None, (entry.transcript for entry in step.before or step.after)))
        after = (Entry(transcript, text, before, before.followed_by(text)),) if text else ()
        return Step(step.before, after, is_erasure=step.is_erasure or bool(step.takes_back_to))

    def _corrects_by_caret(self, window: int, count: int) -> bool:
        return self.windows.profile(window).cursor_keys == "always" and self.windows.left_key_is_reliable(window, count)

    # Typing. All text that is ever typed passes here, so what a profile forbids is checked here.

    def _type_edit(self, edit: Edit, window: int, bypass_profile: bool = False) -> Deferred[CommandResult]:
        """Send the BackSpaces of ``edit``, then type its text."""
        try:
            text = normalise_text(edit.insert) if bypass_profile else _normalised(edit.insert)
        except UnprintableTextError as error:
            return succeed(refused(error.refusal))
        if reason := self._profile_refusal(window, text, edit.erase, bypass_profile):
            return succeed(refused(reason))
        keys = None if bypass_profile else self.windows.line_end_keys(window, text)
        if edit.erase and self.eraser is not None and self.windows.checks_before_erasing(window):
            return self.eraser.replace(window, edit, text, keys)
        return self.caret.type(edit.erase, text, window, keys)

    def _type_path(self, path: CursorEdit, window: int) -> Deferred[CommandResult]:
        """Erase and type in the middle of a text, by keys that move the caret there and back."""
        if reason := self._profile_refusal(window, path.keys, path.erase):
            return succeed(refused(reason))
        keys = self.windows.line_end_keys(window, path.insert)
        if self.eraser is not None and self.windows.checks_before_erasing(window):
            return self.eraser.replace_by_caret(window, path, keys)
        return self.caret.type(0, path.keys, window, keys)

    def type_keys(self, keys: str, window: int) -> Deferred[CommandResult]:
        """Type text with keys in it that move the caret; it erases nothing."""
        if reason := self._profile_refusal(window, keys):
            return succeed(refused(reason))
        return self.caret.type(0, keys, window, self.windows.line_end_keys(window, keys))

    def _profile_refusal(self, window: int, text: str, erase: int = 0, bypass_profile: bool = False) -> Refusal | None:
        """Return why the profile of ``window`` forbids to erase and type this; None if it does not."""
        profile = self.windows.profile(window) if window else DEFAULT_PROFILE
        reason = None if bypass_profile else profile.refusal_for(text)
        if not reason and erase and profile.erase == "refuse":
            return Refusal(
                RefusalCode.ERASING_FORBIDDEN,
                f'Nothing is erased in this window (profile "{profile.name}").',
                "Change the text by hand.",
            )
        return reason

    def confirm(self, window: int, text: str) -> Deferred[CommandResult]:
        """Refuse if ``text`` is not before the caret of ``window``, as far as that can be read there."""
        if self.eraser is None or not text or not self.windows.checks_before_erasing(window):
            return succeed(NOTHING_DONE)
        return self.eraser.confirm(window, text)


def _normalised(text: str) -> str:
    """Return dictated text fit for typing, as printable ASCII is already. Raises UnprintableTextError."""
    return text if text.isascii() and text.isprintable() else normalise_dictated_text(text)
