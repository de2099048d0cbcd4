"""Decoding tune files, splitting them into tunes, and reading sources of tunes."""

from pathlib import Path

import pytest

from folkkeras.corpus.sources import read_source
from folkkeras.errors import CorpusError
from folkkeras.notation.decoding import decode
from folkkeras.notation.tunes import field_of, header_of, split_tunes

TUNE = "X:1\nT:A\nK:D\nabc|\n"


@pytest.mark.parametrize(
    "data",
    [
        TUNE.encode(),
        TUNE.replace("\n", "\r\n").encode(),
        TUNE.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + TUNE.encode(),
        TUNE.encode("utf-16"),
    ],
    ids=["plain", "CRLF", "CR", "BOM", "UTF-16"],
)
def test_encodings_and_line_ends_give_one_text(data: bytes) -> None:
    assert decode(data, "a") == TUNE


def test_bytes_that_are_not_utf_8_are_read_as_latin_1() -> None:
    assert decode("T:Seán".encode("latin-1"), "a") == "T:Seán" == decode("T:Seán".encode(), "a")
    assert decode("T:Seán\n".encode() + b"T:\x93Se\xe1n", "a") == "T:Seán\nT:\u201cSeán"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"MThd\0\0\0\6\0\1", "MIDI"),
        (b"<!DOCTYPE html><title>X:1</title>", "web page"),
        (b"\xef\xbb\xbf\n<html>", "web page"),
        (b"PK\3\4\0\0\0\0", "binary"),
        (bytes(range(1, 32)) * 3, "binary"),
    ],
)
def test_the_error_for_a_file_of_another_type_names_the_type(data: bytes, word: str) -> None:
    with pytest.raises(CorpusError, match=word):
        decode(data, "a.abc")


def test_a_tune_extends_to_the_next_x_field_across_blank_lines() -> None:
    before, tunes = split_tunes("% a book\nX:1\nK:D\n\nabc|\n\n\nX: 2\nK:G\ngab|")
    assert before == "% a book\n"
    assert tunes == ["X:1\nK:D\n\nabc|\n\n\n", "X: 2\nK:G\ngab|"]


def test_a_letter_and_a_colon_are_a_field_in_the_header_only() -> None:
    assert field_of("d:|", in_header=False) is None
    assert field_of("N::1st Setting", in_header=True) == ("N", ":1st Setting")
    assert field_of("K: D % sharp", in_header=False) == ("K", "D")


def test_a_header_has_the_first_value_of_each_field_and_ends_at_the_key() -> None:
    assert header_of("X:1\nT:A\nT:B\nM:\nM:6/8\nK:D\nR:jig\n") == {"X": "1", "T": "A", "M": "6/8", "K": "D"}


def test_a_folder_is_read_recursively_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.ABC").write_text(TUNE.replace("T:A", "T:B"))
    (tmp_path / "a.abc").write_text(TUNE)
    (tmp_path / "._a.abc").write_bytes(b"\0\0resource fork")
    (tmp_path / "notes.txt").write_text("no tunes")
    assert [header_of(tune)["T"] for tune in read_source(str(tmp_path)).tunes] == ["A", "B"]


def test_a_blank_line_is_added_after_the_last_tune_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text("X:1\nK:D\nabc|")
    assert list(read_source(str(tmp_path)).tunes) == ["X:1\nK:D\nabc|\n\n"]


def test_text_before_the_first_tune_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text("% a book\n" + TUNE)
    assert read_source(str(tmp_path)).skipped == {"characters before a file's first X:": 9}


@pytest.mark.parametrize(("name", "text"), [("empty-folder", None), ("a.abc", "no tunes here\n")])
def test_the_error_for_a_source_without_tunes_names_it(tmp_path: Path, name: str, text: str | None) -> None:
    path = tmp_path / name
    path.mkdir() if text is None else path.write_text(text)
    with pytest.raises(CorpusError, match=name):
        read_source(str(path))


@pytest.mark.parametrize(("name", "tunes"), [("oneills", 2_009), ("ryans", 1_059), ("airds", 1_180), ("essen", 8_514)])
def test_built_in_collections_have_all_their_tunes(name: str, tunes: int) -> None:
    assert len(read_source(name).tunes) == tunes


def test_music21_is_not_imported_to_read_its_tunes() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from folkkeras.corpus.load import read_corpus; read_corpus(['airds']);"
        "assert not {'music21', 'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
