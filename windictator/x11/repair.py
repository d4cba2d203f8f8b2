"""What ``windictator doctor --repair`` does on the display. Blocking, no reactor."""

from __future__ import annotations

import time

from windictator.x11.blocking import BlockingConnection, in_time
from windictator.x11.key_holders import pressed_keys
from windictator.x11.stale_state import GUARDIAN_SECONDS, carry_out, find_leftovers, release_key

ANSWER_TIMEOUT = 10.0
"""Seconds. A server that another program has grabbed answers nobody."""


def repair(display: str | None) -> list[str]:
    """Give back what dead programs have left borrowed, release what programs hold down; what was done, in words.

    ``display``: name, ``$DISPLAY`` if None. Raises DisplayProblem.
    """
    return in_time(lambda: _repair(display), ANSWER_TIMEOUT)


def _repair(display: str | None) -> list[str]:
    done = []
    with BlockingConnection(display) as own:
        xkb_major = own.announce_xkb()
        if own.wait(find_leftovers(own.connection)):
            time.sleep(GUARDIAN_SECONDS)  # if only the program has died, its guardian is about to do this
            for leftover in own.wait(find_leftovers(own.connection)):
                if own.wait(carry_out(own.connection, xkb_major, leftover)):
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
