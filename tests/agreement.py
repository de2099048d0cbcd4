"""Count how many tunes of a collection our reader plays note for note as abc2midi and abcjs do.

    make agreement FOLDERS="folder another"

prints a row for each folder of `.abc` files. A tune in which neither program finds a note is not counted. Tunes in
one voice are the measure; tunes in several voices are counted separately. The programs' results are cached in the
temporary folder, so a second run takes seconds.
"""

import argparse
import hashlib
import pickle
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from support import oracles
from support.oracle_text import plain, voices
from support.oracles import Note, abc2midi_notes, abcjs_notes, agrees, first_difference, lengths_agree, with_file_header

from folkkeras.errors import FolkError
from folkkeras.music.reading import read_tunes
from folkkeras.music.render.performance import Playing, performance
from folkkeras.notation.decoding import decode

CACHE = Path(tempfile.gettempdir()) / "folkkeras-agreement"
PROCESSES = 2
_BATCH = 200  # tunes that a process takes at a time
# Each column, and the column that its percentage refers to.
_COLUMNS = {
    "tunes": "",
    "read": "tunes",  # with notes
    "abc2midi": "tunes",  # note for note like this program
    "abcjs": "tunes",
    "either": "tunes",
    "lengths": "tunes",  # the lengths, too, agree with a program whose notes agree
    "sure": "",  # on which the two programs agree with each other
    "as sure": "sure",
    "voices": "",
    "either*": "voices",
}


@dataclass(frozen=True)
class Compared:
    """A tune as three programs play it; None or an empty list if one plays no notes."""

    file: Path
    text: str
    ours: list[Note]
    abc2midi: list[Note] | None
    abcjs: list[Note] | None

    @property
    def against(self) -> dict[str, str | None]:
        """The first difference from each program, or None if the notes agree."""
        found = {"abc2midi": self.abc2midi, "abcjs": self.abcjs}
        return {
            name: first_difference(self.ours, notes) if notes else "it gives no notes" for name, notes in found.items()
        }

    @property
    def sure(self) -> bool:
        """Whether the two programs agree with each other."""
        return bool(self.abc2midi and self.abcjs and agrees(self.abc2midi, self.abcjs))

    @property
    def name(self) -> str:
        """File, number and title."""
        title = re.search(r"^T:(.*)", self.text, re.MULTILINE)
        number = re.search(r"^X:(.*)", self.text, re.MULTILINE)
        return f"{self.file} X:{number[1].strip() if number else ''} {title[1].strip() if title else ''}"


def our_notes(text: str) -> list[Note]:
    """The notes of a text's first tune as this project plays them, without graces; times in quarters."""
    tunes = read_tunes(text)
    if not tunes:
        return []
    bars = tuple(bar._replace(events=tuple(event._replace(graces=()) for event in bar.events)) for bar in tunes[0].bars)
    notes = performance(replace(tunes[0], bars=bars), Playing(tempo=1_000))  # so fast that no tune is cut
    return sorted(Note(4 * note.onset, 4 * note.length, note.pitch) for note in notes)


def tunes_of(folder: Path) -> Iterator[tuple[Path, str]]:
    """The tunes of a folder's files, split at the `X:` lines, each with the header of its file."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() != ".abc" or not path.is_file():
            continue
        try:
            text = decode(path.read_bytes(), path.name)
        except FolkError:
            continue
        before, *tunes = re.split(r"^(?=X:)", text, flags=re.MULTILINE)
        header = "" if re.match(r"\s*\n", before) else re.split(r"\n\s*\n", before)[0]
        for tune in tunes:
            yield path, with_file_header(header, tune)


def _asked(texts: Sequence[str]) -> list[tuple[list[Note] | None, list[Note] | None]]:
    return list(zip(map(abc2midi_notes, texts), abcjs_notes(texts), strict=True))


def oracle_notes(texts: Sequence[str]) -> list[tuple[list[Note] | None, list[Note] | None]]:
    """What abc2midi and abcjs play of each text, from the cache if possible."""
    CACHE.mkdir(exist_ok=True)
    code = "".join(Path(path).read_text("utf-8") for path in (oracles.__file__, oracles.SCRIPT))
    kept = [CACHE / hashlib.sha256((code + plain(text)).encode()).hexdigest() for text in texts]
    missing = [place for place, path in enumerate(kept) if not path.exists()]
    batches = [missing[start : start + _BATCH] for start in range(0, len(missing), _BATCH)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        for places, answers in zip(batches, pool.map(_asked, [[texts[p] for p in b] for b in batches]), strict=True):
            for place, answer in zip(places, answers, strict=True):
                kept[place].write_bytes(pickle.dumps(answer))
    return [pickle.loads(path.read_bytes()) for path in kept]


def compared(tunes: Sequence[tuple[Path, str]]) -> Iterator[Compared]:
    """The tunes with notes, as all three play them."""
    for (path, text), (abc2midi, abcjs) in zip(tunes, oracle_notes([text for _, text in tunes]), strict=True):
        if abc2midi or abcjs:
            yield Compared(path, text, our_notes(text), abc2midi, abcjs)


def _counted(tune: Compared) -> Counter[str]:
    against = tune.against
    either = None in against.values()
    if voices(tune.text) > 1:
        return Counter({"voices": 1, "either*": either})
    same = [
        notes for notes, difference in zip((tune.abc2midi, tune.abcjs), against.values(), strict=True) if not difference
    ]
    return Counter(
        {
            "tunes": 1,
            "read": bool(tune.ours),
            **{name: difference is None for name, difference in against.items()},
            "either": either,
            "lengths": any(lengths_agree(tune.ours, notes) for notes in same if notes),
            "sure": tune.sure,
            "as sure": tune.sure and either,
        }
    )


def _row(name: str, counts: Counter[str]) -> str:
    cells = [f"{name[:20]:20}"]
    for column, total in _COLUMNS.items():
        share = f"{100 * counts[column] / counts[total]:5.1f}%" if counts[total] else "     -"
        cells.append(f"{counts[column]:6} {share}" if total else f"{counts[column]:6}")
    return " ".join(cells)


def main() -> None:
    """Read the command line, compare, print."""
    parser = argparse.ArgumentParser(description="Compare our notes with those of abc2midi and abcjs.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, metavar="N", help="take the first N tunes of each folder")
    parser.add_argument(
        "--differences",
        type=int,
        default=0,
        metavar="N",
        help="list N tunes that differ from both, first those on which both agree",
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write all tunes that differ from both there")
    given = parser.parse_args()
    for found, reason in ((oracles.HAS_ABC2MIDI, oracles.NO_ABC2MIDI), (oracles.HAS_ABCJS, oracles.NO_ABCJS)):
        if not found:
            sys.exit(reason)
    print(" ".join([" " * 20, *[f"{name:>{13 if total else 6}}" for name, total in _COLUMNS.items()]]))
    total: Counter[str] = Counter()
    differing: list[Compared] = []
    for folder in given.folders:
        counts: Counter[str] = Counter()
        for tune in compared(list(tunes_of(folder))[: given.limit]):
            counts += _counted(tune)
            if None not in tune.against.values():
                differing.append(tune)
        print(_row(folder.name, counts), flush=True)
        total += counts
    print(_row("all", total))
    print("sure: the programs agree with each other; either*: of the tunes in several voices")
    differing.sort(key=lambda tune: not tune.sure)
    for tune in differing[: given.differences]:
        print(f"\n{tune.name}")
        for name, difference in tune.against.items():
            print(f"  {name}: {difference}")
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        for number, tune in enumerate(differing):
            said = "".join(f"% {name}: {difference}\n" for name, difference in tune.against.items())
            (given.keep / f"{number:05}-{tune.file.stem[:40]}.abc").write_text(
                f"% {tune.name}\n{said}{tune.text}", "utf-8"
            )


if __name__ == "__main__":
    main()
