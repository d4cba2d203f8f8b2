"""What ``windictator doctor`` says about the X display. Blocking, no reactor; python-xlib where it has the requests."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from Xlib import X, display, error
from Xlib.protocol import rq

from windictator.errors import WinDictatorError
from windictator.keyboard.keysyms import NUM_LOCK, character_of

if TYPE_CHECKING:
    from windictator.x11.key_holders import KeyHolders

CheckRow = tuple[str, str, str, str]
"""Name of the check; "ok", "warn" or "fail"; what was found; what to do about it, "" where nothing is to be done."""

ANSWER_TIMEOUT_S = 5.0
"""Seconds. A server that another program has grabbed answers nobody."""

_XKB = "XKEYBOARD"
_CORE_KEYBOARD = 0x100


def diagnose(display_name: str | None) -> list[CheckRow]:
    """Look at the display ``display_name`` (``$DISPLAY`` if None) without changing anything. Raises nothing."""
    rows: list[CheckRow] = []
    worker = threading.Thread(target=_run_checks, args=(display_name, rows), daemon=True)
    # python-xlib prints warnings about the authority file on standard output, which may be for JSON.
    with contextlib.redirect_stdout(io.StringIO()):
        worker.start()
        worker.join(ANSWER_TIMEOUT_S)
    found = list(rows)
    if worker.is_alive():
        seconds = f"{ANSWER_TIMEOUT_S:g} seconds"
        remedy = "A program may have grabbed the server (a menu, a screen locker): close it and try again."
        found.append(("display", "fail", f"{_quoted_display(display_name)} has not answered for {seconds}", remedy))
    return found


def _run_checks(name: str | None, rows: list[CheckRow]) -> None:
    try:
        server = display.Display(name)
    except (error.DisplayError, error.XauthError, error.XNoAuthError, error.ConnectionClosedError, OSError) as wrong:
        remedy = "Run this inside a graphical session, or give --display; see also xhost and XAUTHORITY."
        rows.append(("display", "fail", f"{_quoted_display(name)} cannot be opened: {_error_text(wrong)}", remedy))
        return
    try:
        rows.append(_server(server))
        for check in (_xtest, _record, _xkb, _layout, _key_filters, _leftovers, _dictation, _keys, _focus):
            try:
                rows.append(check(server))
            except (error.XError, WinDictatorError, ImportError) as wrong:
                name = check.__name__.strip("_").replace("_", " ")
                rows.append((name, "warn", f"cannot be told: {_error_text(wrong)}", ""))
    except (error.ConnectionClosedError, OSError) as wrong:
        rows.append(("display", "fail", f"the connection was lost: {_error_text(wrong)}", ""))
    finally:
        with contextlib.suppress(error.ConnectionClosedError, OSError):
            server.close()


def _server(server: Any) -> CheckRow:
    info, screen = server.display.info, server.screen()
    detail = (
        f"{server.get_display_name()}: {info.vendor} {_release(info.vendor, info.release_number)}, "
        f"{screen.width_in_pixels} x {screen.height_in_pixels}"
    )
    if server.query_extension("XWAYLAND"):
        remedy = "Log in to an X11 (Xorg) session to dictate into every window."
        return "display", "warn", f"{detail}; XWayland: Wayland's own windows cannot be reached", remedy
    return "display", "ok", detail, ""


def _release(vendor: str, number: int) -> str:
    """X.Org's version: 1.20.13 is 12013000; since 21.1 the leading 1 stands for nothing (as xdpyinfo reads it)."""
    if "X.Org" not in vendor:
        return str(number)
    middle, last = number // 100_000 % 100, number // 1000 % 100
    return f"{middle}.{last}.{number % 1000}" if number >= 12_100_000 else f"1.{middle}.{last}"


def _extension(server: Any, name: str, version: Callable[[], Any], purpose: str) -> CheckRow:
    if not server.query_extension(name):
        remedy = f"Use an X server with the {name} extension; Xorg, Xvfb, Xephyr and XWayland have it."
        return name, "fail", f"missing: {purpose}", remedy
    answer = version()
    return name, "ok", f"version {answer[0]}.{answer[1]}", ""


def _xtest(server: Any) -> CheckRow:
    def version() -> tuple[int, int]:
        answer = server.xtest_get_version(2, 2)
        return answer.major_version, answer.minor_version

    return _extension(server, "XTEST", version, "no key can be sent")


def _record(server: Any) -> CheckRow:
    def version() -> tuple[int, int]:
        answer = server.record_get_version(1, 13)
        return answer.major_version, answer.minor_version

    return _extension(server, "RECORD", version, "no key can be confirmed")


def _xkb(server: Any) -> CheckRow:
    def version() -> tuple[int, int]:
        answer = _UseExtension(display=server.display, opcode=_xkb_opcode(server), wanted_major=1, wanted_minor=0)
        return answer.server_major, answer.server_minor

    return _extension(server, _XKB, version, "the keyboard layout cannot be read")


def _layout(server: Any) -> CheckRow:
    root = server.screen().root
    rules = root.get_full_property(server.intern_atom("_XKB_RULES_NAMES"), X.AnyPropertyType)
    # Five strings: rules, model, layouts, variants, options (XKBrules.h).
    names = rules.value.decode("latin-1").split("\0") if rules is not None else []
    layouts = names[2].split(",") if len(names) > 2 else []
    variants = names[3].split(",") if len(names) > 3 else []
    variants += [""] * (len(layouts) - len(variants))
    shown = [f"{layout}({variant})" if variant else layout for layout, variant in zip(layouts, variants, strict=False)]
    detail = ", ".join(shown) or "unnamed"
    if server.query_extension(_XKB):
        state = _GetState(display=server.display, opcode=_xkb_opcode(server), device=_CORE_KEYBOARD)
        if len(shown) > 1:
            detail += f"; group {state.group + 1} is active"
        num_lock = _modifier_mask(server, NUM_LOCK)
        locks = [
            f"{name} {'on' if state.locked & mask else 'off'}"
            for name, mask in (("Caps Lock", X.LockMask), ("Num Lock", num_lock))
            if mask
        ]
        detail += f"; {', '.join(locks)}"
    return "layout", "ok", detail, ""


# The checks that need Twisted import it late: where it is broken, all else is still to be told.


def _key_filters(server: Any) -> CheckRow:
    from windictator.keyboard.access_controls import filter_names
    from windictator.x11 import xkb
    from windictator.x11.blocking import BlockingConnection
    from windictator.x11.key_holders import user_keyboards

    with BlockingConnection(server.get_display_name(), ANSWER_TIMEOUT_S) as own:
        question = xkb.get_controls(own.use_xkb(), _CORE_KEYBOARD)
        names = filter_names(xkb.parse_controls(own.wait(own.connection.request(question))))
        passes = not names or bool(own.wait(user_keyboards(own.connection)))
    if not names:
        return "key filters", "ok", "no keyboard accessibility is on (StickyKeys, SlowKeys, BounceKeys, MouseKeys)", ""
    on = f"{', '.join(names[:-1])} and {names[-1]} are on" if len(names) > 1 else f"{names[0]} is on"
    if passes:
        detail = f"keyboard accessibility: {on} for your keys; those that WinDictator sends pass by"
        return "key filters", "ok", detail, ""
    remedy = "Attach a keyboard, or turn this off for the time of dictation."
    return "key filters", "warn", f"keyboard accessibility: {on}, also for WinDictator: no keyboard is attached", remedy


def _leftovers(server: Any) -> CheckRow:
    from windictator.x11.blocking import BlockingConnection
    from windictator.x11.stale_state import find_stale_states

    with BlockingConnection(server.get_display_name(), ANSWER_TIMEOUT_S) as own:
        leftovers = own.wait(find_stale_states(own.connection))
    if not leftovers:
        return "leftovers", "ok", "no program has left anything borrowed", ""
    remedy = "windictator doctor --repair gives it back; so does whatever types next."
    detail = f"left over from a program that died: {'; '.join(map(str, leftovers))}"
    return "leftovers", "warn", detail, remedy


def _dictation(server: Any) -> CheckRow:
    from windictator.x11.blocking import BlockingConnection
    from windictator.x11.display_claim import find_holder

    with BlockingConnection(server.get_display_name(), ANSWER_TIMEOUT_S) as own:
        holder = own.wait(find_holder(own.connection))
    if holder is None:
        return "dictation", "ok", "no program dictates on this display", ""
    return "dictation", "ok", f"{holder} dictates on this display; no other program can until it ends", ""


def _keys(server: Any) -> CheckRow:
    from windictator.x11.blocking import BlockingConnection
    from windictator.x11.key_holders import pressed_keys

    with BlockingConnection(server.get_display_name(), ANSWER_TIMEOUT_S) as own:
        pressed = own.wait(pressed_keys(own.connection))
    if not pressed:
        return "keys", "ok", "no key is down", ""
    details, remedies = [], []
    for is_it, said, remedy in (
        (_is_held, "held down", "Let go of it."),
        (_is_unknown, "held down", "Let go of it; if nobody holds it, press and release it."),
        (_is_held_by_program, "held down by a program", "If none should: windictator doctor --repair releases it."),
        (_is_stuck, "stuck, no keyboard holds it", "Press and release that key."),
    ):
        keycodes = [keycode for keycode, holders in pressed.items() if is_it(holders)]
        if keycodes:
            details.append(f"{said}: {', '.join(_describe_key(server, keycode) for keycode in keycodes)}")
            remedies.append(remedy)
    return "keys", "warn", f"{'; '.join(details)}; typing waits for it", " ".join(remedies)


def _is_held(holders: KeyHolders | None) -> bool:
    return holders is not None and bool(holders.devices)


def _is_unknown(holders: KeyHolders | None) -> bool:
    return holders is None


def _is_held_by_program(holders: KeyHolders | None) -> bool:
    return holders is not None and holders.by_program and not holders.devices


def _is_stuck(holders: KeyHolders | None) -> bool:
    return holders is not None and not holders.by_program and not holders.devices


def _focus(server: Any) -> CheckRow:
    focus = server.get_input_focus().focus
    remedy = "Click into the window that is to receive the text."
    if focus == X.NONE:
        return "focus", "warn", "no window has the keyboard focus", remedy
    root = server.screen().root
    if focus == X.PointerRoot or focus == root:
        return "focus", "warn", "keys go to the window under the pointer", remedy
    # Toolkits focus a nameless child of the window that carries the class.
    window = focus
    while window != root:
        if wm_class := window.get_wm_class():
            return "focus", "ok", f"{wm_class[1]} (window {focus.id:#x})", ""
        window = window.query_tree().parent
    return "focus", "ok", f"window {focus.id:#x}, of no known class", ""


def _xkb_opcode(server: Any) -> int:
    return int(server.query_extension(_XKB).major_opcode)


def _modifier_mask(server: Any, keysym: int) -> int:
    """The mask of the modifier that a key with ``keysym`` sets, 0 if there is none."""
    keycodes = {keycode for keycode, _ in server.keysym_to_keycodes(keysym)}
    mapping = server.get_modifier_mapping()
    return sum(1 << index for index, row in enumerate(mapping) if keycodes & set(row))


def _describe_key(server: Any, keycode: int) -> str:
    """A key by what is printed on it and its number. ``server``: python-xlib's Display."""
    keysym = server.keycode_to_keysym(keycode, 0)
    name = _MODIFIER_NAMES.get(keysym) or character_of(keysym) or f"keysym {keysym:#x}"
    return f"{name} (keycode {keycode})"


_MODIFIER_NAMES = {
    0xFFE1: "Shift",
    0xFFE2: "right Shift",
    0xFFE3: "Control",
    0xFFE4: "right Control",
    0xFFE9: "Alt",
    0xFFEA: "right Alt",
    0xFE03: "AltGr",
    0xFFEB: "Super",
    0xFFEC: "right Super",
    0x0020: "Space",
}
"""keysymdef.h; the keys that people find stuck."""


def _quoted_display(name: str | None) -> str:
    return f"display {(os.environ.get('DISPLAY', '') if name is None else name)!r}"


def _error_text(wrong: Exception) -> str:
    message = getattr(wrong, "msg", None) or getattr(wrong, "strerror", None) or str(wrong)
    if isinstance(message, bytes):
        message = message.decode("utf-8", "replace")
    return " ".join(str(message).split()) or type(wrong).__name__


class _UseExtension(rq.ReplyRequest):  # type: ignore[misc]
    """XKB UseExtension (XKB protocol, section 16.1), must precede every other XKB request."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(0),
        rq.RequestLength(),
        rq.Card16("wanted_major"),
        rq.Card16("wanted_minor"),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Bool("supported"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card16("server_major"),
        rq.Card16("server_minor"),
        rq.Pad(20),
    )


class _GetState(rq.ReplyRequest):  # type: ignore[misc]
    """XKB GetState (XKB protocol, section 16.3); the fields up to the locked group."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(4),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Pad(2),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card8("modifiers"),
        rq.Card8("held"),
        rq.Card8("latched"),
        rq.Card8("locked"),
        rq.Card8("group"),
        rq.Card8("locked_group"),
        rq.Pad(18),
    )
