"""Small part of libX11, by ctypes, that shows what an ordinary application receives.

It shares no code with the rest of the program that reads keymaps and keys, so one can prove the other.
Trap: libX11 ends the process at an X error unless a function for errors is set.
"""

from __future__ import annotations

import ctypes
import locale
from ctypes import POINTER, Structure, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p
from typing import Any

KEY_PRESS, KEY_RELEASE, FOCUS_IN, FOCUS_OUT, EXPOSE, MAP_NOTIFY = 2, 3, 9, 10, 12, 19
CLIENT_MESSAGE, MAPPING_NOTIFY = 33, 34
KEY_PRESS_MASK, KEY_RELEASE_MASK, EXPOSURE_MASK = 1, 2, 1 << 15
STRUCTURE_NOTIFY_MASK, SUBSTRUCTURE_NOTIFY_MASK, SUBSTRUCTURE_REDIRECT_MASK = 1 << 17, 1 << 19, 1 << 20
FOCUS_CHANGE_MASK = 1 << 21
_XIM_PREEDIT_NOTHING, _XIM_STATUS_NOTHING = 0x0008, 0x0400


class KeyEvent(Structure):
    """Structure ``XKeyEvent`` of Xlib.h."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("window", c_ulong),
        ("root", c_ulong),
        ("subwindow", c_ulong),
        ("time", c_ulong),
        ("x", c_int),
        ("y", c_int),
        ("x_root", c_int),
        ("y_root", c_int),
        ("state", c_uint),
        ("keycode", c_uint),
        ("same_screen", c_int),
    )


class FocusEvent(Structure):
    """Structure ``XFocusChangeEvent`` of Xlib.h."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("window", c_ulong),
        ("mode", c_int),
        ("detail", c_int),
    )


class ClientMessage(Structure):
    """Structure ``XClientMessageEvent`` of Xlib.h, of format 32."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("window", c_ulong),
        ("message_type", c_ulong),
        ("format", c_int),
        ("data", c_long * 5),
    )


class Event(ctypes.Union):
    """Structure ``XEvent`` of Xlib.h."""

    _fields_ = (
        ("type", c_int),
        ("key", KeyEvent),
        ("focus", FocusEvent),
        ("message", ClientMessage),
        ("pad", c_long * 24),
    )


_ErrorFunction = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)
_ignore_errors = _ErrorFunction(lambda _display, _error: 0)


def load() -> Any:
    """Return libX11 with the types of the functions used here. Raises OSError if it is not installed."""
    library = ctypes.CDLL("libX11.so.6")
    display, window, atom = c_void_p, c_ulong, c_ulong
    declare(
        library,
        ("XOpenDisplay", display, (c_char_p,)),
        ("XCloseDisplay", c_int, (display,)),
        ("XConnectionNumber", c_int, (display,)),
        ("XDefaultRootWindow", window, (display,)),
        ("XInternAtom", atom, (display, c_char_p, c_int)),
        ("XCreateSimpleWindow", window, (display, window, *[c_int] * 2, *[c_uint] * 3, *[c_ulong] * 2)),
        ("XStoreName", c_int, (display, window, c_char_p)),
        ("XSetWMProtocols", c_int, (display, window, POINTER(atom), c_int)),
        (
            "XChangeProperty",
            *(c_int, (display, window, atom, atom, c_int, c_int, c_char_p, c_int)),
        ),
        (
            "XGetWindowProperty",
            c_int,
            (
                *(display, window, atom, c_long, c_long, c_int, atom),
                *(POINTER(atom), POINTER(c_int), POINTER(c_ulong), POINTER(c_ulong), POINTER(c_void_p)),
            ),
        ),
        ("XFree", c_int, (c_void_p,)),
        ("XSelectInput", c_int, (display, window, c_long)),
        ("XMapWindow", c_int, (display, window)),
        ("XSetInputFocus", c_int, (display, window, c_int, c_ulong)),
        ("XDefaultGC", c_void_p, (display, c_int)),
        ("XClearWindow", c_int, (display, window)),
        ("XDrawString", c_int, (display, window, c_void_p, c_int, c_int, c_char_p, c_int)),
        ("XSync", c_int, (display, c_int)),
        ("XPending", c_int, (display,)),
        ("XNextEvent", c_int, (display, POINTER(Event))),
        ("XSendEvent", c_int, (display, window, c_int, c_long, POINTER(Event))),
        ("XFilterEvent", c_int, (POINTER(Event), window)),
        ("XRefreshKeyboardMapping", c_int, (POINTER(Event),)),
        ("XSetLocaleModifiers", c_char_p, (c_char_p,)),
        ("XOpenIM", c_void_p, (display, c_void_p, c_char_p, c_char_p)),
        ("XSetICFocus", None, (c_void_p,)),
        ("Xutf8LookupString", c_int, (c_void_p, POINTER(Event), c_char_p, c_int, POINTER(c_ulong), POINTER(c_int))),
    )
    library.XCreateIC.restype = c_void_p  # it takes any number of arguments, so the types are given at the call
    library.XSetErrorHandler(_ignore_errors)
    return library


def declare(library: Any, *functions: tuple[str, Any, tuple[Any, ...]]) -> None:
    """Declare the types of the results and arguments of functions."""
    for name, result, arguments in functions:
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments


class InputContext:
    """Conversion of the keys of one window to text by libX11's built-in input method, which composes dead keys.

    Raises OSError if libX11 has no input method for the locale.
    """

    def __init__(self, library: Any, display: Any, window: int) -> None:
        self._x = library
        _set_locale()
        library.XSetLocaleModifiers(b"@im=none")
        method = library.XOpenIM(display, None, None, None)
        self._context = method and library.XCreateIC(
            c_void_p(method),
            *(b"inputStyle", c_ulong(_XIM_PREEDIT_NOTHING | _XIM_STATUS_NOTHING)),
            *(b"clientWindow", c_ulong(window)),
            *(b"focusWindow", c_ulong(window)),
            c_void_p(None),
        )
        if not self._context:
            raise OSError("libX11 has no input method for this locale")

    def focus(self) -> None:
        """Set the focus of the input context; call it when the window gets the focus."""
        self._x.XSetICFocus(self._context)

    def decode(self, event: Event) -> tuple[str, int]:
        """Return text and keysym of a key press that ``XFilterEvent`` has not filtered."""
        buffer = ctypes.create_string_buffer(256)
        keysym, status = c_ulong(), c_int()
        size = self._x.Xutf8LookupString(
            self._context, ctypes.byref(event), buffer, len(buffer), ctypes.byref(keysym), ctypes.byref(status)
        )
        return buffer.raw[:size].decode("utf-8", "backslashreplace"), keysym.value


def _set_locale() -> None:
    """Set the user's locale if it uses UTF-8, else another one that does: other encodings lack characters."""
    for name in ("", "C.UTF-8", "en_US.UTF-8"):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        if locale.nl_langinfo(locale.CODESET) == "UTF-8":
            return
