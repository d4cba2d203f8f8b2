"""Results of typing."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class StopReason(enum.Enum):
    """Reason why typing ended before the last key; the value is shown to the user."""

    FOCUS_CHANGED = "the focus moved to another window"
    NO_FOCUS = "no window has the keyboard focus"
    TAKES_NO_TEXT = "the window takes no text"
    FOREIGN_INPUT = "another key or button was pressed"
    KEYS_HELD = "a key is being held down"
    UNCONFIRMED = "the X server did not confirm a key"
    TIMEOUT = "the X server did not answer in time"
    KEYMAP_CHANGED = "the keyboard layout changed"
    DISABLED = "typing is disabled"
    CANCELLED = "cancelled"
    GRABBED = "another program holds the keyboard (a locked screen or an open menu)"
    HOTKEY = "another program has taken one of the keys as a hotkey"
    OWN_HOTKEY = "one of the keys is a hotkey of WinDictator (table [hotkeys] of the settings)"
    FILTERED = "a keyboard accessibility filter (SlowKeys, BounceKeys, StickyKeys) was turned on"
    NOT_EXCLUSIVE = "the X server cannot keep the user's keys apart from ours (it lacks the X Input Extension 2)"
    POINTER_HELD = "a mouse button is held down, or another program holds the pointer (an open menu)"
    DEAD_KEY = "a dead key or Compose was pressed and waits for its letter"
    UNRESPONSIVE = "the application does not answer"
    SERVER_REFUSED = "the X server refused a request"
    CONNECTION_LOST = "the connection to the X server was lost"

    @property
    def before_first_key(self) -> bool:
        """True if the typist sends no key at all for this reason, unless a key was confirmed before."""
        return self in _BEFORE_FIRST_KEY


_BEFORE_FIRST_KEY = frozenset(
    {
        StopReason.KEYS_HELD,
        StopReason.DEAD_KEY,
        StopReason.GRABBED,
        StopReason.HOTKEY,
        StopReason.OWN_HOTKEY,
        StopReason.DISABLED,
        StopReason.POINTER_HELD,
        StopReason.NOT_EXCLUSIVE,
    }
)
#: Reasons for which a key that was sent may still be delivered, or for which the user may have typed something between
#: the keys or waits with a key for the next one.
_UNCERTAIN_END = frozenset(
    {
        StopReason.FOREIGN_INPUT,
        StopReason.KEYS_HELD,
        StopReason.POINTER_HELD,
        StopReason.DEAD_KEY,
        StopReason.FILTERED,
        StopReason.NOT_EXCLUSIVE,
        StopReason.UNCONFIRMED,
        StopReason.TIMEOUT,
        StopReason.UNRESPONSIVE,
        StopReason.SERVER_REFUSED,
        StopReason.CONNECTION_LOST,
    }
)


def stop_reason_values(stop_reason: StopReason | None) -> dict[str, str | None]:
    """Return a stop reason as values for JSON: its name and its words, None for no reason."""
    return {"stopped": stop_reason.name if stop_reason else None, "reason": stop_reason.value if stop_reason else None}


@dataclass(frozen=True, slots=True)
class TypingResult:
    """Result of typing.

    requested: requested text; U+0008 for each BackSpace.
    confirmed: prefix of it that the server confirmed.
    stopped_by: why typing ended early, None if everything was confirmed.
    """

    requested: str
    confirmed: str
    stopped_by: StopReason | None = None
    key_event_count: int = 0
    """Number of confirmed key events (presses and releases)."""
    window: int = 0
    """Window that the text was typed into, 0 if typing ended before that was known."""
    has_uncertain_key: bool = False
    """A key after ``confirmed`` was sent, and it is unknown whether it has reached the window."""

    @property
    def complete(self) -> bool:
        """True if everything was confirmed."""
        return self.stopped_by is None

    @property
    def is_exact(self) -> bool:
        """True if the window has received exactly ``confirmed``, with nothing of the user's in it or after it."""
        return not self.has_uncertain_key and self.stopped_by not in _UNCERTAIN_END

    @property
    def nothing_typed(self) -> bool:
        """True if typing was refused as a whole: no key was confirmed, and the reason forbids typing at all."""
        refused = self.stopped_by is StopReason.NO_FOCUS or (
            self.stopped_by is not None and self.stopped_by.before_first_key
        )
        return refused and not self.key_event_count
