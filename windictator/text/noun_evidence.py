"""Evidence that the name of a symbol is a noun or a verb: "the colonial period was", "i quote this"."""

from __future__ import annotations

from dataclasses import dataclass

from windictator.text.phrase_conditions import PhrasePosition


@dataclass(frozen=True, slots=True)
class NounEvidence:
    """Words around a phrase that make it an ordinary word, unless a pause separates them.

    before: words directly before it: "its" before "capital", "i" before "quote".
    adjectives: words directly before it that no noun phrase ends with: "colonial" before "period". A determiner must
        precede them.
    weak_adjectives: the same for words that may end a noun phrase, as "year" in "that year period". They count only
        if a word follows that begins no sentence.
    adverbs: words that may be between a determiner and an adjective: "very".
    measures: words directly before it if a determiner and one of ``counts`` precede them: "week" in "a ten
        week period".
    counts: words for numbers: "ten".
    determiners: words that may precede the adjectives.
    after: words directly after it: "of" after "period".
    after_of: words after "of" that show that a sentence begins with it: "course".
    verbs: words directly after it that are verbs: "was".
    sentence_starts: words that begin a sentence; after a verb they show that it begins a question: "period was it".
    openers: words that cannot begin a whole sentence with at most ``MAX_OPENED`` words: "during".
    near_determiner: True if a determiner among the three words before it is enough: "the national capital".
    near_determiner_at_end: the same for the end of an utterance, as for effects, which mean nothing there.
    """

    before: frozenset[str] = frozenset()
    adjectives: frozenset[str] = frozenset()
    weak_adjectives: frozenset[str] = frozenset()
    adverbs: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()
    counts: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    after_of: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    sentence_starts: frozenset[str] = frozenset()
    openers: frozenset[str] = frozenset()
    near_determiner: bool = False
    near_determiner_at_end: bool = False

    def found(self, place: PhrasePosition) -> bool:
        """Return True if the phrase at ``place`` is an ordinary word."""
        return not place.is_pause_before and (self._is_marked_before(place) or self._is_marked_after(place))

    def _is_marked_before(self, place: PhrasePosition) -> bool:
        if place.previous_word in self.before:
            return True
        if place.previous_word in self.adjectives and self._is_attribute(place):
            return True
        if place.previous_word in self.measures and place.start > 2:
            article, number = place.tokens[place.start - 3 : place.start - 1]
            if article in self.determiners and number in self.counts:
                return True
        return self.near_determiner and self._has_determiner(place)

    def _has_determiner(self, place: PhrasePosition) -> bool:
        """Return True if a determiner is among the three words before the phrase."""
        return not self.determiners.isdisjoint(place.tokens[max(place.start - 3, 0) : place.start])

    def _is_attribute(self, place: PhrasePosition) -> bool:
        """Return True if a determiner precedes the adjective before the phrase, with adverbs and the like between."""
        position = place.start - 2
        first = max(position - _MAX_BETWEEN, 0)
        while position > first and place.tokens[position] in self.adverbs | self.adjectives | self.weak_adjectives:
            position -= 1
        return position >= 0 and place.tokens[position] in self.determiners

    def _is_marked_after(self, place: PhrasePosition) -> bool:
        following = place.next_word
        if not following:
            return self.near_determiner_at_end and self._has_determiner(place)
        if place.is_pause_after:
            return False
        if 0 < place.start <= MAX_OPENED and place.tokens[0] in self.openers:
            return True
        if (
            place.previous_word in self.weak_adjectives
            and following not in self.sentence_starts
            and self._is_attribute(place)
        ):
            return True
        end = place.end + 1
        second = place.tokens[end] if end < len(place.tokens) else ""
        if following in self.verbs:
            return place.start > 0 and second not in self.sentence_starts
        return following in self.after and not (following == "of" and second in self.after_of)

    def words_needed_after(self, place: PhrasePosition) -> int:
        """Return the number of words after the phrase that decide about it."""
        if self._is_marked_before(place):
            return 0
        return 2 if place.next_word in self.verbs or place.next_word == "of" else 1


_MAX_BETWEEN = 2
"""Maximum number of words between a determiner and an adjective."""
MAX_OPENED = 4
"""Maximum number of words between the beginning and a noun that an opener belongs to."""
