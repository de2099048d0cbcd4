"""FILE arguments: a file, a folder, a pattern that no shell has expanded, or standard input."""

import json
import os
import re
from pathlib import Path

import pytest
from support.terminal import Folk, fails
from support.trained import TrainedRun

TUNE = "X:1\nT:{}\nM:4/4\nL:1/8\nK:D\nA8|A8|]\n"


@pytest.fixture
def tunes(tmp_path: Path) -> Path:
    """A folder with files whose names are patterns, are hidden, or are not those of tune files."""
    folder = tmp_path / "tunes"
    (folder / "deep" / "er").mkdir(parents=True)
    for name, note in (("b.abc", "A"), ("a[1].abc", "B"), ("deep/er/c.ABC", "c"), (".hidden.abc", "d")):
        (folder / name).write_text(TUNE.format(name).replace("A8", f"{note}8"))
    (folder / "read.me").write_text("no tune")
    return folder


def titles(stdout: str) -> list[str]:
    """The titles in the output of `folk check` and `folk likelihood`."""
    return re.findall(r"X:1 ([^:\n]+)", stdout)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["tunes"], ["a[1].abc", "b.abc", "deep/er/c.ABC"]),
        (["tunes/"], ["a[1].abc", "b.abc", "deep/er/c.ABC"]),
        (["tunes/*.abc"], ["a[1].abc", "b.abc"]),
        (["tunes/**/*.?BC"], ["deep/er/c.ABC"]),
        (["tunes/**/*.[aA][bB][cC]"], ["a[1].abc", "b.abc", "deep/er/c.ABC"]),
        (["tunes/d*"], ["deep/er/c.ABC"]),
        (["tunes/a[1].abc"], ["a[1].abc"]),
        (["tunes/b.abc", "tunes/*.abc", "tunes/b.abc"], ["b.abc", "a[1].abc"]),
    ],
)
def test_tunes_are_read_from_files_folders_and_patterns(
    folk: Folk, tunes: Path, arguments: list[str], found: list[str]
) -> None:
    done = folk("check", *arguments)
    assert (titles(done.stdout), done.returncode) == (found, 0)


def test_an_existing_file_takes_precedence_over_a_pattern(folk: Folk, tunes: Path) -> None:
    (tunes / "a1.abc").write_text(TUNE.format("the pattern's"))
    assert titles(folk("check", "tunes/a[1].abc").stdout) == ["a[1].abc"]
    (tunes / "a[1].abc").unlink()
    assert titles(folk("check", "tunes/a[1].abc").stdout) == ["the pattern's"]


def test_a_folder_with_the_name_of_a_collection_is_a_folder(folk: Folk, tunes: Path) -> None:
    tunes.rename(tunes.parent / "ryans")
    assert titles(folk("check", "ryans").stdout) == ["a[1].abc", "b.abc", "deep/er/c.ABC"]


def test_each_of_several_files_is_named(folk: Folk, tunes: Path) -> None:
    done = folk("check", "tunes/b.abc", "-", stdin=TUNE.format("In"))
    assert done.stdout == "tunes/b.abc:\nX:1 b.abc: complete\nstandard input:\nX:1 In: complete\n"
    files = [value["file"] for value in json.loads(folk("check", "--json", "tunes").stdout)]
    assert files == ["tunes/a[1].abc", "tunes/b.abc", "tunes/deep/er/c.ABC"]


def test_all_commands_take_folders_and_patterns(folk: Folk, tunes: Path, trained: TrainedRun) -> None:
    for argument in ("tunes", "tunes/**/*.[aA][bB][cC]"):
        assert folk("render", argument, "--to", "mid", "--out", f"out-{len(argument)}/").returncode == 0
        assert len(list(tunes.parent.glob(f"out-{len(argument)}/*.mid"))) == 3
        done = folk("likelihood", argument, "--model", trained.run.best)
        assert titles(done.stdout) == ["a[1].abc", "b.abc", "deep/er/c.ABC"]
        done = folk("corpus", "stats", argument)
        assert "of 3 found" in done.stdout


def test_play_plays_the_tunes_of_a_folder(folk: Folk, tunes: Path, tmp_path: Path) -> None:
    (tmp_path / "paplay").write_text("#!/bin/sh\n")
    (tmp_path / "paplay").chmod(0o755)
    done = folk("play", "tunes", "tunes/b.abc", env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.stderr.splitlines() == [f"playing X:1 {name}" for name in ("a[1].abc", "b.abc", "deep/er/c.ABC")]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("check *.abc", 1, "no file matches '*.abc': give a file or folder that exists"),
        ("likelihood tunes/[q].abc", 1, "no file matches 'tunes/[q].abc'"),
        ("train q*", 1, "no file matches 'q*'"),
        ("check tunes/read.me", 1, "no tune in tunes/read.me"),
        ("check empty", 1, "no .abc files in the folder empty"),
        ("render empty --to mid", 1, "no .abc files in the folder empty"),
        ("check nothing", 1, "cannot read nothing: No such file or directory"),
        ("check /dev/zero", 1, "/dev/zero is larger than 256 MB"),
        ("check", 2, "FILE"),
    ],
)
def test_an_argument_without_tunes_is_reported_in_one_line(
    folk: Folk, tunes: Path, words: str, code: int, said: str
) -> None:
    (tunes.parent / "empty").mkdir()
    fails(folk(*words.split()), code, said)


ASCII, POSIX = {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.mark.parametrize(
    ("name", "env"),
    [
        *((name, {}) for name in (b"new\nline.abc", b"latin-\xe9.abc", "Ťune.abc".encode(), b"-x.abc", b" .abc")),
        *((name, env) for name in (b"latin-\xe9.abc", "Ťune.abc".encode()) for env in (ASCII, POSIX)),
    ],
)
def test_a_file_may_have_any_name(folk: Folk, tmp_path: Path, name: bytes, env: dict[str, str]) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "w") as file:
        file.write(TUNE.format("Odd"))
    done = folk("check", "--", os.fsdecode(name), "-", stdin=TUNE.format("In"), env=env)
    assert (done.stdout.count("\n"), done.returncode) == (4, 0), done.stderr
    done = folk("check", "--json", "--", os.fsdecode(name), env=env)
    assert json.loads(done.stdout)[0]["title"] == "Odd"
    fails(folk("check", "--", os.fsdecode(name) + "x", env=env), 1, "cannot read")
    done = folk("render", "--to", "mid", "--", os.fsdecode(name), env=env)
    assert (done.stderr.count("\n"), done.returncode) == (1, 0)
    assert os.path.exists(path[:-3] + b"mid")
