"""Sampling many tunes into a folder: a killed command continues where it stopped, and writes the same files."""

import json
import subprocess
import time
from pathlib import Path

import pytest
from support.forked import Forked
from support.terminal import Terminal
from support.trained import TrainedRun

from folkkeras.notation.tunes import split_tunes

# Files of few tunes, so that some are written soon.
FEW = "import sys, folkkeras.sampling.shards as shards; shards.SHARD = 6; from folkkeras_cli.main import main; main()"


class Sampling:
    """Runs `folk sample` into folders, with few tunes in a file."""

    def __init__(self, terminal: Terminal, model: Path, folder: Path) -> None:
        self.terminal, self.folder, self.words = terminal, folder, ["-c", FEW, "sample", model]

    def start(self, *words: object) -> Forked | subprocess.Popen[str]:
        return self.terminal.start(*self.words, *words, cwd=self.folder)

    def __call__(self, *words: object) -> tuple[int, str, str]:
        process = self.start(*words)
        out, error = process.communicate(timeout=300)
        return process.returncode, out, error


@pytest.fixture
def sampling(terminal: Terminal, trained: TrainedRun, tmp_path: Path) -> Sampling:
    return Sampling(terminal, trained.run.best, tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_killed_command_continues_and_writes_the_same_files(sampling: Sampling, tmp_path: Path) -> None:
    assert sampling("--tunes", 40, "--seed", 3, "--out", "through/")[0] == 0
    through = contents(tmp_path / "through")
    assert sorted(through) == ["sampling.json", *(f"tunes-{first:06d}.abc" for first in range(1, 41, 6))]
    texts = [data.decode() for name, data in sorted(through.items()) if name.endswith(".abc")]
    numbers = [int(tune[2:].split("\n", 1)[0]) for text in texts for tune in split_tunes(text)[1]]
    assert numbers == list(range(1, 41))
    assert texts[2].count('%folkkeras {"model"') == 6

    process = sampling.start("--tunes", 40, "--seed", 3, "--out", "killed/")
    first = tmp_path / "killed" / "tunes-000001.abc"
    while not first.exists() and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert "tunes-000037.abc" not in contents(tmp_path / "killed")
    code, _, error = sampling("--tunes", 40, "--out", "killed")  # with the folder's seed
    assert code == 0, error
    assert "continuing with X:" in error
    assert contents(tmp_path / "killed") == through
    assert "has all 40 tunes already" in sampling("--tunes", 40, "--out", "killed")[2]


def test_a_folder_of_other_tunes_or_files_is_not_changed(sampling: Sampling, tmp_path: Path) -> None:
    assert sampling("--tunes", 3, "--seed", 1, "--out", "mine/")[0] == 0
    before = contents(tmp_path / "mine")
    for words, named in (
        (["--tunes", 3, "--seed", 2], "has tunes with seed 1, not 2"),
        (["--tunes", 4], "has tunes with tunes 3, not 4"),
        (["--tunes", 3, "--temperature", 0.5], "has tunes with temperature 0.95, not 0.5"),
    ):
        code, _, error = sampling(*words, "--out", "mine")
        assert (code, error.splitlines()[-1].startswith("error: mine ")) == (1, True), error
        assert named in error
    assert contents(tmp_path / "mine") == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    for name in ("other", "other/"):
        code, _, error = sampling("--tunes", 3, "--out", name)
        assert (code, error.count("\n")) == (1, 1), error
    assert contents(tmp_path / "other") == {"letter.txt": b"dear"}
    assert sampling("--length", 3, "--out", "new/")[0] == 2
    assert not (tmp_path / "new").exists()
    metadata = tmp_path / "mine" / "sampling.json"
    older = metadata.read_text().replace('"parts": null,', "")  # as an older version wrote it
    assert older != metadata.read_text()
    metadata.write_text(older)
    assert "has all 3 tunes already" in sampling("--tunes", 3, "--out", "mine")[2]
    metadata.write_text("{")
    code, _, error = sampling("--tunes", 3, "--out", "mine")
    assert (code, error.count("\n")) == (1, 1)


def test_an_impossible_request_ends_the_command(sampling: Sampling, tmp_path: Path) -> None:
    start = r"X:1\nM:4/4\nL:1/8\nK:D\nFA dF|"  # each tune shares these notes with a training tune
    code, out, error = sampling("--tunes", 8, "--seed", 1, "--start", start, "--max-copy", 1, "--out", "none/")
    assert code == 3
    assert len(split_tunes(out)[1]) < 8  # the tunes that were accepted before it gave up
    assert "shared " in error
    assert list(contents(tmp_path / "none")) == ["sampling.json"]
    assert json.loads((tmp_path / "none" / "sampling.json").read_text())["max_copy"] == 1
