"""Checked erasing: what is to go is selected, read and compared with what was typed, and only then erased.

An application may have taken less than was typed (a field with a greatest length, digits only), may have changed it
("..." to "…") or may have added something (an indentation, a bracket, a completion). BackSpaces that are counted would
then erase text of the user's, so each run of them becomes:

1. Shift+Left, once for each character that is to go;
2. the selected text is read, see ``ports.SelectedText``, and compared, see ``text.selected_text``;
3. if it is the text that was typed: one BackSpace; else Shift+Right back to where the caret was, and a refusal.

Where the caret is moved back over a text first, all of that text is compared too: two places may have the same word.
A text that the application has not taken at all is not noticed where the text of the user's before it ends alike.

A press of Shift+Left that is no selection can change the text of a window: terminals print an escape sequence. So this
is not done where the profile forbids keys that move the caret; there, and where it says so, BackSpaces are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.dictation.caret import Caret
from windictator.dictation.interfaces import SelectedText
from windictator.keyboard.chord import KeyCombination
from windictator.text.cursor_edit import CARET_LEFT, CARET_RIGHT, CursorEdit, is_left_to_right
from windictator.text.edit import BackspaceUnit, Edit, cursor_units
from windictator.text.selected_text import Comparison, closer_of, compare, is_list_of, lacks_break
from windictator.typist.result import TypingResult

TEXT_DIFFERS = "the text before the caret is not what was typed there"
"""Why nothing was erased, and why what was typed may no longer be erased."""
TEXT_UNREADABLE = "the text before the caret is missing, or cannot be read in this window"
"""Why nothing was erased, and why what was typed may no longer be erased."""
CARET_BEFORE_CLOSER = (
    "the caret is before the character that closes what would be erased, which the application may have added"
)
"""Why nothing was erased, and why what was typed may no longer be erased."""
_CORRECT_BY_HAND = "correct it by hand"
_CORRECT_OR_SET_PROFILE = (
    f'{_CORRECT_BY_HAND}, or, if the window takes all that is typed, give it a profile with erase = "counted"'
)
_SELECTION_NOT_SAVED = "nothing was changed: what is selected in another program cannot be kept; unselect it there"
_USER_INPUT_MEANWHILE = "nothing was erased: another key or button was pressed meanwhile"
#: Times that a selection is adjusted where one press selects more or less than one character as a reader sees it.
_MAX_ADJUSTMENTS = 8


class _SelectionError(Exception):
    """The keys have not selected what they should, and that has been told."""


class Eraser:
    """``caret``: presses the keys. ``selected``: reads what they select. ``differs``: called with a window in which
    what was typed may no longer be erased, and the reason. ``removal``: what one BackSpace removes in a window, by
    which the steps of the caret go too."""

    def __init__(
        self,
        caret: Caret,
        selected_text: SelectedText,
        on_mismatch: Callable[[int, str], None],
        backspace_unit_of: Callable[[int], BackspaceUnit],
    ) -> None:
        self._caret = caret
        self._selected_text = selected_text
        self._on_mismatch = on_mismatch
        self._backspace_unit_of = backspace_unit_of

    def replace(
        self, window: int, edit: Edit, text: str, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult | None]:
        """Erase what ``edit`` erases, then type ``text``. Fires with what was typed, None where it was refused.
        ``keys``: see ``Caret.type``.

        As with ``Caret.type``, what has been confirmed has one U+0008 for each BackSpace of ``edit``.
        """
        return self._preserving_selection(window, self._replace(window, edit.erased, "\b" * edit.erase, text, keys))

    def replace_by_caret(
        self, window: int, path: CursorEdit, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult | None]:
        """Erase and type in the middle, by way of ``path``. Fires as ``replace``, with the keys of ``path``."""
        return self._preserving_selection(window, self._replace_by_caret(window, path, keys))

    @inlineCallbacks
    def confirm(self, window: int, text: str) -> Generator[Deferred[Any], Any, bool]:
        """Compare ``text`` with what is before the caret, which stays there. Fires with whether they are equal; if
        not, that has been refused."""
        return bool((yield self._preserving_selection(window, self._confirm(window, text))))

    @inlineCallbacks
    def select(self, window: int, text: str, text_after: str) -> Generator[Deferred[Any], Any, bool]:
        """Select ``text``, between which and the caret is ``behind``. Fires with whether it is selected now."""
        if text_after and not (yield self.confirm(window, text + text_after)):
            return False
        # Before PRIMARY is taken: GTK and Tk select nothing any more when they have lost it.
        if not (yield self._caret.return_to_end(window, strict=True)):
            return False
        if not (yield self._selected_text.prepare(window)):
            self._caret.refuse(_SELECTION_NOT_SAVED)
            return False
        if (yield from self._select(window, text, len(cursor_units(text_after, self._backspace_unit_of(window))))):
            return True
        yield self._selected_text.restore(window)
        return False

    @inlineCallbacks
    def _preserving_selection(
        self, window: int, work: Generator[Deferred[Any], Any, Any]
    ) -> Generator[Deferred[Any], Any, Any]:
        """Do ``work``, and let what the user has selected elsewhere be as before; None where that cannot be."""
        if not (yield self._caret.return_to_end(window, strict=True)):
            return None
        if not (yield self._selected_text.prepare(window)):
            self._caret.refuse(_SELECTION_NOT_SAVED)
            return None
        try:
            return (yield from work)
        finally:
            yield self._selected_text.restore(window)

    def _replace(
        self,
        window: int,
        erased: str,
        backspaces: str,
        text: str,
        keys: Mapping[str, KeyCombination] | None,
        distance_from_end: int = 0,
    ) -> Generator[Deferred[Any], Any, TypingResult | None]:
        """Erase ``erased``, ``back`` characters before the end, and type ``text``.

        ``backspaces``: what stands for the erasing where it is counted.
        """
        lead = CARET_LEFT * distance_from_end
        intended = lead + backspaces + text
        before = self._caret.stopped
        closer = "" if distance_from_end else closer_of(erased)
        if closer and not (yield from self._is_not_followed_by(window, closer)):
            return self._stopped_since(before, window, intended)
        if not (yield from self._select(window, erased, distance_from_end)):
            yield self._caret.return_to_end(window, strict=False)
            return self._stopped_since(before, window, intended)
        typed: TypingResult | None = yield self._caret.type_over(window, lead, backspaces, text, keys)
        return typed

    def _is_not_followed_by(self, window: int, closer: str) -> Generator[Deferred[Any], Any, bool]:
        """Whether the caret is not before ``closer``, which would stay alone; if it is, that has been refused."""
        caret = self._caret
        with caret.silent():
            if not (yield caret.select(window, 0, 1, is_reversed=True)):
                return False
            found: str | None = yield self._selected_text.read(window, lambda _found: True)
            if caret.selection_in(window) is None:
                caret.refuse(_USER_INPUT_MEANWHILE)
                return False
            if found is None:
                caret.set_selection_length(window, 0)  # the caret is at the end of all text
            if not (yield caret.return_to_end(window, strict=True)):
                return False
        if found is not None and found.startswith(closer):
            self._refuse_because(window, CARET_BEFORE_CLOSER, _CORRECT_BY_HAND)
            return False
        return True

    def _replace_by_caret(
        self, window: int, path: CursorEdit, keys: Mapping[str, KeyCombination] | None
    ) -> Generator[Deferred[Any], Any, TypingResult | None]:
        before = self._caret.stopped
        text = path.insert + CARET_RIGHT * path.left_count
        shifted = self._shifted_middle(window, path)
        if not path.erase or shifted is None:
            if not (yield from self._confirm(window, path.replaced + path.suffix)):
                return self._stopped_since(before, window, path.keys)
            if path.erase:
                return (yield from self._replace(window, path.replaced, "\b" * path.erase, text, keys, path.left_count))
            typed: TypingResult | None = yield self._caret.type(0, path.keys, window, keys)
            return typed
        with self._caret.silent():
            selected = yield from self._select_from_start(window, path, shifted)
        if not selected:
            yield self._caret.return_to_end(window, strict=False)
            return self._stopped_since(before, window, path.keys)
        typed = yield self._caret.type_over(window, CARET_LEFT * path.left_count, "\b" * path.erase, text, keys)
        return typed

    def _shifted_middle(self, window: int, path: CursorEdit) -> str | None:
        """Return the text as long as the middle of ``path`` that begins one character earlier, None where that is not
        known, or the same."""
        steps = cursor_units(path.replaced, self._backspace_unit_of(window))
        previous = cursor_units(path.prefix, self._backspace_unit_of(window))[:1]
        shifted = "".join((*previous, *reversed(steps[1:])))
        return shifted if previous and not _is_same(shifted, path.replaced) else None

    def _select_from_start(self, window: int, path: CursorEdit, shifted: str) -> Generator[Deferred[Any], Any, bool]:
        """Select and compare all from the middle of ``path`` on, then the middle alone, from its start on; whether it
        is selected. So each key is pressed once on the way there. ``shifted``: see ``_shifted``."""
        caret = self._caret
        whole = path.replaced + path.suffix
        if not (yield from self._select(window, whole, 0)):
            return False
        selection = caret.selection_in(window)
        if (
            selection is None
            or selection.is_reversed
            or selection.length != path.left_count + self._step_count(window, path)
        ):
            yield caret.return_to_end(window, strict=False)
            self._refuse_mismatch(window, "")  # the key Left goes by other steps than those counted
            return False
        length, skip = self._step_count(window, path), 0
        if not (yield caret.leave_selection(window)):
            return False
        for _ in range(2):
            if not (yield caret.select_forward(window, length, skip)):
                return False
            found: str | None = yield self._selected_text.read(
                window, lambda found: _is_same(found, path.replaced) or _is_same(found, shifted), False
            )
            if caret.selection_in(window) is None:
                caret.refuse(_USER_INPUT_MEANWHILE)
                return False
            if _is_same(found, path.replaced):
                return True
            if skip or not _is_same(found, shifted):
                break
            # The application has gone on to the left from the selection.
            if not (yield caret.unselect_forward(window)):
                return False
            skip = 1
        yield caret.return_to_end(window, strict=False)
        self._refuse_mismatch(window, found)
        return False

    def _step_count(self, window: int, path: CursorEdit) -> int:
        return len(cursor_units(path.replaced, self._backspace_unit_of(window)))

    def _confirm(self, window: int, text: str) -> Generator[Deferred[Any], Any, bool]:
        if not (yield from self._select(window, text, 0)):
            return False
        selection = self._caret.selection_in(window)
        with self._caret.silent():
            brought_back: bool = yield self._caret.return_to_end(window, strict=True)
        if not brought_back:
            return False
        steps = len(cursor_units(text, self._backspace_unit_of(window)))
        if selection is None or selection.is_reversed or selection.length != steps:
            self._refuse_mismatch(window, "")  # the key Left goes by other steps than those counted
            return False
        return True

    def _stopped_since(self, before: TypingResult | None, window: int, requested: str) -> TypingResult | None:
        """Return the last stop, if it is not ``before``, as one of all that was ``intended``; None if it is."""
        stopped = self._caret.stopped
        if stopped is None or stopped is before:
            return None
        return TypingResult(requested, "", stopped.stopped_by, stopped.key_event_count, window)

    def _select(self, window: int, text: str, distance_from_end: int) -> Generator[Deferred[Any], Any, bool]:
        """Select ``text``, ``back`` characters before the end; whether it is selected. If not, it has been told why,
        and the caret is where it was, as far as it could be brought back."""
        with self._caret.silent():
            return (yield from self._select_silently(window, text, distance_from_end))

    def _select_silently(self, window: int, text: str, distance_from_end: int) -> Generator[Deferred[Any], Any, bool]:
        try:
            found = yield from self._select_and_read(window, text, distance_from_end, is_reversed=False)
            if not _is_same(found, text) and not distance_from_end and not is_left_to_right(text):
                # There, the key Right goes to what was typed before in some applications.
                yield self._caret.return_to_end(window, strict=False)
                found = yield from self._select_and_read(window, text, distance_from_end, is_reversed=True)
        except _SelectionError:
            return False
        if _is_same(found, text):
            return True
        yield self._caret.return_to_end(window, strict=False)
        self._refuse_mismatch(window, found)
        return False

    def _select_and_read(
        self, window: int, text: str, distance_from_end: int, is_reversed: bool
    ) -> Generator[Deferred[Any], Any, str | None]:
        """Press the keys that should select ``text``. Return what they select, None where that cannot be read. Raises
        _Interrupted."""
        caret = self._caret
        presses = len(cursor_units(text, self._backspace_unit_of(window)))
        told = caret.refusal_count, caret.stopped
        if not (yield caret.select(window, distance_from_end, presses, is_reversed)):
            if told == (caret.refusal_count, caret.stopped):
                caret.refuse(_USER_INPUT_MEANWHILE)  # by a key that came with the last of them, which was confirmed
            raise _SelectionError
        # Where the keys may go by other steps, the text may be right for a moment, with more keys on their way.
        settled = len(cursor_units(text)) != len(text)
        previous: str | None = None
        is_one_more = False
        for _ in range(_MAX_ADJUSTMENTS):
            found: str | None = yield self._selected_text.read(
                window, lambda found: _is_same(found, text) or is_list_of(found, text), settled
            )
            if caret.selection_in(window) is None:  # the user has moved the caret meanwhile
                caret.refuse(_USER_INPUT_MEANWHILE)
                raise _SelectionError
            if found is None or found == previous:
                break
            if previous is None and is_list_of(found, text):
                return text
            comparison = compare(found, text)
            # One press less selects exactly the text where one more has shown all of it, and one character before.
            if is_one_more and lacks_break(found, text):
                comparison, found = Comparison(True), text
            is_one_more = comparison == Comparison(False, fewer=1)
            # Fewer than were pressed where the text begins earlier; these bring the caret back.
            caret.set_selection_length(window, min(len(cursor_units(found)), presses))
            if comparison.same:
                caret.set_selection_length(window, presses)
                return found
            change = comparison.more - comparison.fewer
            if not change:
                break
            caret.set_selection_length(window, presses)
            if not (yield caret.extend_selection(window, change)):
                raise _SelectionError
            presses += change
            settled, previous = True, found
        return found

    def _refuse_mismatch(self, window: int, found: str | None) -> None:
        """Refuse because of what has been found selected, None if that could not be read."""
        self._refuse_because(
            window, *((TEXT_UNREADABLE, _CORRECT_OR_SET_PROFILE) if found is None else (TEXT_DIFFERS, _CORRECT_BY_HAND))
        )

    def _refuse_because(self, window: int, reason: str, advice: str) -> None:
        self._on_mismatch(window, reason)
        self._caret.refuse(f"nothing was changed: {reason}; {advice}")


def _is_same(found: str | None, text: str) -> bool:
    return found is not None and compare(found, text).same
