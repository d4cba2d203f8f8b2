"""What ``windictator doctor --repair`` does on the display. Blocking, no reactor."""

from __future__ import annotations

import time

from windictator.x11.blocking import BlockingConnection, run_with_timeout
from windictator.x11.key_holders import pressed_keys
from windictator.x11.stale_state import GUARDIAN_WAIT_S, find_stale_states, release_key, undo_stale_state

ANSWER_TIMEOUT_S = 10.0
"""Seconds. A server that another program has grabbed answers nobody."""


def repair(display: str | None) -> list[str]:
    """Give back what dead programs have left borrowed, release what programs hold down; what was done, in words.

    ``display``: name, ``$DISPLAY`` if None. Raises DisplayProblem.
    """
    return run_with_timeout(lambda: _repair(display), ANSWER_TIMEOUT_S)


def _repair(display: str | None) -> list[str]:
    done = []
    with BlockingConnection(display) as own:
        xkb_major = own.use_xkb()
        if own.wait(find_stale_states(own.connection)):
            time.sleep(GUARDIAN_WAIT_S)  # if only the program has died, its guardian is about to do this
            for leftover in own.wait(find_stale_states(own.connection)):
                if own.wait(undo_stale_state(own.connection, xkb_major, leftover)):
                    done.append(f"gave back what a dead program had left: {leftover}")
        released = own.wait(_release_keys(own))
        if released:
            done.append(f"released what a program held down: {', '.join(f'keycode {code}' for code in released)}")
    return done


async def _release_keys(own: BlockingConnection) -> list[int]:
    """Release the keys that are down only because a program has pressed them; which."""
    pressed = await pressed_keys(own.connection)
    keycodes = [
        keycode
        for keycode, holders in pressed.items()
        if holders is not None and holders.by_program and not holders.devices
    ]
    if keycodes:
        xtest_major, _ = await own.connection.extension("XTEST")
        for keycode in keycodes:
            own.connection.send(release_key(xtest_major, keycode))
        await pressed_keys(own.connection)
    return keycodes
