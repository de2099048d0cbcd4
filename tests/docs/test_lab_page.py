"""The commands that the page for users of the lab sets against its problems do what it says."""

import os
import re
import subprocess
from pathlib import Path

from support.terminal import FOLK

from folkkeras.notation.tunes import split_tunes

PAGE = (Path(__file__).parents[2] / "docs" / "coming-from-the-lab.md").read_text(encoding="utf-8")


def test_its_quick_commands_run_in_their_order(tmp_path: Path) -> None:
    table = PAGE.partition("## Its known problems")[2].partition("\n## ")[0]
    commands = [words.split() for words in re.findall(r"`folk ((?:sample|check) [^`]+)`", table)]
    environment = {name: value for name, value in os.environ.items() if name != "FOLK_RUNS"}
    for words in commands:
        done = subprocess.run([FOLK, *words], cwd=tmp_path, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
    assert len(commands) == 4
    assert (tmp_path / "tune.wav").read_bytes().startswith(b"RIFF")
    assert len(split_tunes((tmp_path / "tunes.abc").read_text())[1]) == 3
