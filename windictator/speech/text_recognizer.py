"""Recognizer of typed lines instead of sound, for scripts and tests."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred, fail, succeed

from windictator.speech.errors import RecognizerError
from windictator.speech.interfaces import Recognizer
from windictator.text.utterance import Final, Hypothesis, Partial, RecognizedWord

PARTIAL_PREFIX = "~"
PAUSE_MARK = "|"
"""Word that stands for a pause if words have times."""
PAUSE_S = 0.5
"""Length of such a pause, and of the silence between two lines, in seconds."""
WORD_S = 0.3
"""Length of each word then, in seconds."""
MAX_LINE_BYTES = 1_000_000
"""Maximum length of a line, in bytes; a longer one is refused and never kept in memory as a whole."""


def timed_words(words: Sequence[str], begin_s: float = 0.0) -> tuple[RecognizedWord, ...]:
    """Return ``words`` with times as from speech at an even pace; ``PAUSE_MARK`` is a pause.

    begin_s: time of the first word, in seconds.
    """
    timed: list[RecognizedWord] = []
    now_s = begin_s
    for word in words:
        if word == PAUSE_MARK:
            now_s += PAUSE_S
        else:
            timed.append(RecognizedWord(word, now_s, now_s + WORD_S))
            now_s += WORD_S
    return tuple(timed)


class TextRecognizer(Recognizer):
    """``Recognizer`` of UTF-8 lines.

    Each line is one final utterance. A line that begins with ``~`` is a partial of the current utterance, which the
    next line without it ends. Spaces and tabs separate words. Lines without a word are ignored, but a bare ``~`` is an
    empty partial. Lines end with LF or CRLF; the last need not. A byte order mark at the beginning is ignored. If the
    input ends after a partial, an empty final takes it back.

    A line that is not UTF-8, contains a control character, or is longer than ``MAX_LINE_BYTES`` is refused as a whole.
    A notice gives its number, and ``refusal_count`` counts it.
    """

    def __init__(self, on_refused: Callable[[], None] = lambda: None, *, has_times: bool = False) -> None:
        """Prepare for lines.

        on_refused: called for each line that is refused.
        has_times: whether words get times, as from speech at an even pace. A word ``|`` is a pause then.
        """
        self._on_refused = on_refused
        self._has_times = has_times
        self._now_s = 0.0
        self.refusal_count = 0
        """Number of lines refused so far."""
        self._on_hypothesis: Callable[[Hypothesis], None] | None = None
        self._on_notice: Callable[[str], None] | None = None
        self._fed_before_start = b""
        self._line_parts: list[bytes] = []  # of the current line
        self._line_bytes = 0
        self._line_number = 1
        self._utterance = 0
        self._partial = ""
        self._stopped = False

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """Begin to deliver; fires at once."""
        self._on_hypothesis = on_hypothesis
        self._on_notice = on_notice
        early, self._fed_before_start = self._fed_before_start, b""
        self._split_lines(early)
        return succeed(None)

    def feed(self, data: bytes) -> Deferred[None]:
        """Process bytes, cut anywhere; bytes fed before ``start`` wait for it."""
        if self._on_hypothesis is None:
            self._fed_before_start += data
        else:
            self._split_lines(data)
        return succeed(None)

    def finish(self) -> Deferred[None]:
        """End the input. Fails with RecognizerError if it was never started."""
        if self._on_hypothesis is None:
            return fail(RecognizerError("the text recognizer was not started"))
        if self._line_bytes:
            self._end_line()
        if self._partial:
            self._end_utterance(())
        return succeed(None)

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """Fire with no alternatives, because a line is unambiguous."""
        return succeed(())

    def stop(self) -> Deferred[None]:
        """Stop delivering."""
        self._stopped = True
        self._line_parts.clear()
        self._line_bytes = 0
        return succeed(None)

    def _split_lines(self, data: bytes) -> None:
        *ended, rest = data.split(b"\n")
        for piece in ended:
            if self._stopped:
                return
            self._extend_line(piece)
            self._end_line()
        self._extend_line(rest)

    def _extend_line(self, piece: bytes) -> None:
        self._line_bytes += len(piece)
        if self._line_bytes <= MAX_LINE_BYTES:
            self._line_parts.append(piece)
        else:
            self._line_parts.clear()

    def _end_line(self) -> None:
        content, length, number = b"".join(self._line_parts), self._line_bytes, self._line_number
        self._line_parts.clear()
        self._line_bytes = 0
        self._line_number += 1
        if length > MAX_LINE_BYTES:
            self._refuse(number, f"is longer than {MAX_LINE_BYTES} bytes")
            return
        content = content.removesuffix(b"\r")
        if number == 1:
            content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            line = content.decode()
        except UnicodeDecodeError as error:
            self._refuse(number, f"is not UTF-8 (byte {error.start + 1}, 0x{content[error.start]:02x})")
            return
        for char in line:
            if char != "\t" and unicodedata.category(char) == "Cc":
                self._refuse(number, f"contains the control character U+{ord(char):04X}")
                return
        self._recognize_line(line)

    def _recognize_line(self, line: str) -> None:
        words = line.removeprefix(PARTIAL_PREFIX).replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if line.startswith(PARTIAL_PREFIX):
            partial = " ".join(words)
            if partial != self._partial:
                self._partial = partial
                self._deliver(Partial(self._utterance, partial))
        elif words:
            if self._has_times:
                spoken = timed_words(words, self._now_s)
                self._now_s = spoken[-1].end + PAUSE_S if spoken else self._now_s
                self._end_utterance(spoken)
            else:
                self._end_utterance(tuple(map(RecognizedWord, words)))

    def _end_utterance(self, words: tuple[RecognizedWord, ...]) -> None:
        utterance = self._utterance
        self._utterance += 1
        self._partial = ""
        self._deliver(Final(utterance, words))

    def _deliver(self, hypothesis: Hypothesis) -> None:
        if self._on_hypothesis is not None and not self._stopped:
            self._on_hypothesis(hypothesis)

    def _refuse(self, number: int, reason: str) -> None:
        self.refusal_count += 1
        self._on_refused()
        if self._on_notice is not None:
            self._on_notice(f"line {number} {reason}; it was not typed")
