"""Checks of an open X display for ``windictator doctor``. They change nothing."""

from __future__ import annotations

from collections.abc import Callable

from windictator.errors import WinDictatorError
from windictator.keyboard.access_controls import filter_names
from windictator.keyboard.keymap import LOCK, Keymap
from windictator.keyboard.keysyms import character_of
from windictator.typist.interfaces import ConnectionLostError
from windictator.x11 import replies, requests, xkb
from windictator.x11.blocking import BlockingConnection
from windictator.x11.display_claim import find_holder
from windictator.x11.key_holders import KeyHolders, pressed_keys, user_keyboards
from windictator.x11.stale_state import find_stale_states
from windictator.x11.window_info import WindowInfoReader

CheckRow = tuple[str, str, str, str]
"""Name of the check; "ok", "warn" or "fail"; the finding; the remedy, "" if none is needed."""

_XKB = "XKEYBOARD"


def run_checks(name: str | None, timeout: float, rows: list[CheckRow]) -> None:
    """Append the results to ``rows`` one by one. ``timeout``: for one answer, in seconds. Raises WinDictatorError."""
    with BlockingConnection(name, timeout) as display:
        rows.append(_server(display))
        for check in (_xtest, _record, _xkb, _layout, _key_filters, _leftovers, _dictation, _keys, _focus):
            rows.append(_run_check(check, display))


def _run_check(check: Callable[[BlockingConnection], CheckRow], display: BlockingConnection) -> CheckRow:
    try:
        return check(display)
    except ConnectionLostError:
        raise
    except WinDictatorError as error:
        name = check.__name__.strip("_").replace("_", " ")
        return name, "warn", f"cannot be checked: {error}", ""


def _server(display: BlockingConnection) -> CheckRow:
    setup = display.connection.setup
    release = _release(setup.vendor, setup.release)
    detail = f"{display.connection.name}: {setup.vendor} {release}, {setup.width} x {setup.height}"
    if _extension(display, "XWAYLAND") is not None:
        remedy = "Log in to an X11 (Xorg) session to dictate into every window."
        return "display", "warn", f"{detail}; XWayland: Wayland's own windows cannot be reached", remedy
    return "display", "ok", detail, ""


def _release(vendor: str, number: int) -> str:
    """Return X.Org's version as xdpyinfo reads it: 1.20.13 is 12013000; since 21.1 the leading 1 has no meaning."""
    if "X.Org" not in vendor:
        return str(number)
    middle, last = number // 100_000 % 100, number // 1000 % 100
    return f"{middle}.{last}.{number % 1000}" if number >= 12_100_000 else f"1.{middle}.{last}"


# Extensions


def _extension(display: BlockingConnection, name: str) -> int | None:
    """Return the opcode of an extension, None if the server lacks it."""
    found = replies.parse_extension(display.wait(display.connection.request(requests.query_extension(name))))
    return found[0] if found is not None else None


def _extension_row(
    display: BlockingConnection,
    name: str,
    query: Callable[[int], bytes],
    parse: Callable[[bytes], tuple[int, int]],
    missing: str,
) -> CheckRow:
    """Return the row of one extension. ``query``, ``parse``: ask for its version. ``missing``: the consequence."""
    opcode = _extension(display, name)
    if opcode is None:
        remedy = f"Use an X server with the {name} extension; Xorg, Xvfb, Xephyr and XWayland have it."
        return name, "fail", f"missing: {missing}", remedy
    major, minor = parse(display.wait(display.connection.request(query(opcode))))
    return name, "ok", f"version {major}.{minor}", ""


def _xtest(display: BlockingConnection) -> CheckRow:
    query, parse = requests.get_xtest_version, replies.parse_xtest_version
    return _extension_row(display, "XTEST", query, parse, "no key can be sent")


def _record(display: BlockingConnection) -> CheckRow:
    query, parse = requests.get_record_version, replies.parse_two_numbers_version
    return _extension_row(display, "RECORD", query, parse, "no key can be confirmed")


def _xkb(display: BlockingConnection) -> CheckRow:
    query, parse = xkb.use_extension, replies.parse_two_numbers_version
    return _extension_row(display, _XKB, query, parse, "the keyboard layout cannot be read")


# Keyboard


def _keymap(display: BlockingConnection, opcode: int) -> Keymap:
    return xkb.parse_map(display.wait(display.connection.request(xkb.get_map(opcode))))


def _layout(display: BlockingConnection) -> CheckRow:
    connection = display.connection
    atom = display.wait(connection.atom("_XKB_RULES_NAMES"))
    rules = replies.parse_property(display.wait(connection.request(requests.get_property(connection.root, atom)))).value
    # Five strings: rules, model, layouts, variants, options (XKBrules.h).
    names = rules.decode("latin-1").split("\0")
    layouts = names[2].split(",") if len(names) > 2 else []
    variants = names[3].split(",") if len(names) > 3 else []
    variants += [""] * (len(layouts) - len(variants))
    shown = [f"{layout}({variant})" if variant else layout for layout, variant in zip(layouts, variants, strict=False)]
    detail = ", ".join(shown) or "unnamed"
    if _extension(display, _XKB) is not None:
        opcode = display.use_xkb()
        state = xkb.parse_state(display.wait(connection.request(xkb.get_state(opcode))))
        if len(shown) > 1:
            detail += f"; group {state.group + 1} is active"
        locks = [
            f"{name} {'on' if state.locked & mask else 'off'}"
            for name, mask in (("Caps Lock", LOCK), ("Num Lock", _keymap(display, opcode).num_lock_mask))
            if mask
        ]
        detail += f"; {', '.join(locks)}"
    return "layout", "ok", detail, ""


def _key_filters(display: BlockingConnection) -> CheckRow:
    connection = display.connection
    query = xkb.get_controls(display.use_xkb(), xkb.CORE_KEYBOARD)
    names = filter_names(xkb.parse_controls(display.wait(connection.request(query))))
    if not names:
        return "key filters", "ok", "no keyboard accessibility is on (StickyKeys, SlowKeys, BounceKeys, MouseKeys)", ""
    on = f"{', '.join(names[:-1])} and {names[-1]} are on" if len(names) > 1 else f"{names[0]} is on"
    if display.wait(user_keyboards(connection)):
        return "key filters", "ok", f"keyboard accessibility: {on} for your keyboard; WinDictator is not affected", ""
    remedy = "Attach a keyboard, or turn this off while you dictate."
    detail = f"keyboard accessibility: {on}, also for WinDictator's keys, because no keyboard is attached"
    return "key filters", "warn", detail, remedy


def _leftovers(display: BlockingConnection) -> CheckRow:
    states = display.wait(find_stale_states(display.connection))
    if not states:
        return "leftovers", "ok", "no stale keyboard state", ""
    remedy = "Run windictator doctor --repair, or type anything with WinDictator."
    return "leftovers", "warn", f"left behind by a crashed program: {'; '.join(map(str, states))}", remedy


def _dictation(display: BlockingConnection) -> CheckRow:
    holder = display.wait(find_holder(display.connection))
    if holder is None:
        return "dictation", "ok", "no program dictates on this display", ""
    return "dictation", "ok", f"{holder} dictates on this display; no other program can until it ends", ""


def _keys(display: BlockingConnection) -> CheckRow:
    pressed = display.wait(pressed_keys(display.connection))
    if not pressed:
        return "keys", "ok", "no key is down", ""
    keymap = _keymap(display, display.use_xkb()) if _extension(display, _XKB) is not None else None
    details, remedies = [], []
    for is_it, state, remedy in (
        (_is_held, "held down", "Release it."),
        (_is_unknown, "held down", "Release it; if you do not hold it, press and release it."),
        (_is_held_by_program, "held down by a program", "If none should: windictator doctor --repair releases it."),
        (_is_stuck, "stuck, no keyboard holds it", "Press and release that key."),
    ):
        keycodes = [keycode for keycode, holders in pressed.items() if is_it(holders)]
        if keycodes:
            details.append(f"{state}: {', '.join(_describe_key(keymap, keycode) for keycode in keycodes)}")
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


_KEY_NAMES = {
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
"""Names, by keysym (keysymdef.h), of the keys that users find stuck."""


def _describe_key(keymap: Keymap | None, keycode: int) -> str:
    """Return a key's label and its keycode. ``keymap``: None if unknown."""
    if keymap is None or keycode not in keymap.keys:
        return f"keycode {keycode}"
    keysym = keymap.keysym(keycode, 0, 0)
    name = _KEY_NAMES.get(keysym) or character_of(keysym) or f"keysym {keysym:#x}"
    return f"{name} (keycode {keycode})"


def _focus(display: BlockingConnection) -> CheckRow:
    connection = display.connection
    focus = replies.focus(display.wait(connection.request(requests.GET_INPUT_FOCUS)))
    remedy = "Click into the window that is to receive the text."
    if focus == replies.NONE:
        return "focus", "warn", "no window has the keyboard focus", remedy
    if focus in (replies.POINTER_ROOT, connection.root):
        return "focus", "warn", "keys go to the window under the pointer", remedy
    # Toolkits focus a nameless child of the window that has the class.
    wm_class = display.wait(WindowInfoReader(connection).read(focus)).wm_class
    if wm_class:
        return "focus", "ok", f"{wm_class} (window {focus:#x})", ""
    return "focus", "ok", f"window {focus:#x} of unknown class", ""
