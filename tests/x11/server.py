"""A real X server for tests: its keyboard as a person would set it, and as the server itself describes it."""

from __future__ import annotations

import contextlib
import ctypes
import select
import subprocess
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from Xlib import X, error
from Xlib.display import Display
from Xlib.ext import xtest
from Xlib.protocol import event

from tests.waiting import wait_until
from tests.x11.clients.programs import libx11
from windictator.x11.virtual_display import VirtualDisplay

LOCK, NUM_LOCK = 1 << 1, 1 << 4
"""Modifier masks: CapsLock, and NumLock, which is Mod2 on all of xkeyboard-config's layouts."""


class LockState(NamedTuple):
    """``held``, ``latched`` and ``locked``: real modifier masks; ``group``: the effective group, 0..3."""

    held: int
    latched: int
    locked: int
    group: int


class XServer:
    """A private Xvfb, with another client that plays the user. Used between ``start`` and ``stop``.

    The keyboard is XTEST's, read by the core protocol and set by libX11 and the X tools: nothing of the program
    under test. What the user does here has been done by the server when the call returns.
    """

    def __init__(self) -> None:
        self.virtual_display = VirtualDisplay()
        self._layout = ("", "", "")
        self._managed = False

    def start(self) -> None:
        self.virtual_display.__enter__()
        with self.virtual_display.in_this_process():
            self.display = Display()
        self._layout = ("", "", "")
        self.reset()

    def stop(self) -> None:
        with contextlib.suppress(Exception):  # the server may have been ended by the test
            self.display.close()
        self.virtual_display.stop()

    @property
    def name(self) -> str:
        return self.virtual_display.name

    @property
    def alive(self) -> bool:
        return self.virtual_display.process.poll() is None

    def environment(self) -> dict[str, str]:
        """The environment of clients, of whatever program."""
        environment = self.virtual_display.environment()
        for name in ("XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE", "LANG", "LANGUAGE"):
            environment.pop(name, None)
        return environment | {"LC_ALL": "C.UTF-8"}

    def reset(self) -> None:
        """All keys up, no locks, first group, layout us, focus on nothing: as after the start."""
        for keycode in self.pressed_keys():
            self.release(keycode)
        self.lock(0xFF, 0)
        self.lock_group(0)
        self.set_layout("us")
        self.display.set_input_focus(X.NONE, X.RevertToNone, X.CurrentTime)
        self.display.sync()

    # The keyboard's map

    def set_layout(self, layout: str, variant: str = "", options: str = "") -> None:
        """Set a layout of xkeyboard-config, such as "us,ru", as ``setxkbmap`` does."""
        if (layout, variant, options) == self._layout:
            return
        arguments = ["-model", "pc105", "-layout", layout, "-variant", variant, "-option", ""]
        if options:
            arguments += ["-option", options]
        self._run("setxkbmap", *arguments)
        self._layout = (layout, variant, options)

    def keymap(self) -> str:
        """The whole keymap in XKB's text format, to be compared before and after."""
        return self._run("xkbcomp", "-xkb", self.name, "-")

    def keycode(self, keysym_name: str) -> int:
        """The key with this keysym on its first level, by the core protocol and the map of this moment."""
        keysym = libx11.load().XStringToKeysym(keysym_name.encode())
        assert keysym, f"no keysym is named {keysym_name}"
        first, last = self.display.display.info.min_keycode, self.display.display.info.max_keycode
        rows = self.display.get_keyboard_mapping(first, last - first + 1)
        return next(first + number for number, row in enumerate(rows) if row[0] == keysym)

    # Locks and keys

    def lock(self, modifiers: int, values: int) -> None:
        """Of the modifiers in this mask, lock those in ``values`` and unlock the others."""
        with self._libx11() as (library, display):
            library.XkbLockModifiers(display, libx11.XKB_USE_CORE_KEYBOARD, modifiers, values)

    def latch(self, modifiers: int) -> None:
        """Latch modifiers: they count for the next key."""
        with self._libx11() as (library, display):
            library.XkbLatchModifiers(display, libx11.XKB_USE_CORE_KEYBOARD, modifiers, modifiers)

    def lock_group(self, group: int) -> None:
        """Switch to a group, 0..3."""
        with self._libx11() as (library, display):
            library.XkbLockGroup(display, libx11.XKB_USE_CORE_KEYBOARD, group)

    def locks(self) -> LockState:
        state = libx11.XkbState()
        with self._libx11() as (library, display):
            library.XkbGetState(display, libx11.XKB_USE_CORE_KEYBOARD, ctypes.byref(state))
        return LockState(state.base_mods, state.latched_mods, state.locked_mods, state.group)

    def pressed_keys(self) -> frozenset[int]:
        """The keycodes that are down."""
        bits = self.display.query_keymap()
        return frozenset(code for code in range(8, 256) if bits[code // 8] >> code % 8 & 1)

    def press(self, keycode: int) -> None:
        self._fake(X.KeyPress, keycode)

    def release(self, keycode: int) -> None:
        self._fake(X.KeyRelease, keycode)

    def tap(self, key: str | int, *modifiers: str) -> None:
        """Press and release a key, named by keysym or by keycode, with modifiers named by keysym ("Shift_L") held."""
        keycodes = [*map(self.keycode, modifiers), key if isinstance(key, int) else self.keycode(key)]
        for keycode in keycodes:
            self.press(keycode)
        for keycode in reversed(keycodes):
            self.release(keycode)

    def click(self, button: int = 1) -> None:
        self._fake(X.ButtonPress, button)
        self._fake(X.ButtonRelease, button)

    # The focus and the window manager

    @contextlib.contextmanager
    def window_manager(self) -> Iterator[None]:
        """openbox, from the moment when it manages windows until it has gone."""
        root = self.display.screen().root
        sign = self.display.intern_atom("_NET_SUPPORTING_WM_CHECK")  # set when a window manager is at work
        root.change_attributes(event_mask=X.PropertyChangeMask)
        with subprocess.Popen(["openbox", "--sm-disable"], env=self.environment()) as process:
            try:
                while root.get_full_property(sign, X.AnyPropertyType) is None:
                    assert process.poll() is None, "openbox has ended"
                    self.display.next_event()
                self._managed = True
                yield
            finally:
                self._managed = False
                process.terminate()
                process.wait()
                root.change_attributes(event_mask=X.NoEventMask)
                root.delete_property(sign)
                self.display.sync()

    def focus(self, window: int) -> None:
        """Focus this window once it can be seen, and wait until it has the focus, or a window in it.

        A window manager is asked as a taskbar would ask it (Extended Window Manager Hints, _NET_ACTIVE_WINDOW).
        """
        if not self._managed:
            self.virtual_display.focus(window)
            return
        try:
            self.wait_for(lambda: window in self._managed_windows(), f"window {window:#x} is managed", 5)
        except AssertionError:
            # openbox overlooks a window now and then that comes while it still starts: it comes once more.
            resource = self.display.create_resource_object("window", window)
            resource.unmap()
            resource.map()
            self.wait_for(lambda: window in self._managed_windows(), f"window {window:#x} is managed")
        if self.client_window(self.focused()) == window:
            return  # a wish would be carried out at some later time
        root, sign = self.display.screen().root, self.display.intern_atom("_NET_ACTIVE_WINDOW")
        from_taskbar, arguments = 2, (0, 0, 0, 0)
        wish = event.ClientMessage(window=window, client_type=sign, data=(32, (from_taskbar, *arguments)))
        root.send_event(wish, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        self.wait_for(lambda: self.client_window(self.focused()) == window, f"window {window:#x} is focused")

    def focus_again(self, window: int) -> None:
        """Give the focus to a window that has had it before; one of the window manager's own, where it had kept the
        focus from all others, it must take back itself.
        """
        if not self._managed or window in self._managed_windows():
            self.focus(window)

    def wait_until_unfocused(self, window: int) -> None:
        """Wait until neither this window nor one in it has the focus."""
        self.wait_for(lambda: self.client_window(self.focused()) != window, f"window {window:#x} loses the focus")

    def client_window(self, window: int) -> int:
        """The window that a window manager would focus for this one: itself or the ancestor that has a WM_CLASS
        (Tk puts one of its own around each toplevel, Java one inside that has the focus). Itself where none has.
        """
        candidate = self.display.create_resource_object("window", window)
        while window > 1 and candidate != self.display.screen().root:
            names = candidate.get_wm_class()
            if names and names[1] != "FocusProxy":
                return int(candidate.id)
            candidate = candidate.query_tree().parent
        return window

    def find_window(self, wm_class: str) -> int:
        """Wait until a window of this class can be seen, and return it."""
        return wait_until(
            lambda: self._visible_window(wm_class), what=f"a window of class {wm_class} comes", poll_s=0.05
        )

    def _visible_window(self, wm_class: str) -> int:
        """Return a window of this class that is visible, 0 if no window is."""
        unseen = [self.display.screen().root]
        while unseen:
            window = unseen.pop()
            with contextlib.suppress(error.BadWindow):  # gone meanwhile
                names = window.get_wm_class()
                if names and names[1] == wm_class and window.get_attributes().map_state == X.IsViewable:
                    return int(window.id)
                unseen += window.query_tree().children
        return 0

    def wait_for(self, condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
        """Wait until a window manager has brought this about."""

        def holds() -> bool:
            if condition():
                return True
            select.select([self.display], [], [], 0.02)  # it says what it does by properties of the root window
            while self.display.pending_events():
                self.display.next_event()
            return False

        wait_until(holds, seconds, what, poll_s=0)

    def _managed_windows(self) -> list[int]:
        listed = self.display.screen().root.get_full_property(
            self.display.intern_atom("_NET_CLIENT_LIST"), X.AnyPropertyType
        )
        return list(listed.value) if listed else []

    def focused(self) -> int:
        """The id of the window that has the focus; 0 none, 1 the one under the pointer."""
        focus = self.display.get_input_focus().focus
        return focus if isinstance(focus, int) else focus.id

    def _fake(self, kind: int, detail: int) -> None:
        xtest.fake_input(self.display, kind, detail)
        self.display.sync()

    def _run(self, *command: str) -> str:
        environment = self.environment()
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    @contextlib.contextmanager
    def _libx11(self) -> Iterator[tuple[Any, Any]]:
        library = libx11.load()
        with self.virtual_display.in_this_process():
            display = library.XOpenDisplay(None)
        assert display, f"no connection to display {self.name}"
        try:
            yield library, display
            library.XSync(display, 0)
        finally:
            library.XCloseDisplay(display)
