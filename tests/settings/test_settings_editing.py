"""Changes to a settings file by hypothesis and by example: the setting changes, and nothing else does."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windictator.settings import Settings, SettingsError, parse_settings, read_text_file, shipped_config
from windictator.settings.editing import user_settings_template, with_setting, without_setting
from windictator.settings.keys import all_settings, find_setting, format_toml, parse_value

SHIPPED = read_text_file(shipped_config("windictator.toml"))
OWN = user_settings_template(SHIPPED)


def value_of(toml: str, name: str) -> Any:
    """The setting as the program reads it."""
    setting = find_setting(name)
    return getattr(getattr(parse_settings(toml, Path("/w.toml"), {}), setting.table), setting.key)


def comments(toml: str) -> list[str]:
    """Return every comment line that explains something, without defaults that are commented out."""
    return [line for line in toml.splitlines() if line.startswith("# ") or line == "#"]


def test_new_file_has_every_setting_commented_out() -> None:
    """It changes nothing; with its # taken away it is the shipped file, header apart."""
    assert tomllib.loads(OWN) == {table.partition(".")[0]: {} for table in all_settings()}
    assert parse_settings(OWN, "w.toml") == Settings()
    uncommented = "\n".join(line[1:] if line[:1] == "#" and line[1:2].isalpha() else line for line in OWN.splitlines())
    assert parse_settings(uncommented, "w.toml") == Settings()
    assert tomllib.loads(uncommented) == tomllib.loads(SHIPPED)
    assert max(map(len, OWN.splitlines())) <= 80


_settings = st.sampled_from(list(all_settings().values()))


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[Any, Any]]:
    """Settings with allowed values, None for the default again."""
    found = []
    for setting in draw(st.lists(_settings, max_size=8)):
        values: dict[Any, st.SearchStrategy[Any]] = {bool: st.booleans(), int: st.integers(50, 60)}
        texts = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=5)
        value = values.get(setting.kind, st.sampled_from(setting.choices) if setting.choices else texts)
        if setting.kind == tuple[str, ...]:
            value = st.lists(texts, max_size=3)
        found.append((setting, draw(st.none() | value)))
    return found


@pytest.mark.slow
@settings(max_examples=40)
@given(
    changes(), st.sampled_from([OWN, SHIPPED, "", "# mine\n[typing] # here\nkey_press_ms = 3 # so\n"]), st.booleans()
)
def test_changes_keep_the_rest_of_the_file(changes: list[tuple[Any, Any]], toml: str, crlf: bool) -> None:
    """Whatever the file was like, and whatever was changed before; every comment stays."""
    text = toml.replace("\n", "\r\n") if crlf else toml
    expected: dict[str, Any] = tomllib.loads(text)
    for setting, value in changes:
        try:
            if value is not None:
                parse_settings(f"[{setting.table}]\n{setting.key} = {format_toml(value)}\n", "")
        except SettingsError:
            continue  # out of this setting's own range
        table = expected.setdefault(setting.table, {})
        if value is None:
            text = without_setting(text, setting, "w.toml")
            table.pop(setting.key, None)
        else:
            text = with_setting(text, setting, value, "w.toml")
            table[setting.key] = value
    found = tomllib.loads(text)
    assert {name: keys for name, keys in found.items() if keys} == {n: keys for n, keys in expected.items() if keys}
    assert comments(text) == comments(toml)
    assert "# so" in text or "# so" not in toml or value_of(text, "typing.key_press_ms") != 3
    assert not crlf or not toml or text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[typing]\nkey_press_ms = 0   # fast\n\n[audio]\n", "[typing]\nkey_press_ms = 7   # fast\n\n[audio]\n"),
        ("[typing]\n# how long\n#key_press_ms = 0\n\n[audio]\n", "[typing]\n# how long\nkey_press_ms = 7\n\n[audio]\n"),
        ("[typing]\n  # key_press_ms = 0\n[audio]\n", "[typing]\n  key_press_ms = 7\n[audio]\n"),
        ("[typing]\n#key_press_ms = 0  # so\n[audio]\n", "[typing]\nkey_press_ms = 7  # so\n[audio]\n"),
        # Not the default: a note of the user's.
        ("[typing]\n#key_press_ms = 5\n[audio]\n", "[typing]\n#key_press_ms = 5\nkey_press_ms = 7\n[audio]\n"),
        # The same words in another table, in a text, and in prose.
        ("[text]\n#key_press_ms = 0\n[typing]\n", "[text]\n#key_press_ms = 0\n[typing]\nkey_press_ms = 7\n"),
        ("[typing]\n# key_press_ms = 0 is best\n", "[typing]\n# key_press_ms = 0 is best\nkey_press_ms = 7\n"),
        ("typing.key_press_ms = 1\n[audio]\n", "typing.key_press_ms = 7\n[audio]\n"),
        ("typing = { key_press_ms = 1 } # inline\n", "typing = { key_press_ms = 7 } # inline\n"),
        ("# mine", "# mine\n\n[typing]\nkey_press_ms = 7\n"),
    ],
)
def test_value_replaces_the_commented_default(before: str, after: str) -> None:
    """In its old place, in that of its commented default, else at the end of its table."""
    changed = with_setting(before, find_setting("typing.key_press_ms"), 7, "w.toml")
    assert changed == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[typing]\n# how long\nkey_press_ms = 5\n", "[typing]\n# how long\n#key_press_ms = 0\n"),
        ("[typing]\nkey_press_ms = 5 # x\ngrab_server = true\n", "[typing]\ngrab_server = true\n"),
        ("[audio]\n", "[audio]\n"),
    ],
)
def test_unset_restores_the_commented_default(before: str, after: str) -> None:
    """A comment without its setting would seem to explain the next one."""
    assert without_setting(before, find_setting("typing.key_press_ms"), "w.toml") == after


@pytest.mark.parametrize(
    "toml",
    ["[typing", "[typing]\nkey_press_ms = 1\nkey_press_ms = 2\n", "typing = 3\n", "x = " + "[" * 99999],
    ids=["open", "twice", "no table", "deep"],
)
def test_broken_file_is_unchanged(toml: str) -> None:
    """One line says what is wrong with it."""
    with pytest.raises(SettingsError) as refused:
        with_setting(toml, find_setting("typing.key_press_ms"), 7, "w.toml")
    assert str(refused.value).startswith("w.toml:") and str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("typing.key_press_ms", ["20"], 20),
        ("typing.key_press_ms", ["1_000"], 1000),
        ("typing.grab_server", ["true"], True),
        ("typing.grab_server", ["False"], False),
        ("dictation.live_typing", ["eager"], "eager"),
        ("dictation.live_typing", ['"eager"'], "eager"),
        ("recognizer.language", ["de"], "de"),
        ("recognizer.model", [""], ""),
        ("hotkeys.toggle", ["<f9>"], "<f9>"),
        ("audio.device", ["'a b'"], "a b"),
        ("audio.device", ['say "hi"'], 'say "hi"'),
        ("audio.device", ['"'], '"'),
        ("symbols.never", ["hash", "no space"], ["hash", "no space"]),
        ("symbols.never", ["hash"], ["hash"]),
        ("symbols.never", ['["a", "b"]'], ["a", "b"]),
        ("symbols.never", ["[]"], []),
    ],
)
def test_words_become_a_value_of_the_right_type(name: str, words: list[str], value: object) -> None:
    """As typed in a shell; TOML's quotes and arrays are understood too."""
    parsed = parse_value(find_setting(name), words)
    assert parsed == value and type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "words", "reason"),
    [
        ("typing.key_press_ms", ["fast"], '"fast" is wrong; it must be a whole number from 0 to 1000'),
        ("typing.key_press_ms", ["1001"], "1001 is wrong; it must be a whole number from 0 to 1000"),
        ("typing.key_press_ms", ["9" * 5000], "it must be a whole number from 0 to 1000"),
        ("typing.key_press_ms", ["1", "2"], "takes one value, 2 were given"),
        ("typing.grab_server", ["1"], '"1" is wrong; it must be true or false'),
        ("dictation.live_typing", ["on"], '"on" is wrong; it must be "off", "stable" or "eager"'),
        ("audio.device", ["a\nb"], "text without control characters"),
        ("audio.device", ["a\x7fb"], "text without control characters"),
        ("audio.device", ["\udcff"], "not UTF-8"),
        ("symbols.never", ["[1]"], "a list of texts"),
        ("symbols.never", ["a\tb"], "a list of texts"),
    ],
)
def test_wrong_words_are_refused(name: str, words: list[str], reason: str) -> None:
    """With the setting's name and what it allows."""
    with pytest.raises(SettingsError) as refused:
        parse_value(find_setting(name), words)
    assert str(refused.value).startswith(f"{name}: ") and reason in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("typing.hold", "did you mean typing.key_press_ms?"),
        ("key_press_ms", "did you mean typing.key_press_ms?"),
        ("holdms", "did you mean typing.key_press_ms?"),
        ("timeout_ms", "did you mean notifications.timeout_ms or shutdown.timeout_ms?"),
        ("typing", "did you mean "),
        ("x.y.z", "windictator config show lists all of them"),
        ("", "windictator config show lists all of them"),
        ("a\nb" * 50, "windictator config show lists all of them"),
    ],
)
def test_unknown_setting_suggests_the_nearest(name: str, help: str) -> None:
    """By its whole name, and by its key alone."""
    with pytest.raises(SettingsError) as refused:
        find_setting(name)
    assert help in str(refused.value) and str(refused.value).isprintable()
    assert len(str(refused.value)) < 200
