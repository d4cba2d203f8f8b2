"""Corrections made by voice, and the rules that are offered for repeated ones."""

from __future__ import annotations

from windictator.dictation.events import Suggestion
from windictator.dictation.learned_corrections import CorrectionRule, LearnedCorrections
from windictator.dictation.result import CommandResult
from windictator.text.context_adjust import MIDDLE_OF_TEXT, context_adjust
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary


class CorrectionRules:
    """Counts corrections, in memory alone, and offers rules.

    ``vocabulary``: the active vocabulary. Nothing is offered for phrases that have a meaning there.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._corrections = LearnedCorrections(lambda phrase: phrase in self.vocabulary.phrases)
        self.vocabulary = vocabulary
        self.offers: list[CorrectionRule] = []
        """The rules that were offered together last, until the offer ends."""

    def record(self, heard: str, wanted: str) -> CommandResult:
        """Record that the user replaced ``heard`` by ``wanted``; the result holds offers.

        Both are given as they are spoken, or as they are written if they cannot be spoken.
        """
        rules = self._corrections.record(heard, wanted, self._format_in_middle)
        if rules:
            self.offers = rules
        return CommandResult(events=tuple(Suggestion(rule.suggestion) for rule in rules))

    def _format_in_middle(self, words: str) -> str:
        """Format words as in the middle of a text."""
        formatted = self.vocabulary.format(tuple(map(RecognizedWord, words.split())))
        return context_adjust(formatted, MIDDLE_OF_TEXT)[0].strip(" ")
