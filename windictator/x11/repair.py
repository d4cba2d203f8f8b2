"""Repair of a display, for ``windictator doctor --repair``: blocking, without a reactor."""

from __future__ import annotations

import time

from windictator.x11 import requests
from windictator.x11.blocking import BlockingConnection, run_in_thread
from windictator.x11.key_holders import pressed_keys
from windictator.x11.stale_state import GUARDIAN_WAIT_S, find_stale_states, undo_stale_state

ANSWER_TIMEOUT_S = 10.0
"""Time for the X server to answer, in seconds; it does not while another client holds it."""


def repair(display: str | None) -> list[str]:
    """Restore keyboard state that crashed programs have left, release keys that programs hold; describe each repair.

    ``display``: its name, ``$DISPLAY`` if None. Raises XDisplayError.
    """
    return run_in_thread(lambda: _repair(display), ANSWER_TIMEOUT_S)


def _repair(display: str | None) -> list[str]:
    done = []
    with BlockingConnection(display) as own:
        xkb_major = own.use_xkb()
        if own.wait(find_stale_states(own.connection)):
            time.sleep(GUARDIAN_WAIT_S)  # because the guardian of a crashed program may be about to do this
            for state in own.wait(find_stale_states(own.connection)):
                if own.wait(undo_stale_state(own.connection, xkb_major, state)):
                    done.append(f"restored what a crashed program had left: {state}")
        released = own.wait(_release_keys(own))
        if released:
            done.append(f"released keys that a program held down: {', '.join(f'keycode {code}' for code in released)}")
    return done


async def _release_keys(own: BlockingConnection) -> list[int]:
    """Release the keys that only a program holds down, and return them."""
    pressed = await pressed_keys(own.connection)
    keycodes = [
        keycode
        for keycode, holders in pressed.items()
        if holders is not None and holders.by_program and not holders.devices
    ]
    if keycodes:
        xtest_major, _ = await own.connection.extension("XTEST")
        for keycode in keycodes:
            own.connection.send(requests.fake_key(xtest_major, keycode, False))
        await pressed_keys(own.connection)
    return keycodes
