"""What else may have been said: the list, and the choice, which is a correction like any other."""

import pytest
from twisted.internet.defer import Deferred, succeed

from tests.dictation.bench import OTHER_WINDOW, DictationBench
from tests.fake_keyboard import WINDOW
from tests.text.spoken import DEFAULT
from windictator.dictation.profile import Profile
from windictator.dictation.result import CommandResult
from windictator.settings.vocabulary import parse_words
from windictator.text.alternatives import MAX_ALTERNATIVES

OWN = DEFAULT.with_user_words(parse_words('[words]\nwindictator = "WinDictator"\n', "words.toml"), 0.8)


class Choice(DictationBench):
    """A dictation whose recognizer has other readings of some texts; ``asked``: of which utterances it was asked."""

    def __init__(self, readings=(), **options):
        super().__init__(**options)
        self.readings = readings
        self.asked = []
        self.recognizer_alternatives = self.answer

    def answer(self, utterance):
        self.asked.append(utterance)
        return succeed(tuple(self.readings))

    @property
    def listed(self):
        """What was listed last."""
        return self.listener.alternative_lists[-1][1]

    def outcome(self, request):
        results = []
        request.addCallback(results.append)
        (outcome,) = results
        return outcome


def test_the_readings_are_listed_as_they_would_stand_there():
    """Formatted for their place; none twice, not the current text, and none that dictates nothing."""
    readings = ["word comma", "hello world comma", "hello word comma", "hello whirled comma", "scratch that"]
    bench = Choice([*readings, "word comma"])
    bench.hear("dear jane comma", "hello word comma", "correct that")
    assert bench.asked == [1]
    assert bench.listener.alternative_lists == [
        ("hello word,", ("word,", "hello world,", "hello whirled,", "hello word comma"))
    ]
    assert bench.window_text() == "Dear Jane, hello word,"
    bench.hear("choose two")
    assert bench.window_text() == bench.ledger_text() == "Dear Jane, hello world,"
    bench.hear("period")
    bench.hear("scratch that", "scratch that", "scratch that")
    assert bench.window_text() == "Dear Jane,"


def test_a_reading_at_a_sentences_start_gets_its_capital():
    """The context is that of the phrase, not that of the caret."""
    bench = Choice(["whole period"])
    bench.hear("hole period", "correct that", "choose one")
    assert bench.window_text() == "Whole."
    bench.hear("next")
    assert bench.window_text() == "Whole. Next"


def test_a_list_is_not_longer_than_words_for_numbers():
    """One word each."""
    bench = Choice([f"w{n} five dollars" for n in range(20)])
    bench.hear("w five dollars", "correct that")
    assert len(bench.listed) <= MAX_ALTERNATIVES <= 9
    assert bench.listed[-1] == "W five dollars"


def test_a_choice_is_undone_and_another_made():
    """The list stands as long as nothing else is said."""
    bench = Choice(["whole", "haul"])
    bench.hear("hole", "correct that", "choose one", "undo that", "choose two")
    assert bench.window_text() == "Haul"
    bench.hear("choose one", "choose one", "undo that")
    assert bench.window_text() == "Haul"
    assert not bench.listener.refusals


def test_the_chosen_phrase_has_other_readings_again():
    """Of the same sound; the last is what was heard first."""
    bench = Choice(["hole", "whole", "haul"])
    bench.hear("hole", "correct that", "choose one", "correct that")
    assert bench.asked == [0, 0]
    assert bench.listed == ("Haul", "Hole")


def test_what_a_command_opened_is_not_offered():
    """The readings of "scratch that hole" are those of "hole"."""
    bench = Choice(["scratch that whole", "scratch that", "scratched hat hole"])
    bench.hear("one", "scratch that hole", "correct that")
    assert bench.listed == ("Whole", "Scratched hat hole")


def test_next_words_wait_for_the_recognizers_alternatives():
    """They must not come between the phrase and the list."""
    bench = Choice()
    answers = []
    bench.recognizer_alternatives = lambda _number: answers.append(Deferred()) or answers[-1]
    bench.hear("hole", "correct that", "choose one")
    assert bench.window_text() == "Hole" and not bench.listener.alternative_lists
    answers[0].callback(("whole",))
    assert bench.window_text() == "Whole"


def test_who_types_meanwhile_is_not_corrected():
    """The ledger says so."""
    bench = Choice()
    answer = Deferred()
    bench.recognizer_alternatives = lambda _number: answer
    bench.hear("hole", "correct that")
    bench.user_types()
    answer.callback(("whole",))
    assert not bench.listener.alternative_lists
    assert bench.listener.refusals == [
        'No suggestions: something else was done in the window meanwhile. Say "correct that" again.'
    ]
    assert bench.window_text() == "Hole`"


@pytest.mark.parametrize("live", ["off", "stable", "eager"])
def test_live_words_do_not_run_ahead_of_a_choice(live):
    """ "choose" waits for its number; the text is replaced once."""
    bench = Choice(["whole"], live=live)
    bench.hear("~hole", "hole", "~correct", "~correct that", "correct that")
    bench.hear("~choose", "~choose", "~choose one", "choose one")
    assert bench.window_text() == bench.ledger_text() == "Whole"
    bench.hear("~and", "~and choose", "and choose one", "~choose", "~choose one", "~choose one", "choose one")
    assert bench.window_text() == bench.ledger_text() == "Whole and choose one choose one"


def test_by_request():
    """As the control socket asks; a list that is there is not lost to who asks in a window without words."""
    bench = Choice(["whole"])
    bench.hear("hole")
    refusal = bench.outcome(bench.dictation.choose(1)).reason
    assert refusal == 'There is no list to choose from. Say "correct that" first.'
    assert bench.outcome(bench.dictation.alternatives()) == CommandResult()
    bench.keyboard.focus = OTHER_WINDOW
    assert bench.outcome(bench.dictation.choose(1)).reason.startswith("The list is for another window.")
    assert bench.outcome(bench.dictation.alternatives()).reason == "Can't change that: I have typed nothing here."
    assert bench.asked == [0]
    assert bench.dictation.interpreter.alternative_commands.current_list.texts == ("Whole",)


def test_by_force_what_was_sealed_is_listed_and_chosen():
    """A user who sees the text may force it; a spoken command may not."""
    bench = Choice(["whole"])
    bench.hear("hole")
    bench.keyboard.user_clicks()
    refused = bench.outcome(bench.dictation.alternatives())
    assert refused.can_force and "you typed or clicked" in refused.reason
    assert bench.outcome(bench.dictation.alternatives(force=True)) == CommandResult()
    bench.hear("choose one")
    assert bench.outcome(bench.dictation.choose(1)).can_force
    assert bench.window_text() == "Hole"
    assert bench.outcome(bench.dictation.choose(1, force=True)).text == "Whole"
    assert bench.window_text() == bench.ledger_text() == "Whole"


def test_a_terminal_gets_no_line_break_by_choice():
    """Its profile holds for what is chosen as for what is said."""
    for breaks, chosen in (("space", "Hole whole"), ("refuse", "Hole comma"), ("type", "Hole\nWhole")):
        bench = Choice(["hole new line whole"])
        profile = Profile("terminals", line_breaks=breaks)
        bench.profile_of = lambda _window, profile=profile: succeed(profile)
        bench.hear("hole comma", "correct that", "choose one")
        assert bench.window_text() == chosen


def test_a_choice_by_request_is_a_correction():
    """The result says what it typed and erased; after other typing it is refused."""
    bench = Choice(["whole"])
    bench.hear("hole")
    bench.dictation.alternatives()
    outcome = bench.outcome(bench.dictation.choose(1))
    assert (outcome.erased, outcome.text, bench.window_text()) == (4, "Whole", "Whole")
    bench.dictation.type(" and")
    assert "list is out of date" in bench.outcome(bench.dictation.choose(1)).reason
    bench.hear("more")
    refusal = bench.outcome(bench.dictation.choose(1)).reason
    assert refusal == 'The list is out of date: something else was done since. Say "correct that" again.'
    assert bench.window_text() == "Whole and more"


def test_what_was_said_by_request_is_not_asked_of_the_recognizer():
    """It has not heard it."""
    bench = Choice(["whole"])
    bench.dictation.say("hole comma")
    bench.hear("correct that")
    assert bench.asked == []
    assert bench.listed == ("Hole comma",)


def test_text_that_was_only_typed_has_no_readings():
    """It was not spoken."""
    bench = Choice(["whole"])
    bench.dictation.type("hole")
    bench.hear("correct that")
    assert bench.listener.refusals == [
        'No suggestions: this text was changed after you said it. Say "replace ... with ...".'
    ]


def test_a_repeated_phrase_has_the_readings_of_the_first():
    """It was heard once."""
    bench = Choice(["whole"])
    bench.hear("hole", "repeat that", "correct that", "choose one")
    assert bench.asked == [0]
    assert bench.window_text() == "Hole whole"


def test_selection_has_alternatives_only_if_it_is_the_phrase():
    """A selection of ours is what "that" means; the phrase that is selected is replaced as if it were not."""
    bench = Choice(["whole world"])
    profile = Profile(cursor_keys="on_command")
    bench.profile_of = lambda _window: succeed(profile)
    bench.hear("hole world", "select world", "correct that")
    assert bench.listener.refusals == [
        "No suggestions for a selection: they are for whole phrases. Say the words again to replace it."
    ]
    bench.hear("select that", "correct that", "choose one")
    assert bench.window_text() == bench.ledger_text() == "Whole world"
    assert len(bench.listener.refusals) == 1


# Rules that are offered


def test_a_choice_made_twice_is_offered_as_a_rule():
    """With what was heard, and as the vocabulary writes it; in no line that a log may have."""
    bench = Choice(vocabulary=OWN)
    for _ in range(2):
        bench.hear("i use when the dictator today", "correct that", "choose one", "new line")
    line = "windictator vocabulary add 'when the dictator' WinDictator"
    assert [notice.endswith(line) for notice in bench.listener.suggestions] == [True]
    assert not bench.listener.notices


def test_a_choice_that_was_taken_back_is_no_correction():
    """Nor is one that another of the same list has replaced: the final text counts."""
    bench = Choice(["whole", "haul"])
    for _ in range(3):
        bench.hear("hole", "correct that", "choose one", "undo that", "choose one", "undo that", "new line")
    assert not bench.listener.suggestions
    for _ in range(2):
        bench.hear("hole", "correct that", "choose one", "choose two", "new line")
    assert [notice.endswith("vocabulary add hole haul") for notice in bench.listener.suggestions] == [True]


def test_a_replacement_made_twice_is_offered_as_a_rule():
    """Of the words that differ, in whatever sentences; the text decides which "with" parts them."""
    bench = Choice()
    bench.hear("all the meet there is", "replace the meet with the meat")
    assert not bench.listener.suggestions
    bench.hear("with meet comma", "correct with meet to with meat")
    assert bench.window_text() == "All the meat there is with meat,"
    (notice,) = bench.listener.suggestions
    assert notice.endswith("windictator vocabulary add meet meat")


def test_a_name_that_was_spelled_twice_is_offered_as_a_rule():
    """Instead of the last phrase, or of the selection."""
    bench = Choice()
    bench.profile_of = lambda _window: succeed(Profile(cursor_keys="on_command"))
    spelled = "cap juliett oscar hotel november"
    bench.hear("my name is", "jon", f"spell that {spelled}", "and his comma", "jon comma", "select jon", "spell that")
    assert not bench.listener.suggestions
    bench.hear(spelled)
    assert bench.window_text() == bench.ledger_text() == "My name is John and his, John,"
    (notice,) = bench.listener.suggestions
    assert notice.endswith("windictator vocabulary add jon John")


def test_what_was_refused_is_no_correction():
    """Nor what replaces words that were not heard so: a rule for them would change nothing."""
    bench = Choice()
    bench.hear("meet")
    bench.hear("replace meat with meet", "replace meat with meet")
    assert len(bench.listener.refusals) == 2
    bench.dictation.type(" hole hole")
    bench.hear("replace hole with whole", "replace hole with whole")
    assert bench.window_text() == "Meet whole whole"
    assert not bench.listener.suggestions


def test_what_has_a_meaning_is_not_offered():
    """Only a word that the user adds should replace it."""
    bench = Choice()
    for _ in range(3):
        bench.hear("comma", "replace comma with full stop")
    assert bench.window_text(WINDOW).count(".") == 3
    assert not bench.listener.suggestions
