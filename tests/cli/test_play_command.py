"""The commands `folk check`, `folk render` and `folk play`."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from support.terminal import Folk, fails

HOLES = "X:1\nT:Full\nM:4/4\nL:1/8\nK:D\nA8|A8|]\n\nX:2\nT:Short [/bar]\nM:4/4\nL:1/8\nK:D\nA8|A7|A8|]\n"


def test_check_reports_whether_tunes_are_complete(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text(HOLES)
    done = folk("check", "a.abc")
    assert (
        done.stdout == "X:1 Full: complete\nX:2 Short [/bar]: incomplete\n    line 13, bar 2: it has 7 of 8 eighths\n"
    )
    assert (done.stderr, done.returncode) == ("1 of 2 tunes are complete\n", 3)
    values = json.loads(folk("check", "-", "--json", stdin=HOLES).stdout)
    assert [value["complete"] for value in values] == [True, False]
    assert values[1]["faults"] == [{"message": "it has 7 of 8 eighths", "line": 13, "bar": 2}]
    assert folk("check", "-", stdin=HOLES.split("\n\n")[0] + "\n").returncode == 0


def test_render_writes_a_file_for_one_tune_and_a_folder_for_many(folk: Folk, tmp_path: Path) -> None:
    done = folk("render", "-", "--out", "a.svg", stdin=HOLES.split("\n\n")[0])
    assert (done.stdout, done.stderr, done.returncode) == ("", "wrote a.svg\n", 0)
    assert "<svg" in (tmp_path / "a.svg").read_text()
    assert folk("render", "-", "--to", "mid", stdin=HOLES).returncode == 0
    assert {path.name for path in (tmp_path / "tunes").iterdir()} == {"1-full.mid", "2-short-bar.mid"}
    before = (tmp_path / "a.svg").read_bytes()
    fails(folk("render", "-", "--out", "a.svg", stdin=HOLES.split("\n\n")[1]), 1, "already exists", "--force")
    assert (tmp_path / "a.svg").read_bytes() == before


def test_an_existing_folder_is_written_to_whatever_its_name(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "tunes.svg").mkdir()
    assert folk("render", "-", "--out", "tunes.svg", stdin=HOLES.split("\n\n")[0]).returncode == 0
    assert [path.name for path in tmp_path.rglob("*")] == ["tunes.svg", "1-full.svg"]


def test_letters_in_file_names_lose_their_accents(folk: Folk, tmp_path: Path) -> None:
    text = HOLES.replace("T:Full", "T:Caisleán an Óir")
    assert folk("render", "-", "--to", "mid", "--out", "in", stdin=text).returncode == 0
    assert (tmp_path / "in" / "1-caislean-an-oir.mid").exists()


def test_play_plays_or_says_which_file_to_open(folk: Folk, tmp_path: Path) -> None:
    one = HOLES.split("\n\n")[0]
    done = folk("play", "-", stdin=one, env={"PATH": str(tmp_path)})  # no program plays sound here
    assert done.returncode == 1
    path = Path(re.search(r"found no program that plays sound: open (\S+) yourself", done.stderr)[1])
    assert path.read_bytes().startswith(b"RIFF")
    shutil.rmtree(path.parent)
    (tmp_path / "paplay").write_text(f"#!/bin/sh\nhead -c 4 $1 > {tmp_path}/heard\n")
    (tmp_path / "paplay").chmod(0o755)
    done = folk("play", "-", stdin=one, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert (done.stderr, done.returncode) == ("playing X:1 Full\n", 0)
    assert (tmp_path / "heard").read_text() == "RIFF"


@pytest.mark.parametrize(
    ("words", "stdin", "code", "said"),
    [
        ("render - --to svg", "no tune", 1, "no tune in standard input"),
        ("render - --to svg", "X:1\nT:None\nK:D\n", 1, "it has no notes"),
        ("render - --to gif", HOLES, 2, "unsupported format 'gif'"),
        ("render -", HOLES, 2, "no format is given"),
        ("render - --out a.xyz", HOLES, 2, "unsupported format 'xyz'"),
        ("render - --out a.wav --to mp3", HOLES, 2, "name different formats"),
        ("render - --to mid --instrument banjo", HOLES, 2, "banjo"),
        ("render - --to mid --tempo 0", HOLES, 2, "--tempo"),
        ("render - --out nowhere/a.mid", HOLES.split("\n\n")[0], 1, "no folder nowhere"),
        ("render nothing.abc --to mid", "", 1, "cannot read nothing.abc"),
        ("render . --to mid", "", 1, "no .abc files in the folder"),
        ("check nothing.abc", "", 1, "cannot read nothing.abc"),
        ("check -", "MThd", 1, "MIDI"),
    ],
)
def test_bad_tunes_or_options_are_reported_in_one_line(
    folk: Folk, tmp_path: Path, words: str, stdin: str, code: int, said: str
) -> None:
    fails(folk(*words.split(), stdin=stdin), code, said)
    assert not list(tmp_path.iterdir())


def test_a_title_cannot_lead_to_a_path_outside_the_folder(folk: Folk, tmp_path: Path) -> None:
    text = "\n\n".join(f"X:{n}\nT:../../{'a' * 300}/\x1b[31mé\nK:D\nA8|]" for n in (1, 2))
    assert folk("render", "-", "--to", "mid", "--out", "in", stdin=text).returncode == 0
    assert len(list((tmp_path / "in").iterdir())) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert "\x1b" not in folk("check", "-", stdin=text).stdout
