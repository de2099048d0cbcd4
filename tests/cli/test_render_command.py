"""`folk render`: where it writes, what it reports, and which files remain after an error."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from support.terminal import FOLK, Folk, fails

ONE = "X:1\nT:Full\nR:reel\nM:4/4\nL:1/8\nK:D\nA8|d8|]\n"
TWO = ONE + "\n" + ONE.replace("X:1", "X:2").replace("reel", "hornpipe").replace("Full", "Horn")
SHORT = ONE.replace("A8|", "A8|A7|")


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize(
    ("tunes", "words", "written"),
    [
        (ONE, "--to mid", {"tunes.mid"}),
        (ONE, "--to MIDI", {"tunes.mid"}),
        (ONE, "--to .Mid", {"tunes.mid"}),
        (ONE, "--out a.MID", {"a.MID"}),
        (ONE, "--out a.midi", {"a.midi"}),
        (ONE, "--out a.xml", {"a.xml"}),
        (ONE, "--out a --to mid", {"a"}),
        (ONE, "--out there --to mid", {"there/1-full.mid"}),
        (ONE, "--out new/ --to mid", {"new", "new/1-full.mid"}),
        (ONE, "--out a.svg/ --to mid", {"a.svg", "a.svg/1-full.mid"}),
        (TWO, "--to mid", {"tunes", "tunes/1-full.mid", "tunes/2-horn.mid"}),
        (TWO, "--out a/b --to mid", {"a", "a/b", "a/b/1-full.mid", "a/b/2-horn.mid"}),
        (TWO, "--out there/ --to mid", {"there/1-full.mid", "there/2-horn.mid"}),
        (TWO, "--out a.mid/", {"a.mid", "a.mid/1-full.mid", "a.mid/2-horn.mid"}),
        (TWO, "--out a.html", {"a.html"}),
        (TWO, "--out there --to html", {"there/tunes.html"}),
        (TWO, "--out new/ --to html", {"new", "new/tunes.html"}),
        (TWO, "--out new/ --to abc", {"new", "new/tunes.abc"}),
    ],
)
def test_out_names_a_file_or_a_folder(folk: Folk, tmp_path: Path, tunes: str, words: str, written: set[str]) -> None:
    (tmp_path / "there").mkdir()
    done = folk("render", "-", *words.split(), stdin=tunes)
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
    assert left(tmp_path) == written | {"there"}


@pytest.mark.parametrize(
    ("tunes", "words", "code", "said"),
    [
        (
            TWO,
            "--out set.mp3",
            2,
            "--out set.mp3 is one file, but there are 2 tunes: give a folder, such as --out set/",
        ),
        (TWO, "--out set.mid --to mid", 2, "such as --out set/, or one tune"),
        (TWO, "--out vol.1 --to mid", 2, "such as --out vol/, or one tune"),
        (TWO, "--out file --to mid", 1, "file is a file, but there are 2 tunes"),
        (TWO, "--out file/ --to mid", 1, "file is a file, but there are 2 tunes"),
        (TWO, "--out file/new/ --to mid", 1, "cannot create the folder file/new"),
        (ONE, "--out file/a.mid", 1, "no folder file for a.mid"),
        (ONE, "--out a.wav --to mp3", 2, "--to mp3 and --out a.wav name different formats"),
        (TWO, "--out a.html --to svg", 2, "--to svg and --out a.html name different formats"),
        (ONE, "--out - --to mid", 2, "--out - is not a file name"),
        (TWO, "--out - --to mid", 2, "--out - is not a file name"),
        (ONE, "--to xyz", 2, "unsupported format 'xyz': choose one of abc, html, pdf, mid"),
        (ONE, "--out a.xyz", 2, "unsupported format 'xyz': choose one of abc, html, pdf, mid"),
        (ONE, "--out a", 2, "no format is given: add --to with one of abc, html, pdf, mid"),
        (TWO, "--out set.svg --tempo 90", 2, "--out set.svg is one file"),
        (ONE, "--to mid --tempo nan", 2, "--tempo nan"),
        (ONE, "--to mid --transpose 25", 2, "--transpose 25"),
        (ONE, "--to mid --transpose x", 2, "--transpose"),
        (ONE, "--to mid --instrument Banjo", 2, "Banjo"),
    ],
)
def test_wrong_usage_is_reported_in_one_line_before_writing(
    folk: Folk, tmp_path: Path, tunes: str, words: str, code: int, said: str
) -> None:
    (tmp_path / "file").write_text("mine")
    fails(folk("render", "-", *words.split(), stdin=tunes), code, said)
    assert left(tmp_path) == {"file"}
    assert (tmp_path / "file").read_text() == "mine"


def test_rendered_files_are_not_written_into_a_folder_of_tunes(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "tunes").mkdir()
    (tmp_path / "tunes" / "a.abc").write_text(TWO)
    (tmp_path / "b.abc").write_text(ONE)
    assert folk("render", "tunes", "b.abc", "--to", "mid").stderr == "wrote 3 files to tunes-mid\n"
    assert folk("render", "tunes", "--to", "svg").stderr == "wrote 2 files to tunes-svg\n"
    assert folk("render", "tunes", "--to", "html").stderr == "wrote tunes.html\n"
    assert folk("render", "tunes/a.abc", "--to", "png").stderr == "wrote 2 files to a\n"
    assert left(tmp_path / "tunes") == {"a.abc"}
    assert left(tmp_path / "tunes-mid") == {"1-full.mid", "2-horn.mid", "3-full.mid"}


@pytest.mark.parametrize(
    ("tunes", "words", "said"),
    [
        (ONE, "--to svg --tempo 90", "--tempo has no effect on .svg files, only on sound and MIDI"),
        (ONE, "--to svg --instrument flute", "--instrument has no effect on .svg files, only on sound and MIDI"),
        (
            TWO,
            "--out a.html --swing --no-repeats --tempo 90",
            "--tempo, --no-repeats and --swing have no effect on .html files, only on sound and MIDI",
        ),
        (ONE, "--to mid --swing", "--swing has no effect on X:1 Full: only hornpipes swing"),
        (TWO + "\n" + ONE, "--to mid --swing", "--swing has no effect on X:1 Full and 1 more: only hornpipes swing"),
        (TWO.split("\n\n")[1], "--to mid --swing --tempo 90 --instrument harp --no-repeats", None),
        (ONE, "--to svg", None),
    ],
)
def test_an_option_without_effect_is_reported_in_one_line(folk: Folk, tunes: str, words: str, said: str | None) -> None:
    done = folk("render", "-", *words.split(), stdin=tunes)
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert lines[-1].startswith("wrote ")
    assert len(lines) == (2 if said else 1)
    assert lines[0].startswith(said or "wrote ")


def test_items_left_out_of_a_score_are_counted_in_one_line(folk: Folk, tmp_path: Path) -> None:
    tunes = TWO.replace("A8|", "!foo!A8|\nw: la\nw: lo\n")
    (tmp_path / "a.abc").write_text(tunes)
    for words in ("--to svg", "--to musicxml --out x/", "--to html"):
        assert folk("render", "a.abc", *words.split()).stderr.count("left out of the file: lyrics (4), ") == 1
    for words in ("--to mid --out m/", "--to abc --out b.abc"):
        assert "!foo!" not in folk("render", "a.abc", *words.split()).stderr
    assert "left out" not in folk("render", "-", "--to", "svg", "--out", "s/", stdin=TWO).stderr


def test_abc_output_is_the_text_unchanged_or_transposed(folk: Folk, tmp_path: Path) -> None:
    assert folk("render", "-", "--out", "a.abc", stdin="%%abc\n" + TWO + "\n\n").returncode == 0
    assert (tmp_path / "a.abc").read_text() == TWO
    fails(folk("render", "a.abc", "--to", "abc"), 1, "a.abc already exists")
    assert folk("render", "a.abc", "--out", "b.abc", "--transpose", 2).returncode == 0
    text = (tmp_path / "b.abc").read_text()
    assert text.count("X:") == text.count("K:E") == text.count("B8|e8|]") == 2
    assert folk("check", "b.abc").returncode == 0


def test_transposition_applies_to_every_format(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text(ONE)
    (tmp_path / "b.abc").write_text(ONE.replace("K:D", "K:E").replace("A8|d8", "B8|e8"))
    for format in ("mid", "wav", "svg", "png", "musicxml"):
        for name, transpose in (("a", 2), ("b", 0)):
            words = ["--out", f"{name}.{format}", "--transpose", transpose]
            assert folk("render", f"{name}.abc", *words).returncode == 0
        assert (tmp_path / f"a.{format}").read_bytes() == (tmp_path / f"b.{format}").read_bytes(), format
    assert folk("render", "a.abc", "--out", "a.html", "--transpose", 2).returncode == 0
    assert "B8|e8|]" in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize("words", ["--out new/deep/ --to mid", "--out a.svg", "--out new/ --to html", "--out a.abc"])
def test_a_full_disk_leaves_no_file_and_no_folder(tmp_path: Path, words: str) -> None:
    (tmp_path / "in.abc").write_text(ONE)
    command = f"ulimit -f 0; exec '{FOLK}' render in.abc {words} 2>&1 | cat"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("error: cannot write ")
    assert done.stdout.count("\n") == 1
    assert left(tmp_path) == {"in.abc"}


def test_a_path_that_is_not_a_file_is_not_replaced_even_by_force(folk: Folk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mid")
    fails(folk("render", "-", "--out", "pipe.mid", "--force", stdin=ONE), 1, "pipe.mid is not a file")
    assert (tmp_path / "pipe.mid").is_fifo()


def test_a_tune_that_cannot_be_rendered_leaves_no_folder(folk: Folk, tmp_path: Path) -> None:
    fails(folk("render", "-", "--to", "mid", "--out", "new/", stdin="X:1\nK:D\n"), 1, "it has no notes")
    assert left(tmp_path) == set()


def test_an_interrupted_render_leaves_intact_files(tmp_path: Path) -> None:
    (tmp_path / "in.abc").write_text("\n".join(SHORT for _ in range(500)))
    process = subprocess.Popen(
        [FOLK, "render", "in.abc", "--to", "svg", "--out", "out/"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert "incomplete" in process.stderr.readline()  # the first file is written
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)  # half the time after which a rendering is given up
    assert "Traceback" not in errors
    assert process.returncode == 130
    files = list((tmp_path / "out").iterdir())
    assert 1 <= len(files) < 500
    assert all(file.suffix == ".svg" and file.read_bytes().rstrip().endswith(b"</svg>") for file in files)
