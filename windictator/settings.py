"""The settings: one frozen dataclass per TOML table, read from one file, refused with one line if wrong.

A setting is one field: its annotation says what is allowed, its value is the default, the text below it what
it means. ``Literal`` lists choices, ``Annotated[int, Between(...)]`` gives a range, ``Annotated[str, Place(...)]``
a path. ``config/windictator.toml`` shows the same settings to the user; a test keeps the two equal.
"""

# Annotations are read at run time, through dataclasses.fields(): no ``from __future__ import annotations`` here.

import codecs
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from windictator.errors import UsageError

LARGEST_FILE = 1 << 20
"""Bytes; a settings file that is larger is a mistake (a device, a log), not read to its end."""


class SettingsError(UsageError):
    """A settings file that cannot be used: ``file:key: what is wrong, what is allowed``."""


@dataclass(frozen=True, slots=True)
class Between:
    """The range of a number, both ends included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Place:
    """Marks a path: ``~`` is the home folder, a relative path starts at the settings file's folder.

    ``or_name``: a value without a slash is a name, left as it is.
    """

    or_name: bool = False


@dataclass(frozen=True, slots=True)
class TypingSettings:
    """How keys are sent to the X server."""

    confirm_timeout_ms: Annotated[int, Between(50, 60_000)] = 2000
    """Milliseconds to wait for the X server to confirm a key before typing stops."""
    held_keys_wait_ms: Annotated[int, Between(0, 60_000)] = 1000
    """Milliseconds to wait for keys that the user holds down to come up, before typing is refused."""
    hold_ms: Annotated[int, Between(0, 1000)] = 0
    """Milliseconds to hold each key down, for programs that miss short presses; 0: as short as can be, and fast. In
    some windows alone: a profile."""
    hold_server: bool = False
    """Hold the X server for the moment of each key, so that not even one character reaches a window that takes the
    focus just then."""
    backspace_removes: Literal["grapheme", "character"] = "grapheme"
    """What one BackSpace removes in the application: a whole visible character, or one Unicode code point."""


@dataclass(frozen=True, slots=True)
class RecognizerSettings:
    """What turns speech into words."""

    engine: Literal["vosk", "text"] = "vosk"
    """"vosk": speech by Vosk; "text": UTF-8 lines instead of sound, each one a finished utterance."""
    model: Annotated[str, Place(or_name=True)] = ""
    """Name or folder of the speech model; "": the installed model of ``language``."""
    language: str = "en-us"
    """The language spoken, as Vosk's list of models names it."""
    frames_per_chunk: Annotated[int, Between(0, 60)] = 6
    """Hundredths of a second of sound decoded at a time; the fewer, the sooner a word is seen; 0: the model's own."""
    recycle_mb: Annotated[int, Between(0, 100_000)] = 300
    """Megabytes by which the recognizer may grow; it then begins afresh at a pause. 0: never."""
    unload_seconds: Annotated[int, Between(0, 604_800)] = 1800
    """Seconds of silence after which the model's memory is given back until somebody speaks. 0: never."""


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """What ends an utterance."""

    gate: bool = True
    """Whether silence is kept from the recognizer, and ends an utterance; if not, the recognizer hears everything and
    judges by itself."""
    silence_ms: Annotated[int, Between(200, 5000)] = 300
    """Milliseconds of silence that end an utterance: less is quicker, more is patient with those who search for
    words."""


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """Where the sound comes from."""

    source: Annotated[str, Place(or_name=True)] = "mic"
    """"mic", "-" (raw 16 kHz mono s16le on standard input), or the path of a WAV file, with a slash in it."""
    device: str = ""
    """Microphone, a part of its name as ``windictator devices`` shows it; "": the system's default."""
    frame_ms: Annotated[int, Between(20, 100)] = 30
    """Milliseconds of sound handed to the recognizer at a time."""
    buffer_seconds: Annotated[int, Between(1, 600)] = 60
    """Seconds of sound kept while the recognizer is busy; what exceeds it is lost, counted and reported."""


@dataclass(frozen=True, slots=True)
class DictationSettings:
    """When words are typed."""

    live: Literal["off", "stable", "eager"] = "stable"
    """While you speak, type nothing ("off"), the words that no longer change ("stable"), every word ("eager")."""
    agreement: Annotated[int, Between(1, 10)] = 2
    """Number of partial results in a row that must agree on a word before it is stable."""
    doubtful: Annotated[int, Between(0, 100)] = 70
    """Percent: words that were heard with less confidence are marked as doubtful in events and in the history."""
    undelivered: Literal["hold", "drop"] = "hold"
    """Words that cannot be typed where they were meant to go: kept for ``windictator type-held``, or forgotten. In the
    foreground they are only shown."""
    unmatched: Literal["refuse", "type"] = "refuse"
    """What is done with a command that names words which were not typed in the window: it is refused ("literal that"
    types it), or taken for a sentence and typed."""


@dataclass(frozen=True, slots=True)
class TextSettings:
    """How words become text."""

    vocabulary: Annotated[str, Place()] = ""
    """Path of your own vocabulary file, in place of the built-in one; "": built in."""
    commands: Annotated[str, Place()] = ""
    """Path of your own file of commands, in place of the built-in one; "": built in."""
    words: Annotated[str, Place()] = ""
    """Path of the file of your own words, which come on top of the vocabulary; "": ``words.toml`` beside the settings
    file."""
    profiles: Annotated[str, Place()] = ""
    """Path of the file of your own profiles of applications, which come on top of the built-in ones; "":
    ``profiles.toml`` beside the settings file."""
    own_commands: Annotated[str, Place()] = ""
    """Path of the file of commands of your own, which come on top of the others; "": ``own-commands.toml`` beside the
    settings file."""
    sounds_like: Annotated[int, Between(50, 100)] = 80
    """Percent: how near to a name of yours must be what was heard to be taken for it; 100: names alone as they are."""
    capitalise_first: bool = True
    """Whether the first word typed into a window begins a sentence."""


@dataclass(frozen=True, slots=True)
class MarkSettings:
    """Spoken punctuation, and what else the words of the vocabulary do, as you like it."""

    style: Literal["vocabulary", "plain", "typographic", "french"] = "vocabulary"
    """Quotes, dashes and the like as an ordinary keyboard has them, as books do, or as French wants them; "vocabulary":
    as the vocabulary says."""
    always: tuple[str, ...] = ()
    """Phrases of the vocabulary that are marks wherever they are said."""
    paused: tuple[str, ...] = ()
    """Phrases that are marks beside a pause only, and words elsewhere."""
    never: tuple[str, ...] = ()
    """Phrases that are always words."""
    pause_ms: Annotated[int, Between(0, 2000)] = 0
    """Milliseconds of silence that set words apart, so that marks and commands are told from words; 0: as the
    vocabulary says."""


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """What is remembered of what you said."""

    length: Annotated[int, Between(0, 100_000)] = 1000
    """Number of utterances that the daemon remembers."""
    keep_on_disk: bool = False
    """Whether they are also written to ``history.jsonl`` in the state folder, readable by you alone."""


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """How the daemon behaves."""

    start_paused: bool = False
    """Whether it starts with the microphone closed."""
    idle_pause_s: Annotated[int, Between(0, 86_400)] = 0
    """Seconds without a word after which it closes the microphone; 0: never."""
    display_lost: Literal["wait", "exit"] = "wait"
    """What it does when the X server goes away: wait until it is back, or end."""
    log_words: bool = False
    """Whether its log may hold what you dictated, at the level "debug"; otherwise it holds lengths."""


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """How numbers are written, where English is spoken."""

    enabled: bool = True
    """Whether anything of the kind is done; without it every number is written in words."""
    digits_from: Annotated[int, Between(0, 1000)] = 10
    """Numbers that stand alone are words below this one; 0: always digits."""
    group_digits: bool = True
    """Whether thousands are set apart from five digits on: 35,000."""
    times: Literal["PM", "pm", "p.m.", "24h", "off"] = "PM"
    """Times of the day: what is written for "p m", or on 24 hours, or in words."""
    dates: Literal["spoken", "plain", "off"] = "spoken"
    """Dates: "21st of March", "21 March", or in words; years too."""
    money: bool = True
    """Whether "five dollars" is $5."""
    units: bool = True
    """Whether "five kilometres" is 5 km."""
    fractions: bool = True
    """Whether "two thirds" is 2/3."""
    digit_runs: bool = True
    """Whether digits said one by one, as telephone numbers are, become one number."""
    addresses: bool = True
    """Whether "jane at example dot com" is an e-mail address, and web addresses the same way."""


@dataclass(frozen=True, slots=True)
class HotkeySettings:
    """Keys that work whatever window has the focus, written as pynput writes them; "" for none. While another
    program holds the keyboard (a locked screen, an open menu) they only cancel and pause."""

    toggle: str = ""
    """Pauses dictation, or goes on with it."""
    push_to_talk: str = ""
    """Dictation is on while it is held."""
    tap_or_hold: str = ""
    """A short tap is ``toggle``, a longer hold ``push_to_talk``."""
    cancel: str = ""
    """Stops typing at once and drops what was said last."""
    undo: str = ""
    """Takes back what was typed last."""
    redo: str = ""
    """Does again what was taken back last."""
    repeat: str = ""
    """Types the last words once more."""
    tap_ms: Annotated[int, Between(50, 2000)] = 200
    """Milliseconds from which on a press of ``tap_or_hold`` is a hold."""

    @property
    def bindings(self) -> dict[str, str]:
        """The combinations by the names of their settings."""
        return {setting.name: getattr(self, setting.name) for setting in fields(self) if setting.type is str}


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """What the daemon shows as notifications of the desktop, where something shows them."""

    refusals: bool = True
    """Whether it shows why something was not done: a correction refused, words that could not be typed."""
    errors: bool = True
    """Whether it shows what does not work, such as a microphone that was lost."""
    alternatives: bool = True
    """Whether it shows what else may have been said, when you ask for that."""
    timeout_ms: Annotated[int, Between(0, 600_000)] = 5000
    """Milliseconds that a notification stays; 0: as long as the desktop likes."""


@dataclass(frozen=True, slots=True)
class ShutdownSettings:
    """How the program ends."""

    timeout_ms: Annotated[int, Between(0, 600_000)] = 5000
    """Milliseconds in which the last words may still be recognised and typed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting. ``Settings()`` is the defaults."""

    typing: TypingSettings = TypingSettings()
    recognizer: RecognizerSettings = RecognizerSettings()
    endpoint: EndpointSettings = EndpointSettings()
    audio: AudioSettings = AudioSettings()
    dictation: DictationSettings = DictationSettings()
    text: TextSettings = TextSettings()
    marks: MarkSettings = MarkSettings()
    numbers: NumberSettings = NumberSettings()
    history: HistorySettings = HistorySettings()
    daemon: DaemonSettings = DaemonSettings()
    hotkeys: HotkeySettings = HotkeySettings()
    notifications: NotificationSettings = NotificationSettings()
    shutdown: ShutdownSettings = ShutdownSettings()

    def items(self) -> Iterator[tuple[str, str, Any]]:
        """Every setting as (table, key, value), in the order of the tables."""
        for table in fields(self):
            values = getattr(self, table.name)
            for setting in fields(values):
                yield table.name, setting.name, getattr(values, setting.name)


def settings_path(environ: Mapping[str, str] | None = None) -> Path:
    """The file that ``load_settings`` reads unless it is given one: ``$WINDICTATOR_CONFIG``, else
    ``windictator/windictator.toml`` in the user's configuration folder (XDG Base Directory Specification)."""
    environ = os.environ if environ is None else environ
    if named := environ.get("WINDICTATOR_CONFIG"):
        return Path(named)
    return _xdg_folder(environ, "XDG_CONFIG_HOME", ".config") / "windictator.toml"


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``path``, or else from ``settings_path(environ)``.

    ``environ``: ``os.environ`` if None. Raises SettingsError. The user's default file may be missing (the
    defaults are used then), a file that ``path`` or ``$WINDICTATOR_CONFIG`` names may not.
    """
    environ = os.environ if environ is None else environ
    file = settings_path(environ) if path is None else path
    usual = path is None and not environ.get("WINDICTATOR_CONFIG")
    if usual and not os.path.lexists(file):
        return Settings()
    return parse_settings(read_config(file), file, environ)


def read_config(file: Path) -> str:
    """The text of a configuration file: UTF-8, a byte order mark dropped. Raises SettingsError."""
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"{file}: cannot be read: {reason}") from None
    if len(content) > LARGEST_FILE:
        raise SettingsError(f"{file}: larger than {LARGEST_FILE} bytes, this is no configuration file")
    return decode_config(content, file)


def decode_config(content: bytes, file: Path | str) -> str:
    """The text of what ``file`` contains: UTF-8, a byte order mark dropped. Raises SettingsError."""
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{file}:{line}: not UTF-8") from None


def parse_settings(toml_text: str, source: Path | str, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the text of a file; those that it does not mention keep their defaults.

    ``source``: the file's name for error messages; relative paths start from its folder. Raises SettingsError.
    """
    environ = os.environ if environ is None else environ
    try:
        document = tomllib.loads(toml_text)
    except RecursionError:
        raise SettingsError(f"{source}: not valid TOML: nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, or a number with thousands of digits
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", str(error))
        line = f":{place[1]}" if place and place[1] else ":end" if place else ""
        reason = str(error).replace(place[0], "") if place else str(error)
        raise SettingsError(f"{source}{line}: not valid TOML: {_one_line(reason)}") from None
    tables = {table.name: table for table in fields(Settings)}
    chosen = {}
    for name, content in document.items():
        if name not in tables:
            kind = "table" if isinstance(content, dict) else "setting"
            raise SettingsError(f"{source}:{_one_line(name)}: unknown {kind}, {_suggestion('', name)}")
        if not isinstance(content, dict):
            raise SettingsError(f"{source}:{name}: must be a table, written as [{name}]")
        folder = Path(source).parent
        chosen[name] = _read_table(tables[name].type, content, f"{source}:{name}", folder, environ)
    return Settings(**chosen)


def shipped_config(name: str) -> Path:
    """Path of a file of the shipped ``config`` folder, such as "vocabulary.toml". Raises SettingsError.

    An installed package holds the folder inside itself; in a checkout it stands beside the package.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "config", package.parent / "config"):
        if (folder / name).is_file():
            return folder / name
    raise SettingsError(f"{package / 'config' / name}: missing, WinDictator has to be installed again")


def vocabulary_path(settings: Settings) -> Path:
    """The vocabulary file in force: the user's own, or the shipped one."""
    own = settings.text.vocabulary
    return Path(own) if own else shipped_config("vocabulary.toml")


def commands_path(settings: Settings) -> Path:
    """The file of commands in force: the user's own, or the shipped one."""
    own = settings.text.commands
    return Path(own) if own else shipped_config("commands.toml")


def words_path(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """The file of the user's own words, whether it exists or not. ``environ``: ``os.environ`` if None."""
    own = settings.text.words
    return Path(own) if own else settings_path(environ).parent / "words.toml"


def read_words(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """The text of the file of the user's own words; "" where there is none and none is named. Raises SettingsError."""
    return _read_own(words_path(settings, environ), bool(settings.text.words))


def profiles_path(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """The file of the user's own profiles, whether it exists or not. ``environ``: ``os.environ`` if None."""
    own = settings.text.profiles
    return Path(own) if own else settings_path(environ).parent / "profiles.toml"


def read_profiles(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """The text of the file of the user's own profiles; "" where there is none and none is named. Raises
    SettingsError."""
    return _read_own(profiles_path(settings, environ), bool(settings.text.profiles))


def _read_own(path: Path, named: bool) -> str:
    """The text of a file that may be missing unless the settings have ``named`` it."""
    return read_config(path) if named or os.path.lexists(path) else ""


def own_commands_path(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """The file of the user's own commands, whether it exists or not. ``environ``: ``os.environ`` if None."""
    own = settings.text.own_commands
    return Path(own) if own else settings_path(environ).parent / "own-commands.toml"


def functions_folder(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """Where the modules are that own commands call functions of: ``python`` beside the file of these commands."""
    return own_commands_path(settings, environ).parent / "python"


def read_own_commands(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """The text of the file of the user's own commands; "" where there is none and none is named. Raises
    SettingsError."""
    return _read_own(own_commands_path(settings, environ), bool(settings.text.own_commands))


def _read_table(
    table: Any, content: dict[str, Any], where: str, folder: Path, environ: Mapping[str, str]
) -> Any:
    allowed = {setting.name: setting.type for setting in fields(table)}
    chosen = {}
    for key, value in content.items():
        if key not in allowed:
            name = where.rpartition(":")[2]
            raise SettingsError(f"{where}.{_one_line(key)}: unknown setting, {_suggestion(name, key)}")
        annotation: Any = allowed[key]
        marks: list[Any] = []
        if get_origin(annotation) is Annotated:
            annotation, *marks = get_args(annotation)
        if wrong := _what_is_wrong(value, annotation, marks):
            raise SettingsError(f"{where}.{key}: {_shown(value)} is wrong, it must be {wrong}")
        for mark in marks:
            if isinstance(mark, Place):
                value = _place(value, mark, folder, environ)
        chosen[key] = convert(value) if (convert := _CONVERTED.get(annotation)) else value
    return table(**chosen)


_CONVERTED: dict[Any, Callable[[Any], Any]] = {float: float, tuple[str, ...]: tuple}


def _what_is_wrong(value: Any, annotation: Any, marks: list[Any]) -> str:
    """What ``value`` would have to be, "" where it is allowed."""
    if get_origin(annotation) is Literal:
        choices = get_args(annotation)
        return "" if isinstance(value, str) and value in choices else " or ".join(map(_shown, choices))
    if annotation == tuple[str, ...]:
        right = isinstance(value, list) and all(isinstance(item, str) and item.isprintable() for item in value)
        return "" if right else 'a list of texts: ["...", "..."]'
    # bool is an int for Python but not for TOML.
    right_type = type(value) is annotation or (annotation is float and type(value) is int)
    if annotation in (int, float):
        noun = "a whole number" if annotation is int else "a number"
        for mark in marks:
            if isinstance(mark, Between):
                noun += f" from {mark.least} to {mark.most}"
                right_type = right_type and mark.least <= value <= mark.most
        return "" if right_type else noun
    if annotation is bool:
        return "" if right_type else "true or false"
    if not right_type:
        return 'text, in quotes: "..."'
    return "text without control characters" if re.search(r"[\x00-\x1f\x7f]", value) else ""


def _place(value: str, mark: Place, folder: Path, environ: Mapping[str, str]) -> str:
    if value == "~" or value.startswith("~/"):
        return _home(environ) + value[1:]
    if not value or (mark.or_name and "/" not in value):
        return value
    return str(folder / value)


def state_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where logs and the history go: ``windictator`` in the user's state folder (XDG Base Directory Specification)."""
    return _xdg_folder(os.environ if environ is None else environ, "XDG_STATE_HOME", ".local/state")


def _xdg_folder(environ: Mapping[str, str], variable: str, usual: str) -> Path:
    folder = environ.get(variable, "")
    if not folder.startswith("/"):  # the specification: relative paths are to be ignored
        folder = f"{_home(environ)}/{usual}"
    return Path(folder, "windictator")


def _home(environ: Mapping[str, str]) -> str:
    return environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - never raises, unlike Path.home()


def _suggestion(table: str, key: str) -> str:
    """What may have been meant by ``key`` in ``table`` ("" at the top of the file)."""
    from difflib import get_close_matches  # only an error needs it

    known = {table.name: [setting.name for setting in fields(table.type)] for table in fields(Settings)}  # type: ignore[arg-type]
    if near := get_close_matches(key, known[table] if table else list(known), n=1):
        return f"did you mean {near[0]}?"
    if homes := [name for name, keys in known.items() if key in keys]:
        return f"it belongs in the table [{homes[0]}]"
    return f"allowed are {', '.join(known[table] if table else known)}"


def _shown(value: Any) -> str:
    """A TOML value as it may have been written, on one line and not too long."""
    if isinstance(value, dict):
        return "a table"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):  # dates and times
        text = str(value)
    text = _one_line(text)
    return text if len(text) <= 40 else text[:37] + "..."


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
