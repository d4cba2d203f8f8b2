"""Spoken phrases and what is written for them: data from TOML, one file per language.

``config/vocabulary.toml`` is the default and explains every key. All phrases compete by length: the longest that
stands at a word wins.
"""

from __future__ import annotations

import copy
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from windictator.errors import UsageError
from windictator.text.clean import UnprintableText, clean_text
from windictator.text.command_phrases import CommandPhrases
from windictator.text.formatting import FormattedWord, Formatting, own_case
from windictator.text.phrases import PhraseTable
from windictator.text.sounds_like import SoundsLike
from windictator.text.utterance import RecognizedWord

if TYPE_CHECKING:  # numbers bring a library along, and whoever reads a vocabulary may want none
    from windictator.text.numbers.language import Spoken
    from windictator.text.numbers.normaliser import Numbers


class VocabularyError(UsageError):
    """A vocabulary that cannot be used: ``file:key: what is wrong, what is allowed``."""


class When(enum.Enum):
    """Where a phrase is a mark; elsewhere it is ordinary words. The value is its name in the TOML file."""

    ANYWHERE = "anywhere"
    NOT_AFTER_ARTICLE = "not after article"
    BETWEEN_LETTERS = "between letters"
    BETWEEN_DIGITS = "between digits"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is written for a phrase, and where. ``sounds_like``: also for words that sound like it."""

    written: FormattedWord
    when: When = When.ANYWHERE
    sounds_like: bool = False


class Vocabulary:
    """What the phrases of one language mean; immutable."""

    def __init__(
        self,
        phrases: Mapping[tuple[str, ...], Phrase],
        escapes: frozenset[str] = frozenset(),
        articles: frozenset[str] = frozenset(),
        pause: float = 0.25,
        spelling: Mapping[tuple[str, ...], str] | None = None,
        numbers: Numbers | None = None,
    ) -> None:
        """``phrases`` by their case-folded words. ``escapes``: words that take the phrase behind
        them literally. ``articles``: words that no mark follows. ``pause``: seconds that set a phrase apart.
        ``spelling``: the characters that phrases of the spelling alphabet stand for. ``numbers``: writes numbers;
        without it they stay words."""
        self.spelling: PhraseTable[str] = PhraseTable(spelling or {})
        self.commands = CommandPhrases({})
        self._phrases: PhraseTable[Phrase] = PhraseTable(phrases)
        self._escapes = escapes
        self._articles = articles
        self._pause = pause
        self._numbers = numbers
        self._names: SoundsLike | None = None

    def with_numbers(self, numbers: Numbers | None) -> Vocabulary:
        """The same vocabulary with another writing of numbers."""
        changed = copy.copy(self)
        changed._numbers = numbers
        return changed

    def with_commands(self, commands: CommandPhrases) -> Vocabulary:
        """The same vocabulary with these commands."""
        changed = copy.copy(self)
        changed.commands = commands
        return changed

    @property
    def phrases(self) -> PhraseTable[Phrase]:
        """What is written for phrases, commands apart."""
        return self._phrases

    def with_words(self, own: Mapping[tuple[str, ...], Phrase], nearness: float = 1.0) -> Vocabulary:
        """This vocabulary and the user's own words, which take the place of phrases and commands of the same words.

        ``nearness``: 0..1, how near to a name must be what sounds like it; 1 for names alone as they are.
        """
        joined = copy.copy(self)
        names = [phrase for phrase, meaning in own.items() if meaning.sounds_like and nearness < 1]
        joined._names = SoundsLike(names, nearness) if names else None
        joined._phrases = PhraseTable({**dict(self._phrases.items()), **own})
        joined.commands = self.commands.without(own.keys())
        return joined

    def is_escaped(self, phrase: Sequence[str]) -> bool:
        """Whether the (case-folded) words begin with an escape that takes the next ones literally."""
        return bool(self._escaped(phrase, 0))

    def format(self, words: Sequence[RecognizedWord]) -> tuple[FormattedWord, ...]:
        """The words and marks to be written; words that the vocabulary does not know stay as they were heard."""
        if self._names is not None:
            words = self._names.recovered(words, self._unknown(words))
        heard = [word.text.casefold() for word in words]
        spoken = self._spoken(words, heard)
        formatted: list[FormattedWord] = []
        position = 0
        while position < len(words):
            literal = self._escaped(heard, position, spoken)
            if literal:
                formatted += (FormattedWord(word.text) for word in words[position + 1 : position + 1 + literal])
                position += 1 + literal
                continue
            length, written = self._meaning(words, heard, position)
            number = self._numbers.at(spoken, position) if self._numbers and spoken else None
            if number is not None and number[0] > (0 if written is None else length):
                formatted += number[1]
                position += number[0]
            else:
                formatted.append(written or FormattedWord(words[position].text))
                position += length
        return tuple(formatted)

    def _unknown(self, words: Sequence[RecognizedWord]) -> list[bool]:
        """Whether each word stands for nothing but itself, in whatever case, and is no name of the user's either."""
        heard = [word.text.casefold() for word in words]
        unknown = [word not in self._escapes for word in heard]
        for start in range(len(heard)):
            for length, phrase in self._phrases.at(heard, start):
                if phrase.sounds_like or phrase.written.text.casefold() != heard[start]:
                    unknown[start : start + length] = [False] * length
        return unknown

    def unsettled(self, heard: Sequence[str]) -> int:
        """How many of the last (case-folded) words may become part of a longer phrase with the next word."""
        return max(self._unsettled_phrase(heard), self._numbers.unsettled(heard) if self._numbers else 0)

    def _unsettled_phrase(self, heard: Sequence[str]) -> int:
        position = 0
        while position < len(heard):
            rest = len(heard) - position
            if rest < self._phrases.longest and self._phrases.begins(heard[position:]):
                return rest
            if rest == 1 and heard[position] in self._escapes:
                return rest
            literal = self._escaped(heard, position)
            position += 1 + literal if literal else next((n for n, _ in self._phrases.at(heard, position)), 1)
        return 0

    def _spoken(self, words: Sequence[RecognizedWord], heard: list[str]) -> Spoken | None:
        """The utterance as numbers want it, where there are to be any."""
        if self._numbers is None:
            return None
        apart = (n for n in range(1, len(words)) if words[n].start - words[n - 1].end >= self._pause)
        return self._numbers.spoken(heard, frozenset(apart))

    def _escaped(self, heard: Sequence[str], position: int, spoken: Spoken | None = None) -> int:
        """The number of words behind an escape at ``position`` that it makes literal, 0 where it is a word."""
        if heard[position] not in self._escapes or position + 1 == len(heard):
            return 0
        lengths = [length for length, _ in self._phrases.at(heard, position + 1)]
        if command := self.commands.literal_length(heard, position + 1):
            lengths.append(command)
        if spoken is not None and self._numbers and (number := self._numbers.at(spoken, position + 1)):
            lengths.append(number[0])
        return max(lengths, default=int(heard[position + 1] in self._escapes))

    def _meaning(
        self, words: Sequence[RecognizedWord], heard: Sequence[str], start: int
    ) -> tuple[int, FormattedWord | None]:
        """The phrase at ``start``: its length and what is written for it; (1, None) where there is none."""
        for length, phrase in self._phrases.at(heard, start):
            if self._holds(phrase.when, words, heard, start, start + length):
                return length, phrase.written
        return 1, None

    def _holds(self, when: When, words: Sequence[RecognizedWord], heard: Sequence[str], start: int, end: int) -> bool:
        """Whether ``words[start:end]`` stand where such a phrase is a mark."""
        if when is When.ANYWHERE:
            return True
        if when is When.APART:
            return self._is_pause(words, start) and self._is_pause(words, end)
        previous = heard[start - 1] if start else ""
        if when is When.BETWEEN_DIGITS:
            return end < len(heard) and previous[-1:].isdecimal() and heard[end][:1].isdecimal()
        if previous in self._articles:
            return False
        if when is When.BETWEEN_LETTERS:
            return end < len(heard) and previous[-1:].isalpha() and heard[end][:1].isalpha()
        return True

    def _is_pause(self, words: Sequence[RecognizedWord], position: int) -> bool:
        if position in (0, len(words)):
            return True
        return words[position].start - words[position - 1].end >= self._pause


def parse_vocabulary(toml_text: str, source: str) -> Vocabulary:
    """Read a vocabulary; ``source`` names it in errors. Every key may be absent. Raises ``VocabularyError``."""
    return _Reading(_document(toml_text, source), source).vocabulary()


def parse_words(toml_text: str, source: str) -> dict[tuple[str, ...], Phrase]:
    """Read a user's own words: a file that has the table ``words`` of a vocabulary and nothing else.

    By their case-folded words, in the order of the file. Raises ``VocabularyError``.
    """
    return _Reading(_document(toml_text, source), source).words()


def _document(toml_text: str, source: str) -> dict[str, Any]:
    import tomllib  # here, because it takes 15 ms

    try:
        return tomllib.loads(toml_text)
    except (ValueError, RecursionError) as error:
        raise VocabularyError(f"{source}: not valid TOML: {error}") from None


_SPACES = {
    "both": Formatting.NONE,
    "before": Formatting.NO_SPACE_AFTER,
    "after": Formatting.NO_SPACE_BEFORE,
    "none": Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER,
    "pair": Formatting.PAIR,
}
_EFFECTS = {
    "capital": Formatting.CAPITAL_NEXT,
    "capital on": Formatting.CAPITAL_ON,
    "upper case": Formatting.UPPER_NEXT,
    "upper case on": Formatting.UPPER_ON,
    "lower case": Formatting.LOWER_NEXT,
    "lower case on": Formatting.LOWER_ON,
    "case off": Formatting.CASE_OFF,
    "no space": Formatting.NO_SPACE_AFTER,
    "no space on": Formatting.SPACES_OFF,
    "no space off": Formatting.SPACES_ON,
}
_WORD_SPACES = ("both", "before", "after", "none")
CARET = "{caret}"
"""Where the caret is left in the text of a word."""
_OPENING = "([{<“‘«„\"'`"
_STYLES = ("plain", "typographic")
_WHEN = {when.value: when for when in When}


class _Reading:
    """One vocabulary file being read: collects phrases, knows the path of keys for errors."""

    def __init__(self, document: dict[str, Any], source: str) -> None:
        self._document = document
        self._source = source
        self._phrases: dict[tuple[str, ...], Phrase] = {}

    def vocabulary(self) -> Vocabulary:
        document = self._document
        self._check_keys(
            document,
            "",
            ("style", "pause", "articles", "escapes", "words", "symbols", "effects", "spelling"),
        )
        style = self._choice(document, "style", "", _STYLES, "plain")
        pause = document.get("pause", 0.25)
        if isinstance(pause, bool) or not isinstance(pause, int | float) or not 0 <= pause <= 10:
            raise self._error("pause", "must be a number of seconds from 0 to 10")
        self._read_words()
        self._read_symbols(style)
        self._read_effects()
        return Vocabulary(
            self._phrases,
            escapes=self._single_words("escapes"),
            articles=self._single_words("articles"),
            pause=float(pause),
            spelling=self._spelling(),
        )

    def words(self) -> dict[tuple[str, ...], Phrase]:
        self._check_keys(self._document, "", ("words",))
        self._read_words()
        return self._phrases

    def _spelling(self) -> dict[tuple[str, ...], str]:
        table = self._table(self._document.get("spelling", {}), "spelling")
        alphabet = {}
        for spoken in table:
            key = f"spelling.{_quoted(spoken)}"
            words = tuple(spoken.casefold().split())
            if not words:
                raise self._error(key, "holds an empty phrase, a phrase is one or more words")
            alphabet[words] = self._writing(table, spoken, key)
        return alphabet

    def _read_words(self) -> None:
        words = self._table(self._document.get("words", {}), "words")
        for spoken in words:
            key = f"words.{_quoted(spoken)}"
            self._add(spoken, key, self._word(words, spoken, key))

    def _word(self, words: dict[str, Any], spoken: str, key: str) -> Phrase:
        """A text, or a table that says more of it."""
        word = words[spoken] if isinstance(words[spoken], dict) else {"text": words[spoken]}
        self._check_keys(word, key, ("text", "space", "when", "then", "sounds_like"))
        text, *tails = self._writing(word, "text", key).split(CARET)
        if len(tails) > 1 or (tails and not text):
            raise self._error(key, f"{CARET} may stand in it once, behind what is written first")
        space = self._choice(word, "space", key, tuple(_WORD_SPACES), "both")
        when = self._choice(word, "when", key, tuple(_WHEN), When.ANYWHERE.value)
        formatting = _SPACES[space] | own_case(text)
        if tails and text[-1] in _OPENING:
            formatting |= Formatting.NO_SPACE_AFTER
        for effect in self._strings(word, "then", key) if "then" in word else ():
            if effect not in _EFFECTS:
                raise self._error(_below(key, "then"), f"{effect!r} is unknown, allowed: {', '.join(_EFFECTS)}")
            formatting |= _EFFECTS[effect]
        # Said as it is written, it is a name that a recognizer may not know: it may have heard something else.
        sounds_like = word.get("sounds_like", not tails and _letters(text) == _letters(spoken))
        if not isinstance(sounds_like, bool):
            raise self._error(_below(key, "sounds_like"), "must be true or false")
        return Phrase(FormattedWord(text, formatting, "".join(tails)), _WHEN[when], sounds_like)

    def _read_symbols(self, style: str) -> None:
        for key, symbol in self._tables("symbols"):
            self._check_keys(symbol, key, ("text", "typographic", "spoken", "space", "when"))
            plain = self._writing(symbol, "text", f"{key}.text")
            typographic = (
                self._writing(symbol, "typographic", f"{key}.typographic") if "typographic" in symbol else plain
            )
            text = typographic if style == "typographic" else plain
            space = self._choice(symbol, "space", key, tuple(_SPACES), "both")
            if space == "pair" and (len(plain) % 2 or len(typographic) % 2):
                raise self._error(f"{key}.text", 'with space = "pair" must be two marks of equal length')
            when = self._choice(symbol, "when", key, tuple(_WHEN), When.ANYWHERE.value)
            self._add_all(symbol, key, Phrase(FormattedWord(text, _SPACES[space]), _WHEN[when]))

    def _read_effects(self) -> None:
        for key, effect in self._tables("effects"):
            self._check_keys(effect, key, ("effect", "spoken", "when"))
            if "effect" not in effect:
                raise self._error(f"{key}.effect", f"is missing, allowed: {', '.join(_EFFECTS)}")
            name = self._choice(effect, "effect", key, tuple(_EFFECTS), "")
            when = self._choice(effect, "when", key, tuple(_WHEN), When.ANYWHERE.value)
            self._add_all(effect, key, Phrase(FormattedWord("", _EFFECTS[name]), _WHEN[when]))

    def _add_all(self, table: dict[str, Any], key: str, phrase: Phrase) -> None:
        for spoken in self._strings(table, "spoken", key):
            self._add(spoken, f"{key}.spoken", phrase)

    def _add(self, spoken: str, key: str, phrase: Phrase) -> None:
        self._phrases[self._new_phrase(spoken, key)] = phrase

    def _new_phrase(self, spoken: str, key: str) -> tuple[str, ...]:
        words = tuple(spoken.casefold().split())
        if not words:
            raise self._error(key, "holds an empty phrase, a phrase is one or more words")
        if words in self._phrases:
            raise self._error(key, f"{_quoted(' '.join(words))} is there twice, a phrase has one meaning")
        return words

    def _single_words(self, name: str) -> frozenset[str]:
        words = self._strings(self._document, name, "") if name in self._document else []
        for word in words:
            if len(word.split()) != 1:
                raise self._error(name, f"{_quoted(word)} is not a single word")
        return frozenset(word.strip().casefold() for word in words)

    def _writing(self, table: dict[str, Any], name: str, key: str) -> str:
        """A text to be typed."""
        text = table.get(name)
        if not isinstance(text, str) or not text:
            raise self._error(key, "must be a text of at least one character")
        try:
            return clean_text(text)
        except UnprintableText as error:
            raise self._error(key, str(error)) from None

    def _strings(self, table: dict[str, Any], name: str, key: str) -> list[str]:
        strings = table.get(name)
        if not isinstance(strings, list) or not all(isinstance(item, str) for item in strings):
            raise self._error(_below(key, name), "must be a list of texts")
        return strings

    def _choice(self, table: dict[str, Any], name: str, key: str, allowed: tuple[str, ...], default: str) -> str:
        value = table.get(name, default)
        if not isinstance(value, str) or value not in allowed:
            raise self._error(_below(key, name), f"unknown, allowed: {', '.join(allowed)}")
        return value

    def _table(self, value: object, key: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._error(key, "must be a table")
        return value

    def _tables(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        values = self._document.get(name, [])
        if not isinstance(values, list):
            raise self._error(name, "must be a list of tables")
        for position, value in enumerate(values, start=1):
            key = f"{name}[{position}]"
            yield key, self._table(value, key)

    def _check_keys(self, table: dict[str, Any], key: str, allowed: tuple[str, ...]) -> None:
        for name in table:
            if name not in allowed:
                raise self._error(_below(key, _quoted(name)), f"unknown, allowed: {', '.join(allowed)}")

    def _error(self, key: str, problem: str) -> VocabularyError:
        return VocabularyError(f"{self._source}:{key}: {problem}")


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text.casefold()))


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _quoted(name: str) -> str:
    """The name as it can stand in a line: quoted unless it is a single plain word."""
    bare = name.replace("_", "").replace("-", "")
    return name if bare.isalnum() else repr(name)
