"""libX11 as the program under test binds it, with the functions that set and read the keyboard as its user does."""

from __future__ import annotations

from ctypes import POINTER, Structure, c_char_p, c_int, c_ubyte, c_uint, c_ulong, c_ushort, c_void_p
from typing import Any

from windictator.x11 import libx11

XKB_USE_CORE_KEYBOARD = 0x100


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


def load() -> Any:
    """libX11, with the types of the functions used here."""
    library = libx11.load()
    libx11.declare(
        library,
        ("XStringToKeysym", c_ulong, (c_char_p,)),
        ("XkbLockGroup", c_int, (c_void_p, c_uint, c_uint)),
        ("XkbLockModifiers", c_int, (c_void_p, c_uint, c_uint, c_uint)),
        ("XkbLatchModifiers", c_int, (c_void_p, c_uint, c_uint, c_uint)),
        ("XkbGetState", c_int, (c_void_p, c_uint, POINTER(XkbState))),
    )
    return library
