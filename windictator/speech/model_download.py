"""Download of speech models: resumable, verified, and installed completely or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import http
import http.client
import json
import shutil
import stat
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path, PurePosixPath
from typing import Any

from windictator.speech.errors import ModelError
from windictator.speech.model_folder import is_model_folder, verify_model
from windictator.speech.model_lookup import MODEL_NAME, SMALL_MODELS, language_code, unknown_language

BASE_URL = "https://alphacephei.com/vosk/models"
"""Address where Vosk's authors publish models, each as ``NAME.zip``, and ``model-list.json`` with their MD5 sums."""

SHA256 = {
    # The packages of Arch Linux, Yocto and Homebrew, among others, agree on it.
    "vosk-model-small-en-us-0.15": "30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
}

BLOCK_BYTES = 1 << 16
MAX_UNPACK_RATIO = 50
"""Maximum size of the unpacked files, as a multiple of the archive. Models hold numbers, which hardly compress."""

Opener = Callable[..., Any]
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class _PublishedModel:
    """Entry of the published list."""

    name: str
    language: str
    is_small: bool
    md5: str


def install_model(
    name_or_language: str,
    data_dir: Path,
    progress: Progress,
    timeout: float = 30.0,
    base_url: str = BASE_URL,
    opener: Opener = urllib.request.urlopen,
) -> Path:
    """Download a model into the ``models`` folder of ``data_dir`` and return its folder.

    ``name_or_language``: "vosk-model-small-de-0.15", or "de" for the small model of the language.
    ``data_dir``: data folder of the user.
    ``progress``: called with the number of bytes done and the total, or None if the server does not report it.
    ``timeout``: maximum time without a byte (seconds).
    ``base_url``: address of the models.
    ``opener``: opens a request, as ``urllib.request.urlopen`` does.

    A complete model that is already installed stays as it is. The next call continues an interrupted download. The
    model gets its name only after its sum, if known, was checked and its files were verified. Raises ModelError, one
    line that says what to do.
    """
    base_url = base_url.rstrip("/")
    name = SMALL_MODELS.get(language_code(name_or_language), name_or_language)
    if not MODEL_NAME.fullmatch(name):
        raise ModelError(f"{name_or_language!r} is not the name of a speech model or a language")
    folder = data_dir / "models"
    if (folder / name).exists() and not verify_model(folder / name):
        return folder / name
    published = _fetch_published_models(base_url, timeout, opener)
    name = _choose_model(name, published, base_url)
    md5 = published[name].md5 if name in published else ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _Installation(folder, name) as installation:
            return installation.run(f"{base_url}/{name}.zip", md5, progress, timeout, opener)
    except OSError as error:
        reason = error.strerror or error
        raise ModelError(f"the speech model {name} cannot be installed in {folder}: {reason}") from None


def _no_progress(_done: int, _total: int | None) -> None: ...


def install_local_model(source: Path, data_dir: Path) -> Path:
    """Install a model from a ZIP archive or a folder of this machine; return its folder.

    source: the archive, ``NAME.zip``, or the folder ``NAME``.
    data_dir: data folder of the user.

    A complete model of this name that is already installed stays as it is. Raises ModelError.
    """
    name = source.name.removesuffix(".zip")
    if not MODEL_NAME.fullmatch(name):
        raise ModelError(f"{source.name!r} is not the name of a speech model; rename it like the model")
    folder = data_dir / "models"
    if (folder / name).exists() and not verify_model(folder / name):
        return folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _Installation(folder, name, str(source)) as installation:
            if source.is_dir():
                return installation.copy(source)
            return installation.run(source.resolve().as_uri(), "", _no_progress, 30.0, urllib.request.urlopen)
    except OSError as error:
        reason = error.strerror or error
        raise ModelError(f"the speech model {name} cannot be installed in {folder}: {reason}") from None


def _choose_model(name: str, published: dict[str, _PublishedModel], base_url: str) -> str:
    """Return the name of the model to download; ``name`` may be a language that only the published list knows."""
    if name in published or name in SMALL_MODELS.values():
        return name
    for model in published.values():
        if model.is_small and model.language == name.lower():
            return model.name
    if published:
        raise ModelError(f"{unknown_language(name)}; all models: {base_url}")
    if name.startswith("vosk-model-"):
        return name
    raise ModelError(unknown_language(name))


def _fetch_published_models(base_url: str, timeout: float, opener: Opener) -> dict[str, _PublishedModel]:
    """Return the published list by name, or an empty one if it cannot be read; the model may be available anyway."""
    try:
        with opener(_request(f"{base_url}/model-list.json"), timeout=timeout) as response:
            entries = json.loads(response.read(1 << 22))
        return {
            entry["name"]: _PublishedModel(
                entry["name"],
                str(entry.get("lang", "")).lower(),
                entry.get("type") == "small" and str(entry.get("obsolete")).lower() != "true",
                str(entry.get("md5", "")).lower(),
            )
            for entry in entries
        }
    except urllib.error.HTTPError as error:
        error.close()
        return {}
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _request(url: str, start: int = 0) -> urllib.request.Request:
    headers = {"User-Agent": "windictator"}
    if start:
        headers["Range"] = f"bytes={start}-"
    return urllib.request.Request(url, headers=headers)


class _Installation:
    """Installation of one model, as a context manager that locks it against other processes.

    ``.NAME.zip.part`` holds the downloaded bytes, ``.install-NAME`` the unzipped files. Only the part remains after a
    failure.
    """

    def __init__(self, folder: Path, name: str, origin: str = "") -> None:
        """Prepare in ``folder``. ``origin``: what is installed, for messages; "": the download of the model."""
        self._folder = folder
        self._origin = origin or f"the download of {name}"
        self._name = name
        self._part_path = folder / f".{name}.zip.part"
        self._unpacked = folder / f".install-{name}"
        self._part_file: BufferedRandom

    def __enter__(self) -> _Installation:
        self._part_file = self._part_path.open("ab+")
        try:
            fcntl.flock(self._part_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._part_file.close()
            raise ModelError(f"the speech model {self._name} is being installed by another process") from None
        shutil.rmtree(self._unpacked, ignore_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._unpacked, ignore_errors=True)
        self._part_file.close()

    def run(self, url: str, md5: str, progress: Progress, timeout: float, opener: Opener) -> Path:
        """Download, check, unzip, verify and rename the model; return its folder."""
        resumed = self._fetch(url, progress, timeout, opener)
        try:
            self._check_sums(md5)
            model = self._unzip()
        except ModelError:
            self._part_file.truncate(0)
            if not resumed:
                self._part_path.unlink()
                raise
            # The part from the last time may belong to an archive that has been replaced since.
            self._fetch(url, progress, timeout, opener)
            self._check_sums(md5)
            model = self._unzip()
        return self._rename(model)

    def copy(self, source: Path) -> Path:
        """Copy, verify and rename the model in a folder; return its new folder."""
        self._unpacked.mkdir()
        model = self._unpacked / ".model"
        found = next(filter(is_model_folder, [source, *(child for child in source.iterdir() if child.is_dir())]), None)
        if found is None:
            raise ModelError(f"{source} contains no Vosk speech model")
        shutil.copytree(found, model)
        if problems := verify_model(model):
            raise ModelError(f"{source} is not a usable speech model: {problems[0]}")
        return self._rename(model)

    def _rename(self, model: Path) -> Path:
        """Give the complete model its name; return its folder."""
        target = self._folder / self._name
        if target.exists():
            target.rename(self._unpacked / ".replaced")  # a broken model; removed with the rest
        model.rename(target)
        self._part_path.unlink()
        return target

    def _fetch(self, url: str, progress: Progress, timeout: float, opener: Opener) -> bool:
        """Download what is missing; return True if this continued an earlier download."""
        have = self._part_file.seek(0, 2)
        with self._translate_errors(url, timeout):
            try:
                response = opener(_request(url, have), timeout=timeout)
            except urllib.error.HTTPError as error:
                if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
                    raise
                error.close()
                if error.headers.get("Content-Range", "") == f"bytes */{have}":
                    return True  # it is complete
                have = 0
                response = opener(_request(url), timeout=timeout)
            with response:
                resumed = have > 0 and response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
                if not resumed:
                    have = 0
                    self._part_file.truncate(0)
                length = response.headers.get("Content-Length", "")
                total = have + int(length) if length.isdigit() else None
                progress(have, total)
                while block := response.read(BLOCK_BYTES):
                    self._part_file.write(block)
                    have += len(block)
                    progress(have, total)
        self._part_file.flush()
        if total is not None and have < total:
            raise ModelError(
                f"{self._origin} broke off after {have} of {total} bytes; run the same command again to continue it"
            )
        return resumed

    @contextmanager
    def _translate_errors(self, url: str, timeout: float) -> Iterator[None]:
        """Turn errors of the network into a ModelError of one line."""
        by_hand = f"if this machine is offline, download {url} elsewhere and unzip it into {self._folder}"
        try:
            yield
        except urllib.error.HTTPError as error:
            error.close()
            raise ModelError(f"{url} cannot be downloaded: the server says {error.code} {error.reason}") from None
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, TimeoutError):
                reason = f"no answer for {timeout:g} s"
            reason = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
            self._part_file.flush()
            raise ModelError(f"the speech model {self._name} cannot be downloaded ({reason}); {by_hand}") from None

    def _check_sums(self, md5: str) -> None:
        for algorithm, expected in (("sha256", SHA256.get(self._name, "")), ("md5", md5)):
            if expected:
                self._part_file.seek(0)
                if hashlib.file_digest(self._part_file, algorithm).hexdigest() != expected:
                    raise ModelError(
                        f"{self._origin} does not have the published {algorithm.upper()} sum;"
                        f" nothing was installed; try again later"
                    )

    def _unzip(self) -> Path:
        """Unpack and verify the archive; return the folder of the model."""
        self._part_file.seek(0)
        shutil.rmtree(self._unpacked, ignore_errors=True)
        try:
            with zipfile.ZipFile(self._part_file) as archive:
                self._check_members(archive.infolist())
                self._unpacked.mkdir()
                archive.extractall(self._unpacked)
        except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
            raise ModelError(f"{self._origin} is not a valid ZIP archive: {error}") from None
        folders = [self._unpacked, *(child for child in self._unpacked.iterdir() if child.is_dir())]
        model = next(filter(is_model_folder, folders), None)
        problems = verify_model(model) if model is not None else ["it contains no Vosk speech model"]
        if model is None or problems:
            raise ModelError(f"{self._origin} is not a usable speech model: {problems[0]}")
        if model == self._unpacked:
            # The archive has no top-level folder.
            members = list(self._unpacked.iterdir())
            model = self._unpacked / ".model"
            model.mkdir()
            for member in members:
                member.rename(model / member.name)
        return model

    def _check_members(self, members: list[zipfile.ZipInfo]) -> None:
        """Refuse an archive that would write outside its folder, or fill the disk."""
        for member in members:
            path = PurePosixPath(member.filename)
            is_link = stat.S_ISLNK(member.external_attr >> 16)
            if path.is_absolute() or ".." in path.parts or "\\" in member.filename or is_link:
                raise ModelError(f"{self._origin} is refused: it contains {member.filename!r}")
        unpacked = sum(member.file_size for member in members)
        if unpacked > MAX_UNPACK_RATIO * self._part_path.stat().st_size:
            raise ModelError(f"{self._origin} is refused: it would unpack to {unpacked} bytes")
