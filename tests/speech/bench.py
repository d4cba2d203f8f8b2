"""Recognizer with a toy process, for the tests."""

from tests.speech.toy_process import ToyReactor, spoken
from windictator.speech.demonstration import demonstration_model
from windictator.speech.vosk_options import VoskOptions
from windictator.speech.vosk_recognizer import VoskRecognizer
from windictator.text.utterance import Final


class Session:
    """A recognizer with a toy for its process, and all that it said."""

    def __init__(self, model=None, **options):
        self.reactor = ToyReactor()
        self.recognizer = VoskRecognizer(self.reactor, model or demonstration_model(), VoskOptions(**options))
        self.hypotheses = []
        self.notices = []
        self.dealt_with = []
        self.failures = []
        self.ready = []
        self.fed = 0
        started = self.recognizer.start(self.hypotheses.append, self.notices.append)
        started.addCallbacks(self.ready.append, self.failures.append)

    @property
    def process(self):
        return self.reactor.process

    @property
    def finals(self):
        return [hypothesis for hypothesis in self.hypotheses if isinstance(hypothesis, Final)]

    @property
    def texts(self):
        return [final.text for final in self.finals]

    def feed(self, *numbers):
        for number in numbers:
            taken = self.recognizer.feed(spoken(number))
            self.fed += 1
            taken.addCallbacks(lambda _, index=self.fed: self.dealt_with.append(index), self.failures.append)

    def run(self):
        """Let the process do all that it has to do."""
        while self.process is not None:
            if not self.process.protocol.ready:
                self.process.become_ready()
            elif self.process.messages:
                self.process.answer()
            else:
                break

    def finish(self):
        finished = []
        self.recognizer.finish().addCallbacks(finished.append, self.failures.append)
        self.run()
        return finished == [None]


def expected_utterances(numbers):
    """The words between silences; None is an end without one."""
    utterances, words = [], []
    for number in [*numbers, 0]:
        if number:
            words.append(f"w{number}")
        elif words:
            utterances.append(" ".join(words))
            words = []
    return utterances
