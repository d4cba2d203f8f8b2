"""Checked erasing: selects text, reads it, compares it with the typed text, and only then erases it.

An application may have taken less than was typed (a field with a maximum length, digits only), may have changed it
("..." to "…") or may have added something (an indentation, a bracket, a completion). Counted BackSpaces would then
erase text of the user. So each run of BackSpaces is replaced by:

1. Shift+Left, once for each character to erase;
2. the selected text is read (``interfaces.SelectedText``) and compared (``text.selected_text``);
3. one BackSpace if it is the typed text; otherwise Shift+Right back to the old position, and a refusal.

If the caret is first moved back over a text, all of that text is compared too: the same word may occur twice.
If the application has taken nothing of a text, that is not noticed where the user's text before it ends alike.

Where Shift+Left does not select, it can change the text: terminals print an escape sequence. So nothing is checked
where the profile forbids keys that move the caret. There, and where the profile says so, BackSpaces are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.dictation.caret import Caret
from windictator.dictation.interfaces import SelectedText
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused
from windictator.keyboard.chord import KeyCombination
from windictator.refusals import Refusal, RefusalCode
from windictator.text.cursor_edit import CARET_LEFT, CARET_RIGHT, CursorEdit, is_left_to_right
from windictator.text.edit import BackspaceUnit, Edit, cursor_units
from windictator.text.seal_reason import SealReason
from windictator.text.selected_text import Comparison, closer_of, compare, is_list_of, lacks_break
from windictator.typist.result import TypingResult

_CHANGE_IT = "Select the words and say them again, or change them by hand."
_MISMATCHES = {
    SealReason.TEXT_DIFFERS: Refusal(
        RefusalCode.TEXT_DIFFERS, "The text before the caret is not what I typed there.", _CHANGE_IT
    ),
    SealReason.TEXT_UNREADABLE: Refusal(
        RefusalCode.TEXT_UNREADABLE, "The text before the caret is missing, or I cannot read it here.", _CHANGE_IT
    ),
    SealReason.CARET_BEFORE_CLOSER: Refusal(
        RefusalCode.CARET_BEFORE_CLOSER,
        "The caret is before a closing character, which the program may have added.",
        "Erase it by hand first.",
    ),
}
"""Reasons why the typed text may no longer be erased, each with the refusal for the user."""
_SELECTION_NOT_SAVED = Refusal(
    RefusalCode.SELECTION_NOT_SAVED,
    "What you have selected in another program would be lost.",
    "Unselect it there, then say it again.",
)
_USER_INPUT_MEANWHILE = Refusal(
    RefusalCode.INPUT_MEANWHILE, "You typed or clicked meanwhile, so nothing was erased.", "Say it again."
)
#: Number of times that a text is selected and read if the application withdraws it each time.
_MAX_READS = 3
#: Maximum number of adjustments of a selection, where one press does not select exactly one visible character.
_MAX_ADJUSTMENTS = 8


Work = Generator[Deferred[Any], Any, CommandResult]


class CheckedEraser:
    """Erases text only after it has been selected, read and compared.

    caret: presses the keys.
    selected_text: reads the selection.
    on_mismatch: called with a window in which the typed text may no longer be erased, and the reason.
    backspace_unit_of: returns what one BackSpace removes in a window; the keys Left and Right go by the same units.
    """

    def __init__(
        self,
        caret: Caret,
        selected_text: SelectedText,
        on_mismatch: Callable[[int, SealReason], None],
        backspace_unit_of: Callable[[int], BackspaceUnit],
    ) -> None:
        self._caret = caret
        self._selected_text = selected_text
        self._on_mismatch = on_mismatch
        self._backspace_unit_of = backspace_unit_of

    def replace(
        self, window: int, edit: Edit, text: str, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[CommandResult]:
        """Erase what ``edit`` erases, then type ``text``.

        ``keys``: see ``Caret.type``. As with ``Caret.type`` the confirmed keys have one U+0008 for each BackSpace of
        ``edit``.
        """
        return self._preserving_selection(window, self._replace(window, edit.erased, "\b" * edit.erase, text, keys))

    def replace_by_caret(
        self, window: int, path: CursorEdit, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[CommandResult]:
        """Erase and type in the middle of a text, by the keys of ``path``."""
        return self._preserving_selection(window, self._replace_by_caret(window, path, keys))

    def confirm(self, window: int, text: str) -> Deferred[CommandResult]:
        """Compare ``text`` with the text before the caret, which stays there; refuse if they differ."""
        return self._preserving_selection(window, self._confirm(window, text))

    @inlineCallbacks
    def select(self, window: int, text: str, text_after: str) -> Generator[Deferred[Any], Any, CommandResult]:
        """Select ``text``, which has ``text_after`` between it and the caret."""
        result = NOTHING_DONE
        if text_after:
            result += yield self.confirm(window, text + text_after)
            if not result.done:
                return result
        # Before PRIMARY is taken: GTK and Tk select nothing any more when they have lost it.
        result += yield self._caret.return_to_end(window, strict=True)
        if not result.done:
            return result
        if not (yield self._selected_text.prepare(window)):
            return result + refused(_SELECTION_NOT_SAVED)
        distance = len(cursor_units(text_after, self._backspace_unit_of(window)))
        result += yield from self._select(window, text, distance)
        if not result.done:
            yield self._selected_text.restore(window)
        return result

    @inlineCallbacks
    def _preserving_selection(self, window: int, work: Work) -> Generator[Deferred[Any], Any, CommandResult]:
        """Do ``work``, and restore what the user has selected elsewhere; refuse if that cannot be kept."""
        result: CommandResult = yield self._caret.return_to_end(window, strict=True)
        if not result.done:
            return result
        if not (yield self._selected_text.prepare(window)):
            return result + refused(_SELECTION_NOT_SAVED)
        try:
            result += yield from work
        finally:
            yield self._selected_text.restore(window)
        return result

    def _replace(
        self,
        window: int,
        erased: str,
        backspaces: str,
        text: str,
        keys: Mapping[str, KeyCombination] | None,
        distance_from_end: int = 0,
    ) -> Work:
        """Erase ``erased``, which ends ``distance_from_end`` characters before the end, and type ``text``.

        ``backspaces``: stands in the result for the BackSpaces.
        """
        lead = CARET_LEFT * distance_from_end
        intended = lead + backspaces + text
        closer = "" if distance_from_end else closer_of(erased)
        result = NOTHING_DONE
        if closer:
            result = yield from self._refuse_before_closer(window, closer)
            if not result.done:
                return _as_stopped(result, window, intended)
        result += yield from self._select(window, erased, distance_from_end)
        if not result.done:
            result += yield self._caret.return_to_end(window, strict=False)
            return _as_stopped(result, window, intended)
        result += yield self._caret.type_over(window, lead, backspaces, text, keys)
        return result

    def _refuse_before_closer(self, window: int, closer: str) -> Work:
        """Refuse if the caret is before ``closer``, which would remain alone."""
        caret = self._caret
        result: CommandResult = yield caret.select(window, 0, 1, is_reversed=True)
        result = result.without_moves()
        if not result.done:
            return result
        found: str | None = yield self._selected_text.read(window, lambda _found: True)
        if caret.selection_in(window) is None:
            return result + refused(_USER_INPUT_MEANWHILE)
        if found is None:
            caret.set_selection_length(window, 0)
            result += yield from self._prove_end(window)
            if not result.done or caret.selection_in(window) is None:
                return result
        back: CommandResult = yield caret.return_to_end(window, strict=True)
        result += back.without_moves()
        if result.done and found is not None and found.startswith(closer):
            result += self._refuse_because(window, SealReason.CARET_BEFORE_CLOSER)
        return result

    def _prove_end(self, window: int) -> Work:
        """Refuse if nothing could be read after the caret although it is not at the end of all text.

        The application may give no text at all, with one character selected.
        """
        caret = self._caret
        result: CommandResult = yield caret.select(window, 0, 1)
        result = result.without_moves()
        if not result.done:
            return result
        found: str | None = yield self._selected_text.read(window, lambda _found: True)
        if caret.selection_in(window) is None:
            return result + refused(_USER_INPUT_MEANWHILE)
        if found:
            return result
        ended: CommandResult = yield caret.end_selection(window)
        return result + ended.without_moves() + self._refuse_because(window, SealReason.TEXT_UNREADABLE)

    def _replace_by_caret(self, window: int, path: CursorEdit, keys: Mapping[str, KeyCombination] | None) -> Work:
        text = path.insert + CARET_RIGHT * path.left_count
        shifted = self._shifted_middle(window, path)
        if not path.erase or shifted is None:
            result = yield from self._confirm(window, path.replaced + path.suffix)
            if not result.done:
                return _as_stopped(result, window, path.keys)
            if path.erase:
                replaced = self._replace(window, path.replaced, "\b" * path.erase, text, keys, path.left_count)
                result += yield from replaced
                return result
            result += yield self._caret.type(0, path.keys, window, keys)
            return result
        selected = yield from self._select_from_start(window, path, shifted)
        result = selected.without_moves()
        if not result.done:
            result += yield self._caret.return_to_end(window, strict=False)
            return _as_stopped(result, window, path.keys)
        lead = CARET_LEFT * path.left_count
        result += yield self._caret.type_over(window, lead, "\b" * path.erase, text, keys)
        return result

    def _shifted_middle(self, window: int, path: CursorEdit) -> str | None:
        """Return the text as long as the middle of ``path`` that begins one character earlier.

        None: that text is not known, or is the same.
        """
        steps = cursor_units(path.replaced, self._backspace_unit_of(window))
        previous = cursor_units(path.prefix, self._backspace_unit_of(window))[:1]
        shifted = "".join((*previous, *reversed(steps[1:])))
        return shifted if previous and not _is_same(shifted, path.replaced) else None

    def _select_from_start(self, window: int, path: CursorEdit, shifted: str) -> Work:
        """Select and compare all from the middle of ``path`` on, then select the middle alone from its start.

        So each key is pressed once on the way there. ``shifted``: see ``_shifted_middle``.
        """
        caret = self._caret
        result = yield from self._select(window, path.replaced + path.suffix, 0)
        if not result.done:
            return result
        selection = caret.selection_in(window)
        length = self._step_count(window, path)
        if selection is None or selection.is_reversed or selection.length != path.left_count + length:
            result += yield caret.return_to_end(window, strict=False)
            # The key Left goes by other steps than those counted.
            return result + self._refuse_mismatch(window, "")
        skip = 0
        result += yield caret.leave_selection(window)
        if not result.done:
            return result
        for _ in range(2):
            result += yield caret.select_forward(window, length, skip)
            if not result.done:
                return result
            found: str | None = yield self._selected_text.read(
                window, lambda found: _is_same(found, path.replaced) or _is_same(found, shifted), False
            )
            if caret.selection_in(window) is None:
                return result + refused(_USER_INPUT_MEANWHILE)
            if _is_same(found, path.replaced):
                return result
            if skip or not _is_same(found, shifted):
                break
            # The application has gone on to the left from the selection.
            result += yield caret.unselect_forward(window)
            if not result.done:
                return result
            skip = 1
        result += yield caret.return_to_end(window, strict=False)
        return result + self._refuse_mismatch(window, found)

    def _step_count(self, window: int, path: CursorEdit) -> int:
        return len(cursor_units(path.replaced, self._backspace_unit_of(window)))

    def _confirm(self, window: int, text: str) -> Work:
        result = yield from self._select(window, text, 0)
        if not result.done:
            return result
        selection = self._caret.selection_in(window)
        back: CommandResult = yield self._caret.return_to_end(window, strict=True)
        result += back.without_moves()
        if not result.done:
            return result
        steps = len(cursor_units(text, self._backspace_unit_of(window)))
        if selection is None or selection.is_reversed or selection.length != steps:
            result += self._refuse_mismatch(window, "")  # the key Left goes by other steps than those counted
        return result

    def _select(self, window: int, text: str, distance_from_end: int) -> Work:
        """Select ``text``, which ends ``distance_from_end`` characters before the end.

        If that fails, the caret is where it was, as far as it could be brought back.
        """
        result = yield from self._select_and_compare(window, text, distance_from_end)
        return result.without_moves()

    def _select_and_compare(self, window: int, text: str, distance_from_end: int) -> Work:
        result, found = NOTHING_DONE, None
        for _ in range(_MAX_READS):
            tried, found = yield from self._select_and_read(window, text, distance_from_end, is_reversed=False)
            result += tried
            if not result.done or found is not None or not self._selected_text.was_given_up:
                break
            result += yield self._caret.return_to_end(window, strict=True)
            if not result.done:
                return result
        if not result.done:
            return result
        if not _is_same(found, text) and not distance_from_end and not is_left_to_right(text):
            # There, the key Right goes to what was typed before in some applications.
            back: CommandResult = yield self._caret.return_to_end(window, strict=False)
            if found is None:
                back += yield from self._unselect_following(window)
            again, found = yield from self._select_and_read(window, text, distance_from_end, is_reversed=True)
            result = result + replace(back, done=True) + again
            if not result.done:
                return result
        if _is_same(found, text):
            return result
        result += yield self._caret.return_to_end(window, strict=False)
        if found is None and not distance_from_end:
            result += yield from self._unselect_following(window)
        return result + self._refuse_mismatch(window, found)

    def _unselect_following(self, window: int) -> Work:
        """Unselect what the way back has selected, because there was nothing before the caret to select.

        The next words would replace it.
        """
        caret = self._caret
        found: str | None = yield self._selected_text.read(window, lambda _found: True)
        if not found:
            return NOTHING_DONE
        steps = len(cursor_units(found, self._backspace_unit_of(window)))
        result: CommandResult = yield caret.select(window, 0, steps)
        if caret.selection_in(window) is not None:
            caret.set_selection_length(window, 0)
            result += yield caret.return_to_end(window, strict=False)
        return result.without_moves()

    def _select_and_read(
        self, window: int, text: str, distance_from_end: int, is_reversed: bool
    ) -> Generator[Deferred[Any], Any, tuple[CommandResult, str | None]]:
        """Press the keys that should select ``text``.

        Returns the result and, if it is done, the text that they select; None if that cannot be read.
        """
        caret = self._caret
        presses = len(cursor_units(text, self._backspace_unit_of(window)))
        result: CommandResult = yield caret.select(window, distance_from_end, presses, is_reversed)
        if not result.done:
            if not result.refusal and result.stopped is None:
                result += refused(_USER_INPUT_MEANWHILE)  # by a key that came with the last of them
            return result, None
        # Where the keys may go by other steps, the text may be right for a moment, with more keys on their way.
        settled = len(cursor_units(text)) != len(text)
        previous: str | None = None
        is_one_more = False
        for _ in range(_MAX_ADJUSTMENTS):
            found: str | None = yield self._selected_text.read(
                window, lambda found: _is_same(found, text) or is_list_of(found, text), settled
            )
            if caret.selection_in(window) is None:  # the user has moved the caret meanwhile
                return result + refused(_USER_INPUT_MEANWHILE), None
            if found is None or found == previous:
                break
            if previous is None and is_list_of(found, text):
                return result, text
            comparison = compare(found, text)
            # One press less selects exactly the text if one more has shown all of it, and one character before.
            if is_one_more and lacks_break(found, text):
                comparison, found = Comparison(True), text
            is_one_more = comparison == Comparison(False, fewer=1)
            # Fewer than were pressed where the text begins earlier; these bring the caret back.
            caret.set_selection_length(window, min(len(cursor_units(found)), presses))
            if comparison.same:
                caret.set_selection_length(window, presses)
                return result, found
            change = comparison.more - comparison.fewer
            if not change:
                break
            caret.set_selection_length(window, presses)
            result += yield caret.extend_selection(window, change)
            if not result.done:
                return result, None
            presses += change
            settled, previous = True, found
        return result, found

    def _refuse_mismatch(self, window: int, found: str | None) -> CommandResult:
        """Refuse because ``found`` is selected; None: the selection could not be read."""
        if found is None:
            return self._refuse_because(window, SealReason.TEXT_UNREADABLE)
        return self._refuse_because(window, SealReason.TEXT_DIFFERS)

    def _refuse_because(self, window: int, reason: SealReason) -> CommandResult:
        self._on_mismatch(window, reason)
        return replace(refused(_MISMATCHES[reason]), mismatch=reason)


def _as_stopped(result: CommandResult, window: int, requested: str) -> CommandResult:
    """Return ``result``, in which a typing that ended early counts as one of everything that was requested."""
    stop = result.early_stop
    if stop is None:
        return result.as_preparation().failed()
    typed = TypingResult(requested, "", stop.stopped_by, stop.key_event_count, window)
    return replace(result, typed=typed, done=False)


def _is_same(found: str | None, text: str) -> bool:
    return found is not None and compare(found, text).same
