"""Small window that reports what arrives in it: for the X server, an ordinary application.

It runs as a program of its own, so it cannot block the program that types. libX11 decodes the keys, and shares no code
with the way that program reads the keymap. Standard output gets JSON lines:

``{"window": ID}`` it is visible; ``{"focus": true | false}`` it has the keyboard focus, or has lost it;
``{"received": TEXT}`` the answer to each line of standard input: all that has arrived since the answer before;
``{"problem": WHAT}`` it cannot be shown, and ends.

It ends with its standard input, and when the user closes the window.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
from ctypes import c_int, c_ulong, c_void_p
from typing import Any

from windictator.x11 import libx11

TITLE = "WinDictator proves the keyboard"
WM_CLASS = "windictator\0WinDictator\0"
_WIDTH, _HEIGHT = 460, 120
_TEXT_AT, _LINE_HEIGHT = 30, 20
_TYPING = ("WinDictator types into this window what your keyboard can type.", "Do not type or click meanwhile.")
_WAITING = ("WinDictator waits for the keyboard focus.", "Click here.")
_WHITE = 0xFFFFFF
_STRING, _WM_CLASS_ATOM = 31, 67
_NOTIFY_GRAB, _NOTIFY_UNGRAB = 1, 2
_NOTIFY_POINTER = 5
_REVERT_TO_PARENT = 2


class SelfTestWindow:
    """Window and the text that has arrived in it. ``library``: libX11. Raises OSError if it cannot be shown."""

    def __init__(self, library: Any) -> None:
        self.is_closed = False
        self._received = ""
        self._x = library
        self._display = self._x.XOpenDisplay(None)
        if not self._display:
            raise OSError(f"cannot open X display {os.environ.get('DISPLAY')!r}")
        self._root = self._x.XDefaultRootWindow(self._display)
        self._window = self._x.XCreateSimpleWindow(self._display, self._root, 0, 0, _WIDTH, _HEIGHT, 0, _WHITE, _WHITE)
        self._focused = False
        self._protocols = self._atom(b"WM_PROTOCOLS")
        self._delete = self._atom(b"WM_DELETE_WINDOW")
        self._ping = self._atom(b"_NET_WM_PING")
        self._set_properties()
        self._context = libx11.InputContext(self._x, self._display, self._window)
        self._x.XMapWindow(self._display, self._window)
        self._x.XSync(self._display, 0)

    def fileno(self) -> int:
        """Return the connection's descriptor."""
        return int(self._x.XConnectionNumber(self._display))

    def take_received(self) -> str:
        """Return all text that has arrived since the last call, including what the server has sent until now."""
        self._x.XSync(self._display, 0)
        self.process_events()
        received, self._received = self._received, ""
        return received

    def process_events(self) -> None:
        """Handle all events that have arrived."""
        event = libx11.Event()
        while self._x.XPending(self._display):
            self._x.XNextEvent(self._display, ctypes.byref(event))
            if self._x.XFilterEvent(ctypes.byref(event), 0):
                continue
            if event.type == libx11.KEY_PRESS:
                self._received += self._context.decode(event)[0]
            elif event.type in (libx11.FOCUS_IN, libx11.FOCUS_OUT):
                self._focus_changed(event)
            elif event.type == libx11.MAPPING_NOTIFY:
                self._x.XRefreshKeyboardMapping(ctypes.byref(event))
            elif event.type == libx11.MAP_NOTIFY:
                self._window_mapped()
            elif event.type == libx11.EXPOSE:
                self._draw()
            elif event.type == libx11.CLIENT_MESSAGE and event.message.message_type == self._protocols:
                self._handle_client_message(event)

    def _set_properties(self) -> None:
        """Set the properties that the window manager reads."""
        self._x.XStoreName(self._display, self._window, TITLE.encode())
        names = WM_CLASS.encode()
        self._x.XChangeProperty(self._display, self._window, _WM_CLASS_ATOM, _STRING, 8, 0, names, len(names))
        protocols = (c_ulong * 2)(self._delete, self._ping)
        self._x.XSetWMProtocols(self._display, self._window, protocols, len(protocols))
        self._x.XSelectInput(
            self._display,
            self._window,
            libx11.KEY_PRESS_MASK | libx11.EXPOSURE_MASK | libx11.STRUCTURE_NOTIFY_MASK | libx11.FOCUS_CHANGE_MASK,
        )

    def _window_mapped(self) -> None:
        if not self._is_managed():
            self._x.XSetInputFocus(self._display, self._window, _REVERT_TO_PARENT, 0)
        _write_message(window=self._window)

    def _is_managed(self) -> bool:
        """Return True if a window manager runs, which sets the focus itself (Extended Window Manager Hints)."""
        kind, size, count, rest, value = c_ulong(), c_int(), c_ulong(), c_ulong(), c_void_p()
        self._x.XGetWindowProperty(
            *(self._display, self._root, self._atom(b"_NET_SUPPORTING_WM_CHECK"), 0, 1, 0, 0),
            *map(ctypes.byref, (kind, size, count, rest, value)),
        )
        if value:
            self._x.XFree(value)
        return bool(kind.value)

    def _focus_changed(self, event: libx11.Event) -> None:
        if event.focus.detail == _NOTIFY_POINTER or event.focus.mode in (_NOTIFY_GRAB, _NOTIFY_UNGRAB):
            return  # another program's grab keeps keys away, but the focus has not moved
        self._focused = event.type == libx11.FOCUS_IN
        if self._focused:
            self._context.focus()
        self._draw()
        _write_message(focus=self._focused)

    def _handle_client_message(self, event: libx11.Event) -> None:
        request = event.message.data[0]
        if request == self._delete:
            self.is_closed = True
        elif request == self._ping:
            event.message.window = self._root
            mask = libx11.SUBSTRUCTURE_NOTIFY_MASK | libx11.SUBSTRUCTURE_REDIRECT_MASK
            self._x.XSendEvent(self._display, self._root, 0, mask, ctypes.byref(event))

    def _draw(self) -> None:
        self._x.XClearWindow(self._display, self._window)
        context = self._x.XDefaultGC(self._display, 0)
        for number, line in enumerate(_TYPING if self._focused else _WAITING):
            place = _TEXT_AT, _TEXT_AT + number * _LINE_HEIGHT
            self._x.XDrawString(self._display, self._window, context, *place, line.encode(), len(line))

    def _atom(self, name: bytes) -> int:
        return int(self._x.XInternAtom(self._display, name, 0))


def _write_message(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    """Show the window until standard input ends or the user closes it."""
    try:
        library = libx11.load()
    except OSError as error:
        _write_message(problem=f"libX11 cannot be loaded: {error} (Debian and Ubuntu: package libx11-6)")
        return
    try:
        window = SelfTestWindow(library)
    except OSError as error:
        _write_message(problem=str(error))
        return
    window.process_events()
    while not window.is_closed:
        readable, _, _ = select.select([window.fileno(), 0], [], [])
        if 0 in readable:
            questions = os.read(0, 65536)
            if not questions:
                return
            for _ in range(questions.count(b"\n")):
                _write_message(received=window.take_received())
        window.process_events()


if __name__ == "__main__":
    main()
