"""Set a tunebook with Typst, typst.app: its layout is in `book.typ`, and all text of tunes reaches it as data."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from folkkeras.errors import FolkError
from folkkeras.extras import require
from folkkeras.music.render.book.entry import PrintedScores
from folkkeras.music.render.formats import DEFAULT_PAPER
from folkkeras.music.render.page.words import key_in_words
from folkkeras.music.tune import Tune, printable
from folkkeras.notation.titles import title_of

_TYPST_PAPERS = {"letter": "us-letter"}  # the names that differ
_UNTITLED = "Untitled"


@dataclass(frozen=True)
class BookEntry:
    """A tune of the book and its scores."""

    tune: Tune
    scores: PrintedScores


def book_bytes(
    entries: Sequence[BookEntry],
    title: str,
    *,
    paper: str = DEFAULT_PAPER,
    lines: Sequence[str] = (),
    set_times: int = 0,
) -> bytes:
    """The book as PDF: a title page, the tunes in their order, and indexes by title, type and key.

    A set is its title above its tunes, without the pages around them.

    Args:
        entries: the tunes, at least one.
        title: the book's title.
        paper: one of `formats.PAPERS`.
        lines: of small text at the foot of the title page, or below a set.
        set_times: how often each tune of a set is played; 0 if the tunes are not a set.

    Raises:
        FolkError: the package typst is missing, or cannot set the book.
    """
    found: bytes = compiled(entries, title, paper, lines, set_times)
    return found


def compiled(
    entries: Sequence[BookEntry], title: str, paper: str, lines: Sequence[str], set_times: int = 0, **options: Any
) -> Any:
    """The book as Typst compiles it with further options; with `format="png"`, a list with an image of each page.

    Raises:
        FolkError: as `book_bytes`.
    """
    require("book")
    import typst

    with TemporaryDirectory(prefix="folk-book-") as name:
        folder = Path(name)
        tunes = [_tune(entry, number, folder) for number, entry in enumerate(entries)]
        book = {
            "title": printable(title),
            "paper": _TYPST_PAPERS.get(paper, paper),
            "lines": list(map(printable, lines)),
            "set_times": set_times,
            "tunes": tunes,
        }
        (folder / "book.json").write_text(json.dumps(book), encoding="utf-8")
        (folder / "book.typ").write_bytes((files(__package__) / "book.typ").read_bytes())
        try:
            # Typst's own fonts alone, so that a book is the same on every machine.
            return typst.compile(folder / "book.typ", root=folder, ignore_system_fonts=True, **options)
        except Exception as error:  # such as a score that it cannot draw
            why = " ".join(str(error).split())[:200]
            raise FolkError(
                f"the book cannot be set ({why}): leave out tunes to find the one that is at fault"
            ) from error


def _tune(entry: BookEntry, number: int, folder: Path) -> dict[str, Any]:
    names = []
    for place, svg in enumerate((entry.scores.incipit, *entry.scores.pages)):
        names.append(f"{number}-{place}.svg")
        (folder / names[-1]).write_text(svg, encoding="utf-8")
    tune = entry.tune
    return {
        "title": printable(title_of(tune.title)[0]) or _UNTITLED,
        "type": printable(tune.type.lower()),
        "key": printable(key_in_words(tune.key)),
        "metre": printable(tune.metre),
        "composer": printable(tune.composer),
        "incipit": names[0],
        "pages": names[1:],
    }
