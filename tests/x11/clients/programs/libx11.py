"""The little of libX11 that the harness needs, by ctypes: what real applications see, independent of our own code.

Trap: libX11 ends the process at an X error unless a function for errors is set.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_char_p, c_int, c_long, c_ubyte, c_uint, c_ulong, c_ushort, c_void_p
from typing import Any

KEY_PRESS, KEY_RELEASE, FOCUS_IN, FOCUS_OUT, MAP_NOTIFY, CLIENT_MESSAGE, MAPPING_NOTIFY = 2, 3, 9, 10, 19, 33, 34
KEY_PRESS_MASK, KEY_RELEASE_MASK, STRUCTURE_NOTIFY_MASK, FOCUS_CHANGE_MASK = 1, 2, 1 << 17, 1 << 21
XKB_USE_CORE_KEYBOARD = 0x100


class KeyEvent(Structure):
    """XKeyEvent."""

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


class Event(ctypes.Union):
    """XEvent."""

    _fields_ = (("type", c_int), ("key", KeyEvent), ("pad", c_long * 24))


class XkbState(Structure):
    """XkbStateRec."""

    _fields_ = (
        ("group", c_ubyte),
        ("locked_group", c_ubyte),
        ("base_group", c_ushort),
        ("latched_group", c_ushort),
        ("mods", c_ubyte),
        ("base_mods", c_ubyte),
        ("latched_mods", c_ubyte),
        ("locked_mods", c_ubyte),
        ("compat_state", c_ubyte),
        ("grab_mods", c_ubyte),
        ("compat_grab_mods", c_ubyte),
        ("lookup_mods", c_ubyte),
        ("compat_lookup_mods", c_ubyte),
        ("ptr_buttons", c_ushort),
    )


_ErrorFunction = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)
_ignore_errors = _ErrorFunction(lambda _display, _error: 0)


def load() -> Any:
    """libX11, with the types of the functions used here."""
    library = ctypes.CDLL("libX11.so.6")
    display, window = c_void_p, c_ulong
    for name, result, arguments in (
        ("XOpenDisplay", display, (c_char_p,)),
        ("XCloseDisplay", c_int, (display,)),
        ("XConnectionNumber", c_int, (display,)),
        ("XDefaultRootWindow", window, (display,)),
        ("XCreateSimpleWindow", window, (display, window, *[c_int] * 2, *[c_uint] * 3, *[c_ulong] * 2)),
        ("XStoreName", c_int, (display, window, c_char_p)),
        ("XSelectInput", c_int, (display, window, c_long)),
        ("XMapWindow", c_int, (display, window)),
        ("XSync", c_int, (display, c_int)),
        ("XPending", c_int, (display,)),
        ("XNextEvent", c_int, (display, POINTER(Event))),
        ("XFilterEvent", c_int, (POINTER(Event), window)),
        ("XRefreshKeyboardMapping", c_int, (POINTER(Event),)),
        ("XSetLocaleModifiers", c_char_p, (c_char_p,)),
        ("XOpenIM", c_void_p, (display, c_void_p, c_char_p, c_char_p)),
        ("XSetICFocus", None, (c_void_p,)),
        ("Xutf8LookupString", c_int, (c_void_p, POINTER(Event), c_char_p, c_int, POINTER(c_ulong), POINTER(c_int))),
        ("XStringToKeysym", c_ulong, (c_char_p,)),
        ("XkbLockGroup", c_int, (display, c_uint, c_uint)),
        ("XkbLockModifiers", c_int, (display, c_uint, c_uint, c_uint)),
        ("XkbLatchModifiers", c_int, (display, c_uint, c_uint, c_uint)),
        ("XkbGetState", c_int, (display, c_uint, POINTER(XkbState))),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.XCreateIC.restype = c_void_p  # takes a list of any length: every argument is given its type at the call
    library.XSetErrorHandler(_ignore_errors)
    return library
