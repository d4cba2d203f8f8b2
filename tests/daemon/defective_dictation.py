"""``windictator`` with a defect: whatever contains the word "kaput" raises where words become text."""

import runpy

from windictator.text.vocabulary import Vocabulary

_format = Vocabulary.format


def _defective(self, words):
    if any(word.text == "kaput" for word in words):
        raise KeyError("secret words that no log may hold")
    return _format(self, words)


if __name__ == "__main__":
    Vocabulary.format = _defective
    runpy.run_module("windictator", run_name="__main__", alter_sys=True)
