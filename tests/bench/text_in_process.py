"""Run by the benchmark as a program: words to text with as many user words, and as many user commands, as the
arguments say.

Prints a JSON object: seconds of processor for one utterance of 30 words, the best of several; seconds for reading the
rules; kilobytes that they take; how many there are.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import time
from itertools import product
from pathlib import Path

from windictator.settings import Settings
from windictator.settings.user_commands import parse_user_commands, user_command_phrases
from windictator.settings.vocabulary import load_vocabulary, parse_words
from windictator.text.context_adjust import START_OF_TEXT, context_adjust
from windictator.text.grammar import Grammar, PlainText
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary

SPOKEN = (
    "the committee said on thursday comma that when dictator was meant for twenty three people who cannot use their "
    "hands period it had to be quick and exact period send my address"
)
"""Thirty words: marks, a number, a name that was heard as something else, a replacement."""
WRITTEN = (
    "The committee said on Thursday, that WinDictator was meant for 23 people who cannot use their hands. It had to be "
    "quick and exact. Send 1 Main Street"
)
_SYLLABLES = re.findall("..", "karomitesovadipebrugatolishaveknozufedamoquchistwexhoul")


def rules(count: int) -> str:
    """A file of user words: half names, of two to five syllables, half replacements of four words."""
    chance = random.Random(1)

    def name() -> str:
        return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 5)))

    words = {"windictator": "WinDictator", "my address": "1 Main Street"}
    while len(words) < count // 2:
        word = name()
        words.setdefault(word, word.title())
    while len(words) < count:
        words.setdefault(f"my {name()} {name()} please", f"Text number {len(words)}")
    return "[words]\n" + "".join(f"{json.dumps(phrase)} = {json.dumps(text)}\n" for phrase, text in words.items())


def own_commands(count: int) -> str:
    """A file of as many commands of a user's own, with slots; they begin as the utterance does."""
    return "".join(
        f'[[command]]\nspoken = ["the {first}{second} {third} <words>"]\ndo = [{{ run = ["true", "<words>"] }}]\n'
        for (first, second, third), _ in zip(product(_SYLLABLES, repeat=3), range(count), strict=False)
    )


def write(vocabulary: Vocabulary, words: tuple[RecognizedWord, ...]) -> str:
    """What dictation does with an utterance before it types."""
    meaning = Grammar(vocabulary).parse(words)
    assert isinstance(meaning, PlainText)
    return context_adjust(vocabulary.format(meaning.words), START_OF_TEXT)[0]


def main() -> None:
    count, repetitions = int(sys.argv[1]), int(sys.argv[2])
    toml = rules(count)
    words = tuple(RecognizedWord(word, n * 0.3, n * 0.3 + 0.3) for n, word in enumerate(SPOKEN.split()))
    # One name first: what is imported for names is not the rules'.
    shipped = load_vocabulary(Settings())
    nearness = Settings().text.name_match_percent / 100
    write(shipped.with_user_words(parse_words(rules(2), "two"), nearness), words)
    memory, begin = _memory(), time.process_time()
    vocabulary = shipped.with_user_words(parse_words(toml, "rules"), nearness)
    seconds, memory = time.process_time() - begin, _memory() - memory
    own = user_command_phrases(parse_user_commands(own_commands(count), "own commands"))
    vocabulary = vocabulary.with_commands(vocabulary.commands.with_user_commands(own))
    times = []
    for _ in range(repetitions):
        begin = time.process_time()
        text = write(vocabulary, words)
        times.append(time.process_time() - begin)
    problem = "" if text.casefold() == WRITTEN.casefold() else f"WRONG TEXT: {text!r}"
    print(json.dumps({"seconds": min(times), "reading": seconds, "memory": memory / 1000, "problem": problem}))


def _memory() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
