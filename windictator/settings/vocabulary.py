"""Vocabularies: one TOML file per language. ``config/vocabulary.toml`` is the default and explains every key."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from windictator.settings.aliases import (
    CONDITION_VALUES,
    CURSOR_PLACEHOLDER,
    VOCABULARY_CONVERSIONS,
    VOCABULARY_KEYS,
    WORD_KEYS,
)
from windictator.settings.commands import load_commands
from windictator.settings.files import read_text_file, read_user_words, user_words_path, vocabulary_path
from windictator.settings.tables import Settings
from windictator.settings.toml import OnNotice, TomlFile, TomlTable, suggestion
from windictator.settings.user_commands import load_user_commands, user_command_phrases
from windictator.speech.model_catalogue import vocabulary_mismatch
from windictator.text.formatting import EFFECTS, FormattedWord, Formatting, case_formatting
from windictator.text.noun_evidence import NounEvidence
from windictator.text.phrase_conditions import Condition, ContextWords
from windictator.text.phrase_index import VocabularyEntry, VocabularyError
from windictator.text.quoting import quoted_value
from windictator.text.rules.standard import RuleWords, standard_rules
from windictator.text.vocabulary import Vocabulary
from windictator.text.word_case import WordCase

if TYPE_CHECKING:
    from windictator.text.numbers.normaliser import NumberNormaliser

_SPACES = {
    "both": Formatting.NONE,
    "before": Formatting.NO_SPACE_AFTER,
    "after": Formatting.NO_SPACE_BEFORE,
    "none": Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER,
    "pair": Formatting.PAIR,
}
_CASES = tuple(case.value for case in WordCase)
_SPELL = "spell"
_ALL_EFFECTS = (*EFFECTS, *_CASES, _SPELL)
_WORD_SPACES = ("both", "before", "after", "none")
_OLD_CURSOR, _CURSOR = CURSOR_PLACEHOLDER
_OPENING = "([{<“‘«„\"'`"
STYLES = {"plain": ("text",), "typographic": ("typographic", "text"), "french": ("french", "typographic", "text")}
"""Style of punctuation -> keys of a symbol; the first key that the symbol has is written."""
_KEYS = (
    *("style", "pause_ms", "articles", "literal_prefixes", "words", "symbols", "effects", "spelling"),
    *("determiners", "not_symbols", "proper_nouns", "title_case_minor_words", "command_line"),
    *("acronyms", "codes", "labels", "streets", "not_names", "telephone_words", "code_words", "between_words"),
    *("roman_numerals", "hosts", "nouns", "noun_determiners", "adverbs", "sentence_starts"),
)
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_CONDITIONS = {when.value: when for when in Condition}

Words = dict[tuple[str, ...], VocabularyEntry]
"""Entries by their case-folded words, in the order of the file."""


def load_vocabulary(settings: Settings, on_notice: OnNotice | None = None) -> Vocabulary:
    """Return the vocabulary with everything that the settings and the user's files add to it.

    ``on_notice``: called with one line for each old name in the files. Raises SettingsError, VocabularyError,
    CommandsError.
    """
    vocabulary = load_base_vocabulary(settings, on_notice)
    problem = vocabulary_mismatch(settings.recognizer.language, bool(settings.text.vocabulary))
    if problem and on_notice is not None and settings.recognizer.engine == "vosk":
        on_notice(problem)
    if words := load_words(settings, on_notice):
        vocabulary = vocabulary.with_user_words(words, settings.text.name_match_percent / 100)
    if user_commands := load_user_commands(settings, on_notice):
        commands = vocabulary.commands.with_user_commands(user_command_phrases(user_commands))
        vocabulary = vocabulary.with_commands(commands)
    numbers = load_numbers(settings)
    rules = standard_rules(
        vocabulary.rule_words,
        numbers.language if numbers else None,
        settings.text.rules_off,
        settings.numbers.telephones,
    )
    return vocabulary.with_numbers(numbers).with_rules(rules)


def load_base_vocabulary(settings: Settings, on_notice: OnNotice | None = None) -> Vocabulary:
    """Return the vocabulary and commands as the settings choose them, without the user's words, commands and numbers.

    The checks of the user's files compare with it. ``on_notice``: called with one line for each old name in the files.
    Raises SettingsError, VocabularyError, CommandsError.
    """
    path, symbols = vocabulary_path(settings), settings.symbols
    style = None if symbols.style == "vocabulary" else symbols.style
    vocabulary = parse_vocabulary(read_text_file(path), str(path), style, on_notice)
    vocabulary = vocabulary.with_symbol_rules(symbols.always, symbols.only_at_pause, symbols.never)
    if symbols.pause_ms:
        vocabulary = vocabulary.with_pause(symbols.pause_ms / 1000)
    return vocabulary.with_commands(load_commands(settings, on_notice))


def load_words(settings: Settings, on_notice: OnNotice | None = None) -> Words:
    """Return the user's words, none if there is no file.

    ``on_notice``: called with one line for each old name in the file. Raises SettingsError, VocabularyError.
    """
    return parse_words(read_user_words(settings), str(user_words_path(settings)), on_notice)


def load_numbers(settings: Settings) -> NumberNormaliser | None:
    """Return what formats numbers, None if the settings or the language have no such format."""
    chosen = settings.numbers
    if not chosen.enabled or settings.recognizer.language.casefold().partition("-")[0] != "en":
        return None
    from windictator.text.numbers.english import ENGLISH
    from windictator.text.numbers.normaliser import NumberNormaliser
    from windictator.text.numbers.rules import NumberRules

    return NumberNormaliser(
        ENGLISH,
        NumberRules(
            digits_from=chosen.digits_from,
            group_digits=chosen.group_digits,
            times=chosen.times,
            dates=chosen.dates,
            money=chosen.money,
            units=chosen.units,
            fractions=chosen.fractions,
            digit_runs=chosen.digit_runs,
            addresses=chosen.addresses,
        ),
    )


def parse_vocabulary(
    toml_text: str, source: str, style: str | None = None, on_notice: OnNotice | None = None
) -> Vocabulary:
    """Return the vocabulary in the text of a file; every key may be missing.

    source: the file's name, for messages.
    style: one of ``STYLES``; None: the style that the file names.
    on_notice: called with one line for each old name in the file.
    Raises VocabularyError.
    """
    document = TomlFile(source, VocabularyError, on_notice).parse(toml_text)
    document = document.with_current_names(VOCABULARY_KEYS, convert=VOCABULARY_CONVERSIONS)
    document.reject_unknown_keys(_KEYS)
    style_of_file = document.choice("style", STYLES, "plain")
    return _Reader(document, style or style_of_file).vocabulary()


def parse_words(toml_text: str, source: str, on_notice: OnNotice | None = None) -> Words:
    """Return the entries in the text of a user's file, which has the table ``words`` of a vocabulary and no other key.

    source: the file's name, for messages.
    on_notice: called with one line for each old name in the file.
    Raises VocabularyError.
    """
    document = TomlFile(source, VocabularyError, on_notice).parse(toml_text)
    document.reject_unknown_keys(["words"])
    reader = _Reader(document, "plain")
    reader.read_words()
    return reader.entries


class _Reader:
    """Entries of one vocabulary file, collected while the file is being read."""

    def __init__(self, document: TomlTable, style: str) -> None:
        self.entries: Words = {}
        self._document = document
        self._no_options = TomlTable(document.file, "", {})
        self._style = style
        self._apostrophe = "'" if style == "plain" else "’"

    def vocabulary(self) -> Vocabulary:
        document = self._document
        self.read_words()
        self._read_proper_nouns()
        self._read_symbols(document)
        self._read_effects()
        self._read_nouns()
        vocabulary = Vocabulary(
            self.entries,
            literal_prefixes=self._single_words("literal_prefixes"),
            context_words=ContextWords(self._single_words("articles"), self._single_words("determiners")),
            pause_s=document.number("pause_ms", 0, 10_000, 250) / 1000,
            spelling=self._spelling(),
            not_symbols=self._expressions("not_symbols"),
            minor_words=self._single_words("title_case_minor_words"),
            apostrophe=self._apostrophe,
            rule_words=self._rule_words(),
        )
        return (
            vocabulary.with_command_lines(self._command_line_vocabulary()) if "command_line" in document else vocabulary
        )

    def _rule_words(self) -> RuleWords:
        return RuleWords(
            acronyms={_letters_and_digits(text): text for text in self._document.strings("acronyms", [])},
            codes={_letters_and_digits(text): text for text in self._document.strings("codes", [])},
            labels=self._single_words("labels"),
            determiners=self._single_words("articles") | self._single_words("determiners"),
            roman_numerals=tuple(self._expressions("roman_numerals")),
            hosts=self._single_words("hosts"),
            streets=self._single_words("streets"),
            not_names=self._single_words("not_names"),
            telephone_words=self._single_words("telephone_words"),
            code_words=self._single_words("code_words"),
            between_words=self._single_words("between_words"),
        )

    def _command_line_vocabulary(self) -> Vocabulary:
        """Return the vocabulary for a shell: symbols and effects without words; symbols of ``command_line`` win."""
        command_line = self._document.table("command_line")
        command_line.reject_unknown_keys(["symbols"])
        shared, own = _Reader(self._document, "plain"), _Reader(command_line, "plain")
        shared._read_symbols(self._document)
        shared._read_effects()
        own._read_symbols(command_line)
        return Vocabulary(
            {**shared.entries, **own.entries},
            literal_prefixes=self._single_words("literal_prefixes"),
            spelling=self._spelling(),
        )

    def _spelling(self) -> dict[tuple[str, ...], str]:
        table = self._document.table("spelling")
        return {_phrase_words(table, spoken, spoken): table.typed_text(spoken) for spoken in table}

    def read_words(self) -> None:
        """Read the table ``words``."""
        words = self._document.table("words")
        for spoken in words:
            self._add(words, spoken, spoken, self._read_word(words, spoken))

    def _read_proper_nouns(self) -> None:
        """Read the words that have a capital, and add their genitives."""
        for spoken in self._expressions("proper_nouns"):
            written = " ".join(word[0].title() + word[1:] for word in spoken)
            for ending in ("", "'s"):
                word = FormattedWord(written + ending.replace("'", self._apostrophe))
                entry = VocabularyEntry(word, sounds_like=True)
                self._add(self._document, "proper_nouns", " ".join(spoken) + ending, entry)

    def _expressions(self, name: str) -> list[tuple[str, ...]]:
        return [_phrase_words(self._document, name, spoken) for spoken in self._document.strings(name, [])]

    def _read_word(self, words: TomlTable, spoken: str) -> VocabularyEntry:
        """Return the entry of a word, which is a text or a table."""
        if isinstance(words.values[spoken], dict):
            table = words.table(spoken).with_current_names(WORD_KEYS, CONDITION_VALUES)
            table.reject_unknown_keys(["text", "space", "when", "formatting", "sounds_like", "after"])
            text = table.typed_text("text")
        else:
            table = self._no_options
            text = words.typed_text(spoken)
        if _OLD_CURSOR in text:
            words.notice(spoken, f"old placeholder {_OLD_CURSOR}, still read; write {_CURSOR} instead")
        text, *tails = text.replace(_OLD_CURSOR, _CURSOR).split(_CURSOR)
        text = _APOSTROPHE.sub(self._apostrophe, text)
        if len(tails) > 1 or (tails and not text):
            raise words.error(spoken, f"{_CURSOR} may appear once, after other text")
        formatting = _SPACES[table.choice("space", _WORD_SPACES, "both")] | case_formatting(text)
        if tails and text[-1] in _OPENING:
            formatting |= Formatting.NO_SPACE_AFTER
        for effect in table.strings("formatting", [], item="effect"):
            if effect not in EFFECTS:
                raise table.error("formatting", f"{quoted_value(effect)} is unknown; {suggestion(effect, EFFECTS)}")
            formatting |= EFFECTS[effect]
        # Spoken as it is written, it is a name that the recognizer may not know and may have misrecognised.
        sounds_like = table.boolean("sounds_like", not tails and _letters(text) == _letters(spoken))
        after = frozenset(map(str.casefold, table.strings("after", [])))
        return VocabularyEntry(FormattedWord(text, formatting, "".join(tails)), _condition(table), sounds_like, after)

    def _read_symbols(self, document: TomlTable) -> None:
        for table in document.tables("symbols"):
            symbol = table.with_current_names({}, CONDITION_VALUES)
            symbol.reject_unknown_keys(["text", "typographic", "spoken", "space", "when", "french"])
            names = ["text", *(name for name in ("typographic", "french") if name in symbol)]
            texts = {name: symbol.typed_text(name) for name in names}
            text = next(texts[name] for name in STYLES[self._style] if name in texts)
            space = symbol.choice("space", _SPACES, "both")
            if space == "pair" and any(len(each) % 2 for each in texts.values()):
                raise symbol.error("text", 'with space = "pair" it must be two symbols of equal length')
            self._add_spoken(symbol, VocabularyEntry(FormattedWord(text, _SPACES[space]), _condition(symbol)))

    def _read_effects(self) -> None:
        for table in self._document.tables("effects"):
            effect = table.with_current_names({}, CONDITION_VALUES)
            effect.reject_unknown_keys(["effect", "spoken", "when"])
            name = effect.choice("effect", _ALL_EFFECTS)
            written = FormattedWord("", EFFECTS.get(name, Formatting.NONE))
            case = WordCase(name) if name in _CASES else None
            self._add_spoken(effect, VocabularyEntry(written, _condition(effect), case=case, spells=name == _SPELL))

    def _read_nouns(self) -> None:
        """Read the evidence that names of symbols and effects are ordinary words."""
        lists = (
            "before",
            "adjectives",
            "weak_adjectives",
            "measures",
            "counts",
            "after",
            "after_of",
            "verbs",
            "openers",
        )
        determiners = self._single_words("articles") | self._single_words("noun_determiners")
        for table in self._document.tables("nouns"):
            table.reject_unknown_keys(["spoken", *lists, "near_determiner", "near_determiner_at_end"])
            words = {name: frozenset(map(str.casefold, table.strings(name, []))) for name in lists}
            evidence = NounEvidence(
                **words,
                determiners=determiners,
                adverbs=self._single_words("adverbs"),
                sentence_starts=self._single_words("sentence_starts"),
                near_determiner=table.boolean("near_determiner", False),
                near_determiner_at_end=table.boolean("near_determiner_at_end", False),
            )
            for spoken in table.strings("spoken"):
                phrase = _phrase_words(table, "spoken", spoken)
                if phrase not in self.entries:
                    raise table.error("spoken", f"{quoted_value(spoken)} is not a symbol or effect of the vocabulary")
                self.entries[phrase] = replace(self.entries[phrase], noun=evidence)

    def _add_spoken(self, table: TomlTable, entry: VocabularyEntry) -> None:
        for spoken in table.strings("spoken"):
            self._add(table, "spoken", spoken, entry)

    def _add(self, table: TomlTable, name: str, spoken: str, entry: VocabularyEntry) -> None:
        """Add the entry for a phrase that is at ``name`` in ``table``."""
        words = _phrase_words(table, name, spoken)
        if words in self.entries:
            raise table.error(name, f"{quoted_value(' '.join(words))} appears twice; a phrase has one meaning")
        self.entries[words] = entry

    def _single_words(self, name: str) -> frozenset[str]:
        words = self._document.strings(name, [], item="word")
        for word in words:
            if len(word.split()) != 1:
                raise self._document.error(name, f"{quoted_value(word)} is not a single word")
        return frozenset(word.strip().casefold() for word in words)


def _condition(table: TomlTable) -> Condition:
    return _CONDITIONS[table.choice("when", _CONDITIONS, Condition.ANYWHERE.value)]


def _phrase_words(table: TomlTable, name: str, spoken: str) -> tuple[str, ...]:
    """Return the case-folded words of a phrase that is at ``name`` in ``table``."""
    words = tuple(spoken.casefold().split())
    if not words:
        raise table.error(name, "contains an empty phrase; a phrase has at least one word")
    return words


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text.casefold()))


def _letters_and_digits(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
