"""`folk rewrite` and `folk vary`."""

import re
from pathlib import Path

import pytest
from support.terminal import Folk, fails

from folkkeras.music.bar_text import bar_texts
from folkkeras.notation.tunes import split_tunes

TUNE = """X:1
T:The Tropsilder
M:C|
L:1/8
K:D
dcdA Bdfd|afdf efge|dcdA Bdfd|gece d2(Bc)|
dcdA Bdfd|afdf efge|dc'ba gfef|gece d4|]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tune.abc"
    path.write_text(TUNE)
    return path


def bar(text: str, number: int) -> str:
    place = bar_texts(text)[number - 1]
    return text[place.begin : place.end]


def test_candidates_go_to_standard_output_and_their_figures_to_standard_error(folk: Folk, file: Path) -> None:
    words = ["rewrite", file, "--bars", "3,4", "--candidates", 2, "--particles", 16, "--model", "celtic"]
    done = folk(*words, "--seed", 2)
    assert done.returncode == 0
    tunes = split_tunes(done.stdout)[1]
    assert [tune.split("\n", 1)[0] for tune in tunes] == ["X:1", "X:2"]
    for tune in tunes:
        assert [bar(tune, number) == bar(TUNE, number) for number in range(1, 9)].count(False) in (1, 2)
        assert bar(tune, 2) == bar(TUNE, 2)
    lines = done.stderr.splitlines()
    figures = r"\d: \d\.\d{3} bits per character; complete; parts of 8 bars; ends on the tonic; shares \d+ notes.*"
    assert len(lines) == 2
    assert all(re.fullmatch(figures, line) for line in lines)
    again = folk(*words)
    seed = re.search(r"--seed (\d+)", again.stderr)[1]
    assert folk(*words, "--seed", seed).stdout == again.stdout


def test_a_variant_is_read_from_standard_input_and_reproduced_from_its_file(folk: Folk, tmp_path: Path) -> None:
    words = ["vary", "-", "--tune", 2, "--amount", 0.2, "--lock", "1-4", "--candidates", 1, "--particles", 16]
    done = folk(*words, "--seed", 2, "--out", "new.abc", stdin=TUNE.replace("The", "A") + "\n" + TUNE)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "new.abc").read_text()
    assert "T:The Tropsilder" in text
    assert [bar(text, number) for number in range(1, 5)] == [bar(TUNE, number) for number in range(1, 5)]
    reproduced = folk("sample", "celtic", "--reproduce", "new.abc")
    assert (reproduced.returncode, reproduced.stdout) == (0, text)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rewrite", "tune.abc", "--bars", "5-9"], "has no bar 9: its bars are 1 to 8"),
        (["rewrite", "tune.abc", "--bars", "8-5"], "--bars '8-5' does not name bars: give numbers such as 5-8"),
        (["rewrite", "two.abc", "--bars", "5"], "two.abc has 2 tunes: choose one with --tune, from 1 to 2"),
        (["rewrite", "two.abc", "--bars", "5", "--tune", 3], "two.abc has no tune 3: it has 2"),
        (["rewrite", "tune.abc", "--bars", "5", "--candidates", 0], "--candidates 0 is too small"),
        (["rewrite", "tune.abc", "--bars", "5", "--out", "new/"], "--out new is a folder: give a file"),
        (["vary", "tune.abc", "--lock", "1-8"], "are locked"),
        (["vary", "tune.abc", "--amount", 2], "above 0 and up to 1"),
    ],
)
def test_wrong_usage_is_one_line(folk: Folk, file: Path, words: list[object], message: str) -> None:
    (file.parent / "two.abc").write_text(f"{TUNE}\n{TUNE}")
    fails(folk(*words, *(["--model", "celtic"])), 2, message)


def test_a_file_that_exists_is_kept(folk: Folk, file: Path) -> None:
    fails(folk("rewrite", file, "--bars", "5", "--out", "tune.abc"), 1, "tune.abc", "--force")
    assert file.read_text() == TUNE
