"""Corrections made by voice, and the rules that are offered for those that come again."""

from __future__ import annotations

from windictator.dictation.events import OnEvent, Suggestion
from windictator.dictation.learned_corrections import LearnedCorrections
from windictator.text.context_adjust import MIDDLE_OF_TEXT, context_adjust
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary


class CorrectionRules:
    """``vocabulary``: the one in force; what has a meaning there is not offered anew. In memory alone."""

    def __init__(self, on_event: OnEvent, vocabulary: Vocabulary) -> None:
        self._on_event = on_event
        self._corrections = LearnedCorrections(lambda phrase: phrase in self.vocabulary.phrases)
        self.vocabulary = vocabulary

    def record(self, heard: str, wanted: str) -> None:
        """The user has put words in the place of what was heard; both as they are said, or as they are written if
        nobody can say them."""
        for suggestion in self._corrections.record(heard, wanted, self._format_in_middle):
            self._on_event(Suggestion(suggestion.notice))

    def _format_in_middle(self, words: str) -> str:
        """As they stand in the middle of a text."""
        formatted = self.vocabulary.format(tuple(map(RecognizedWord, words.split())))
        return context_adjust(formatted, MIDDLE_OF_TEXT)[0].strip(" ")
