"""Results of typing."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class StopReason(enum.Enum):
    """Reason why typing ended before the last key; the value is a stable code."""

    clause: str
    """What happened, for the user: a clause after a colon."""
    remedy: str
    """What to say or do now: a sentence; "" if there is nothing."""

    def __new__(cls, code: str, clause: str, remedy: str = "") -> StopReason:
        """Make a member from its code, its clause and its remedy."""
        member = object.__new__(cls)
        member._value_ = code
        member.clause = clause
        member.remedy = remedy
        return member

    FOCUS_CHANGED = "focus-changed", "the focus moved to another window", "Click back into the window."
    NO_FOCUS = "no-focus", "no window has the keyboard focus", "Click into the window you want to write in."
    TAKES_NO_TEXT = "takes-no-text", "the window takes no text", "Click into the window you want to write in."
    FOREIGN_INPUT = "foreign-input", "you typed or clicked meanwhile"
    KEYS_HELD = "keys-held", "a key is held down", "Let go of it."
    UNCONFIRMED = "unconfirmed", "the X server did not confirm a key", "Look at the text before you go on."
    TIMEOUT = "timeout", "the X server did not answer in time", "Wait a moment."
    KEYMAP_CHANGED = "keymap-changed", "the keyboard layout changed"
    DISABLED = "disabled", "typing is disabled"
    CANCELLED = "cancelled", "cancelled"
    GRABBED = "grabbed", "a menu is open (or the screen is locked)", 'Close it, or say "press escape".'
    HOTKEY = "hotkey", "another program has taken one of the keys as a hotkey", "Change the hotkey there."
    OWN_HOTKEY = "own-hotkey", "one of the keys is a hotkey of mine, so it cannot be typed", "Choose another hotkey."
    FILTERED = (
        "filtered",
        "a keyboard filter (SlowKeys, BounceKeys, StickyKeys) was turned on",
        "Turn it off in the accessibility settings.",
    )
    NOT_EXCLUSIVE = "not-exclusive", "the X server cannot tell your keys from mine (no X Input Extension 2)"
    POINTER_HELD = "pointer-held", "a mouse button is held down, or a menu is open", "Let go, or close the menu."
    DEAD_KEY = "dead-key", "a dead key or Compose waits for its letter", "Type the letter, or press Escape."
    UNRESPONSIVE = "unresponsive", "the application does not answer", "Wait until it does."
    SERVER_REFUSED = "server-refused", "the X server refused a request"
    CONNECTION_LOST = "connection-lost", "the connection to the X server was lost"

    @property
    def sentence(self) -> str:
        """What happened and what to do, in sentences."""
        message = f"{self.clause[0].upper()}{self.clause[1:]}."
        return f"{message} {self.remedy}" if self.remedy else message

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
    """Return a stop reason as values for JSON: its name, what happened, what to do; None for no reason."""
    return {
        "stopped": stop_reason.name if stop_reason else None,
        "reason": stop_reason.clause if stop_reason else None,
        "remedy": stop_reason.remedy if stop_reason else None,
    }


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
