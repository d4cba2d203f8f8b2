"""A real model, which adapts to the speaker: what no test with the small model of the demonstration can see.

The recording, ``tests/data/korean.flac``, is ``testing_audio.wav`` of Azure-Samples/cognitive-services-speech-sdk
(``sampledata/customspeech/ko-KR``), MIT licence, copyright Microsoft Corporation; the text is the one beside it.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from tests.speech.korean_model import korean_model
from tests.speech.vosk_runs import HEAR, finals
from windictator.speech.model_words import model_words

RECORDING = Path(__file__).parents[1] / "data/korean.flac"
SAID = (
    "이 세부 정보 페이지는 제출된 데이터 집합에서 기록과 함께 두 모델의 인식 결과 나타내는 데이터 집합의 모든 발언을"
    " 나열합니다. 나란히 비교 검사를 위해 삽입, 삭제 및 대체를 비롯한 여러 가지 오류 형식을 전환할 수 있습니다."
    " 오디오를 듣고 사람 레이블 기록 및 두 가지 음성-텍스트 모델의 결과를 표시하는 각 열의 인식 결과를"
    " 비교함으로써, 어떤 모델이 요구를 충족하는지, 추가 학습과 개선이 필요한 곳은 어디인지를 결정할 수 있습니다."
)
ENOUGH_S = 900.0

pytestmark = [pytest.mark.slow, pytest.mark.whole_matrix]


@pytest.fixture(scope="module")
def model():
    try:
        return korean_model()
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"the model cannot be fetched: {error}")


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """As a WAV file."""
    path = tmp_path_factory.mktemp("korean") / "korean.wav"
    samples, rate = soundfile.read(RECORDING, dtype="int16")
    soundfile.write(path, samples, rate)
    return path


def hear(model, recording, **arguments):
    arguments |= {"audio": str(recording), "model": str(model), "frames_per_chunk": 6, "frame_ms": 20}
    done = subprocess.run(
        [sys.executable, "-W", "error", HEAR, json.dumps(arguments)], capture_output=True, timeout=ENOUGH_S, check=True
    )
    return json.loads(done.stdout)


def letters(text):
    """Without spaces, which the model sets between morphemes, and marks, which it does not know."""
    return re.sub(r"\W", "", text)


def error_rate(heard):
    """Letters that are wrong, missing or too many, per letter that was said."""
    said, found = letters(SAID), letters("".join(finals(heard)))
    distances = list(range(len(found) + 1))
    for row, letter in enumerate(said, 1):
        diagonal, distances[0] = distances[0], row
        for column, other in enumerate(found, 1):
            diagonal, distances[column] = (
                distances[column],
                min(distances[column] + 1, distances[column - 1] + 1, diagonal + (letter != other)),
            )
    return distances[-1] / len(said)


def test_cut_at_every_pause_it_hears_as_well_as_uncut(model, recording):
    """Within one word of ten or twenty letters; where each utterance began with a stranger it was twice as bad."""
    uncut, cut = hear(model, recording), hear(model, recording, gate_silence=0.3)
    assert len(finals(cut)) > len(finals(uncut))
    assert error_rate(uncut) < 0.2
    assert error_rate(cut) < error_rate(uncut) + 0.06


def test_killed_and_warmed_up_it_still_knows_the_speaker(model, recording):
    """With nothing typed twice: every word that is heard again would be seen in the error rate."""
    killed = hear(model, recording, gate_silence=0.3, signals=[16.0, 25.0])
    assert len(set(killed["pids"])) == 3
    assert error_rate(killed) < 0.26


def test_its_numbers_are_words(model):
    """This model writes numbers in brackets, as it writes marks of noise."""
    words = model_words(model)
    assert {"0", "8", "99", "백", "만"} <= words
    assert not words & {"[8]", "[공]", "(백)", "{만}", "<unk>", "!sil", "<spoken_noise>"}
