"""Random things to say and do, as steps that can be kept, printed and played again."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

Step = tuple[str, ...]
"""What, then whatever it needs; numbers as text.

``hear LINE``: heard, by ``~`` a partial. ``press LINE``: likewise, keys of which nobody knows what they do.
``say TEXT``, ``ask REQUEST``; ``force TEXT``, ``force-ask REQUEST``: by force. ``key``: the user types a character.
``key-hear LINE``: he does, and at that moment something is heard. ``hear-key LINE N``: he does when N keystrokes of it
have been sent, 0: at once; ``hear-focus``: then the other window gets the focus; ``hear-cancel``: then it is cancelled.
``focus``: the other window gets the focus. ``click``: beside all windows; ``click-in X Y``: into them.
"""

_COMMON_WORDS = (
    *("hello", "the", "old", "hat", "was", "here", "and", "there", "good", "morning", "world", "we", "met", "i"),
    *("think", "that", "it", "is", "fine", "cat", "house", "run", "quick", "brown", "fox", "jumps", "over", "lazy"),
    *("dog", "never", "would", "could", "about", "water", "people", "said"),
)
_WORDS = (*_COMMON_WORDS, "café", "naïve", "straße", "привет", "мир", "ты")
_SINGLE = ("🙂", "שלום", "日本", "한국", "№", "ﬁn")
_JOINED = ("cafe\u0301", "👩\u200d🚀", "e\u0301", "👍🏽", "🇩🇪", "A\u030a", "i\u0302s", "किताब", "नमस्ते", "สวัสดี")
_MARKS = ("comma", "period", "question mark", "new line", "new paragraph", "quote", "end quote", "colon", "hyphen")
_FORMATS = ("cap", "no space", "all caps", "no caps", "open paren", "close paren", "literal period", "tab key")
_NUMBERS = ("twenty three", "five hundred dollars", "three thirty p m", "one half", "nineteen eighty four", "third")
_PLAIN = (
    *("scratch that", "undo that", "redo that", "undo scratch", "delete last word", "delete last three words") * 2,
    *("backspace", "backspace five", "delete last sentence", "delete last line", "repeat that"),
    *("cap that", "title case that", "uppercase that", "lowercase that", "no space that"),
    *("correct that", "choose one", "choose two", "repeat that two times", "delete last nine characters"),
    *("select that", "select last word", "select last two words", "copy that", "cut that", "type it here"),
    *("literal that", "spell that alpha bravo", "spell that", "drop held text", "cancel that"),
)
_PRESSES = (
    *("press left", "press right two times", "press home", "press end", "press alpha", "press up", "press x ray"),
    *("go to end", "go to top", "move left five characters", "move right two words", "go to beginning of line"),
)
_MODES = (
    ("command mode", "hello there", "cap that", "dictation mode"),
    ("spelling mode", "alpha bravo cap charlie", "dictation mode"),
    ("numbers mode", "one two three", "hello", "dictation mode"),
    ("go to sleep", "hello there", "scratch that", "wake up"),
)


class Utterances:
    """``rng``: chooses. ``rare``: how often words have characters that layouts lack. ``joined``: whether there are
    characters of several code points among them."""

    def __init__(self, rng: random.Random, rare: float, joined: bool) -> None:
        self._rng = rng
        self._rare = rare
        self._rare_words = _SINGLE + _JOINED if joined else _SINGLE
        self._waiting: list[Step] = []

    def next(self, standing: str, terminal: bool, speaking: str, clean: bool) -> Step:
        """What comes next. ``standing``: the text that was dictated into the window with the focus. ``terminal``: keys
        that move the caret are text there. ``speaking``: the partial heard last, "" between utterances. ``clean``:
        force does no harm."""
        rng = self._rng
        if self._waiting:
            return self._waiting.pop(0)
        if speaking and rng.random() < 0.9:
            return ("hear", self._more(speaking))
        kind = rng.random()
        if kind < 0.42:
            return self._heard(self.phrase())
        if kind < 0.78:
            return self._heard(self._command(standing))
        if kind < 0.81:
            return rng.choice((("key",), ("key-hear", self._command(standing))))
        if kind < 0.83:
            return rng.choice((("click",), ("click-in", str(rng.randrange(5, 300)), str(rng.randrange(5, 120)))))
        if kind < 0.88:
            return ("focus",)
        if kind < 0.92 and not speaking:
            return ("ask", rng.choice(("undo", "undo", "redo", "redo", "repeat", "type_undelivered")))
        if kind < 0.94 and clean and not speaking:
            forced = (("force-ask", "undo"), ("force-ask", "redo"), ("force", self._command(standing)))
            return rng.choice(forced)
        if kind < 0.955 and not terminal:
            return ("press", rng.choice(_PRESSES))
        if kind < 0.965:
            first, *rest = (("hear", line) for line in rng.choice(_MODES))
            self._waiting += rest
            return first
        line = self._command(standing) if rng.random() < 0.5 else self.phrase()
        count = rng.randint(1, 12)
        if rng.random() < 0.5:
            return ("hear-key", line, str(rng.choice((0, 0, count))))
        return (rng.choice(("hear-focus", "hear-cancel")), line, str(count))

    def phrase(self) -> str:
        """Words to be dictated."""
        rng = self._rng
        words = []
        for _ in range(rng.choice((1, 1, 2, 3, 4, 6))):
            kind = rng.random()
            if kind < 0.62:
                words.append(rng.choice(_COMMON_WORDS if rng.random() > self._rare else _WORDS))
            elif kind < 0.78:
                words.append(rng.choice(_MARKS))
            elif kind < 0.84:
                words.append(rng.choice(_FORMATS))
            elif kind < 0.90:
                words.append(rng.choice(_NUMBERS))
            else:
                words.append(rng.choice(self._rare_words) if rng.random() < self._rare else rng.choice(_WORDS))
        return " ".join(words)

    def _heard(self, line: str) -> Step:
        """A final, or one of the partials that come before it."""
        if self._rng.random() < 0.25:
            words = line.split()
            return ("hear", "~" + " ".join(words[: self._rng.randint(1, len(words))]))
        return ("hear", line)

    def _more(self, partial: str) -> str:
        """What the utterance that began so goes on with: another partial, often an end of it that differs."""
        rng = self._rng
        words = partial.split()
        if rng.random() < 0.3:
            del words[rng.randrange(len(words)) :]
        line = " ".join([*words, *self.phrase().split()[: rng.randint(0, 3)]]) or "hello"
        if rng.random() < 0.1:
            line = rng.choice(_PLAIN)
        return ("~" if rng.random() < 0.55 else "") + line

    def _command(self, standing: str) -> str:
        rng = self._rng
        if rng.random() < 0.55:
            return rng.choice(_PLAIN)
        old = self._some_words(standing)
        return rng.choice(
            (
                f"replace {old} with {self.phrase()}",
                f"replace {old} with {self.phrase()}",
                f"correct {old} to {self.phrase()}",
                f"insert before {old}",
                f"insert after {old}",
                f"resume with {old}",
                f"select {old}",
                f"select {old}",
                f"scratch that {self.phrase()}",
            )
        )

    def _some_words(self, standing: str) -> str:
        """Words that stand there, the last ones rather than others."""
        words: Sequence[str] = re.findall(r"[^\s\"(),.?:]+", standing[-200:])
        if not words:
            return self._rng.choice(_WORDS)
        first = max(0, len(words) - 1 - int(self._rng.expovariate(0.3)))
        return " ".join(words[first : first + self._rng.choice((1, 1, 1, 2))]).lower()
