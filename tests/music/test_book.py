"""A printed tunebook: read back from its PDF."""

import io
import random
import re
from pathlib import Path

import pypdf
import pytest
from support.terminal import Folk, fails

from folkkeras.corpus.sources import read_source
from folkkeras.errors import FolkError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.book.book import BookEntry, book_bytes
from folkkeras.music.render.book.entry import PrintedScores, printed_scores_of
from folkkeras.notation.titles import title_of

LONG = "X:9\nT:The Long One\nR:reel\nM:C\nL:1/8\nK:G\n" + "GABc dedB|dedB dedB|c2ec B2dB|c2A2 A2BA|\n" * 40


@pytest.fixture(scope="module")
def entries() -> list[BookEntry]:
    texts = random.Random(3).sample(list(read_source("ryans").tunes), 12)
    tunes = [tune for tune in map(read_tune, [*texts, LONG]) if tune.bars]
    return [BookEntry(tune, printed_scores_of(tune)) for tune in tunes]


def pages_of(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def test_the_indexes_name_the_page_of_every_tune(entries: list[BookEntry]) -> None:
    first, *pages = pages_of(book_bytes(entries, "Some Tunes", lines=["From Ryan's"]))
    for words in ("Some Tunes", f"{len(entries)} tunes", "From Ryan's"):
        assert words in first
    begin = next(number for number, page in enumerate(pages) if page.startswith("Titles"))
    index = re.sub(r"[.\s]+", " ", "\n".join(pages[begin:]))  # without the leaders
    assert "Types" in index
    assert "Keys" in index
    for entry in entries:
        title = title_of(entry.tune.title)[0].replace(".", " ").strip()
        (number,) = [number for number, page in enumerate(pages[:begin], start=1) if title in page]
        assert index.count(title) == 3, title
        assert index.count(f"{title} {number}") >= 2, title  # among the titles, words of the incipit may come between


def test_a_tune_that_fits_stays_on_one_page_and_a_longer_one_has_several(entries: list[BookEntry]) -> None:
    assert [len(entry.scores.pages) > 1 for entry in entries] == [False] * (len(entries) - 1) + [True]
    data = book_bytes(entries, "Some Tunes")
    images = [
        len(page.images) + page.get_contents().get_data().count(b" Do")
        for page in pypdf.PdfReader(io.BytesIO(data)).pages
    ]
    assert len(images) > 4


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_paper_and_hostile_titles(entries: list[BookEntry], paper: str, size: tuple[int, int]) -> None:
    tune = read_tune('X:1\nT:#panic() $x$ <b> *star* "q" \\u{41}\nC:@nobody\nR:[reel]\nM:C\nK:C\nCDEF GABc|]\n')
    data = book_bytes([BookEntry(tune, entries[0].scores)], '#read("/etc/passwd") _T_', paper=paper)
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert (round(reader.pages[0].mediabox.width), round(reader.pages[0].mediabox.height)) == size
    text = "".join(pages_of(data))
    for words in ("#read(", "_T_", "#panic()", "<b> *star*", "@nobody", "[reel]", "1 tune"):
        assert words in text, words


def test_a_score_that_typst_cannot_draw_is_one_line(entries: list[BookEntry]) -> None:
    with pytest.raises(FolkError, match="cannot be set") as caught:
        book_bytes([BookEntry(entries[0].tune, PrintedScores(("<svg",), "<svg"))], "Broken")
    assert "\n" not in str(caught.value)


def test_the_command_writes_a_book_and_says_what_is_not_in_it(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "tunes.abc").write_text(read_source("ryans").tunes[3] + "X:2\nT:Silence\nK:C\n\n")
    done = folk("render", "tunes.abc", "--to", "pdf", "--title", "Mine")
    assert done.returncode == 0
    assert "Silence" in done.stderr
    assert "it is not in the book" in done.stderr
    assert "Mine" in pages_of((tmp_path / "tunes.pdf").read_bytes())[0]
    fails(folk("render", "tunes.abc", "--to", "pdf"), 1, "tunes.pdf already exists")
    fails(folk("render", "tunes.abc", "--to", "pdf", "--paper", "a5", "--force"), 2, "'a5'")
    (tmp_path / "none.abc").write_text("X:2\nT:Silence\nK:C\n\n")
    done = folk("render", "none.abc", "--to", "pdf")
    assert (done.returncode, (tmp_path / "none.pdf").exists()) == (1, False)
    assert done.stderr.splitlines()[-1].startswith("error: no tune can be printed")
    assert done.stdout == ""
