"""The program run as a user runs it: a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping


def run_windictator(
    *args: str, env: Mapping[str, str] | None = None, input: str | bytes = "", timeout: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run ``windictator *args`` to its end. ``input``: its standard input, text as UTF-8; ``timeout``: seconds."""
    process = start_windictator(*args, env=env)
    try:
        output, errors = process.communicate(input.encode() if isinstance(input, str) else input, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output.decode(), errors.decode())


def start_windictator(*args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start ``windictator *args`` with pipes for standard input, output and errors."""
    return subprocess.Popen(
        [sys.executable, "-m", "windictator", *args],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
