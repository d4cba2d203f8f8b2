"""Hotkey combinations in the settings: what pynput's syntax means, and what is said of a wrong one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from windictator.keyboard.hotkey import MODIFIER_KEYSYMS, HotkeyAction, HotkeyCombination
from windictator.x11.hotkey_syntax import HotkeyError, parse_hotkeys


def parsed(text: str) -> HotkeyCombination:
    return parse_hotkeys({"toggle": text})[HotkeyAction.TOGGLE]


@pytest.mark.parametrize(
    ("text", "modifiers", "character", "keysyms"),
    [
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
def test_a_combination(text: str, modifiers: set[str], character: str, keysyms: set[int]) -> None:
    # Intent: as pynput reads it; a modifier alone is a key, beside another key either of its two is meant.
    assert parsed(text) == HotkeyCombination(text, frozenset(modifiers), character, frozenset(keysyms))


@pytest.mark.parametrize(
    "text", ["f9", "<f99>", "<ctrl>+", "++", "a+b", "<ctrl>+<alt>", "<f9>+<f9>", "<ctrl> + d", "<0>", "<-1>", "İ", "\n"]
)
def test_a_wrong_combination(text: str) -> None:
    # Intent: one line that names table, key and value, and says what is allowed.
    with pytest.raises(HotkeyError) as caught:
        parse_hotkeys({"toggle": "<f8>", "push_to_talk": text}, "my.toml")
    shown = text.replace("\n", "\\n")
    assert str(caught.value) == (
        f'my.toml:hotkeys.push_to_talk: "{shown}" is wrong; it must be one key, alone or with modifiers: '
        '"<f9>", "<ctrl>+<alt>+d", or "" for none'
    )


@pytest.mark.parametrize(
    ("first", "second"), [("<f9>", "<f9>"), ("<ctrl>+<alt>+d", "<alt>+<ctrl>+D"), ("<ctrl>", "<ctrl_r>"), ("a", "<97>")]
)
def test_one_combination_for_two_actions(first: str, second: str) -> None:
    # Intent: one press cannot do two things; the line names both settings.
    with pytest.raises(HotkeyError) as caught:
        parse_hotkeys({"undo": first, "repeat": second, "cancel": "<f2>"})
    assert str(caught.value) == f'hotkeys.repeat: "{second}" is wrong, hotkeys.undo has these keys already'


def test_none_are_set() -> None:
    # Intent: then pynput is not even imported.
    code = (
        "import sys; from windictator.x11.hotkey_syntax import parse_hotkeys\n"
        "assert parse_hotkeys({'toggle': '', 'cancel': ''}) == {}\n"
        "assert not [name for name in sys.modules if name.startswith('pynput')]"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.slow
def test_pynput_touches_neither_display_nor_environment() -> None:
    # Intent: settings are checked without a display as well; no connection and no thread stay, and what the user has
    # set for other programs that use pynput counts neither here nor is changed.
    code = (
        "import os, threading, Xlib.display; from windictator.x11.hotkey_syntax import parse_hotkeys\n"
        "before, display = dict(os.environ), Xlib.display.Display\n"
        "assert parse_hotkeys({'toggle': '<f9>'})\n"
        "assert dict(os.environ) == before and Xlib.display.Display is display\n"
        "assert threading.active_count() == 1"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYNPUT_BACKEND": "uinput"}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(("value", "status"), [("<ctrl>+<f9>", 0), ("<ctrl>+<f99>", 2)])
def test_config_check(value: str, status: int, tmp_path: Path) -> None:
    # Intent: a mistake is found before the daemon is started, on a machine without a display too.
    file = tmp_path / "windictator.toml"
    file.write_text(f'[hotkeys]\ncancel = "{value}"\n')
    environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "WINDICTATOR_CONFIG": str(file)}
    done = run_windictator("config", "check", env=environment)
    assert done.returncode == status
    assert (f'{file}:hotkeys.cancel: "{value}" is wrong' in done.stderr) == bool(status)
    assert done.stderr.count("\n") == (1 if status else 0)
