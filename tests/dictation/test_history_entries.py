"""What is remembered of what was said, and where it is kept."""

import json
import os
import stat
from dataclasses import asdict

from tests.dictation.bench import DictationBench
from tests.fake_keyboard import SHIFT_KEY
from windictator.dictation.history import History
from windictator.dictation.result import CommandResult
from windictator.refusals import Refusal, RefusalCode
from windictator.text.ledger import UndoHistory
from windictator.typist.result import StopReason
from windictator.typist.window import WindowInfo

NO = Refusal(RefusalCode.NOTHING_TO_UNDO, "No.")


def log(path=None, length=3, problems=None):
    return History(length, path, lambda: 1_000_000_000.5, (problems if problems is not None else []).append)


def test_the_last_utterances_are_remembered_in_order():
    """Older ones are forgotten."""
    kept = log()
    for number in range(5):
        kept.add(str(number), CommandResult(f"<{number}>", number, 7))
    assert [utterance.heard for utterance in kept.last(10)] == ["2", "3", "4"]
    assert [utterance.typed for utterance in kept.last(2)] == ["<3>", "<4>"]
    assert kept.last(0) == []
    assert kept.last(1)[0].time == "2001-09-09T01:46:40.500+00:00"


def test_a_refusal_or_a_stop_is_remembered_with_its_reason():
    """ "history" says why something is not on the screen."""
    kept = log()
    kept.add("one", CommandResult(refusal=NO))
    kept.add("two", CommandResult("t", stopped=StopReason.FOCUS_CHANGED))
    assert [utterance.refused for utterance in kept.last(2)] == ["No.", StopReason.FOCUS_CHANGED.clause]


def test_the_window_is_told_as_it_was():
    """Only if it is the one in which something was done; on disk it is not named."""
    kept = log()
    kept.add("one", CommandResult("One", window=7), WindowInfo(7, "XTerm", "mail"))
    kept.add("two", CommandResult("Two", window=8), WindowInfo(7, "XTerm", "mail"))
    kept.add("three", CommandResult(refusal=NO))
    told = kept.entries(3, lambda window: UndoHistory((), ()))
    assert [(each["window"], each["application"], each["title"]) for each in told] == [
        (7, "XTerm", "mail"),
        (8, "", ""),
        (0, "", ""),
    ]
    assert "application" not in asdict(kept.last(1)[0])


def test_nothing_is_written_unless_asked(tmp_path, monkeypatch):
    """In memory only."""
    monkeypatch.chdir(tmp_path)
    log().add("secret", CommandResult("Secret"))
    assert list(tmp_path.rglob("*")) == []


def test_on_disk_it_is_the_users_alone(tmp_path):
    """Lines of JSON, mode 0600, also where a file with other permissions was there; the folder 0700."""
    path = tmp_path / "state" / "history.jsonl"
    path.parent.mkdir(mode=0o755)
    path.touch(mode=0o644)
    kept = log(path)
    kept.add("hello", CommandResult("Hellö\n"))
    kept.add("again", CommandResult("again"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [json.loads(line)["typed"] for line in path.read_text("utf-8").splitlines()] == ["Hellö\n", "again"]


def test_a_link_in_the_files_place_is_not_followed(tmp_path):
    """No other user makes it write elsewhere."""
    target = tmp_path / "target"
    target.touch()
    path = tmp_path / "history.jsonl"
    path.symlink_to(target)
    problems = []
    log(path, problems=problems).add("hello", CommandResult("Hello"))
    assert target.read_text() == "" and len(problems) == 1


def test_a_full_disk_is_told_once_and_leaves_no_half_line(tmp_path, monkeypatch):
    """It goes on in memory; what was there stays whole."""
    path = tmp_path / "history.jsonl"
    problems = []
    kept = log(path, problems=problems)
    kept.add("one", CommandResult("one"))
    whole, real = path.read_bytes(), os.write
    calls = []

    def full(descriptor, data):
        calls.append(len(data))
        if len(calls) == 1:
            return real(descriptor, data[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    kept.add("two", CommandResult("two"))
    kept.add("three", CommandResult("three"))
    assert path.read_bytes() == whole
    assert len(problems) == 1 and "No space left" in problems[0] and "\n" not in problems[0]
    assert [utterance.heard for utterance in kept.last(3)] == ["one", "two", "three"]


def test_each_utterance_says_what_became_of_it():
    """Words that were kept are typed later, or dropped."""
    bench = DictationBench(keep_undelivered=True)
    history = log(length=20)
    bench.dictation.on_result = history.add

    def outcomes():
        kept = bench.dictation.undelivered_transcripts
        return {each["heard"]: each["outcome"] for each in history.entries(20, bench.dictation.undo_history, kept)}

    bench.hear("hello world", "command mode", "nonsense here", "dictation mode", "more words")
    assert outcomes() == {
        "hello world": "typed",
        "command mode": "command",
        "nonsense here": "refused",
        "dictation mode": "command",
        "more words": "typed",
    }
    bench.hear("scratch that")
    assert outcomes()["more words"] == "erased"
    assert outcomes()["scratch that"] == "command"
    bench.keyboard.user_presses(SHIFT_KEY)
    bench.hear("first kept")
    bench.clock.advance(1.0)
    bench.hear("second kept")
    bench.clock.advance(1.0)
    bench.keyboard.user_presses(SHIFT_KEY, False)
    assert (outcomes()["first kept"], outcomes()["second kept"]) == ("kept", "kept")
    bench.hear("type it here")
    assert (outcomes()["first kept"], outcomes()["second kept"]) == ("typed later", "typed later")
    bench.keyboard.user_presses(SHIFT_KEY)
    bench.hear("third kept")
    bench.clock.advance(1.0)
    bench.dictation.discard_undelivered()
    assert outcomes()["third kept"] == "dropped"


def test_correction_shows_the_whole_words_that_it_left():
    """It types only the letters that differ; undoing shows what is there again."""
    bench = DictationBench()
    history = log(length=20)
    bench.dictation.on_result = history.add
    bench.hear("the cat sat", "replace cat with car", "undo that")
    told = history.entries(20, bench.dictation.undo_history)
    assert [each["text"].strip() for each in told] == ["The cat sat", "The car sat", "The cat sat"]
    assert [each["outcome"] for each in told][:2] == ["typed", "undone"]
