"""Places of mistakes in files, for tests of what is wrong; ``test_toml_lines`` checks the lines themselves."""

import re


def without_line(message: str) -> str:
    """Return ``file:key: ...`` for ``file:line: key: ...``; errors of TOML itself keep their line."""
    return re.sub(r"^((?:windictator: )?[^:\n]+):\d+: (?!not valid TOML)", r"\1:", message)
