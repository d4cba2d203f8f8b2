"""What is known of one text, or of some chords, while it is being typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from windictator.ports import Stop

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from windictator.borrowed_keyboard import BorrowedKeyboard
    from windictator.keyboard.keymap import Keymap


@dataclass(slots=True)
class Run:
    """One text on its way.

    ``window``: where it must go. ``keymap``: what it is coded by. ``locked``: real modifiers that stay locked.
    ``confirmed``: characters, ``events``: key events confirmed so far. ``borrowed``: locks and group.
    ``hold``: seconds to hold each key down, each event in a write of its own; 0: a keystroke's events in one write.
    """

    window: int
    keymap: Keymap
    locked: int
    confirmed: int = 0
    events: int = 0
    borrowed: BorrowedKeyboard | None = None
    hold: float = 0.0
    begun: bool = False
    """The user's keys are up: from now on each further one stops typing. Before that a held one may repeat."""
    stop: Stop | None = None
    elsewhere: bool = False
    """The keystroke under way may have gone elsewhere, whatever stopped it first."""
    unread: int = 0
    """Keystrokes sent since the application was last asked whether it has read all."""
    reading: Deferred[bool] | None = None
    """Its answer."""
    retake: bool = False
    """A key of the user's that is tolerated may come up and bring the user's keyboard into force."""
    keycodes: frozenset[int] = frozenset()
    """The keys that the piece under way is typed with."""
    leads_anywhere: bool = False
    """The keys are pressed for what they do, wherever that moves the focus: that ends the run, but a key that has been
    confirmed counts."""
    relies: bool = False
    """The keys act on what stands there (BackSpaces, moves of the caret): after a key of the user's they would act on
    something else."""
    relying: frozenset[int] = frozenset()
    """Keys of the piece under way that act on what is before the caret: they are sent in transactions."""
    mark: tuple[int, int] | None = None
    """``confirmed`` and ``events`` when the transaction under way began; None: there is none."""
