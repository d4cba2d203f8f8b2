"""Spoken phrases and what is written for them: data from TOML, one file per language.

``config/vocabulary.toml`` is the default and explains every key. All phrases compete by length: the longest that
stands at a word wins.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from windictator.errors import UsageError
from windictator.text.clean import UnprintableText, clean_text
from windictator.text.command_phrases import CommandPhrases
from windictator.text.formatting import FormattedWord, Formatting, own_case
from windictator.text.phrases import PhraseTable
from windictator.text.sounds_like import SoundsLike
from windictator.text.spelling import is_spelled, spelled_word
from windictator.text.standing import Neighbours, Place, When
from windictator.text.utterance import RecognizedWord
from windictator.text.word_case import WordCase, in_case, is_word

if TYPE_CHECKING:  # numbers bring a library along, and whoever reads a vocabulary may want none
    from windictator.text.numbers.language import Spoken
    from windictator.text.numbers.normaliser import Numbers


class VocabularyError(UsageError):
    """A vocabulary that cannot be used: ``file:key: what is wrong, what is allowed``."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is written for a phrase, and where. ``sounds_like``: also for words that sound like it.

    ``after``: only behind one of these words, or beside digits; empty: behind any. ``case``: what becomes of the words
    behind it, to the next mark, effect or the utterance's end. ``spells``: the words behind it are letters.
    """

    written: FormattedWord
    when: When = When.ANYWHERE
    sounds_like: bool = False
    after: frozenset[str] = frozenset()
    case: WordCase | None = None
    spells: bool = False


class Vocabulary:
    """What the phrases of one language mean; immutable."""

    def __init__(
        self,
        phrases: Mapping[tuple[str, ...], Phrase],
        escapes: frozenset[str] = frozenset(),
        neighbours: Neighbours | None = None,
        pause: float = 0.25,
        spelling: Mapping[tuple[str, ...], str] | None = None,
        ordinary: Collection[tuple[str, ...]] = (),
        small: frozenset[str] = frozenset(),
        numbers: Numbers | None = None,
    ) -> None:
        """``phrases`` by their case-folded words. ``escapes``: words that take the phrase behind
        them literally. ``neighbours``: the words beside which a mark is none. ``pause``: seconds that set a phrase
        apart. ``spelling``: the characters that phrases of the spelling alphabet stand for. ``ordinary``: expressions
        that no mark is found in, where no pause breaks them. ``small``: words that titles begin with a small letter.
        ``numbers``: writes numbers; without it they stay words."""
        self.spelling: PhraseTable[str] = PhraseTable(spelling or {})
        self.commands = CommandPhrases({})
        self._phrases: PhraseTable[Phrase] = PhraseTable(phrases)
        self._escapes = escapes
        self._neighbours = neighbours or Neighbours()
        self._pause = pause
        self._ordinary: PhraseTable[None] = PhraseTable(dict.fromkeys(ordinary))
        self._small = small
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
        joined._ordinary = PhraseTable({phrase: None for phrase, _ in self._ordinary.items() if phrase not in own})
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
        apart = self._apart(words)
        spoken = self._numbers.spoken(heard, apart or frozenset()) if self._numbers else None
        formatted: list[FormattedWord] = []
        cased: tuple[WordCase, int, int] | None = None  # for the words from which on, and where that was said
        position = 0
        while position < len(words):
            length, case, written = self._unit(words, heard, spoken, apart, position)
            if cased and (case or not all(map(is_word, written))):
                self._put_in_case(cased, formatted, words)
                cased = None
            if case:
                cased = case, len(formatted), position
            formatted += written
            position += length
        if cased:
            self._put_in_case(cased, formatted, words)
        return tuple(formatted)

    def _unit(
        self,
        words: Sequence[RecognizedWord],
        heard: list[str],
        spoken: Spoken | None,
        apart: Set[int] | None,
        position: int,
    ) -> tuple[int, WordCase | None, Sequence[FormattedWord]]:
        """What begins at ``position``: how many words, a case that is wanted for the ones behind, what is written."""
        if literal := self._escaped(heard, position, spoken):
            behind = words[position + 1 : position + 1 + literal]
            return 1 + literal, None, [FormattedWord(word.text) for word in behind]
        length, phrase = self._meaning(heard, position, apart)
        number = self._numbers.at(spoken, position) if self._numbers and spoken else None
        counted = number[0] if number else 0
        kept = self._kept(heard, position, apart)
        if kept > max(length, counted):
            return kept, None, [self._as_word(words[n], heard[n]) for n in range(position, position + kept)]
        if number is not None and counted > (length if phrase else 0):
            return counted, None, number[1]
        if phrase is None:
            return length, None, (FormattedWord(words[position].text),)
        if phrase.spells:
            return len(words) - position, None, spelled_word(words[position + length :], self)
        return length, phrase.case, () if phrase.case else (phrase.written,)

    def _put_in_case(
        self, cased: tuple[WordCase, int, int], formatted: list[FormattedWord], words: Sequence[RecognizedWord]
    ) -> None:
        """Put together what was written since a case was asked for; where that is nothing, nothing was asked for."""
        case, begun, asked = cased
        if formatted[begun:]:
            formatted[begun:] = in_case(case, formatted[begun:], self._small)
        else:
            length = next(n for n, phrase in self._phrases.at([w.text.casefold() for w in words], asked) if phrase.case)
            formatted += (FormattedWord(word.text) for word in words[asked : asked + length])

    def _kept(self, heard: Sequence[str], position: int, apart: Set[int] | None = None) -> int:
        """The number of words of an expression at ``position`` that are no marks."""
        for length, _ in self._ordinary.at(heard, position):
            if Place(heard, position, position + length, apart).unbroken:
                return length
        return 0

    def _as_word(self, word: RecognizedWord, heard: str) -> FormattedWord:
        """As it is written where it is no mark: "i" is "I"."""
        phrase = self._phrases.get((heard,))
        if phrase and not phrase.after and phrase.written.text.casefold() == heard:
            return phrase.written
        return FormattedWord(word.text)

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
        """How many of the last (case-folded) words may become part of a longer phrase with the next word, or mean
        something else before it."""
        settled = len(heard)
        # What is left is written as if nothing else had been said: its end must not depend on the word behind it.
        while changing := self._unsettled_end(heard[:settled], settled < len(heard)):
            settled -= changing
        return len(heard) - settled

    def _unsettled_end(self, heard: Sequence[str], followed: bool) -> int:
        """``followed``: the next word is known already, only not settled, so that no phrase becomes longer by it."""
        if self._numbers and (counted := self._numbers.unsettled(heard)):
            return counted
        end = len(heard)
        position = 0
        title = False
        while position < end:
            rest = end - position
            if not followed and self._may_become_longer(heard, position):
                return rest
            if self._is_decided_later(heard, position):
                return rest
            literal = self._escaped(heard, position)
            words = 1 + literal if literal else self._kept(heard, position)  # that are nothing else
            length, phrase = (words, None) if words else self._meaning(heard, position, None)
            if phrase and phrase.case:
                title = phrase.case is WordCase.TITLE
            elif phrase and not is_word(phrase.written):
                title = False
            last = rest == length
            if last and ((phrase and phrase.case) or (title and heard[-1] in self._small)):
                return rest
            position += length
        return 0

    def _may_be_escaped(self, heard: Sequence[str]) -> bool:
        """Whether words behind an escape may become a phrase that it makes literal."""
        return not heard or self._phrases.begins(heard) or self.commands.may_become(heard)

    def _may_become_longer(self, heard: Sequence[str], position: int) -> bool:
        """Whether the words from ``position`` on may be the beginning of a longer phrase or expression."""
        rest = heard[position:]
        if len(rest) < self._phrases.longest and self._phrases.begins(rest):
            return True
        # An expression that begins with an ordinary word does not change how that is written.
        return self._ordinary.begins(rest) and self._meaning(heard, position, None)[1] is not None

    def _is_decided_later(self, heard: Sequence[str], position: int) -> bool:
        """Whether the word behind the last one decides what is meant at ``position``."""
        rest = heard[position:]
        if heard[position] in self._escapes and self._may_be_escaped(rest[1:]):
            return True
        for length, phrase in self._phrases.at(heard, position):
            if phrase.spells and is_spelled(rest[length:], self, least=0):
                return True
            if length == len(rest) and self._looks_ahead(phrase, Place(heard, position, len(heard))):
                return True
        return False

    def _looks_ahead(self, phrase: Phrase, place: Place) -> bool:
        """Whether the word behind it decides what the phrase means."""
        if phrase.when is When.ANYWHERE:
            return bool(phrase.after)
        return bool(phrase.after) or self._neighbours.look_ahead(phrase.when, place)

    def _apart(self, words: Sequence[RecognizedWord]) -> frozenset[int] | None:
        """Which words come behind a pause; None where nothing is known of pauses."""
        if not words or words[-1].end <= 0:
            return None
        pause = self._pause
        return frozenset(n for n in range(1, len(words)) if words[n].start - words[n - 1].end >= pause)

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

    def _meaning(self, heard: Sequence[str], start: int, apart: Set[int] | None) -> tuple[int, Phrase | None]:
        """The phrase at ``start`` and its length; (1, None) where there is none."""
        for length, phrase in self._phrases.at(heard, start):
            if self._holds(phrase, heard, start, start + length, apart):
                return length, phrase
        return 1, None

    def _holds(self, phrase: Phrase, heard: Sequence[str], start: int, end: int, apart: Set[int] | None) -> bool:
        """Whether ``heard[start:end]`` stands where the phrase means what it does."""
        if phrase.when is When.ANYWHERE and not phrase.after:
            return True
        place = Place(heard, start, end, apart)
        if phrase.after and not (place.previous in phrase.after or place.beside_digits):
            return False
        if phrase.spells and not is_spelled(heard[end:], self):
            return False
        if phrase.when is When.BEFORE_WORD and not self._is_word_at(heard, end):
            return False
        return self._neighbours.allow(phrase.when, place)

    def _is_word_at(self, heard: Sequence[str], position: int) -> bool:
        return all(is_word(phrase.written) for _, phrase in self._phrases.at(heard, position))


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
    "no sentence": Formatting.NO_SENTENCE,
}
_CASES = tuple(case.value for case in WordCase)
_SPELL = "spell"
_ALL_EFFECTS = (*_EFFECTS, *_CASES, _SPELL)
_WORD_SPACES = ("both", "before", "after", "none")
CARET = "{caret}"
"""Where the caret is left in the text of a word."""
_OPENING = "([{<“‘«„\"'`"
# By style, which texts of a symbol are written, the first that it has.
_STYLES = {"plain": ("text",), "typographic": ("typographic", "text"), "french": ("french", "typographic", "text")}
_KEYS = (
    *("style", "pause", "articles", "escapes", "words", "symbols", "effects", "spelling"),
    *("determiners", "ordinary", "capitals", "small_words"),
)
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
            _KEYS,
        )
        style = self._choice(document, "style", "", tuple(_STYLES), "plain")
        pause = document.get("pause", 0.25)
        if isinstance(pause, bool) or not isinstance(pause, int | float) or not 0 <= pause <= 10:
            raise self._error("pause", "must be a number of seconds from 0 to 10")
        self._read_words()
        self._read_capitals()
        self._read_symbols(style)
        self._read_effects()
        return Vocabulary(
            self._phrases,
            escapes=self._single_words("escapes"),
            neighbours=Neighbours(self._single_words("articles"), self._single_words("determiners")),
            pause=float(pause),
            spelling=self._spelling(),
            ordinary=self._expressions("ordinary"),
            small=self._single_words("small_words"),
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
            words = self._phrase_words(spoken, key)
            alphabet[words] = self._writing(table, spoken, key)
        return alphabet

    def _read_words(self) -> None:
        words = self._table(self._document.get("words", {}), "words")
        for spoken in words:
            key = f"words.{_quoted(spoken)}"
            self._add(spoken, key, self._word(words, spoken, key))

    def _read_capitals(self) -> None:
        """Words that are written with a capital, and what is theirs."""
        for spoken in self._expressions("capitals"):
            written = " ".join(word[0].title() + word[1:] for word in spoken)
            for ending in ("", "'s"):
                phrase = Phrase(FormattedWord(written + ending), sounds_like=True)
                self._add(" ".join(spoken) + ending, "capitals", phrase)

    def _expressions(self, name: str) -> list[tuple[str, ...]]:
        expressions = self._strings(self._document, name, "") if name in self._document else []
        return [self._phrase_words(expression, name) for expression in expressions]

    def _word(self, words: dict[str, Any], spoken: str, key: str) -> Phrase:
        """A text, or a table that says more of it."""
        word = words[spoken] if isinstance(words[spoken], dict) else {"text": words[spoken]}
        self._check_keys(word, key, ("text", "space", "when", "then", "sounds_like", "after"))
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
        after = frozenset(map(str.casefold, self._strings(word, "after", key))) if "after" in word else frozenset()
        return Phrase(FormattedWord(text, formatting, "".join(tails)), _WHEN[when], sounds_like, after)

    def _read_symbols(self, style: str) -> None:
        for key, symbol in self._tables("symbols"):
            self._check_keys(symbol, key, ("text", "typographic", "spoken", "space", "when", "french"))
            texts = {"text": self._writing(symbol, "text", f"{key}.text")}
            for name in ("typographic", "french"):
                if name in symbol:
                    texts[name] = self._writing(symbol, name, f"{key}.{name}")
            text = next(texts[name] for name in _STYLES[style] if name in texts)
            space = self._choice(symbol, "space", key, tuple(_SPACES), "both")
            if space == "pair" and any(len(each) % 2 for each in texts.values()):
                raise self._error(f"{key}.text", 'with space = "pair" must be two marks of equal length')
            when = self._choice(symbol, "when", key, tuple(_WHEN), When.ANYWHERE.value)
            self._add_all(symbol, key, Phrase(FormattedWord(text, _SPACES[space]), _WHEN[when]))

    def _read_effects(self) -> None:
        for key, effect in self._tables("effects"):
            self._check_keys(effect, key, ("effect", "spoken", "when"))
            if "effect" not in effect:
                raise self._error(f"{key}.effect", f"is missing, allowed: {', '.join(_ALL_EFFECTS)}")
            name = self._choice(effect, "effect", key, _ALL_EFFECTS, "")
            when = self._choice(effect, "when", key, tuple(_WHEN), When.ANYWHERE.value)
            written = FormattedWord("", _EFFECTS.get(name, Formatting.NONE))
            case = WordCase(name) if name in _CASES else None
            self._add_all(effect, key, Phrase(written, _WHEN[when], case=case, spells=name == _SPELL))

    def _add_all(self, table: dict[str, Any], key: str, phrase: Phrase) -> None:
        for spoken in self._strings(table, "spoken", key):
            self._add(spoken, f"{key}.spoken", phrase)

    def _add(self, spoken: str, key: str, phrase: Phrase) -> None:
        self._phrases[self._new_phrase(spoken, key)] = phrase

    def _new_phrase(self, spoken: str, key: str) -> tuple[str, ...]:
        words = self._phrase_words(spoken, key)
        if words in self._phrases:
            raise self._error(key, f"{_quoted(' '.join(words))} is there twice, a phrase has one meaning")
        return words

    def _phrase_words(self, spoken: str, key: str) -> tuple[str, ...]:
        words = tuple(spoken.casefold().split())
        if not words:
            raise self._error(key, "holds an empty phrase, a phrase is one or more words")
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
