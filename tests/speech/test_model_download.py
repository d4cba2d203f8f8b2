"""Models are downloaded from a server that behaves, and from servers that do not."""

import hashlib
import http.server
import io
import json
import re
import socket
import stat
import threading
import zipfile
from pathlib import Path

import pytest

from windictator.speech import model_download
from windictator.speech.demonstration import demonstration_model
from windictator.speech.errors import ModelError
from windictator.speech.model_download import install_model
from windictator.speech.model_folder import verify_model

NAME = "vosk-model-small-xx-0.1"


def zip_of(members):
    """An archive of (name or ZipInfo, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def model_members(prefix=f"{NAME}/"):
    for path in sorted(demonstration_model().rglob("*")):
        if path.is_file():
            yield prefix + str(path.relative_to(demonstration_model())), path.read_bytes()


@pytest.fixture(scope="module")
def archive():
    return zip_of(model_members())


class Server:
    """Local file server. ``files``: path -> bytes; flags change its behaviour."""

    def __init__(self):
        self.files = {}
        self.ranges = True
        self.break_off_after = None
        self.hang = threading.Event()
        self.hang.set()
        self.requests = []
        server = self

        class Answers(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                server.answer(self)
                self.close_connection = True

            def log_message(self, *args):
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_port}/models"

    def publish(self, archive, name=NAME, **entry):
        self.files[f"/models/{name}.zip"] = archive
        entry = {"name": name, "lang": "xx", "type": "small", "obsolete": "false"} | entry
        listed = json.loads(self.files.get("/models/model-list.json", b"[]"))
        self.files["/models/model-list.json"] = json.dumps([*listed, entry]).encode()

    def answer(self, request):
        self.requests.append((request.path, request.headers.get("Range")))
        self.hang.wait()
        content = self.files.get(request.path)
        if content is None:
            request.send_error(404)
            return
        start = 0
        if self.ranges and (match := re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))):
            start = int(match[1])
            if start >= len(content):
                request.send_response(416)
                request.send_header("Content-Range", f"bytes */{len(content)}")
                request.send_header("Content-Length", "0")
                request.end_headers()
                return
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            request.send_response(200)
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        end = len(content)
        if self.break_off_after is not None and request.path.endswith(".zip"):
            end = start + self.break_off_after
        request.wfile.write(content[start:end])

    def close(self):
        self.hang.set()
        self._http.shutdown()
        self._http.server_close()

    def downloads(self):
        return [range for path, range in self.requests if path.endswith(".zip")]


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def install(server, tmp_path):
    """Install from the server; returns the folder and the progress reported."""

    def run(wanted=NAME, timeout=10.0, base_url=None):
        progress = []
        path = install_model(
            wanted, tmp_path, lambda *done: progress.append(done), timeout=timeout, base_url=base_url or server.url
        )
        return path, progress

    run.folder = tmp_path / "models"
    return run


def refusal(install, *args, **options):
    with pytest.raises(ModelError) as refused:
        install(*args, **options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def left_behind(install):
    return sorted(path.name for path in install.folder.iterdir())


def test_a_model_is_downloaded_checked_and_named(server, install, archive):
    """The progress goes from nothing to all; nothing else stays behind."""
    server.publish(archive, md5=hashlib.md5(archive).hexdigest())
    path, progress = install()
    assert path == install.folder / NAME
    assert verify_model(path) == []
    assert progress[0] == (0, len(archive))
    assert progress[-1] == (len(archive), len(archive))
    assert progress == sorted(progress)
    assert left_behind(install) == [NAME]


def test_what_is_installed_is_not_downloaded_again(server, install, archive):
    """Not even asked for: the machine may be offline by now."""
    server.publish(archive)
    install()
    server.requests.clear()
    assert install()[0] == install.folder / NAME
    assert not server.requests


def test_a_broken_model_is_replaced(server, install, archive):
    """By its own name."""
    server.publish(archive)
    (install.folder / NAME / "am").mkdir(parents=True)
    path, _ = install()
    assert verify_model(path) == []
    assert left_behind(install) == [NAME]


def test_a_language_means_its_small_model_that_is_not_obsolete(server, install, archive):
    """The published list knows more languages than the program."""
    server.publish(archive, name="vosk-model-small-xx-0.0", obsolete="true")
    server.publish(archive, name="vosk-model-xx-0.1", type="big")
    server.publish(archive)
    assert install("xx")[0].name == NAME


def test_a_known_language_needs_no_list(server, install):
    """The list may be down."""
    server.files["/models/vosk-model-small-de-0.15.zip"] = zip_of(model_members("vosk-model-small-de-0.15/"))
    assert install("de")[0].name == "vosk-model-small-de-0.15"


def test_a_download_that_breaks_off_is_continued_the_next_time(server, install, archive):
    """From where it ended."""
    server.publish(archive, md5=hashlib.md5(archive).hexdigest())
    server.break_off_after = 1_000_000
    line = refusal(install)
    assert f"broke off after 1000000 of {len(archive)} bytes" in line
    assert "run the same command again" in line
    assert left_behind(install) == [f".{NAME}.zip.part"]
    server.break_off_after = None
    path, progress = install()
    assert verify_model(path) == []
    assert progress[0] == (1_000_000, len(archive))
    assert server.downloads() == [None, "bytes=1000000-"]
    assert left_behind(install) == [NAME]


def test_where_the_server_cannot_continue_it_starts_anew(server, install, archive):
    """It sends all of it, which must not be put behind what is there."""
    server.publish(archive)
    server.break_off_after = 1_000_000
    refusal(install)
    server.break_off_after, server.ranges = None, False
    path, progress = install()
    assert verify_model(path) == []
    assert progress[0] == (0, len(archive))


def test_a_download_that_was_complete_is_used(server, install, archive):
    """Interrupted between the last byte and unzipping."""
    server.publish(archive)
    install.folder.mkdir()
    (install.folder / f".{NAME}.zip.part").write_bytes(archive)
    assert verify_model(install()[0]) == []
    assert server.downloads() == [f"bytes={len(archive)}-"]


def test_the_rest_of_another_archive_is_not_mixed_in(server, install, archive):
    """The part belongs to an older version: its sum is wrong, so everything is downloaded again."""
    server.publish(archive, md5=hashlib.md5(archive).hexdigest())
    install.folder.mkdir()
    (install.folder / f".{NAME}.zip.part").write_bytes(b"old" * 1000)
    assert verify_model(install()[0]) == []
    assert server.downloads() == ["bytes=3000-", None]


def test_a_wrong_sum_installs_nothing(server, install, archive):
    """Nothing is kept, so that the next attempt begins again."""
    server.publish(archive, md5="0" * 32)
    assert "does not have the published MD5 sum; nothing was installed" in refusal(install)
    assert left_behind(install) == []


def test_a_sum_that_the_program_knows_is_checked_too(server, install, archive, monkeypatch):
    """Whatever the published list says."""
    server.publish(archive, md5=hashlib.md5(archive).hexdigest())
    monkeypatch.setitem(model_download.SHA256, NAME, "0" * 64)
    assert "SHA256" in refusal(install)
    monkeypatch.setitem(model_download.SHA256, NAME, hashlib.sha256(archive).hexdigest())
    assert verify_model(install()[0]) == []


def test_a_server_that_hangs_is_given_up_in_time(server, install, archive):
    """Before it answers at all."""
    server.publish(archive)
    server.hang.clear()
    line = refusal(install, timeout=0.2)
    assert "no answer for 0.2 s" in line
    assert f"download {server.url}/{NAME}.zip elsewhere and unzip it into {install.folder}" in line


def test_a_server_that_hangs_in_the_middle_is_given_up_in_time(install):
    """After the headers and some bytes."""
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve():
        for _ in range(2):
            connection, _ = listening.accept()
            request = connection.recv(65536)
            if b".zip" in request:
                connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\nPK")
                done.wait()
            connection.close()

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    line = refusal(install, timeout=0.2, base_url=f"http://127.0.0.1:{listening.getsockname()[1]}")
    assert "no answer for 0.2 s" in line
    done.set()
    serving.join()
    listening.close()


def test_offline_says_what_to_do(install):
    """One line with the address and the place."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    line = refusal(install, "en-us", base_url=base_url)
    assert line.startswith("the speech model vosk-model-small-en-us-0.15 cannot be downloaded (Connection refused)")
    assert f"download {base_url}/vosk-model-small-en-us-0.15.zip elsewhere and unzip it into {install.folder}" in line


def test_what_does_not_exist_is_said(server, install, archive):
    """An unknown name or language, or one that the server no longer has."""
    server.publish(archive)
    assert "no speech model is known for 'klingon'" in refusal(install, "klingon")
    assert "is not the name of a speech model" in refusal(install, "../../etc")
    del server.files[f"/models/{NAME}.zip"]
    assert "the server says 404" in refusal(install)
    server.files.clear()
    assert "languages: ca Catalan, cn Chinese," in refusal(install, "klingon")
    server.files["/models/model-list.json"] = b'{"not": "a list"}'
    assert "languages: ca Catalan, cn Chinese," in refusal(install, "klingon")


@pytest.mark.parametrize("outside", ["../outside", "/tmp/outside", f"{NAME}/../../outside", "..\\outside"])
def test_an_archive_cannot_write_outside_of_its_folder(server, install, tmp_path, outside):
    """Refused as a whole, nothing of it unpacked."""
    server.publish(zip_of([*model_members(), (outside, b"x")]))
    assert "is refused: it contains" in refusal(install)
    assert left_behind(install) == []
    assert not (tmp_path / "outside").exists()


def test_an_archive_cannot_bring_links(server, install):
    """They point anywhere."""
    link = zipfile.ZipInfo(f"{NAME}/README")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    server.publish(zip_of([(link, b"/etc/passwd")]))
    assert "is refused" in refusal(install)


def test_an_archive_cannot_fill_the_disk(server, install):
    """Zeros compress a thousand times."""
    server.publish(zip_of([(f"{NAME}/am/final.mdl", bytes(20_000_000))]))
    assert "would unpack to 20000000 bytes" in refusal(install)


@pytest.mark.parametrize("kind", ["a page of HTML", "a truncated archive", "a damaged archive"])
def test_what_is_no_sound_archive_is_refused(server, install, archive, kind):
    """And deleted: continuing it would not help."""
    damaged = bytearray(archive)
    damaged[1_000_000:1_000_400] = bytes(400)
    content = {
        "a page of HTML": b"<html>please log in to the hotel's network</html>",
        "a truncated archive": archive[:1_000_000],
        "a damaged archive": bytes(damaged),
    }
    server.publish(content[kind])
    assert "is not a valid ZIP archive" in refusal(install)
    assert left_behind(install) == []


def test_an_archive_of_something_else_is_refused(server, install):
    """Whole as an archive, and no model; or a model that lacks a file."""
    server.publish(zip_of([("README", b"hello")]))
    assert "is not a usable speech model: it contains no Vosk speech model" in refusal(install)
    server.files[f"/models/{NAME}.zip"] = zip_of(member for member in model_members() if "Gr.fst" not in member[0])
    assert "is not a usable speech model: graph/Gr.fst is missing" in refusal(install)
    assert left_behind(install) == []


def test_an_archive_without_a_folder_of_its_own_is_installed_too(server, install):
    """Zipped by hand."""
    server.publish(zip_of(model_members("")))
    path, _ = install()
    assert verify_model(path) == []
    assert left_behind(install) == [NAME]


def test_two_installations_of_one_model_do_not_meet(server, install, archive):
    """The second says so; it does not write into the first one's file."""
    server.publish(archive)
    install.folder.mkdir()
    with model_download._Installation(install.folder, NAME):
        assert "is being installed by another process" in refusal(install)
    assert verify_model(install()[0]) == []


def test_a_place_that_cannot_be_written_is_said(server, install, archive, tmp_path):
    """A file where the folder should be."""
    server.publish(archive)
    (tmp_path / "models").write_text("in the way")
    assert f"cannot be installed in {tmp_path / 'models'}: File exists" in refusal(install)


def test_an_interrupted_download_leaves_its_part_only(server, archive, tmp_path):
    """Ctrl-C: the next time it is continued."""
    server.publish(archive)

    def interrupt(done, total):
        if done > 500_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install_model(NAME, tmp_path, interrupt, base_url=server.url)
    (part,) = (tmp_path / "models").iterdir()
    assert part.name == f".{NAME}.zip.part"
    assert archive.startswith(Path(part).read_bytes())
