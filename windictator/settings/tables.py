"""The settings: one frozen dataclass per TOML table.

A setting is one field: its annotation says what is allowed, its value is the default, the text below it what
it means. ``Literal`` lists choices, ``Annotated[int, Between(...)]`` gives a range, ``Annotated[str, Place(...)]``
a path. ``config/windictator.toml`` shows the same settings to the user; a test keeps the two equal.
"""

# Annotations are read at run time, through dataclasses.fields(): no ``from __future__ import annotations`` here.

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal


@dataclass(frozen=True, slots=True)
class Range:
    """The range of a number, both ends included."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class PathSetting:
    """Marks a path: ``~`` is the home folder, a relative path starts at the settings file's folder.

    ``or_name``: a value without a slash is a name, left as it is.
    """

    allows_name: bool = False


@dataclass(frozen=True, slots=True)
class TypingSettings:
    """How keys are sent to the X server."""

    confirm_timeout_ms: Annotated[int, Range(50, 60_000)] = 2000
    """Milliseconds to wait for the X server to confirm a key before typing stops."""
    key_release_timeout_ms: Annotated[int, Range(0, 60_000)] = 1000
    """Milliseconds to wait for keys that the user holds down to come up, before typing is refused."""
    key_press_ms: Annotated[int, Range(0, 1000)] = 0
    """Milliseconds to hold each key down, for programs that miss short presses; 0: as short as can be, and fast. In
    some windows alone: a profile."""
    grab_server: bool = False
    """Hold the X server for the moment of each key, so that not even one character reaches a window that takes the
    focus just then."""
    backspace_unit: Literal["grapheme", "code_point"] = "grapheme"
    """What one BackSpace removes in the application: a whole visible character, or one Unicode code point."""
    input_method: Literal["set aside", "refuse", "ignore"] = "set aside"
    """Where an input method that composes is on (Pinyin, Hangul, Telex; IBus and Fcitx 5): switch it off for the moment
    of typing and on again ("set aside"), type nothing ("refuse"), or type all the same, which gives other words
    ("ignore")."""


@dataclass(frozen=True, slots=True)
class RecognizerSettings:
    """What turns speech into words."""

    engine: Literal["vosk", "text"] = "vosk"
    """"vosk": speech by Vosk; "text": UTF-8 lines instead of sound, each one a finished utterance."""
    model: Annotated[str, PathSetting(allows_name=True)] = ""
    """Name or folder of the speech model; "": the installed model of ``language``."""
    language: str = "en-us"
    """The language spoken, as Vosk's list of models names it."""
    frames_per_chunk: Annotated[int, Range(0, 60)] = 6
    """Hundredths of a second of sound decoded at a time; the fewer, the sooner a word is seen; 0: the model's own."""
    max_growth_mb: Annotated[int, Range(0, 100_000)] = 300
    """Megabytes by which the recognizer may grow; it then begins afresh at a pause. 0: never."""
    unload_after_s: Annotated[int, Range(0, 604_800)] = 1800
    """Seconds of silence after which the model's memory is given back until somebody speaks. 0: never."""


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """What ends an utterance."""

    vad: bool = True
    """Whether silence is kept from the recognizer, and ends an utterance; if not, the recognizer hears everything and
    judges by itself."""
    trailing_silence_ms: Annotated[int, Range(200, 5000)] = 300
    """Milliseconds of silence that end an utterance: less is quicker, more is patient with those who search for
    words."""


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """Where the sound comes from."""

    source: Annotated[str, PathSetting(allows_name=True)] = "mic"
    """"mic", "-" (raw 16 kHz mono s16le on standard input), or the path of a WAV file, with a slash in it."""
    device: str = ""
    """Microphone, a part of its name as ``windictator devices`` shows it; "": the system's default."""
    frame_ms: Annotated[int, Range(20, 100)] = 30
    """Milliseconds of sound handed to the recognizer at a time."""
    buffer_s: Annotated[int, Range(1, 600)] = 60
    """Seconds of sound kept while the recognizer is busy; what exceeds it is lost, counted and reported."""


@dataclass(frozen=True, slots=True)
class DictationSettings:
    """When words are typed."""

    live_typing: Literal["off", "stable", "eager"] = "stable"
    """While you speak, type nothing ("off"), the words that no longer change ("stable"), every word ("eager")."""
    stable_after: Annotated[int, Range(1, 10)] = 2
    """Number of partial results in a row that must agree on a word before it is stable."""
    low_confidence: Annotated[int, Range(0, 100)] = 70
    """Percent: words that were heard with less confidence are marked as doubtful in events and in the history."""
    undelivered: Literal["keep", "discard"] = "keep"
    """Words that cannot be typed where they were meant to go: kept for ``windictator type-held``, or forgotten. In the
    foreground they are only shown."""
    unmatched_correction: Literal["refuse", "type"] = "refuse"
    """What is done with a command that names words which were not typed in the window: it is refused ("literal that"
    types it), or taken for a sentence and typed."""


@dataclass(frozen=True, slots=True)
class TextSettings:
    """How words become text."""

    vocabulary: Annotated[str, PathSetting()] = ""
    """Path of your own vocabulary file, in place of the built-in one; "": built in."""
    commands: Annotated[str, PathSetting()] = ""
    """Path of your own file of commands, in place of the built-in one; "": built in."""
    user_words: Annotated[str, PathSetting()] = ""
    """Path of the file of your own words, which come on top of the vocabulary; "": ``words.toml`` beside the settings
    file."""
    user_profiles: Annotated[str, PathSetting()] = ""
    """Path of the file of your own profiles of applications, which come on top of the built-in ones; "":
    ``profiles.toml`` beside the settings file."""
    user_commands: Annotated[str, PathSetting()] = ""
    """Path of the file of commands of your own, which come on top of the others; "": ``user-commands.toml`` beside the
    settings file."""
    name_match_percent: Annotated[int, Range(50, 100)] = 80
    """Percent: how near to a name of yours must be what was heard to be taken for it; 100: names alone as they are."""
    capitalise_first: bool = True
    """Whether the first word typed into a window begins a sentence."""


@dataclass(frozen=True, slots=True)
class SymbolSettings:
    """Spoken punctuation, and what else the words of the vocabulary do, as you like it."""

    style: Literal["vocabulary", "plain", "typographic", "french"] = "vocabulary"
    """Quotes, dashes and the like as an ordinary keyboard has them, as books do, or as French wants them; "vocabulary":
    as the vocabulary says."""
    always: tuple[str, ...] = ()
    """Phrases of the vocabulary that are marks wherever they are said."""
    only_at_pause: tuple[str, ...] = ()
    """Phrases that are marks beside a pause only, and words elsewhere."""
    never: tuple[str, ...] = ()
    """Phrases that are always words."""
    pause_ms: Annotated[int, Range(0, 2000)] = 0
    """Milliseconds of silence that set words apart, so that marks and commands are told from words; 0: as the
    vocabulary says."""


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """What is remembered of what you said."""

    max_utterances: Annotated[int, Range(0, 100_000)] = 1000
    """Number of utterances that the daemon remembers."""
    save_to_disk: bool = False
    """Whether they are also written to ``history.jsonl`` in the state folder, readable by you alone."""


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """How the daemon behaves."""

    start_paused: bool = False
    """Whether it starts with the microphone closed."""
    pause_after_s: Annotated[int, Range(0, 86_400)] = 0
    """Seconds without a word after which it closes the microphone; 0: never."""
    on_display_lost: Literal["wait", "exit"] = "wait"
    """What it does when the X server goes away: wait until it is back, or end."""
    log_dictated_text: bool = False
    """Whether its log may hold what you dictated, at the level "debug"; otherwise it holds lengths."""


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """How numbers are written, where English is spoken."""

    enabled: bool = True
    """Whether anything of the kind is done; without it every number is written in words."""
    digits_from: Annotated[int, Range(0, 1000)] = 10
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
    tap_max_ms: Annotated[int, Range(50, 2000)] = 200
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
    suggestions: bool = True
    """Whether it offers a rule for words that you have corrected twice."""
    timeout_ms: Annotated[int, Range(0, 600_000)] = 5000
    """Milliseconds that a notification stays; 0: as long as the desktop likes."""


@dataclass(frozen=True, slots=True)
class ShutdownSettings:
    """How the program ends."""

    timeout_ms: Annotated[int, Range(0, 600_000)] = 5000
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
    symbols: SymbolSettings = SymbolSettings()
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
