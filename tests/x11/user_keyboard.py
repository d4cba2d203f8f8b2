"""A keyboard of the user's own, beside the XTEST keyboard that programs type with.

Xvfb has one that nothing is plugged into. XTest can speak for it (XTestFakeDeviceKeyEvent): to the server and to all
clients its keys are those of a person, and whenever they alternate with XTEST's the server changes the keyboard in
force, as it does on a real desk.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from tests.x11.clients.programs import libx11
from tests.x11.server import XServer

_NAME = b"Xvfb keyboard"


class _DeviceInfo(ctypes.Structure):
    """XDeviceInfo."""

    _fields_ = (
        ("id", ctypes.c_ulong),
        ("type", ctypes.c_ulong),
        ("name", ctypes.c_char_p),
        ("num_classes", ctypes.c_int),
        ("use", ctypes.c_int),
        ("inputclassinfo", ctypes.c_void_p),
    )


class UserKeyboard:
    """Presses keys on ``server`` as its user would. What was pressed has been dealt with when the call returns."""

    def __init__(self, server: XServer) -> None:
        self._server = server

    def press(self, key: str | int) -> None:
        """Press a key, named by keysym ("Shift_L") or keycode, and hold it."""
        self._fake(key, True)

    def release(self, key: str | int) -> None:
        self._fake(key, False)

    def tap(self, key: str | int) -> None:
        """Press and release a key."""
        self.press(key)
        self.release(key)

    @contextlib.contextmanager
    def at_hand(self) -> Iterator[Callable[[int, bool], None]]:
        """Give a function that presses or releases a keycode at once, as a device does."""
        with self._device() as (test, display, device):
            test.XTestGrabControl(display, 1)

            def fake(keycode: int, pressed: bool) -> None:
                test.XTestFakeDeviceKeyEvent(
                    display, device, ctypes.c_uint(keycode), pressed, None, 0, ctypes.c_ulong(0)
                )
                libx11.load().XFlush(display)

            yield fake

    def _fake(self, key: str | int, pressed: bool) -> None:
        keycode = key if isinstance(key, int) else self._server.keycode(key)
        with self._device() as (test, display, device):
            test.XTestFakeDeviceKeyEvent(display, device, ctypes.c_uint(keycode), pressed, None, 0, ctypes.c_ulong(0))

    @contextlib.contextmanager
    def _device(self) -> Iterator[tuple[Any, Any, Any]]:
        test, inputs = ctypes.CDLL("libXtst.so.6"), ctypes.CDLL("libXi.so.6")
        inputs.XListInputDevices.restype = ctypes.POINTER(_DeviceInfo)
        inputs.XOpenDevice.restype = ctypes.c_void_p
        library = libx11.load()
        with self._server.virtual_display.in_this_process():
            display = ctypes.c_void_p(library.XOpenDisplay(None))
        try:
            count = ctypes.c_int()
            devices = inputs.XListInputDevices(display, ctypes.byref(count))
            number = next(devices[i].id for i in range(count.value) if devices[i].name == _NAME)
            inputs.XFreeDeviceList(devices)
            device = ctypes.c_void_p(inputs.XOpenDevice(display, ctypes.c_ulong(number)))
            yield test, display, device
            library.XSync(display, 0)
            inputs.XCloseDevice(display, device)
        finally:
            library.XCloseDisplay(display)
