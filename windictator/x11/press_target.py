"""Place where the last press went: into the watched window, or elsewhere because the window had lost the focus.

Focus and keys are events of one connection. The server gives every event the number of the last request that it had
begun for this connection (X11 protocol, section 1). A press is a request. So the numbers tell whether the window had
the focus when the server processed the press, however late this process reads the events.
"""

from __future__ import annotations

from windictator.x11 import events

_SEQUENCE_MASK, _HALF = 0xFFFF, 0x8000


class PressTarget:
    """Order of the last press and the changes of the watched window's focus, from its first loss on."""

    def __init__(self) -> None:
        self._press_sequence = 0
        self._is_released_next = False
        self._changes: list[tuple[int, events.FocusEvent]] = []

    def forget(self) -> None:
        """Forget the changes, because another text begins."""
        self._changes.clear()

    def pressed(self, sequence: int, *, is_released_next: bool) -> None:
        """Record that the request with this number presses a key, and whether the next request releases it."""
        self._press_sequence, self._is_released_next = sequence, is_released_next

    def lost(self, sequence: int, event: events.FocusEvent) -> None:
        """Record a FocusOut after which keys go elsewhere."""
        self._changes.append((sequence, event))

    def returned(self, sequence: int, event: events.FocusEvent) -> None:
        """Record a FocusIn; it counts if it ends the loss before it."""
        if self._changes and event.returns_focus and event.is_for_pointer == self._changes[-1][1].is_for_pointer:
            self._changes.append((sequence, event))

    def had_focus(self, *, by_own_hotkey: bool) -> bool:
        """Return True if the window had the focus when the last press was processed.

        by_own_hotkey: the grab, if there is one, is a hotkey's of this program, which is never a key of a text.
        """
        has_focus = True
        for number, (sequence, event) in enumerate(self._changes):
            lead = (self._press_sequence - sequence) & _SEQUENCE_MASK
            if 0 < lead < _HALF:
                has_focus = not event.is_out
            elif not lead and event.is_out and event.is_grab and not by_own_hotkey and self._took_press(number):
                has_focus = False
        return has_focus

    def _took_press(self, number: int) -> bool:
        """Return True if the press itself may have begun this grab, instead of another client right after the press.

        A grab that a key begins ends with the key's release.
        """
        if not self._is_released_next:
            return True
        ends = [sequence for sequence, _ in self._changes[number + 1 : number + 2]]
        return ends == [(self._press_sequence + 1) & _SEQUENCE_MASK]
