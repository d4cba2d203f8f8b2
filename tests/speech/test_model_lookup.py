"""Which model is used, and which are there."""

import shutil
from pathlib import Path

import pytest

from windictator.speech.demonstration import demonstration_model
from windictator.speech.errors import ModelError
from windictator.speech.model_lookup import find_model, list_models, remove_model, user_data_dir


class Machine:
    """A user's folders."""

    def __init__(self, root):
        self.root = root
        self.data_dir = root / "data"
        self.cache = root / "cache"
        self.environ = {}

    def put(self, place, whole=True):
        """A model at a path below the root."""
        path = self.root / place
        if whole:
            shutil.copytree(demonstration_model(), path)
        else:
            (path / "graph").mkdir(parents=True)
        return path

    def find(self, asked=None, configured=None, **options):
        return find_model(
            asked,
            configured=configured,
            environ=self.environ,
            data_dir=self.data_dir,
            cache_dirs=[self.cache],
            **options,
        )

    def refusal(self, *args, **options):
        with pytest.raises(ModelError) as refused:
            self.find(*args, **options)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    def list(self):
        return list_models(environ=self.environ, data_dir=self.data_dir, cache_dirs=[self.cache])


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_the_order_of_the_lookup(machine):
    """Command line, settings, $VOSK_MODEL_PATH, the user's data folder, vosk's cache."""
    asked, configured, named = machine.put("a"), machine.put("b"), machine.put("c")
    installed = machine.put("data/models/vosk-model-small-en-us-0.15")
    cached = machine.put("cache/vosk-model-small-en-us-0.15")
    machine.environ["VOSK_MODEL_PATH"] = str(named)
    assert machine.find(str(asked), str(configured)) == asked
    assert machine.find(None, str(configured)) == configured
    assert machine.find() == named
    machine.environ.clear()
    assert machine.find() == installed
    shutil.rmtree(installed)
    assert machine.find() == cached


def test_vosk_model_path_may_be_a_folder_of_models(machine):
    """As the vosk package takes it; where it holds none, the search goes on."""
    named = machine.put("named/vosk-model-small-en-us-0.15")
    cached = machine.put("cache/vosk-model-en-us-0.22")
    machine.environ["VOSK_MODEL_PATH"] = str(named.parent)
    assert machine.find() == named
    machine.environ["VOSK_MODEL_PATH"] = str(machine.root / "nowhere")
    assert machine.find() == cached


def test_a_model_is_found_by_its_name_or_its_language(machine):
    """Wherever it is installed."""
    german = machine.put("cache/vosk-model-small-de-0.15")
    machine.put("data/models/vosk-model-small-en-us-0.15")
    assert machine.find("vosk-model-small-de-0.15") == german
    assert machine.find("de") == german
    assert machine.find(None, "de_AT.UTF-8") == german
    assert machine.find(language="de") == machine.root / "data/models/vosk-model-small-en-us-0.15"


def test_model_of_the_language_is_preferred_small_first(machine):
    """Full-size models take gigabytes of memory: only when asked for."""
    names = ["vosk-model-en-us-0.22", "vosk-model-small-de-0.15", "vosk-model-small-en-us-0.15", "vosk-model-spk-0.4"]
    for name in names[:3]:
        machine.put(f"data/models/{name}")
    assert machine.find().name == "vosk-model-small-en-us-0.15"
    assert machine.find(language="de").name == "vosk-model-small-de-0.15"
    assert machine.find(language="en").name == "vosk-model-small-en-us-0.15"


def test_the_only_model_is_used_whatever_its_language(machine):
    """Somebody put it there for a reason."""
    only = machine.put("data/models/vosk-model-small-fr-0.22")
    assert machine.find() == only


def test_several_models_of_other_languages_are_a_question(machine):
    """Not an answer by chance."""
    machine.put("data/models/vosk-model-small-fr-0.22")
    machine.put("data/models/vosk-model-small-de-0.15")
    line = machine.refusal()
    assert "vosk-model-small-de-0.15, vosk-model-small-fr-0.22" in line
    assert "--model" in line


def test_no_model_says_what_to_do(machine):
    """The command that installs one."""
    assert machine.refusal() == "no speech model is installed; run: windictator models install en-us"
    assert "windictator models install de" in machine.refusal(language="de")


def test_what_was_asked_for_is_never_replaced(machine):
    """A wrong name or folder is an error, not a reason to use another model."""
    machine.put("data/models/vosk-model-small-en-us-0.15")
    (machine.root / "empty").mkdir()
    assert "no speech model named 'fr'" in machine.refusal("fr")
    assert "there is no such folder" in machine.refusal(str(machine.root / "nowhere"))
    assert "it contains no Vosk speech model" in machine.refusal(str(machine.root / "empty"))
    assert "there is no such folder" in machine.refusal(None, "./nowhere")


def test_models_are_listed_with_their_problems_and_each_once(machine):
    """In the order of the search; half-unzipped ones too, other folders not."""
    machine.put("data/models/vosk-model-small-de-0.15")
    machine.put("data/models/notes", whole=False)
    machine.put("data/models/.install-vosk-model-small-fr-0.22")
    machine.put("cache/vosk-model-small-fr-0.22", whole=False)
    machine.put("cache/vosk-model-spk-0.4", whole=False)
    (machine.cache / "vosk-model-small-again").symlink_to(machine.root / "data/models/vosk-model-small-de-0.15")
    machine.environ["VOSK_MODEL_PATH"] = str(machine.put("own"))
    assert [(model.name, bool(model.problems)) for model in machine.list()] == [
        ("own", False),
        ("vosk-model-small-de-0.15", False),
        ("vosk-model-small-fr-0.22", True),
    ]


def test_a_model_is_removed_from_the_data_folder_only(machine):
    """Never by a path, never another program's."""
    mine = machine.put("data/models/vosk-model-small-de-0.15")
    cached = machine.put("cache/vosk-model-small-en-us-0.15")
    for name in ("vosk-model-small-en-us-0.15", "../../cache/vosk-model-small-en-us-0.15", "..", ".", ""):
        with pytest.raises(ModelError, match=r"installed: vosk-model-small-de-0\.15"):
            remove_model(name, machine.data_dir)
    assert remove_model("vosk-model-small-de-0.15", machine.data_dir) == mine
    assert list(mine.parent.iterdir()) == []
    assert cached.exists()


def test_removing_a_link_leaves_what_it_points_to(machine):
    """The model may live on another disk."""
    there = machine.put("elsewhere")
    (machine.data_dir / "models").mkdir(parents=True)
    (machine.data_dir / "models/mine").symlink_to(there)
    remove_model("mine", machine.data_dir)
    assert there.exists()
    assert not machine.list()


def test_by_default_it_looks_where_this_user_keeps_things(machine, monkeypatch):
    """XDG's data folder, and ~/.cache/vosk."""
    monkeypatch.setenv("XDG_DATA_HOME", str(machine.root / "share"))
    monkeypatch.setenv("HOME", str(machine.root))
    monkeypatch.delenv("VOSK_MODEL_PATH", raising=False)
    assert user_data_dir() == machine.root / "share/windictator"
    cached = machine.put(".cache/vosk/vosk-model-small-en-us-0.15")
    assert find_model(None, configured="") == cached
    installed = machine.put("share/windictator/models/vosk-model-small-en-us-0.15")
    assert find_model(None, configured=None) == installed
    assert [model.path for model in list_models()][:2] == [installed, cached]
    assert isinstance(remove_model("vosk-model-small-en-us-0.15"), Path)
