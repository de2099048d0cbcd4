"""The installed `folk` as a process."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

FOLK = Path(sys.executable).parent / "folk"

Folk = Callable[..., subprocess.CompletedProcess[str]]


def fails(done, code: int, *words: str) -> None:
    """Check that the process failed, with one error line that contains the words."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]
