"""Hotkey combinations in the settings: both notations, and errors for wrong ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.x11.server import XServer
from windictator.keyboard.hotkey import MODIFIER_KEYSYMS, HotkeyAction, HotkeyCombination
from windictator.x11.hotkey_syntax import (
    EITHER_SIDE,
    KEYSYMS,
    HotkeyError,
    current_notation,
    hotkey_warnings,
    parse_hotkeys,
)


def parsed(text: str) -> HotkeyCombination:
    return parse_hotkeys({"toggle": text})[HotkeyAction.TOGGLE]


@pytest.mark.parametrize(
    ("text", "modifiers", "character", "keysyms"),
    [
        ("ctrl+alt+d", {"ctrl", "alt"}, "d", set()),
        ("Alt+Control+D", {"ctrl", "alt"}, "d", set()),
        ("super+ß", {"cmd"}, "ß", set()),
        ("F9", set(), "", {0xFFC6}),
        ("pause", set(), "", {0xFF13}),
        ("caps_lock", set(), "", {0xFFE5}),
        ("media_next", set(), "", {0x1008FF17}),
        ("0x1008ff41", set(), "", {0x1008FF41}),
        ("ctrl", set(), "", MODIFIER_KEYSYMS["ctrl"]),
        ("ctrl_r", set(), "", {0xFFE4}),
        ("ctrl++", {"ctrl"}, "+", set()),
        ("D", set(), "d", set()),
        ("<ctrl>+<alt>+d", {"ctrl", "alt"}, "d", set()),
        ("<Alt>+<CTRL>+D", {"ctrl", "alt"}, "d", set()),
        ("<ctrl_r>+<cmd_r>+ß", {"ctrl", "cmd"}, "ß", set()),
        ("<shift>++", {"shift"}, "+", set()),
        ("<alt_gr>+<space>", {"alt_gr"}, " ", set()),
        ("<f9>", set(), "", {0xFFC6}),
        ("<pause>", set(), "", {0xFF13}),
        ("<65478>", set(), "", {0xFFC6}),
        ("<media_next>", set(), "", {0x1008FF17}),
        ("<ctrl>", set(), "", MODIFIER_KEYSYMS["ctrl"]),
        ("<ctrl_r>", set(), "", {0xFFE4}),
    ],
)
def test_combination_is_parsed(text: str, modifiers: set[str], character: str, keysyms: set[int]) -> None:
    """A modifier alone is a key; with another key either of its two is meant."""
    found = parsed(text)
    assert found == HotkeyCombination(found.text, frozenset(modifiers), character, frozenset(keysyms))
    assert parsed(found.text) == found, "what messages show can be put into the settings"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ctrl>+<alt>+d", "ctrl+alt+d"),
        ("<f9>", "F9"),
        ("<Alt>+<CTRL>+D", "ctrl+alt+d"),
        ("<ctrl_r>", "Control_R"),
        ("<caps_lock>", "caps_lock"),
        ("<269025089>", "0x1008ff41"),
        ("<ctrl>++", "ctrl+plus"),
    ],
)
def test_old_notation_is_read_with_a_notice(old: str, new: str) -> None:
    """One line names the new one, which is what is shown everywhere."""
    notices: list[str] = []
    parse_hotkeys({"toggle": old}, "my.toml", notices.append)
    assert notices == [f'my.toml:hotkeys.toggle: "{old}" is the old notation, still read; write "{new}" instead']
    assert current_notation(old) == new == current_notation(new)
    parse_hotkeys({"toggle": new}, "my.toml", notices.append)
    assert len(notices) == 1


@pytest.mark.parametrize(
    ("text", "kind", "suggested"),
    [
        ("a", 'letter "a"', "ctrl+alt+a"),
        ("shift+a", 'letter "shift+a"', "ctrl+alt+a"),
        ("5", 'digit "5"', "ctrl+alt+5"),
        ("+", 'character "plus"', "ctrl+alt+plus"),
        ("space", 'key "space"', "ctrl+alt+space"),
        ("Return", 'key "Return"', "ctrl+alt+Return"),
    ],
)
def test_hotkey_that_takes_a_key_of_typing_is_warned_of(text: str, kind: str, suggested: str) -> None:
    """The letter cannot be typed any more, neither by hand nor by voice."""
    (warning,) = hotkey_warnings(parse_hotkeys({"push_to_talk": text}))
    assert warning == (
        f"hotkeys.push_to_talk: the {kind} is your push-to-talk hotkey, so it cannot be typed; "
        f'write "{suggested}" or another key'
    )


@pytest.mark.parametrize("text", ["ctrl+a", "super+space", "F9", "Pause", "media_play_pause", "ctrl_r", "caps_lock"])
def test_key_that_types_nothing_needs_no_modifier(text: str) -> None:
    """Function keys, media keys, Pause and lone modifiers are usual hotkeys."""
    assert list(hotkey_warnings(parse_hotkeys({"toggle": text}))) == []


@pytest.mark.parametrize(
    "text",
    ["f99", "<f99>", "<ctrl>+", "++", "a+b", "<ctrl>+<alt>", "<f9>+<f9>", "<ctrl> + d", "<0>", "<-1>", "İ", "\n"],
)
def test_wrong_combination_is_rejected(text: str) -> None:
    """The error is one line that names table, key and value, and says what is allowed."""
    with pytest.raises(HotkeyError) as caught:
        parse_hotkeys({"toggle": "<f8>", "push_to_talk": text}, "my.toml")
    shown = text.replace("\n", "\\n")
    assert str(caught.value) == (
        f'my.toml:hotkeys.push_to_talk: "{shown}" is wrong; it must be one key, alone or with modifiers: '
        '"F9", "ctrl+alt+d", or "" for none'
    )


@pytest.mark.parametrize(
    ("first", "second"), [("<f9>", "<f9>"), ("<ctrl>+<alt>+d", "<alt>+<ctrl>+D"), ("<ctrl>", "<ctrl_r>"), ("a", "<97>")]
)
def test_same_combination_for_two_actions_is_rejected(first: str, second: str) -> None:
    """One press cannot do two things; the error names both settings."""
    with pytest.raises(HotkeyError) as caught:
        parse_hotkeys({"undo": first, "repeat": second, "cancel": "<f2>"})
    assert str(caught.value) == f'hotkeys.repeat: "{second}" is wrong, hotkeys.undo has these keys already'


def test_empty_combinations_are_no_hotkeys() -> None:
    """An empty string turns a hotkey off."""
    assert parse_hotkeys({"toggle": "", "cancel": ""}) == {}


@pytest.mark.slow
def test_parser_needs_no_display() -> None:
    """Settings are checked without a display too; no library, connection, thread or changed variable remains."""
    code = (
        "import os, sys, threading; from windictator.x11.hotkey_syntax import parse_hotkeys\n"
        "before = dict(os.environ)\n"
        "assert parse_hotkeys({'toggle': '<f9>'})\n"
        "assert dict(os.environ) == before\n"
        "assert not [name for name in sys.modules if name.startswith(('pynput', 'Xlib'))]\n"
        "assert threading.active_count() == 1"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYNPUT_BACKEND": "uinput"}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0


@pytest.mark.slow
def test_key_names_are_those_of_pynput(xserver: XServer) -> None:
    """The settings promise pynput's notation: each of its names has its keysym, and the left modifiers either side."""
    code = (
        "import json; from pynput.keyboard import HotKey, Key\n"
        "parts = {name: HotKey.parse(f'<{name}>')[0] for name in Key.__members__}\n"
        "found = {name: [isinstance(part, Key), getattr(part, 'value', part).vk] for name, part in parts.items()}\n"
        "print(json.dumps(found))"
    )
    environment = xserver.environment() | {"PYNPUT_BACKEND": "xorg"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True)
    names: dict[str, tuple[bool, int]] = json.loads(done.stdout)
    assert {name for name, (is_modifier, _) in names.items() if is_modifier} == set(EITHER_SIDE)
    assert all(keysym in MODIFIER_KEYSYMS[EITHER_SIDE[name]] for name, (either, keysym) in names.items() if either)
    one_key = {name: keysym for name, (is_modifier, keysym) in names.items() if not is_modifier}
    assert {name: KEYSYMS.get(name) for name in one_key} == one_key


@pytest.mark.slow
@pytest.mark.parametrize(("has_display", "known"), [(True, True), (False, False)])
def test_name_that_only_pynput_has_is_looked_up(xserver: XServer, has_display: bool, known: bool) -> None:
    """A newer pynput has keys that the table lacks; without a display they cannot be looked up."""
    code = (
        "from windictator.x11 import hotkey_syntax\n"
        "del hotkey_syntax.KEYSYMS['pause']\n"
        "print(hotkey_syntax.parse_hotkeys({'toggle': '<pause>'}))"
    )
    environment = xserver.environment() | {"PYNPUT_BACKEND": "xorg"}
    if not has_display:
        del environment["DISPLAY"]
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert (done.returncode == 0) is known
    assert (str(0xFF13) in done.stdout) is known


@pytest.mark.slow
@pytest.mark.parametrize(("value", "status"), [("<ctrl>+<f9>", 0), ("<ctrl>+<f99>", 2)])
def test_config_check_validates_hotkeys(value: str, status: int, tmp_path: Path) -> None:
    """A mistake is found before the daemon is started, on a machine without a display too."""
    file = tmp_path / "windictator.toml"
    file.write_text(f'[hotkeys]\ncancel = "{value}"\n')
    environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "WINDICTATOR_CONFIG": str(file)}
    done = run_windictator("config", "check", env=environment)
    assert done.returncode == status
    assert (f'{file}:hotkeys.cancel: "{value}" is wrong' in done.stderr) == bool(status)
    assert done.stderr.count("\n") == 1
    assert ("is the old notation" in done.stderr) == (not status)


def test_config_shows_and_warns_in_the_current_notation(tmp_path: Path) -> None:
    """ "config show" shows what to write; "check" and "set" warn of a letter alone."""
    file = tmp_path / "windictator.toml"
    file.write_text('[hotkeys]\ncancel = "<ctrl>+<f9>"\ntoggle = "a"\n')
    environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "WINDICTATOR_CONFIG": str(file)}
    assert 'cancel = "ctrl+F9"' in run_windictator("config", "show", env=environment).stdout
    assert '  warning: hotkeys.toggle: the letter "a"' in run_windictator("config", "check", env=environment).stdout
    done = run_windictator("config", "set", "hotkeys.undo", "<shift>+b", env=environment)
    assert done.returncode == 0 and 'warning: hotkeys.undo: the letter "shift+b"' in done.stderr
    assert 'undo = "shift+b"' in file.read_text()
