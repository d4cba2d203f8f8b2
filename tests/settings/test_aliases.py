"""Names of earlier versions in users' files: read, reported, and refused beside the new name."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from tests.settings.places import without_line
from windictator.cli.run import run
from windictator.dictation.profile import Profile
from windictator.settings import (
    Settings,
    SettingsError,
    load_settings,
    parse_settings,
    read_user_commands,
    user_commands_path,
)
from windictator.settings.aliases import (
    COMMAND_KEYS,
    COMMAND_VALUES,
    COMMANDS,
    CONDITION_VALUES,
    PROFILE_KEYS,
    PROFILE_VALUES,
    SETTING_VALUES,
    SETTINGS,
    VOCABULARY_KEYS,
    WORD_KEYS,
)
from windictator.settings.commands import CommandsError, parse_commands
from windictator.settings.keys import all_settings, find_setting, format_toml, parse_value
from windictator.settings.profiles import ProfilesError, parse_profiles
from windictator.settings.vocabulary import parse_vocabulary, parse_words
from windictator.text.commands.phrases import COMMANDS as COMMAND_NAMES
from windictator.text.phrase_index import VocabularyError

PROFILE_EXAMPLES = {
    "live": ('"eager"', "eager"),
    "hold_ms": ("7", 7),
    "caret_keys": ('"always"', "always"),
    "backspace_removes": ('"emoji"', "emoji"),
    "formatting": ("false", "code"),
}
VOCABULARY_EXAMPLES = {
    "pause": "0.4",
    "escapes": '["verbatim"]',
    "ordinary": '["rest period"]',
    "small_words": '["of"]',
    "capitals": '["oslo"]',
}


def other_value(name: str) -> Any:
    """Return an allowed value of the setting ``name`` that is not its default."""
    setting = all_settings()[name]
    if setting.kind is bool:
        return not setting.default
    if setting.kind is int:
        return setting.default + 1 if name != "dictation.low_confidence" else 50
    if setting.choices:
        return next(choice for choice in setting.choices if choice != setting.default)
    return ["star"] if setting.kind == tuple[str, ...] else "/a/file"


def settings_toml(values: Mapping[str, Any]) -> str:
    """Return a settings file with these values by dotted names."""
    return "".join(f"{name} = {format_toml(value)}\n" for name, value in values.items())


@pytest.mark.parametrize(("old", "new"), SETTINGS.items())
def test_setting_old_name_is_read(old: str, new: str) -> None:
    """An update leaves a user's settings in effect, and says how they are written today."""
    value, notices = other_value(new), list[str]()
    settings = parse_settings(settings_toml({old: value}), "f.toml", {}, notices.append)
    assert settings == parse_settings(settings_toml({new: value}), "f.toml", {}) != Settings()
    assert notices == [f"f.toml:{old}: old name, still read; write {new} instead"]
    with pytest.raises(SettingsError) as refused:
        parse_settings(settings_toml({old: value, new: value}), "f.toml", {})
    assert without_line(str(refused.value)) == f"f.toml:{old}: set together with {new}, its new name; remove {old}"


@pytest.mark.parametrize(
    ("name", "old", "new"), [(name, old, new) for name, values in SETTING_VALUES.items() for old, new in values.items()]
)
def test_setting_old_value_is_read(name: str, old: str, new: str) -> None:
    """The value of a choice may have been renamed too, under the setting's old or new name."""
    for key in (name, *(key for key, current in SETTINGS.items() if current == name)):
        notices: list[str] = []
        settings = parse_settings(settings_toml({key: old}), "f.toml", {}, notices.append)
        assert settings == parse_settings(settings_toml({name: new}), "f.toml", {})
        assert notices[-1] == f'f.toml:{name}: old value "{old}", still read; write "{new}" instead'


def test_setting_old_and_new_tables_are_joined() -> None:
    """A user who adds a new name to a file with old names keeps both; a table of old names alone may be empty."""
    joined = parse_settings('[marks]\nnever = ["hash"]\n[symbols]\nalways = ["star"]\n', "f.toml", {}).symbols
    assert (joined.never, joined.always) == (("hash",), ("star",))
    assert parse_settings("[marks]\n", "f.toml", {}) == Settings()
    with pytest.raises(SettingsError, match=r"^f.toml:1: marks: unknown table; "):
        parse_settings("[marks]\nloud = 1\n", "f.toml", {})


@pytest.mark.parametrize(("old", "new"), PROFILE_KEYS.items())
def test_profile_old_key_is_read(old: str, new: str) -> None:
    """Profiles of applications are the user's work of many tries."""
    written, value = PROFILE_EXAMPLES[old]
    rule, notices = '[[profile]]\nname = "p"\nclasses = ["*"]\n', list[str]()
    profile = parse_profiles(f"{rule}{old} = {written}\n", "f", notices.append).profile("any", "")
    assert getattr(profile, new) == value != getattr(Profile(), new)
    assert len(notices) == 1 and notices[0].startswith(f"f:profile 1.{old}: old name, still read; write {new}")
    with pytest.raises(ProfilesError) as refused:
        parse_profiles(f"{rule}{old} = {written}\n{new} = {written}\n", "f")
    assert without_line(str(refused.value)) == f"f:profile 1.{old}: set together with {new}, its new name; remove {old}"


@pytest.mark.parametrize(
    ("key", "old", "new"), [(key, old, new) for key, values in PROFILE_VALUES.items() for old, new in values.items()]
)
def test_profile_old_value_is_read(key: str, old: str, new: str) -> None:
    """The choices have new words too."""
    notices: list[str] = []
    rule = f'[[profile]]\nname = "p"\nclasses = ["*"]\n{key} = "{old}"\n'
    assert getattr(parse_profiles(rule, "f", notices.append).profile("any", ""), key) == new
    assert notices == [f'f:profile 1.{key}: old value "{old}", still read; write "{new}" instead']


@pytest.mark.parametrize(("old", "new"), VOCABULARY_KEYS.items())
def test_vocabulary_old_key_is_read(old: str, new: str) -> None:
    """A vocabulary of another language is a file of the user's own."""
    notices: list[str] = []
    value = VOCABULARY_EXAMPLES[old]
    parse_vocabulary(f"{old} = {value}\n", "f", on_notice=notices.append)
    assert len(notices) == 1 and notices[0].startswith(f"f:{old}: old name, still read; write {new}")
    with pytest.raises(VocabularyError) as refused:
        parse_vocabulary(f"{old} = {value}\n{new} = {value}\n", "f")
    assert without_line(str(refused.value)) == f"f:{old}: set together with {new}, its new name; remove {old}"


def test_vocabulary_old_pause_is_in_seconds() -> None:
    """The new key has another unit, so the notice says the value as well."""
    notices: list[str] = []
    vocabulary = parse_vocabulary("pause = 0.4\n", "f", on_notice=notices.append)
    assert vocabulary._pause_s == 0.4
    assert notices == ["f:pause: old name, still read; write pause_ms = 400 instead"]
    with pytest.raises(VocabularyError, match=r"^f:pause_ms: 20000 is wrong; it must be a number from 0 to 10000$"):
        parse_vocabulary("pause = 20\n", "f")


@pytest.mark.parametrize(("old", "new"), CONDITION_VALUES["when"].items())
def test_condition_old_value_is_reported_once(old: str, new: str) -> None:
    """A vocabulary has it in dozens of lines; one notice is enough."""
    notices: list[str] = []
    symbol = '{{ text = "*", spoken = ["{}"], when = "{}" }}'
    symbols = f"symbols = [{symbol.format('star', old)}, {symbol.format('bang', old)}]\n"
    parse_vocabulary(symbols, "f", on_notice=notices.append)
    assert notices == [f'f:symbols 1.when: old value "{old}", still read; write "{new}" instead']


def test_word_old_key_and_placeholder_are_read() -> None:
    """Snippets with a place for the cursor were written with another word."""
    notices: list[str] = []
    (old,) = WORD_KEYS
    toml = f'[words]\na = {{ text = "A{{caret}}B", {old} = ["capital"] }}\nb = "({{caret}})"\n'
    words = parse_words(toml, "f", notices.append)
    assert words == parse_words(toml.replace("{caret}", "{cursor}").replace(old, WORD_KEYS[old]), "f")
    assert notices == [
        f"f:words.a.{old}: old name, still read; write {WORD_KEYS[old]} instead",
        "f:words.a: old placeholder {caret}, still read; write {cursor} instead",
    ]


@pytest.mark.parametrize(("old", "new"), COMMANDS.items())
def test_command_old_name_is_read(old: str, new: str) -> None:
    """In the table of the command and in the groups."""
    notices: list[str] = []
    toml = f'[{old}]\nspoken = ["go on"]\n[groups.mine]\n{old} = "Go on"\n'
    commands = parse_commands(toml, "f", notices.append)
    assert new in COMMAND_NAMES and old not in COMMAND_NAMES
    assert commands.groups == {"mine": {new: "Go on"}}
    assert commands.without_slots.get(("go", "on")) == parse_commands(toml.replace(old, new), "f").without_slots.get(
        ("go", "on")
    )
    assert notices == [f"f:{old}: old name, still read; write {new} instead"]
    with pytest.raises(CommandsError) as refused:
        parse_commands(f"[{old}]\nspoken = []\n[{new}]\nspoken = []\n", "f")
    assert without_line(str(refused.value)) == f"f:{old}: set together with {new}, its new name; remove {old}"


def test_command_old_key_and_value_are_read() -> None:
    """What may follow a command was said with other words."""
    notices: list[str] = []
    ((old, new),) = COMMAND_KEYS.items()
    ((old_value, new_value),) = COMMAND_VALUES[new].items()
    command = '[undo]\nspoken = ["undo that"]\n{} = "{}"\n'
    found = parse_commands(command.format(old, old_value), "f", notices.append).without_slots.get(("undo", "that"))
    assert found == parse_commands(command.format(new, new_value), "f").without_slots.get(("undo", "that"))
    assert notices == [
        f"f:undo.{old}: old name, still read; write {new} instead",
        f'f:undo.{new}: old value "{old_value}", still read; write "{new_value}" instead',
    ]


def test_user_commands_old_file_name_is_read(tmp_path: Path) -> None:
    """A renamed program file would otherwise take the user's commands away."""
    environ = {"WINDICTATOR_CONFIG": str(tmp_path / "windictator.toml")}
    old, new = tmp_path / "own-commands.toml", tmp_path / "user-commands.toml"
    notices: list[str] = []
    assert user_commands_path(Settings(), environ) == new
    assert read_user_commands(Settings(), environ, notices.append) == "" and not notices
    old.write_text("# old")
    assert read_user_commands(Settings(), environ, notices.append) == "# old"
    assert notices == [f"{old}: old name, still read; rename it to user-commands.toml"]
    new.write_text("# new")
    with pytest.raises(SettingsError) as refused:
        read_user_commands(Settings(), environ)
    assert str(old) in str(refused.value) and "user-commands.toml" in str(refused.value)
    old.unlink()
    assert read_user_commands(Settings(), environ, notices.append) == "# new" and len(notices) == 1


def test_every_old_name_leads_to_a_setting() -> None:
    """A new name that does not exist would lose the user's value; an old name that exists would hide a setting."""
    known = {f"{table}.{key}" for table, key, _ in Settings().items()}
    assert set(SETTINGS.values()) <= known and not SETTINGS.keys() & known
    assert set(PROFILE_KEYS.values()) <= {field.name for field in fields(Profile)}


@pytest.mark.parametrize(("old", "new"), SETTINGS.items())
def test_find_setting_takes_an_old_name(old: str, new: str) -> None:
    """What a user has learnt works on the command line too."""
    notices: list[str] = []
    assert find_setting(old, notices.append).name == new
    assert notices == [f"{old}: old name, still understood; the new name is {new}"]


def test_parse_value_takes_an_old_value() -> None:
    """The value written to the file is the new one."""
    notices: list[str] = []
    assert parse_value(find_setting("dictation.undelivered"), ["drop"], notices.append) == "discard"
    assert notices == ["dictation.undelivered: old value drop, still understood; the new value is discard"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[typing]\nhold_ms = 5  # slow program\n", "[typing]\nkey_press_ms = 7  # slow program\n"),
        ("[typing]\n# how long\n#hold_ms = 0\n", "[typing]\n# how long\nkey_press_ms = 7\n"),
        ("typing = { hold_ms = 5 }\n", "typing = { key_press_ms = 7}\n"),
    ],
)
def test_config_set_replaces_the_old_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str
) -> None:
    """Two names in one file would be refused at the next start."""
    file = tmp_path / "w.toml"
    file.write_text(before)
    assert run(["--config", str(file), "config", "set", "typing.hold_ms", "7"]) == 0
    assert "the new name is typing.key_press_ms" in capsys.readouterr().err
    assert file.read_text().replace(" }", "}") == after.replace(" }", "}")
    assert load_settings(file).typing.key_press_ms == 7
    assert run(["--config", str(file), "config", "get", "typing.hold_ms"]) == 0
    out, err = capsys.readouterr()
    assert out == "7\n" and "the new name is typing.key_press_ms" in err


def test_config_unset_removes_the_old_name(tmp_path: Path) -> None:
    """The setting has its default afterwards, whatever its name in the file."""
    file = tmp_path / "w.toml"
    file.write_text('[marks]\nnever = ["hash"]\nalways = ["star"]\n')
    assert run(["--config", str(file), "config", "unset", "symbols.never"]) == 0
    assert file.read_text() == '[marks]\nalways = ["star"]\n'


def test_command_line_reports_an_old_name_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several parts of a command read the settings; the user reads one line."""
    file = tmp_path / "w.toml"
    file.write_text("[typing]\nhold_ms = 5\n")
    assert run(["--config", str(file), "config", "check"]) == 0
    line = f"{file}:typing.hold_ms: old name, still read; write typing.key_press_ms instead\n"
    assert capsys.readouterr().err.count(line) == 1
