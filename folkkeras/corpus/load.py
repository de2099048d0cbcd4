"""Read, join and split the tunes that CORPUS arguments name; a large corpus is read once and then cached."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from folkkeras.corpus.cache import cached, key_of_corpus, store
from folkkeras.corpus.corpus import Corpus, split_corpus
from folkkeras.corpus.sources import STANDARD_INPUT, read_source, source_files
from folkkeras.importing.the_session import ALL_SETTINGS

LARGE = 20_000_000  # bytes of files; a smaller corpus is read in a second or two


def read_corpus(
    arguments: str | Path | Sequence[str | Path],
    *,
    raw: bool = False,
    chords: bool = False,
    validation_split: float = 0.1,
    split: int = 0,
    settings: str = ALL_SETTINGS,
    standard_input: Path | None = None,
) -> Corpus:
    """Read, join and split the tunes of CORPUS arguments.

    Args:
        arguments: one or more collection names, paths of files or folders, or `-` for standard input. Files are in ABC
            notation or in a format that `importing.reading` reads.
        raw: keep the text verbatim instead of in the normal form.
        chords: keep chord symbols in the normal form.
        validation_split: the fraction of tunes to hold out, above 0 and below 1.
        split: which choice of held-out tunes, any number; it salts the hash.
        settings: of The Session's tunes, read "all" settings of each, or only the "first".
        standard_input: a file to read for `-` in place of standard input.

    Raises:
        CorpusError: a source cannot be read, or there are fewer than two tunes.
    """
    names = list(dict.fromkeys(map(str, [arguments] if isinstance(arguments, str | Path) else arguments)))
    options: dict[str, Any] = {
        "raw": raw,
        "chords": chords,
        "validation_split": validation_split,
        "split": split,
        "settings": settings,
    }
    try:
        large = STANDARD_INPUT not in names and _size(names) >= LARGE
        key = key_of_corpus(names, options) if large else ""
    except OSError:
        key = ""  # reading reports the file that cannot be read
    if not key:
        return _gathered(names, options, standard_input)
    if found := cached(key):
        return found
    found = _gathered(names, options, None)
    if key_of_corpus(names, options) != key:
        return found  # a file changed in the meantime
    store(found, key)
    return cached(key) or found


def _size(arguments: Sequence[str]) -> int:
    return sum(file.stat().st_size for argument in arguments for file in source_files(argument)[1])


def _gathered(arguments: Sequence[str], options: dict[str, Any], standard_input: Path | None) -> Corpus:
    splitting = {name: value for name, value in options.items() if name != "settings"}
    names: list[str] = []
    restricted: set[str] = set()
    unread: list[str] = []
    dropped: Counter[str] = Counter()

    def tunes() -> Iterator[str]:  # one source at a time, so that not all are in memory at once
        for argument in arguments:
            source = read_source(argument, standard_input, settings=options["settings"])
            names.append(source.name)
            restricted.update(source.restricted)
            unread.extend(source.unread)
            dropped.update(source.skipped)
            yield from source.tunes

    corpus = split_corpus(tunes(), **splitting, dropped=dropped)
    return replace(corpus, sources=tuple(names), restricted=tuple(sorted(restricted)), unread=tuple(unread))
