"""Tables of settings: one frozen dataclass per TOML table.

A setting is one field: its annotation says what is allowed, its value is the default, the text below it says what it
means. ``Literal`` lists choices, ``Annotated[int, Range(...)]`` gives a range, ``Annotated[str, PathSetting(...)]`` a
path. ``config/windictator.toml`` shows the same settings to the user; a test keeps the two equal.
"""

# Annotations are read at run time, through dataclasses.fields(): no ``from __future__ import annotations`` here.

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal


@dataclass(frozen=True, slots=True)
class Range:
    """Range of a number; both ends are allowed."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class PathSetting:
    """Mark of a path: ``~`` is the home folder, a relative path starts at the folder of the settings file.

    ``allows_name``: a value without a slash is a name and stays as it is.
    """

    allows_name: bool = False


@dataclass(frozen=True, slots=True)
class TypingSettings:
    """How keys are sent to the X server."""

    confirm_timeout_ms: Annotated[int, Range(50, 60_000)] = 2000
    """Time to wait until the X server confirms a key, in milliseconds; typing stops after it."""
    key_release_timeout_ms: Annotated[int, Range(0, 60_000)] = 1000
    """Time to wait until the user releases pressed keys, in milliseconds; typing is refused after it."""
    key_press_ms: Annotated[int, Range(0, 1000)] = 0
    """Duration of a key press in milliseconds, for programs that miss short presses; 0 is as short as possible. A
    profile sets it for some windows alone."""
    grab_server: bool = False
    """Grab the X server for each key, so that no character reaches a window that takes the focus at that moment."""
    backspace_unit: Literal["grapheme", "code_point"] = "grapheme"
    """What one BackSpace removes in the application: a visible character or one Unicode code point."""
    input_method: Literal["set aside", "refuse", "ignore"] = "set aside"
    """What to do while an input method composes (Pinyin, Hangul, Telex; IBus and Fcitx 5): switch it off while typing
    ("set aside"), type nothing ("refuse"), or type anyway, which gives other words ("ignore")."""


@dataclass(frozen=True, slots=True)
class RecognizerSettings:
    """How speech becomes words."""

    engine: Literal["vosk", "text"] = "vosk"
    """"vosk": speech by Vosk; "text": UTF-8 lines instead of sound, each one a finished utterance."""
    model: Annotated[str, PathSetting(allows_name=True)] = ""
    """Name or folder of the speech model; "": the installed model of ``language``."""
    language: str = "en-us"
    """Spoken language, as Vosk's list of models names it."""
    frames_per_chunk: Annotated[int, Range(0, 60)] = 6
    """Duration of the sound that is decoded at a time, in hundredths of a second. Fewer show a word sooner. 0 is the
    model's own value."""
    max_growth_mb: Annotated[int, Range(0, 100_000)] = 300
    """Growth of the recognizer in megabytes after which it restarts at a pause; 0: never."""
    unload_after_s: Annotated[int, Range(0, 604_800)] = 1800
    """Silence in seconds after which the model's memory is released until the user speaks again; 0: never."""


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """What ends an utterance."""

    vad: bool = True
    """Voice activity detection: silence does not reach the recognizer and ends an utterance. Without it the recognizer
    processes all sound and finds the end of an utterance alone."""
    trailing_silence_ms: Annotated[int, Range(200, 5000)] = 300
    """Silence that ends an utterance, in milliseconds: less is quicker, more leaves time to think."""


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """Where the sound comes from."""

    source: Annotated[str, PathSetting(allows_name=True)] = "mic"
    """"mic", "-" (raw 16 kHz mono s16le on standard input), or the path of a WAV file, with a slash in it."""
    device: str = ""
    """Microphone, a part of its name as ``windictator devices`` shows it; "": the system's default."""
    frame_ms: Annotated[int, Range(20, 100)] = 30
    """Duration of the sound that the recognizer receives at a time, in milliseconds."""
    buffer_s: Annotated[int, Range(1, 600)] = 60
    """Duration of the sound that is kept while the recognizer is busy, in seconds. More is lost, counted and
    reported."""


@dataclass(frozen=True, slots=True)
class DictationSettings:
    """When words are typed."""

    live_typing: Literal["off", "stable", "eager"] = "stable"
    """While you speak, type nothing ("off"), the words that no longer change ("stable"), every word ("eager")."""
    stable_after: Annotated[int, Range(1, 10)] = 2
    """Number of partial results in a row that must agree on a word before it is stable."""
    low_confidence: Annotated[int, Range(0, 100)] = 70
    """Confidence in percent; words below it are reported as doubtful in events and in the history."""
    undelivered: Literal["keep", "discard"] = "keep"
    """Words that cannot be typed where intended: keep them for ``windictator undelivered type``, or discard them."""
    unmatched_correction: Literal["refuse", "type"] = "refuse"
    """What to do with a correction of words that were not typed in the window: refuse it ("literal that" types it), or
    type it as a sentence."""


@dataclass(frozen=True, slots=True)
class TextSettings:
    """How words become text."""

    vocabulary: Annotated[str, PathSetting()] = ""
    """Path of a vocabulary that replaces the shipped one; "": shipped."""
    commands: Annotated[str, PathSetting()] = ""
    """Path of a file of commands that replaces the shipped one; "": shipped."""
    user_words: Annotated[str, PathSetting()] = ""
    """Path of the user's words, which are added to the vocabulary; "": ``words.toml`` beside the settings file."""
    user_profiles: Annotated[str, PathSetting()] = ""
    """Path of the user's profiles of applications, which apply after the shipped ones; "": ``profiles.toml`` beside the
    settings file."""
    user_commands: Annotated[str, PathSetting()] = ""
    """Path of the user's commands, which are added to the others; "": ``user-commands.toml`` beside the settings
    file."""
    name_match_percent: Annotated[int, Range(50, 100)] = 80
    """Similarity in percent from which recognised words match one of the user's names; 100: exact names alone."""
    capitalise_first: bool = True
    """The first word typed into a window begins a sentence."""
    after_click: Literal["nothing", "space", "sentence"] = "nothing"
    """What comes before the first word where the text before the cursor is unknown, as after a click or an arrow key:
    nothing; a space; or nothing, but the word begins a sentence."""
    rules_off: tuple[str, ...] = ()
    """Names of rules that are not applied to dictated text: "acronyms", "codes", "streets",
    "telephones"."""


@dataclass(frozen=True, slots=True)
class SymbolSettings:
    """Spoken punctuation and other effects of the vocabulary, as the user likes them."""

    style: Literal["vocabulary", "plain", "typographic", "french"] = "vocabulary"
    """Quotes, dashes and the like as on an ordinary keyboard, as in books, or as in French; "vocabulary": as the
    vocabulary says."""
    always: tuple[str, ...] = ()
    """Phrases of the vocabulary that are symbols everywhere."""
    only_at_pause: tuple[str, ...] = ()
    """Phrases that are symbols beside a pause and words elsewhere."""
    never: tuple[str, ...] = ()
    """Phrases that are always words."""
    pause_ms: Annotated[int, Range(0, 2000)] = 0
    """Silence between two words that is a pause, in milliseconds; pauses tell symbols and commands from words. 0: as
    the vocabulary says."""


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """What is remembered of the dictation."""

    max_utterances: Annotated[int, Range(0, 100_000)] = 1000
    """Number of utterances that the daemon remembers."""
    save_to_disk: bool = False
    """Write them to ``history.jsonl`` in the state folder as well, readable by the user alone."""


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """How the daemon behaves."""

    start_paused: bool = False
    """Start with the microphone closed."""
    pause_after_s: Annotated[int, Range(0, 86_400)] = 0
    """Time without a word after which the daemon closes the microphone, in seconds; 0: never."""
    on_display_lost: Literal["wait", "exit"] = "wait"
    """What to do when the X server goes away: wait until it is back, or end."""
    log_dictated_text: bool = False
    """The log may contain dictated text, at the level "debug"; otherwise it contains lengths."""


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """How numbers are written, where English is spoken."""

    enabled: bool = True
    """Format numbers; without it every number is written in words."""
    digits_from: Annotated[int, Range(0, 1000)] = 10
    """Numbers that stand alone are words below this one; 0: always digits."""
    group_digits: bool = True
    """Separate thousands from five digits on: 35,000."""
    times: Literal["PM", "pm", "p.m.", "24h", "off"] = "PM"
    """Times of the day: what is written for "p m", or on 24 hours, or in words."""
    dates: Literal["spoken", "plain", "off"] = "spoken"
    """Dates: "21st of March", "21 March", or in words; years too."""
    money: bool = True
    """Write "five dollars" as $5."""
    units: bool = True
    """Write "five kilometres" as 5 km."""
    fractions: bool = True
    """Write "two thirds" as 2/3."""
    digit_runs: bool = True
    """Join digits that are spoken one by one, as in telephone numbers."""
    telephones: Literal["north american", "plain"] = "north american"
    """Write telephone numbers as 555-123-4567, or without hyphens."""
    addresses: bool = True
    """Write "jane at example dot com" as an e-mail address, and web addresses the same way."""


@dataclass(frozen=True, slots=True)
class HotkeySettings:
    """Keys that work in every window, such as "ctrl+alt+d"; "" disables one.

    While another program grabs the keyboard (a locked screen, an open menu) they only cancel and pause.
    """

    toggle: str = ""
    """Pause dictation, or resume it."""
    push_to_talk: str = ""
    """Dictate while the key is pressed."""
    tap_or_hold: str = ""
    """A short tap is ``toggle``, a longer hold is ``push_to_talk``."""
    cancel: str = ""
    """Stop typing at once and drop the last utterance."""
    undo: str = ""
    """Undo the last change."""
    redo: str = ""
    """Redo what was undone last."""
    repeat: str = ""
    """Type the last words again."""
    tap_max_ms: Annotated[int, Range(50, 2000)] = 200
    """Maximum duration of a tap of ``tap_or_hold``, in milliseconds; a longer press is a hold."""

    @property
    def bindings(self) -> dict[str, str]:
        """The combinations by the names of their settings."""
        return {setting.name: getattr(self, setting.name) for setting in fields(self) if setting.type is str}


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """What the daemon shows as desktop notifications, if the desktop has a notification service."""

    refusals: bool = True
    """Show why something was not done: a correction was refused, words could not be typed."""
    errors: bool = True
    """Show what does not work, such as a microphone that was lost."""
    alternatives: bool = True
    """Show the alternatives for the last utterance when the user asks for them."""
    suggestions: bool = True
    """Suggest a rule for words that the user has corrected twice."""
    timeout_ms: Annotated[int, Range(0, 600_000)] = 5000
    """Time that a notification stays, in milliseconds; 0: the desktop decides."""


@dataclass(frozen=True, slots=True)
class ShutdownSettings:
    """How the program ends."""

    timeout_ms: Annotated[int, Range(0, 600_000)] = 5000
    """Time in which the last words may still be recognised and typed, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; ``Settings()`` has the defaults."""

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
        """Yield every setting as (table, key, value), in the order of the tables."""
        for table in fields(self):
            values = getattr(self, table.name)
            for setting in fields(values):
                yield table.name, setting.name, getattr(values, setting.name)
