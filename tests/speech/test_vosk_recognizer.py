"""The real recognizer: Vosk in its process, under the real reactor, hearing the recording that is shipped."""

import itertools
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.speech.vosk_runs import ENOUGH, HEAR, assert_everything_arrived_once, finals, hear, spoken_words, start_child
from windictator.speech import vosk_configuration, vosk_worker
from windictator.speech.demonstration import UTTERANCES, demonstration_model, demonstration_recording

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def undisturbed():
    return hear()


def test_it_hears_what_was_said(undisturbed):
    """Utterance by utterance, split at the pauses, with partials on the way, and it is gone after stop."""
    assert_everything_arrived_once(undisturbed)
    assert undisturbed["notices"] == []
    partials = [hypothesis[2] for hypothesis in undisturbed["hypotheses"] if hypothesis[0] == "partial"]
    assert "hello world" in partials
    assert max(len(list(same)) for _, same in itertools.groupby(partials)) > 1, "an unchanged partial is repeated"
    assert undisturbed["pid_after_stop"] is None
    with pytest.raises(ProcessLookupError):
        os.kill(undisturbed["pids"][0], 0)


def test_words_have_times_and_confidences(undisturbed):
    """Seconds since the first frame, in order, within the recording; confidences 0..1."""
    words = spoken_words(undisturbed)
    times = [time for _, start, end, _ in words for time in (start, end)]
    assert times == sorted(times)
    assert 0.2 < times[0] < 0.7
    assert 15 < times[-1] < 17.6
    assert all(0 <= confidence <= 1 for *_, confidence in words)


@pytest.mark.parametrize("moments", [[1.0, 2.0], [3.6, 3.7, 8.0, 16.0]])
def test_killed_in_mid_utterance_every_word_still_arrives_once(undisturbed, moments):
    """SIGKILL while it works on a frame: in mid-utterance, at the seam between two, and while it hears again. The
    words' times go on counting from the first frame of the session.
    """
    heard = hear(signals=moments)
    assert_everything_arrived_once(heard)
    assert len(heard["notices"]) == len(moments)
    assert len(set(heard["pids"])) == len(moments) + 1
    for (text, start, end, _), (text_then, start_then, end_then, _) in zip(
        spoken_words(undisturbed), spoken_words(heard), strict=True
    ):
        assert text_then == text
        assert start_then == pytest.approx(start, abs=0.25)
        assert end_then == pytest.approx(end, abs=0.25)


def test_crash_at_each_final_keeps_the_next_first_word(tmp_path):
    """Vosk says that an utterance has ended when it has been given the first sound of the next and not looked at it.
    Here the pauses are so short that this happens; where it cuts is then chance, which words there are is not.
    """
    samples, rate = soundfile.read(demonstration_recording(), dtype="int16")
    parts, begin = [], 0
    for pause in re.finditer(rb"(?:\0\0){12000,}", samples.tobytes()):
        parts += [samples[begin : pause.start() // 2], np.zeros(int(0.7 * rate), np.int16)]
        begin = pause.end() // 2
    assert len(parts) == 2 * len(UTTERANCES)
    soundfile.write(tmp_path / "hurried.wav", np.concatenate(parts), rate)
    heard = hear(audio=str(tmp_path / "hurried.wav"), signal_at_finals=True)
    assert len(heard["notices"]) >= 2
    assert " ".join(finals(heard)) == " ".join(UTTERANCES)


def test_aborted_it_says_so():
    """Vosk aborts with SIGABRT."""
    heard = hear(signals=[5.0], signal_name="SIGABRT")
    assert_everything_arrived_once(heard)
    assert heard["notices"] == ["the speech recognizer was killed by SIGABRT and is being restarted"]


def test_killed_before_the_last_final_it_is_still_delivered():
    """``finish`` goes through a crash too."""
    assert_everything_arrived_once(hear(signal_before_finish=True))


def test_killed_before_it_was_ready_nothing_is_lost():
    """What was fed meanwhile is kept."""
    assert_everything_arrived_once(hear(signal_before_ready=True, feed_before_ready=True))


def test_stopped_dead_it_is_replaced():
    """SIGSTOP: no crash, no answer."""
    heard = hear(signals=[5.0], signal_name="SIGSTOP", answer_timeout=1.0)
    assert_everything_arrived_once(heard)
    assert heard["notices"] == ["the speech recognizer did not answer in time and is being restarted"]


@pytest.mark.parametrize("frame_ms", [20, 100])
def test_the_length_of_the_frames_changes_no_word(frame_ms):
    """20 to 100 ms are allowed."""
    assert_everything_arrived_once(hear(frame_ms=frame_ms))


@pytest.fixture
def temporary_folder(monkeypatch, tmp_path):
    """Where the child makes its copy of the model's configuration."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_smaller_steps_show_words_sooner(undisturbed, temporary_folder):
    """The same words, seen earlier; and nothing is left of the copy of the configuration that says so."""
    heard = hear(frames_per_chunk=6, frame_ms=20)
    assert_everything_arrived_once(heard)
    begun = [[run["first_sight"][str(number)] for number in range(6)] for run in (undisturbed, heard)]
    assert sum(begun[1]) < sum(begun[0]) - 6 * 0.05
    assert not list(temporary_folder.iterdir())


def test_trailing_silence_applies_to_vosks_own_rules(temporary_folder):
    """Pauses of less than three seconds no longer end an utterance."""
    heard = hear(min_trailing_silence_s=3.0)
    assert " ".join(finals(heard)) == " ".join(UTTERANCES)
    assert len(finals(heard)) < len(UTTERANCES)


def test_without_room_for_a_copy_the_model_is_used_as_it_is(temporary_folder):
    """Slow words are better than none; a notice says why."""
    child = start_child(None, "--frames-per-chunk=6", under_limits="ulimit -f 0")
    first = json.loads(child.communicate(timeout=ENOUGH)[0].splitlines()[0])
    assert first["ready"]
    assert first["notice"].startswith("cannot change the configuration of the speech model, using it unchanged: ")
    assert not list(temporary_folder.iterdir())


def test_a_configuration_is_changed_in_its_lines():
    """What is not mentioned stays; an utterance's end may come later than the model has it, not earlier."""
    rules = [f"endpoint.rule{number}.min-trailing-silence" for number in (2, 3, 4)]
    changed = vosk_configuration.edit_configuration(
        f"--beam=11.0\n--frames-per-chunk=20 # as trained\n--{rules[0]}=0.5\n--{rules[1]}=1.5\n",
        {"frames-per-chunk": "6"} | dict.fromkeys(rules, "0.8"),
    )
    assert changed.splitlines() == [
        "--beam=11.0",
        "--frames-per-chunk=6",
        f"--{rules[0]}=0.8",
        f"--{rules[1]}=1.5",
        f"--{rules[2]}=2.0",
    ]


def test_the_child_ends_when_its_parent_dies():
    """However that happened: nothing has to be told to it."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time\n"
            "child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
            "child.stdout.readline()\n"
            "print(child.pid, flush=True)\n"
            "time.sleep(1000)\n",
            *[sys.executable, "-P", vosk_worker.__file__, demonstration_model()],
        ],
        stdout=subprocess.PIPE,
    )
    child = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    ended, _, _ = select.select([child], [], [], ENOUGH)
    os.close(child)
    assert ended


def test_signals_to_the_group_do_not_end_the_child():
    """Ctrl-C in a terminal reaches it too, and the last words are still wanted."""
    child = start_child()
    assert json.loads(child.stdout.readline()) == {"ready": True}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        child.send_signal(number)
    child.stdin.write(vosk_worker.write_message(vosk_worker.END_OF_UTTERANCE))
    child.stdin.flush()
    assert json.loads(child.stdout.readline()) == {"final": []}
    child.communicate(timeout=ENOUGH)
    assert child.returncode == 0


def test_a_message_cut_short_is_the_end():
    """The parent died while it was writing."""
    child = start_child()
    _, errors = child.communicate(vosk_worker.write_message(b"A", bytes(3200))[:100], timeout=ENOUGH)
    assert child.returncode == 0
    assert errors == b""


def test_the_child_imports_vosk_and_nothing_else_that_is_heavy():
    """It has to be up again quickly after a crash."""
    code = f"import sys; sys.path.insert(0, {str(HEAR.parents[2])!r}); import windictator.speech.vosk_worker\n"
    code += "print([m for m in ('twisted', 'click', 'numpy', 'vosk', 'Xlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def model(tmp_path):
    """A copy of the model that may be broken; its name is one that Kaldi would take for a pipe."""
    return Path(shutil.copytree(demonstration_model(), tmp_path / "| modèle "))


def refusal(model):
    """The one line that says why the model cannot be used."""
    heard = hear(model=str(model))
    assert heard["hypotheses"] == []
    assert "\n" not in heard["failure"]
    assert str(model) in heard["failure"]
    return heard["failure"]


def test_the_name_of_the_folder_does_not_matter(model):
    """Kaldi reads "|" in a file name as a command to run."""
    assert finals(hear(model=str(model))) == list(UTTERANCES)


def test_a_broken_model_is_refused_before_vosk_sees_it(model):
    """The checks are those of ``verify_model``."""
    (model / "am/final.mdl").write_bytes((model / "am/final.mdl").read_bytes()[:1_000_000])
    assert refusal(model).endswith("is broken: am/final.mdl is truncated")


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("conf/model.conf", b"--beam=11.0", b"--bean=11.0", "Invalid option --bean=11.0"),
        ("conf/mfcc.conf", b"=40", b"=30", "Input feature dimension mismatch: got 30 but network expects 40"),
        ("graph/HCLr.fst", None, None, "Failed to read"),
        ("graph/phones/word_boundary.int", b"internal", b"infernal", "Invalid line in word-boundary file"),
    ],
)
def test_model_that_only_vosk_refuses_reports_its_reason(model, name, old, new, reason):
    """Files that are whole in form and wrong in content."""
    content = (model / name).read_bytes()
    (model / name).write_bytes(content.replace(old, new) if old else content[: len(content) * 3 // 4])
    line = refusal(model)
    assert "cannot be loaded" in line
    assert reason in line


def test_a_model_that_makes_vosk_crash_is_given_up_with_one_line(model):
    """A list of numbers, as it should be, but of none that the graph knows; three attempts, a crash may be chance."""
    (model / "graph/disambig_tid.int").write_text("999999\n")
    assert "cannot be loaded: the recognizer was killed by SIG" in refusal(model)
