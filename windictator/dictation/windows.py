"""The windows that are dictated into: their profiles, and what the user does there."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.dictation.caret import Caret
from windictator.dictation.focus_tracker import FocusTracker, TypedByUser, is_window_switch
from windictator.dictation.interfaces import ProfileOf, TypingPort, WindowsClicked, all_windows_clicked
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.keyboard.chord import KeyCombination, parse_combination
from windictator.refusals import Refusal, RefusalCode
from windictator.text.autocorrection import autocorrectable_part
from windictator.text.context_adjust import Context
from windictator.text.corrections import SEARCH_LIMIT
from windictator.text.cursor_edit import is_left_to_right
from windictator.text.edit import BackspaceUnit, Edit, backspace_units, cursor_units, edit_between, has_certain_units
from windictator.text.ledger import Entry, Ledger, text_of
from windictator.text.line_breaks import LINE_END, PARAGRAPH, line_start
from windictator.text.seal_reason import SealReason
from windictator.typist.interfaces import UserInput

JOINED_CHARACTER = Refusal(
    RefusalCode.JOINED_CHARACTER,
    "The first character is joined with the text before it.",
    "Change it by hand.",
)
"""Refusal to erase or select half of a character."""
#: Wheel "buttons": they scroll; neither the caret nor the focus moves.
_WHEEL_BUTTONS = range(4, 8)
#: Windows whose profiles are kept: the one in use, and those left in the middle of an utterance.
_MAX_PROFILES = 64


def line_end_keys(profile: Profile) -> Mapping[str, KeyCombination] | None:
    """Return the keys that break a line and begin a paragraph in a window; None where Return does both."""
    keys = {} if profile.return_is_plain else {"\n": parse_combination(profile.line_break_key)}
    if profile.paragraph_key:
        keys[PARAGRAPH] = parse_combination(profile.paragraph_key)
    return keys or None


def autocorrection_refusal(profile: Profile, text: str, start: int) -> Refusal | None:
    """Return why ``text`` from ``start`` on cannot be counted in a window with this profile; None if it can."""
    if not profile.autocorrects:
        return None
    if what := autocorrectable_part(text, start):
        why = f"Autocorrection may have changed {what!r} here"
    elif LINE_END.search(text, start):
        why = "The program may have made a list of these lines, so I cannot count what to erase"
    else:
        return None
    return Refusal(RefusalCode.AUTOCORRECTION, f'{why} (profile "{profile.name}").', "Change it by hand.")


def erase_start(text: str, erase: int, backspace_unit: BackspaceUnit) -> int:
    """Return the position in ``text`` from which on ``erase`` BackSpaces erase it."""
    return len(text) - sum(map(len, backspace_units(text, backspace_unit)[:erase]))


class Windows:
    """Tracks the windows that are dictated into, and seals their texts when the user acts there.

    typist: types text and presses keys.
    focused: fires with the window that has the focus, 0 for none.
    ledger: records what was typed.
    backspace_unit: what one BackSpace removes, unless a window's profile says otherwise.
    profile_of: fires with the profile of a window.
    can_read_text: whether text can be read before it is erased.
    clicked: finds the windows that a click may have changed.
    """

    def __init__(
        self,
        typist: TypingPort,
        focused: Callable[[], Deferred[int]],
        ledger: Ledger,
        backspace_unit: BackspaceUnit,
        profile_of: ProfileOf,
        can_read_text: bool,
        clicked: WindowsClicked = all_windows_clicked,
    ) -> None:
        self._profile_of = profile_of
        self._focused = focused
        self._can_read_text = can_read_text
        self._profiles: dict[int, Profile] = {}
        self._focus_tracker = FocusTracker(focused, clicked, lambda: ledger.windows, self._user_typed)
        self._deferring_seal_in: int | None = None
        self.caret = Caret(typist, self.text_unknown, lambda window: self.profile(window).keeps_selections)
        """Types and presses keys in the windows."""
        self.ledger = ledger
        """What was typed in each window."""
        self.backspace_unit = backspace_unit
        """What one BackSpace removes in windows whose profile does not say it."""
        self.input_count = 0
        """Number of presses by the user."""
        self.current = 0
        """The window used last; 0 for none."""

    # What the user does

    def user_input(self, user_input: UserInput) -> None:
        """Record that the user pressed a key or a button.

        As soon as it is known in which window, no text there may be erased any more.
        """
        if user_input.kind == "button" and user_input.code in _WHEEL_BUTTONS:
            return
        if not user_input.pressed:
            if user_input.kind == "button":
                self._focus_tracker.button_released(user_input)
        else:
            self.input_count += 1
            if not is_window_switch(user_input):
                self.caret.input_count += 1
            self._focus_tracker.user_input(user_input)

    @property
    def has_pending_input(self) -> bool:
        """Whether the user has pressed something, and it is not known yet in which window."""
        return self._focus_tracker.has_pending

    def _settle_user_input(self, window: int) -> None:
        """Count what the user has pressed, in a window not known yet, as pressed in ``window``, which has the focus."""
        if self._focus_tracker.has_pending:
            self._focus_tracker.focused(window)
        else:
            self._focus_tracker.last_focus = window

    def _user_typed(self, window: int, typed: TypedByUser) -> None:
        """Follow the user, who has typed or clicked in ``window``."""
        if self._deferring_seal_in != window:
            self.ledger.seal(window, caret_moved=False, reason=SealReason.USER_INPUT)
        self.ledger.user_typed(window, typed)
        if typed and self.caret.selection_in(window) is not None and not self.ledger.last_editable(window):
            self.caret.forget(window)
            self.ledger.seal(
                window, reason=SealReason.USER_INPUT, permanent=True
            )  # what was selected may have been replaced

    @contextmanager
    def deferring_seal(self, window: int) -> Iterator[None]:
        """Seal the ledger at the end of the block for what the user does in it, after the ledger has followed the keys.

        ``window``: where keys are sent in the block.
        """
        inputs = self.input_count
        self._deferring_seal_in = window
        try:
            yield
        finally:
            self._deferring_seal_in = None
            if inputs != self.input_count:
                self._user_typed(window, (None,))

    def text_unknown(self, window: int) -> None:
        """Record that keys with an unknown effect were sent to ``window``: its text is unknown."""
        self.ledger.seal(window, reason=SealReason.TYPING_STOPPED, permanent=True)

    def report_mismatch(self, window: int, reason: SealReason) -> None:
        """Record that the text in ``window`` is not the typed text, or cannot be read."""
        self.ledger.seal(window, caret_moved=False, reason=reason, permanent=True)

    # The windows

    @inlineCallbacks
    def refresh_focus(self) -> Generator[Deferred[Any], Any, int]:
        """Fire with the window that has the focus, after its profile has been read. Something is done there next."""
        window: int = yield self._focused()
        while self._focus_tracker.has_pending and self._focus_tracker.has_pending_clicks:
            yield self._focus_tracker.clicks_settled()
            window = yield self._focused()
        profile: Profile = (yield self._profile_of(window)) if window else DEFAULT_PROFILE
        self._profiles.pop(window, None)
        self._profiles[window] = profile
        if len(self._profiles) > _MAX_PROFILES:
            del self._profiles[next(iter(self._profiles))]
        self._settle_user_input(window)
        self.caret.mark_unmoved(window)
        self.current = window
        return window

    def forget(self, window: int | None = None) -> None:
        """Forget a window that has ended; None: all windows, because the display is gone.

        The numbers of windows of another display may be the same.
        """
        if window is None:
            self.current = 0
            self._profiles.clear()
        else:
            if self.current == window:
                self.current = 0
            self._profiles.pop(window, None)
        self.caret.forget(window)
        self.ledger.forget(window)

    def context(self, window: int) -> Context:
        """Return the context before the next word in ``window``."""
        self._settle_user_input(window)
        return self.ledger.context(window)

    def profile(self, window: int) -> Profile:
        """Return the profile of ``window`` when something began there last."""
        return self._profiles.get(window, DEFAULT_PROFILE)

    def backspace_unit_in(self, window: int) -> BackspaceUnit:
        """Return what one BackSpace removes in ``window``."""
        known = self.profile(window).backspace_unit
        return self.backspace_unit if known is None else BackspaceUnit(known)

    def checks_before_erasing(self, window: int) -> bool:
        """Return whether text in ``window`` is read before it is erased."""
        return self._can_read_text and bool(window) and self.profile(window).checks_before_erasing

    def line_end_keys(self, window: int, text: str) -> Mapping[str, KeyCombination] | None:
        """Return the keys that end lines in ``window``; None where Return does, or if ``text`` is one line."""
        return line_end_keys(self.profile(window)) if window and LINE_END.search(text) else None

    # What may be done by keys

    def edit_between(self, window: int, before: str, after: str) -> Edit:
        """Return the edit in ``window`` that changes ``before``, the text before the caret, into ``after``."""
        unit = self.backspace_unit_in(window)
        return edit_between(before, after, unit, selectable=self.checks_before_erasing(window))

    def left_key_is_reliable(self, window: int, count: int) -> bool:
        """Return whether the key Left goes back over the last ``count`` characters in ``window``.

        The first letters of a line can turn the whole of it: the keys go by what is seen. So the line is read from its
        beginning, even if that is sealed.
        """
        text = text_of(self.ledger.last_entries(window, SEARCH_LIMIT, include_sealed=True))
        begin = max(len(text) - count, 0)
        # Where characters have parts that BackSpace removes one by one, applications differ in what one Left passes.
        return not self.has_multipart_characters(text[begin:], window) and is_left_to_right(
            text[line_start(text, begin) :]
        )

    def has_multipart_characters(self, text: str, window: int) -> bool:
        """Return whether a character of ``text`` has parts that BackSpace removes one by one in ``window``."""
        return len(cursor_units(text)) != len(backspace_units(text, self.backspace_unit_in(window)))

    def step_refusal(self, window: int, text: str, erase: int, entries: Sequence[Entry]) -> Refusal | None:
        """Return why ``erase`` BackSpaces at the end of ``text`` are refused; None if they are not.

        ``entries``: those of the text.
        """
        if self.is_joined_before(window, text, erase, entries):
            return JOINED_CHARACTER
        if reason := self.unit_refusal(erase, text, window):
            return reason
        start = erase_start(text, erase, self.backspace_unit_in(window))
        return self.autocorrection_refusal(window, text, start)

    def unit_refusal(self, erase: int, text: str, window: int) -> Refusal | None:
        """Return why it is unknown what ``erase`` BackSpaces remove of ``text``; None if it is known.

        It does not matter where text is read before it is erased.
        """
        unit = self.backspace_unit_in(window)
        if self.checks_before_erasing(window) or has_certain_units(
            "".join(backspace_units(text, unit)[: erase + 1]), unit
        ):
            return None
        return Refusal(
            RefusalCode.UNCERTAIN_EMOJI,
            "I do not know how this program erases emoji of several parts.",
            "Erase them by hand.",
        )

    def autocorrection_refusal(self, window: int, text: str, start: int) -> Refusal | None:
        """Return why the program may have changed the length of ``text`` from ``start`` on; None if it cannot.

        ``text``: the end of the typed text. It does not matter where text is read before it is changed.
        """
        if self.checks_before_erasing(window):
            return None
        # With the beginning of the line.
        whole = text_of(self.ledger.last_entries(window, SEARCH_LIMIT, include_sealed=True))
        if whole.endswith(text):
            text, start = whole, start + len(whole) - len(text)
        return autocorrection_refusal(self.profile(window), text, start)

    def is_joined_before(self, window: int, text: str, erase: int, entries: Sequence[Entry]) -> bool:
        """Return whether erasing all of ``text`` would erase a character with it that begins before the text."""
        unit = self.backspace_unit_in(window)
        units = backspace_units(text, unit)
        if erase < len(units):
            return False
        # Where the text before is unknown, it may be a letter.
        return any(
            len(backspace_units(before + text, unit)) < len(backspace_units(before, unit)) + len(units)
            for before in (entries[0].before.before, "a")
        )
