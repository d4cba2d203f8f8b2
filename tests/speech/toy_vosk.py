"""A stand-in for the module ``vosk``: a recognizer that says what the test wants and tells what was asked of it."""

import json
from typing import ClassVar


class KaldiRecognizer:
    """Each that is made is in ``made``."""

    made: ClassVar[list] = []

    def __init__(self, model, rate):
        assert rate == 16000
        self.calls = []
        self.given = 0  # samples
        self.ended = False  # what AcceptWaveform returns
        self.words = []  # of the next result: text, start, end
        self.made.append(self)

    def SetWords(self, wanted):
        assert wanted

    def SetMaxAlternatives(self, most):
        self.calls.append(f"SetMaxAlternatives {most}")

    def AcceptWaveform(self, audio):
        self.calls.append("AcceptWaveform")
        self.given += len(audio) // 2
        return self.ended

    def PartialResult(self):
        return json.dumps({"partial": " ".join(text for text, _, _ in self.words)})

    def Result(self):
        self.calls.append("Result")
        words, self.words = self.words, []
        result = [{"word": text, "start": start, "end": end, "conf": 1.0} for text, start, end in words]
        text = " ".join(text for text, _, _ in words)
        return json.dumps({"result": result, "text": text, "alternatives": [{"text": text}]})

    def FinalResult(self):
        self.calls.append("FinalResult")
        return self.Result()
