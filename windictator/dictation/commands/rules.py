"""The commands that answer the offer of a rule for a repeated correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from twisted.internet.defer import succeed

from windictator.dictation.commands import CommandHandler
from windictator.dictation.correction_rules import CorrectionRules
from windictator.dictation.events import Notice
from windictator.dictation.interfaces import UserWords
from windictator.dictation.learned_corrections import CorrectionRule
from windictator.dictation.result import CommandResult, refused, reported
from windictator.errors import WinDictatorError
from windictator.refusals import Refusal, RefusalCode
from windictator.text.vocabulary import Vocabulary

OPEN_FOR_UTTERANCES = 10
"""Number of utterances after an offer in which it can be answered."""
_MAX_SHORT_ANSWER = 2
"""Number of words of an answer that is one in the next utterance alone, because people also dictate it: "no"."""


class RuleCommands:
    """Makes a rule of what was offered, declines it, and takes the rule back.

    correction_rules: holds what was offered.
    user_words: the file of the user's words; None: it cannot be changed by voice.
    use_vocabulary: called with the vocabulary that has the rule, or has it no longer.
    """

    def __init__(
        self,
        correction_rules: CorrectionRules,
        user_words: UserWords | None,
        use_vocabulary: Callable[[Vocabulary], None],
    ) -> None:
        self._correction_rules = correction_rules
        self._user_words = user_words
        self._use_vocabulary = use_vocabulary
        self._last_offers: Sequence[CorrectionRule] = ()
        self._age = 0
        self.made: Sequence[CorrectionRule] = ()
        """The rules that the current utterance has made."""
        self._taken_back: Sequence[CorrectionRule] = ()
        self.can_take_back = False
        """Whether the utterance before this one has made a rule."""
        self.commands: Mapping[str, CommandHandler] = {
            "accept_rule": lambda _live_text, _command: succeed(self._accept()),
            "decline_rule": lambda _live_text, _command: succeed(self._decline()),
        }

    def is_answer(self, word_count: int) -> bool:
        """Return whether a phrase of ``word_count`` words answers an offer now."""
        return bool(self._correction_rules.offers) and (word_count > _MAX_SHORT_ANSWER or self._age == 0)

    def utterance_ended(self) -> None:
        """Count an utterance: an offer does not stay open for ever, and a rule can be taken back right after it."""
        offers = self._correction_rules.offers
        if offers is self._last_offers:
            self._age += 1
            if self._age >= OPEN_FOR_UTTERANCES:
                self._correction_rules.offers = []
        else:
            self._last_offers, self._age = offers, 0
        self.can_take_back = bool(self.made)
        if self.can_take_back:
            self._taken_back, self.made = self.made, ()

    def _accept(self) -> CommandResult:
        """Write the rules that were offered to the user's words."""
        rules = self._correction_rules.offers
        result = self._change([(rule, rule.written) for rule in rules], "not made a rule")
        if result.done:
            self._correction_rules.offers = []
            self.made = tuple(rules)
            written = ", ".join(f"{rule.heard!r} is always written {rule.written!r}" for rule in rules)
            result += reported(Notice(f'{written}; "undo that" takes it back', quotes_dictation=True))
        return result

    def take_back(self) -> CommandResult:
        """Remove the rules that were made last from the user's words."""
        rules = self._taken_back
        result = self._change([(rule, None) for rule in rules], "the rule was not taken back")
        if result.done:
            self.can_take_back = False
            heard = ", ".join(repr(rule.heard) for rule in rules)
            result += reported(Notice(f"no longer a rule: {heard}", quotes_dictation=True))
        return result

    def _decline(self) -> CommandResult:
        rules, self._correction_rules.offers = self._correction_rules.offers, []
        heard = ", ".join(repr(rule.heard) for rule in rules)
        return reported(
            Notice(f"not made a rule: {heard}; it is not offered again until the next start", quotes_dictation=True)
        )

    def _change(self, changes: Sequence[tuple[CorrectionRule, str | None]], what: str) -> CommandResult:
        if self._user_words is None:
            return refused(
                Refusal(RefusalCode.RULE_NOT_SAVED, f"{what}: the file of your words cannot be changed here.")
            )
        try:
            for rule, text in changes:
                vocabulary = self._user_words.change(rule.heard, text)
                self._use_vocabulary(vocabulary)
        except WinDictatorError as error:
            return refused(Refusal(RefusalCode.RULE_NOT_SAVED, f"{what}: {error}"))
        return CommandResult()
