"""A broken model is found before Vosk sees it; a whole one is never refused."""

import shutil
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from windictator.speech.demonstration import demonstration_model
from windictator.speech.model_folder import is_model_folder, verify_model

FILES = sorted(
    str(path.relative_to(demonstration_model()))
    for path in demonstration_model().rglob("*")
    if path.is_file() and path.name != "README"
)


@pytest.fixture
def model(tmp_path):
    """A copy of the demonstration's model, to be broken."""
    return Path(shutil.copytree(demonstration_model(), tmp_path / "model"))


@pytest.fixture
def old_model(tmp_path, model):
    """The same in Vosk's old layout."""
    old = tmp_path / "old"
    old.mkdir()
    for path in model.rglob("*"):
        if path.is_file() and path.name not in ("README", "model.conf"):
            shutil.copy(path, old)
    return old


def test_the_model_that_is_shipped_is_whole():
    """Other folders are not treated as models."""
    assert verify_model(demonstration_model()) == []
    assert is_model_folder(demonstration_model())
    assert not is_model_folder(demonstration_model().parent)


def test_the_old_layout_is_a_model_too(old_model):
    """All files in one folder; Vosk brings the configuration."""
    assert is_model_folder(old_model)
    assert verify_model(old_model) == []
    (old_model / "Gr.fst").unlink()
    assert verify_model(old_model) == ["Gr.fst is missing"]


@pytest.mark.parametrize("name", [name for name in FILES if "word_boundary" not in name])
def test_a_file_that_vosk_needs_is_missed(model, name):
    """By its name; only the word boundaries are optional."""
    (model / name).unlink()
    problems = verify_model(model)
    assert len(problems) == 1
    assert name in problems[0]
    assert "is missing" in problems[0]


def test_word_boundaries_may_be_missing(model):
    """Vosk then takes the words' times from the lattice as it is."""
    (model / "graph/phones/word_boundary.int").unlink()
    assert verify_model(model) == []


@pytest.mark.parametrize("name", [name for name in FILES if "conf" not in name and "phones" not in name])
def test_an_empty_file_is_found(model, name):
    """What an interrupted copy leaves; on an empty list of disambiguation symbols Vosk crashes."""
    (model / name).write_bytes(b"")
    assert verify_model(model) == [f"{name} is empty"]


@given(keep=st.integers(1, 3_665_444))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_an_acoustic_model_cut_anywhere_is_found(model, keep):
    """Down to the last byte."""
    content = (demonstration_model() / "am/final.mdl").read_bytes()
    (model / "am/final.mdl").write_bytes(content[:keep])
    problems = verify_model(model)
    assert len(problems) == 1
    assert problems[0].startswith("am/final.mdl is ")


@pytest.mark.parametrize("keep", [0.01, 0.5, 0.999])
def test_a_truncated_graph_is_found(model, keep):
    """The header says how many states and arcs there must be."""
    content = (model / "graph/Gr.fst").read_bytes()
    (model / "graph/Gr.fst").write_bytes(content[: int(len(content) * keep)])
    assert verify_model(model) == ["graph/Gr.fst is truncated"]


def test_other_files_in_their_places_are_found(model):
    """Text, or a page of HTML from a failed download."""
    (model / "am/final.mdl").write_text("<html>not found</html>")
    (model / "graph/HCLr.fst").write_text("<html>not found</html>")
    (model / "graph/disambig_tid.int").write_text("one\n")
    (model / "graph/words.txt").write_text("hello 1\nworld")
    (model / "conf/mfcc.conf").write_text("--dither=0 # fine\n\nsample-frequency=16000\n")
    assert verify_model(model) == [
        "conf/mfcc.conf, line 3, is not of the form --name=value",
        "am/final.mdl is not a Kaldi acoustic model",
        "graph/HCLr.fst is not an OpenFst transducer",
        "graph/disambig_tid.int is not a list of numbers",
        "graph/words.txt is truncated",
    ]


def test_one_whole_graph_may_take_the_place_of_two(model):
    """Full-size models have HCLG.fst, and need no list of disambiguation symbols."""
    (model / "graph/Gr.fst").rename(model / "graph/HCLG.fst")
    (model / "graph/HCLr.fst").unlink()
    (model / "graph/disambig_tid.int").unlink()
    assert verify_model(model) == []
    (model / "graph/HCLG.fst").unlink()
    assert verify_model(model) == ["graph/HCLG.fst is missing (or graph/HCLr.fst and graph/Gr.fst instead of it)"]


def test_a_graph_that_brings_its_words_needs_no_table(model):
    """OpenFst files may hold the table of words themselves: bit 1 of the flags."""
    content = bytearray((model / "graph/Gr.fst").read_bytes())
    flags = 8 + len("const") + 4 + len("standard") + 4
    struct.pack_into("<i", content, flags, struct.unpack_from("<i", content, flags)[0] | 2)
    (model / "graph/Gr.fst").write_bytes(content)
    (model / "graph/words.txt").unlink()
    assert verify_model(model) == []


def test_ivector_extractor_must_be_complete_if_needed(model):
    """The small models have one."""
    (model / "ivector").mkdir()
    (model / "ivector/final.ie").write_bytes(b"x")
    assert verify_model(model) == [
        f"ivector/{name} is missing"
        for name in ("final.dubm", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")
    ]
    shutil.rmtree(model / "ivector")
    network = (model / "am/final.mdl").read_bytes()
    wanting = network.replace(b"input-node name=input", b"input-node name=ivector dim=30\ninput-node name=input", 1)
    (model / "am/final.mdl").write_bytes(wanting)
    assert verify_model(model) == ["ivector/final.ie is missing, and the acoustic model needs it"]


def test_rescoring_must_be_whole(model):
    """Where it is begun."""
    for name in ("rescore/G.carpa", "rnnlm/final.raw"):
        (model / name).parent.mkdir()
        (model / name).write_bytes(b"x")
    assert verify_model(model) == [
        "rescore/G.fst is missing",
        "rnnlm/feat_embedding.final.mat is missing",
        "rnnlm/word_feats.txt is missing",
        "rnnlm/special_symbol_opts.conf is missing",
    ]


def test_what_is_no_model_is_said_to_be_none(tmp_path, model):
    """With a hint where the mistake is a common one."""
    assert verify_model(tmp_path / "nowhere") == ["there is no such folder"]
    (tmp_path / "model.zip").write_bytes(b"PK")
    assert verify_model(tmp_path / "model.zip") == ["it is not a folder (unzip it first)"]
    (tmp_path / "empty").mkdir()
    assert verify_model(tmp_path / "empty") == ["it contains no Vosk speech model (am/final.mdl is missing)"]
    assert verify_model(tmp_path) == ["it contains no speech model itself, but its folder model does"]
    (model / "am/final.mdl").unlink()
    (model / "am/final.mdl").mkdir()
    assert verify_model(model) == ["it contains no Vosk speech model (am/final.mdl is missing)"]


@given(name=st.sampled_from(FILES), content=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_content_breaks_the_check(model, name, content):
    """It finds problems or none, and raises nothing."""
    before = (model / name).read_bytes()
    (model / name).write_bytes(content)
    assert all("\n" not in problem for problem in verify_model(model))
    (model / name).write_bytes(before)
