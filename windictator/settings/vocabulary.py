"""Reads vocabularies: data from TOML, one file per language. ``config/vocabulary.toml`` is the default and explains
every key."""

from __future__ import annotations

import re
from typing import Any

from windictator.settings.toml import TomlReader, key_path, quoted, read_toml
from windictator.text.formatting import EFFECTS, FormattedWord, Formatting, case_formatting
from windictator.text.normalise import UnprintableTextError, normalise_text
from windictator.text.phrase_conditions import Condition, ContextWords
from windictator.text.phrase_index import VocabularyEntry, VocabularyError
from windictator.text.vocabulary import Vocabulary
from windictator.text.word_case import WordCase

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
CURSOR_PLACEHOLDER = "{caret}"
"""Where the caret is left in the text of a word."""
_OPENING = "([{<“‘«„\"'`"
STYLES = {"plain": ("text",), "typographic": ("typographic", "text"), "french": ("french", "typographic", "text")}
"""By style of punctuation, which texts of a symbol are written: the first that it has."""
_KEYS = (
    *("style", "pause", "articles", "escapes", "words", "symbols", "effects", "spelling"),
    *("determiners", "ordinary", "capitals", "small_words", "command_line"),
)
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_CONDITIONS = {when.value: when for when in Condition}


def parse_vocabulary(toml_text: str, source: str, style: str | None = None) -> Vocabulary:
    """Read a vocabulary; ``source`` names it in errors. Every key may be absent. Raises ``VocabularyError``.

    ``style``: one of ``STYLES``, in place of the one that the file asks for; None: that one.
    """
    return _Reader(read_toml(toml_text, source, VocabularyError), source).vocabulary(style)


def parse_words(toml_text: str, source: str) -> dict[tuple[str, ...], VocabularyEntry]:
    """Read a user's own words: a file that has the table ``words`` of a vocabulary and nothing else.

    By their case-folded words, in the order of the file. Raises ``VocabularyError``.
    """
    return _Reader(read_toml(toml_text, source, VocabularyError), source).words()


class _Reader(TomlReader):
    """One vocabulary file being read: collects phrases."""

    def __init__(self, document: dict[str, Any], source: str) -> None:
        super().__init__(source, VocabularyError)
        self._document = document
        self._phrases: dict[tuple[str, ...], VocabularyEntry] = {}
        self._apostrophe = "'"

    def vocabulary(self, style: str | None) -> Vocabulary:
        document = self._document
        self.reject_unknown_keys(document, "", _KEYS)
        asked = self.choice(document, "style", "", tuple(STYLES), "plain")
        style = style or asked
        self._apostrophe = "'" if style == "plain" else "’"
        pause = document.get("pause", 0.25)
        if isinstance(pause, bool) or not isinstance(pause, int | float) or not 0 <= pause <= 10:
            raise self.error("pause", "must be a number of seconds from 0 to 10")
        self._read_words()
        self._read_proper_nouns()
        self._read_symbols(style)
        self._read_effects()
        vocabulary = Vocabulary(
            self._phrases,
            literal_prefixes=self._single_words("escapes"),
            context_words=ContextWords(self._single_words("articles"), self._single_words("determiners")),
            pause_s=float(pause),
            spelling=self._spelling(),
            not_symbols=self._expressions("ordinary"),
            minor_words=self._single_words("small_words"),
            apostrophe=self._apostrophe,
        )
        return vocabulary.with_command_lines(self._for_command_lines()) if "command_line" in document else vocabulary

    def _for_command_lines(self) -> Vocabulary:
        """The symbols and effects, without any words; those of the table ``command_line`` come on top."""
        own = self.table(self._document["command_line"], "command_line")
        self.reject_unknown_keys(own, "command_line", ("symbols",))
        base = _Reader(self._document, self._source)
        base._read_symbols("plain")
        base._read_effects()
        top = _Reader({"symbols": own.get("symbols", [])}, f"{self._source}:command_line")
        top._read_symbols("plain")
        return Vocabulary(
            {**base._phrases, **top._phrases}, literal_prefixes=self._single_words("escapes"), spelling=self._spelling()
        )

    def words(self) -> dict[tuple[str, ...], VocabularyEntry]:
        self.reject_unknown_keys(self._document, "", ("words",))
        self._read_words()
        return self._phrases

    def _spelling(self) -> dict[tuple[str, ...], str]:
        table = self.table(self._document.get("spelling", {}), "spelling")
        alphabet = {}
        for spoken in table:
            key = f"spelling.{quoted(spoken)}"
            words = self._phrase_words(spoken, key)
            alphabet[words] = self._typed_text(table, spoken, key)
        return alphabet

    def _read_words(self) -> None:
        words = self.table(self._document.get("words", {}), "words")
        for spoken in words:
            key = f"words.{quoted(spoken)}"
            self._add(spoken, key, self._word(words, spoken, key))

    def _read_proper_nouns(self) -> None:
        """Words that are written with a capital, and what is theirs."""
        for spoken in self._expressions("capitals"):
            written = " ".join(word[0].title() + word[1:] for word in spoken)
            for ending in ("", "'s"):
                phrase = VocabularyEntry(
                    FormattedWord(written + ending.replace("'", self._apostrophe)), sounds_like=True
                )
                self._add(" ".join(spoken) + ending, "capitals", phrase)

    def _expressions(self, name: str) -> list[tuple[str, ...]]:
        expressions = self.strings(self._document, name, "") if name in self._document else []
        return [self._phrase_words(expression, name) for expression in expressions]

    def _word(self, words: dict[str, Any], spoken: str, key: str) -> VocabularyEntry:
        """A text, or a table that says more of it."""
        word = words[spoken] if isinstance(words[spoken], dict) else {"text": words[spoken]}
        self.reject_unknown_keys(word, key, ("text", "space", "when", "then", "sounds_like", "after"))
        text, *tails = self._typed_text(word, "text", key).split(CURSOR_PLACEHOLDER)
        text = _APOSTROPHE.sub(self._apostrophe, text)
        if len(tails) > 1 or (tails and not text):
            raise self.error(key, f"{CURSOR_PLACEHOLDER} may stand in it once, behind what is written first")
        space = self.choice(word, "space", key, tuple(_WORD_SPACES), "both")
        when = self.choice(word, "when", key, tuple(_CONDITIONS), Condition.ANYWHERE.value)
        formatting = _SPACES[space] | case_formatting(text)
        if tails and text[-1] in _OPENING:
            formatting |= Formatting.NO_SPACE_AFTER
        for effect in self.strings(word, "then", key) if "then" in word else ():
            if effect not in EFFECTS:
                raise self.error(key_path(key, "then"), f"{effect!r} is unknown, allowed: {', '.join(EFFECTS)}")
            formatting |= EFFECTS[effect]
        # Said as it is written, it is a name that a recognizer may not know: it may have heard something else.
        sounds_like = word.get("sounds_like", not tails and _letters(text) == _letters(spoken))
        if not isinstance(sounds_like, bool):
            raise self.error(key_path(key, "sounds_like"), "must be true or false")
        after = frozenset(map(str.casefold, self.strings(word, "after", key))) if "after" in word else frozenset()
        return VocabularyEntry(FormattedWord(text, formatting, "".join(tails)), _CONDITIONS[when], sounds_like, after)

    def _read_symbols(self, style: str) -> None:
        for key, symbol in self.tables(self._document, "symbols"):
            self.reject_unknown_keys(symbol, key, ("text", "typographic", "spoken", "space", "when", "french"))
            texts = {"text": self._typed_text(symbol, "text", f"{key}.text")}
            for name in ("typographic", "french"):
                if name in symbol:
                    texts[name] = self._typed_text(symbol, name, f"{key}.{name}")
            text = next(texts[name] for name in STYLES[style] if name in texts)
            space = self.choice(symbol, "space", key, tuple(_SPACES), "both")
            if space == "pair" and any(len(each) % 2 for each in texts.values()):
                raise self.error(f"{key}.text", 'with space = "pair" must be two marks of equal length')
            when = self.choice(symbol, "when", key, tuple(_CONDITIONS), Condition.ANYWHERE.value)
            self._add_all(symbol, key, VocabularyEntry(FormattedWord(text, _SPACES[space]), _CONDITIONS[when]))

    def _read_effects(self) -> None:
        for key, effect in self.tables(self._document, "effects"):
            self.reject_unknown_keys(effect, key, ("effect", "spoken", "when"))
            if "effect" not in effect:
                raise self.error(f"{key}.effect", f"is missing, allowed: {', '.join(_ALL_EFFECTS)}")
            name = self.choice(effect, "effect", key, _ALL_EFFECTS, "")
            when = self.choice(effect, "when", key, tuple(_CONDITIONS), Condition.ANYWHERE.value)
            written = FormattedWord("", EFFECTS.get(name, Formatting.NONE))
            case = WordCase(name) if name in _CASES else None
            self._add_all(effect, key, VocabularyEntry(written, _CONDITIONS[when], case=case, spells=name == _SPELL))

    def _add_all(self, table: dict[str, Any], key: str, phrase: VocabularyEntry) -> None:
        for spoken in self.strings(table, "spoken", key):
            self._add(spoken, f"{key}.spoken", phrase)

    def _add(self, spoken: str, key: str, phrase: VocabularyEntry) -> None:
        self._phrases[self._new_phrase(spoken, key)] = phrase

    def _new_phrase(self, spoken: str, key: str) -> tuple[str, ...]:
        words = self._phrase_words(spoken, key)
        if words in self._phrases:
            raise self.error(key, f"{quoted(' '.join(words))} is there twice, a phrase has one meaning")
        return words

    def _phrase_words(self, spoken: str, key: str) -> tuple[str, ...]:
        words = tuple(spoken.casefold().split())
        if not words:
            raise self.error(key, "holds an empty phrase, a phrase is one or more words")
        return words

    def _single_words(self, name: str) -> frozenset[str]:
        words = self.strings(self._document, name, "") if name in self._document else []
        for word in words:
            if len(word.split()) != 1:
                raise self.error(name, f"{quoted(word)} is not a single word")
        return frozenset(word.strip().casefold() for word in words)

    def _typed_text(self, table: dict[str, Any], name: str, key: str) -> str:
        """A text to be typed."""
        text = table.get(name)
        if not isinstance(text, str) or not text:
            raise self.error(key, "must be a text of at least one character")
        try:
            return normalise_text(text)
        except UnprintableTextError as error:
            raise self.error(key, str(error)) from None


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text.casefold()))
