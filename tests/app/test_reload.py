"""A reload applies every setting, or says which settings are used at the next start."""

import dataclasses
import re
import typing
from collections.abc import Mapping, Set
from dataclasses import replace

import pytest
from twisted.internet.defer import Deferred, ensureDeferred

from windictator.app.options_from_settings import START_ONLY, read_options
from windictator.app.process.systemd import ServiceNotifier
from windictator.app.reload import Appliers, Reloader, ReloadingError
from windictator.settings import Settings, SettingsError, shipped_config
from windictator.settings.tables import Range

DEFAULTS = Settings()
WORDS = '[words]\n"wibble" = "Wibble"\n'
FILES = {
    "text.vocabulary": shipped_config("vocabulary.toml").read_text().replace('"literal"', '"verbatim"'),
    "text.commands": shipped_config("commands.toml").read_text().replace('"undo that"', '"take it back"'),
    "text.user_words": WORDS.replace("Wibble", "WIBBLE"),
    "text.user_profiles": shipped_config("profiles.toml").read_text(),
    "text.user_commands": '[[command]]\nspoken = ["open my mail"]\ndo = [{ run = ["true"] }]\n',
}
"""Content of the files that settings name."""
TEXTS = {
    "recognizer.model": "other",
    "recognizer.language": "de",
    "audio.source": "/recordings/other.wav",
    "audio.device": "USB",
}
PHRASES = {"symbols.always": ("period",), "symbols.only_at_pause": ("comma",), "symbols.never": ("comma",)}
PHRASES |= {"text.rules_off": ("acronyms",)}


class AppliedOptions:
    """The options that a reload handed over."""

    def __init__(self):
        self.parts = {}

    def appliers(self):
        return Appliers(
            self._later("service"), *map(self._now, ("history", "notifications", "life")), self._later("hotkeys")
        )

    def _now(self, name):
        return lambda options: self.parts.update({name: options})

    def _later(self, name):
        async def apply(options):
            self.parts[name] = options

        return apply


class SilentNotifier(ServiceNotifier):
    """A notifier that records the messages to systemd."""

    def __init__(self):
        super().__init__({})
        self.sent = []

    def _send(self, message):
        self.sent.append(message.partition("\n")[0])


def reload(before, after, read=read_options):
    """Return what a reload from ``before`` to ``after`` applies and says."""
    applied, results = AppliedOptions(), []
    reloader = Reloader(lambda: after, read, before, applied.appliers(), SilentNotifier())
    ensureDeferred(reloader.reload()).addBoth(results.append)
    (result,) = results
    if not isinstance(result, str):
        result.raiseException()
    return applied.parts, result


def changed(before, table, key, folder):
    """Return settings in which one has another value than in ``before``."""
    name = f"{table}.{key}"
    values = getattr(before, table)
    value = getattr(values, key)
    annotation = typing.get_type_hints(type(values), include_extras=True)[key]
    if name in FILES:
        file = folder / "file.toml"
        file.write_text(FILES[name])
        other = str(file)
    elif name in TEXTS or name in PHRASES:
        other = (TEXTS | PHRASES)[name]
    elif table == "hotkeys" and isinstance(value, str):
        other = "ctrl+alt+h"
    elif isinstance(value, bool):
        other = not value
    elif typing.get_origin(annotation) is typing.Literal:
        other = next(choice for choice in reversed(typing.get_args(annotation)) if choice != value)
    else:
        (limits,) = [extra for extra in annotation.__metadata__ if isinstance(extra, Range)]
        other = limits.minimum if value != limits.minimum else limits.maximum
    return replace(before, **{table: replace(values, **{key: other})})


def split(parts):
    """Return the options apart from the vocabulary, and the vocabulary, which has no equality."""
    service = parts["service"]
    rest = parts | {"service": replace(service, dictation=replace(service.dictation, vocabulary=None))}
    return rest, service.dictation.vocabulary


def fingerprint(value, seen=()):
    """Return the content of a value, as nested tuples."""
    if id(value) in seen:
        return "..."
    seen = (*seen, id(value))
    if dataclasses.is_dataclass(value):
        return type(value).__name__, *(
            (field.name, fingerprint(getattr(value, field.name), seen)) for field in dataclasses.fields(value)
        )
    if isinstance(value, Mapping):
        return tuple(sorted((repr(fingerprint(key)), fingerprint(each, seen)) for key, each in value.items()))
    if isinstance(value, Set):
        return tuple(sorted(repr(fingerprint(each)) for each in value))
    if isinstance(value, tuple | list):
        return tuple(fingerprint(each, seen) for each in value)
    if isinstance(value, re.Pattern):
        return value.pattern
    if callable(value):
        return getattr(value, "__qualname__", type(value).__name__)
    if hasattr(value, "__dict__") and not isinstance(value, type):
        return type(value).__name__, fingerprint(vars(value), seen)
    return repr(value)


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """Settings of a user with words of their own, which some settings are about."""
    words = tmp_path_factory.mktemp("user") / "words.toml"
    words.write_text(WORDS)
    return replace(DEFAULTS, text=replace(DEFAULTS.text, user_words=str(words)))


@pytest.fixture(scope="module")
def unchanged(before):
    """What a reload without a change applies."""
    parts, message = reload(before, before)
    assert message == "settings reloaded"
    rest, vocabulary = split(parts)
    return rest, fingerprint(vocabulary)


def test_options_have_the_same_content_each_time(before, unchanged):
    """Otherwise the other tests would see an effect that does not exist."""
    rest, vocabulary = split(reload(before, before)[0])
    assert rest == unchanged[0]
    assert (fingerprint(vocabulary) == unchanged[1]) is True


@pytest.mark.parametrize(("table", "key"), [(table, key) for table, key, _ in DEFAULTS.items()])
def test_reload_applies_each_setting_or_names_it(table, key, tmp_path, before, unchanged):
    """A setting that a reload forgets would seem to do nothing."""
    after = changed(before, table, key, tmp_path)
    parts, message = reload(before, after)
    if f"{table}.{key}" in START_ONLY:
        assert message == f"settings reloaded; {table}.{key}: used at the next start"
    else:
        rest, vocabulary = split(parts)
        assert rest != unchanged[0] or (fingerprint(vocabulary) != unchanged[1]) is True, "the setting has no effect"
        assert message == "settings reloaded"


def test_reload_applies_every_part_of_the_options():
    """Each field of ``Options`` has its function."""
    parts, _ = reload(DEFAULTS, DEFAULTS)
    assert list(parts) == [field.name for field in dataclasses.fields(Appliers)]
    assert set(parts) == {field.name for field in dataclasses.fields(read_options(DEFAULTS))}


def test_reload_with_a_wrong_file_applies_nothing(tmp_path):
    """The old settings are kept as a whole."""
    after = changed(DEFAULTS, "text", "vocabulary", tmp_path)
    (tmp_path / "file.toml").write_text("[symbols\n")
    applied, results, notifier = AppliedOptions(), [], SilentNotifier()
    reloader = Reloader(lambda: after, read_options, DEFAULTS, applied.appliers(), notifier)
    ensureDeferred(reloader.reload()).addBoth(results.append)
    assert "file.toml" in str(results[0].value) and applied.parts == {}
    assert notifier.sent == ["RELOADING=1", "READY=1"]


def test_reload_during_a_reload_is_refused():
    """The second one could be overtaken by the first."""
    waiting = Deferred()
    applied, results = AppliedOptions(), []

    async def slow(_options):
        await waiting

    reloader = Reloader(
        lambda: DEFAULTS, read_options, DEFAULTS, replace(applied.appliers(), service=slow), SilentNotifier()
    )
    ensureDeferred(reloader.reload()).addBoth(results.append)
    ensureDeferred(reloader.reload()).addBoth(results.append)
    assert results[0].check(ReloadingError)
    waiting.callback(None)
    assert results[1] == "settings reloaded" and "history" in applied.parts


def test_reload_after_settings_that_cannot_be_read_works():
    """An error does not block the next reload."""
    answers = iter([SettingsError("no such table"), DEFAULTS])

    def read_settings():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    applied, results = AppliedOptions(), []
    reloader = Reloader(read_settings, read_options, DEFAULTS, applied.appliers(), SilentNotifier())
    for _ in range(2):
        ensureDeferred(reloader.reload()).addBoth(results.append)
    assert results[0].check(SettingsError) and results[1] == "settings reloaded"
