"""A bare X window that decodes its keys as any real client does: libX11 and its built-in input method.

Arguments: the path of the socket that the tests listen on. Run by file name; has nothing of the program under test
but its binding of libX11.
"""

from __future__ import annotations

import ctypes
import os
import select
import sys
from typing import Any

from answers import Answers

from windictator.x11 import libx11


class RawWindow:
    """The window and what came to it."""

    def __init__(self) -> None:
        self.received = ""
        self.events: list[dict[str, Any]] = []
        self._x = libx11.load()
        self.display = self._x.XOpenDisplay(None)
        if not self.display:
            sys.exit(f"no display {os.environ.get('DISPLAY')}")
        root = self._root = self._x.XDefaultRootWindow(self.display)
        self.window = self._x.XCreateSimpleWindow(self.display, root, 0, 0, 400, 300, 0, 0, 0xFFFFFF)
        self._ping = self._x.XInternAtom(self.display, b"_NET_WM_PING", 0)
        self._x.XStoreName(self.display, self.window, b"raw window")
        self._x.XSelectInput(
            self.display,
            self.window,
            libx11.KEY_PRESS_MASK | libx11.KEY_RELEASE_MASK | libx11.STRUCTURE_NOTIFY_MASK | libx11.FOCUS_CHANGE_MASK,
        )
        self._context = libx11.InputContext(self._x, self.display, self.window)
        self._x.XMapWindow(self.display, self.window)
        self._x.XSync(self.display, 0)

    def descriptor(self) -> int:
        return self._x.XConnectionNumber(self.display)

    def take_events(self) -> None:
        """Deal with all the events that have come."""
        event = libx11.Event()
        while self._x.XPending(self.display):
            self._x.XNextEvent(self.display, ctypes.byref(event))
            is_key = event.type in (libx11.KEY_PRESS, libx11.KEY_RELEASE)
            if is_key and event.key.keycode:  # a composed character comes as a press of keycode 0
                self.events.append(
                    {
                        "press": event.type == libx11.KEY_PRESS,
                        "keycode": event.key.keycode,
                        "state": event.key.state,
                        "sent": bool(event.key.send_event),
                    }
                )
            if self._x.XFilterEvent(ctypes.byref(event), 0):
                continue
            if event.type == libx11.KEY_PRESS:
                self._decode(event)
            elif event.type == libx11.MAPPING_NOTIFY:
                self._x.XRefreshKeyboardMapping(ctypes.byref(event))
            elif event.type == libx11.FOCUS_IN:
                self._context.focus()
            elif event.type == libx11.CLIENT_MESSAGE and event.message.data[0] == self._ping:
                event.message.window = self._root
                mask = libx11.SUBSTRUCTURE_NOTIFY_MASK | libx11.SUBSTRUCTURE_REDIRECT_MASK
                self._x.XSendEvent(self.display, self._root, 0, mask, ctypes.byref(event))

    def _decode(self, event: libx11.Event) -> None:
        text, keysym = self._context.decode(event)
        self.received += text
        if event.key.keycode:
            self.events[-1] |= {"keysym": keysym, "text": text}

    def settle(self) -> None:
        """Fetch and deal with everything that the server has sent to this client until now."""
        self._x.XSync(self.display, 0)
        self.take_events()

    def offer_pings(self, offered: bool) -> None:
        """Tell others whether this window answers ``_NET_WM_PING``."""
        self._x.XSetWMProtocols(self.display, self.window, (ctypes.c_ulong * 1)(self._ping), int(offered))
        self._x.XSync(self.display, 0)

    def clear(self) -> None:
        self.received, self.events = "", []


def main() -> None:
    window = RawWindow()
    answers = Answers(sys.argv[1], window.window)
    while True:
        readable, _, _ = select.select([window.descriptor(), answers], [], [])
        window.take_events()
        if answers in readable:
            for question in answers.read():
                if question == "events":
                    window.settle()
                    answers.give(events=window.events)
                elif question == "received":
                    window.settle()
                    answers.give(received=window.received)
                elif question == "clear":
                    window.settle()
                    window.clear()
                    answers.give()
                elif question in ("pings", "no pings"):
                    window.offer_pings(question == "pings")
                    answers.give()
        answers.give_due(window.received)


if __name__ == "__main__":
    main()
