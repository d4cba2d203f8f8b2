"""The settings: the shipped file equals the defaults, and every mistake is one line that names it."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.places import without_line
from windictator.settings import (
    MAX_FILE_BYTES,
    Settings,
    SettingsError,
    load_settings,
    parse_settings,
    read_text_file,
    settings_path,
    shipped_config,
    vocabulary_path,
)

HOME = {"HOME": "/home/ada"}
FILE = Path("/etc/own/windictator.toml")


def refusal(toml_text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings(toml_text, FILE, HOME)
    return str(caught.value)


def test_shipped_settings_are_the_defaults() -> None:
    """What the user copies and reads is what the program does without it."""
    assert load_settings(shipped_config("windictator.toml")) == Settings()


def _frozen(value: object) -> object:
    """As settings keep it: a TOML array becomes a tuple."""
    return tuple(value) if isinstance(value, list) else value


def test_shipped_file_has_every_setting() -> None:
    """No setting is hidden: the file has each of them, and nothing else."""
    shown = tomllib.loads(read_text_file(shipped_config("windictator.toml")))
    assert [(table, key, _frozen(value)) for table, keys in shown.items() for key, value in keys.items()] == list(
        Settings().items()
    )


def test_shipped_file_explains_settings_in_80_columns() -> None:
    """Each setting stands under a comment of its own, readable on a narrow terminal."""
    lines = read_text_file(shipped_config("windictator.toml")).splitlines()
    for number, line in enumerate(lines):
        assert len(line) <= 80, line
        if "=" in line and not line.startswith("#"):
            assert lines[number - 1].startswith("#"), f"{line} is not explained"


def test_missing_settings_have_their_defaults() -> None:
    """A file of one line changes one setting."""
    settings = parse_settings('[dictation]\nlive_typing = "eager"\n', FILE, HOME)
    assert settings == replace(Settings(), dictation=replace(Settings().dictation, live_typing="eager"))


@pytest.mark.parametrize(
    ("toml_text", "message"),
    [
        # Unknown names: what was meant, where it belongs, or what there is.
        ("[typng]", "typng: unknown table; did you mean typing?"),
        ("[typing]\nconfirm_timeout = 9", "typing.confirm_timeout: unknown setting; did you mean confirm_timeout_ms?"),
        ('[typing]\nlive_typing = "off"', "typing.live_typing: unknown setting; it belongs in the table [dictation]"),
        ('live_typing = "off"', "live_typing: unknown setting; it belongs in the table [dictation]"),
        (
            "[symbols]\nnever = [1]",
            'symbols.never: [1] is wrong; it must be a list of texts: ["...", "..."]',
        ),
        (
            "[text]\nx = 1",
            "text.x: unknown setting; allowed: vocabulary, commands, user_words, user_profiles,",
        ),
        ('"a\\nb" = 1', '"a\\nb": unknown setting; allowed: typing, recognizer, endpoint, audio, dictation,'),
        # Wrong types; a truth value is not a number, and a number is not a truth value.
        (
            '[typing]\nconfirm_timeout_ms = "fast"',
            'typing.confirm_timeout_ms: "fast" is wrong; it must be a whole number from 50 to 60000',
        ),
        (
            "[typing]\nconfirm_timeout_ms = true",
            "typing.confirm_timeout_ms: true is wrong; it must be a whole number from 50 to 60000",
        ),
        (
            "[typing]\nconfirm_timeout_ms = 2e3",
            "typing.confirm_timeout_ms: 2000.0 is wrong; it must be a whole number from 50 to 60000",
        ),
        ("[text]\ncapitalise_first = 1", "text.capitalise_first: 1 is wrong; it must be true or false"),
        ("[text]\nvocabulary = ['a']", 'text.vocabulary: ["a"] is wrong; it must be text, in quotes: "..."'),
        ("[audio]\ndevice = 2024-01-01", 'audio.device: 2024-01-01 is wrong; it must be text, in quotes: "..."'),
        ("typing = 3", "typing: 3 is wrong; it must be a table: [typing]"),
        ("[[typing]]", "typing: [{}] is wrong; it must be a table: [typing]"),
        (
            "[typing.key_release_timeout_ms]",
            "typing.key_release_timeout_ms: a table is wrong; it must be a whole number from 0 to",
        ),
        # Out of range, and not among the choices.
        ("[audio]\nframe_ms = 19", "audio.frame_ms: 19 is wrong; it must be a whole number from 20 to 100"),
        ("[audio]\nframe_ms = 101", "audio.frame_ms: 101 is wrong; it must be a whole number from 20 to 100"),
        (
            '[dictation]\nlive_typing = "on"',
            'dictation.live_typing: "on" is wrong; it must be "off", "stable" or "eager"',
        ),
        ('[audio]\ndevice = "a\\u0000b"', "audio.device: "),
        # Broken TOML: the line.
        ("[audio]\nframe_ms 30", "2: not valid TOML: Expected '=' after a key in a key/value pair"),
        ("[audio]\nframe_ms = 30\nframe_ms = 40\n", "3: not valid TOML: Cannot overwrite a value"),
        ("[audio", "end: not valid TOML: "),
        ("x = " + "[" * 100_000, "not valid TOML: nested too deeply"),
        ("x = " + "9" * 5000, ""),  # too long for an int or an unknown table: it depends on Python's own limit
    ],
)
def test_mistake_is_one_line_with_file_and_key(toml_text: str, message: str) -> None:
    """``file:key: what is wrong; what is allowed``; the whole program ends with it, so it must say enough."""
    line = refusal(toml_text)
    assert re.sub("^" + re.escape(str(FILE)) + ": ?", "", without_line(line)).startswith(message), line
    assert line.isprintable(), "one line, no control characters"
    assert len(line) < 300


@given(st.text())
def test_any_text_gives_settings_or_one_error(toml_text: str) -> None:
    """Whatever the text: settings, or SettingsError of one line."""
    try:
        assert isinstance(parse_settings(toml_text, FILE, HOME), Settings)
    except SettingsError as error:
        assert str(error).isprintable()


_values = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=2))


@given(st.sampled_from([(table, key) for table, key, _ in Settings().items()]), _values)
def test_any_value_is_unchanged_or_refused(setting: tuple[str, str], value: object) -> None:
    """No value is bent into another type; each refusal names the setting."""
    table, key = setting
    shown = f'"{"".join(f"{chr(92)}U{ord(c):08X}" for c in value)}"' if isinstance(value, str) else str(value).lower()
    try:
        settings = parse_settings(f"[{table}]\n{key} = {shown}", "f.toml", HOME)
    except SettingsError as error:
        assert without_line(str(error)).startswith(("f.toml:" + table + "." + key + ": ", "f.toml:2: not valid TOML"))
        return
    result = getattr(getattr(settings, table), key)
    assert type(result) is type(_frozen(value))
    assert result == _frozen(value) or (isinstance(value, str) and ("/" in str(result) or "~" in value))


def test_paths_start_at_home_or_at_the_file() -> None:
    """A settings folder can be moved, and ~ means what it means in a shell; a name is left alone."""

    def read(table: str, key: str, value: str) -> str:
        settings = parse_settings(f'[{table}]\n{key} = "{value}"', FILE, HOME)
        return str(getattr(getattr(settings, table), key))

    assert read("text", "vocabulary", "mine.toml") == "/etc/own/mine.toml"
    assert read("text", "vocabulary", "~/mine.toml") == "/home/ada/mine.toml"
    assert read("text", "vocabulary", "/a/mine.toml") == "/a/mine.toml"
    assert read("text", "vocabulary", "") == ""
    assert read("recognizer", "model", "vosk-model-small-de-0.15") == "vosk-model-small-de-0.15"
    assert read("recognizer", "model", "./model") == "/etc/own/model"
    assert read("audio", "source", "mic") == "mic"
    assert read("audio", "source", "-") == "-"


def test_settings_path_follows_the_environment() -> None:
    """``$WINDICTATOR_CONFIG``, then the XDG folder, then its default; a relative XDG folder is to be ignored."""
    assert settings_path(HOME) == Path("/home/ada/.config/windictator/windictator.toml")
    assert settings_path(HOME | {"XDG_CONFIG_HOME": "/xdg"}) == Path("/xdg/windictator/windictator.toml")
    relative = settings_path(HOME | {"XDG_CONFIG_HOME": "xdg"})
    assert relative == Path("/home/ada/.config/windictator/windictator.toml")
    assert settings_path(HOME | {"WINDICTATOR_CONFIG": "/my.toml", "XDG_CONFIG_HOME": "/xdg"}) == Path("/my.toml")
    assert settings_path(HOME | {"WINDICTATOR_CONFIG": ""}) == settings_path(HOME)


def test_only_the_default_file_may_be_missing(tmp_path: Path) -> None:
    """No file is the ordinary case; a file that was named and is not there is a mistake."""
    assert load_settings(None, {"HOME": str(tmp_path)}) == Settings()
    missing = tmp_path / "missing.toml"
    with pytest.raises(SettingsError, match=f"{missing}: cannot be read: No such file"):
        load_settings(missing, {})
    with pytest.raises(SettingsError, match=f"{missing}: cannot be read: No such file"):
        load_settings(None, {"WINDICTATOR_CONFIG": str(missing)})
    usual = settings_path({"HOME": str(tmp_path)})
    usual.parent.mkdir(parents=True)
    usual.symlink_to(missing)
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        load_settings(None, {"HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[text]\n# caf\xe9\n", ":2: not UTF-8"),
        (b"#" * (MAX_FILE_BYTES + 1), "larger than"),
    ],
)
def test_binary_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """Latin-1 and enormous files: one line, not a traceback, not a long wait."""
    file = tmp_path / "w.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=message):
        load_settings(file, {})


def test_folder_and_endless_device_are_refused(tmp_path: Path) -> None:
    """Neither hangs nor fills the memory."""
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, {})
    with pytest.raises(SettingsError, match="larger than"):
        load_settings(Path("/dev/zero"), {})
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(Path("a\0b"), {})


def test_byte_order_mark_and_crlf_are_allowed(tmp_path: Path) -> None:
    """Editors of other systems leave them; neither changes a setting."""
    file = tmp_path / "w.toml"
    file.write_bytes(b'\xef\xbb\xbf[dictation]\r\nlive_typing = "off"\r\n')
    assert load_settings(file, {}).dictation.live_typing == "off"


def test_vocabulary_path_is_shipped_or_named() -> None:
    """The shipped vocabulary, or the user's own in place of it."""
    assert vocabulary_path(Settings()) == shipped_config("vocabulary.toml")
    own = parse_settings('[text]\nvocabulary = "v.toml"', FILE, HOME)
    assert vocabulary_path(own) == Path("/etc/own/v.toml")


def test_missing_shipped_file_is_reported() -> None:
    """A broken installation says so."""
    with pytest.raises(SettingsError, match=r"none\.toml: missing"):
        shipped_config("none.toml")
