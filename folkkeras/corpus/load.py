"""Read what CORPUS arguments name, join it and split it; a large corpus once, and from then on as it is kept."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from folkkeras.corpus.cache import keep, kept, key_of_corpus
from folkkeras.corpus.corpus import Corpus, split_corpus
from folkkeras.corpus.sources import STANDARD_INPUT, read_source, source_files

LARGE = 20_000_000  # bytes of files; what is smaller is read in a second or two


def read_corpus(
    arguments: str | Sequence[str],
    *,
    raw: bool = False,
    holdout: float = 0.1,
    split: int = 0,
    standard_input: Path | None = None,
) -> Corpus:
    """Read, join and split the tunes of CORPUS arguments.

    Args:
        arguments: one or several: a collection's name, the path of a file or folder, or `-` for standard input.
        raw: keep the text as it stands instead of the normal form.
        holdout: the share of tunes to hold out, above 0 and below 1.
        split: which choice of them, any number; it salts the hash.
        standard_input: a file to read for `-` in place of standard input.

    Raises:
        CorpusError: a source cannot be read, or there are fewer than two tunes.
    """
    names = list(dict.fromkeys([arguments] if isinstance(arguments, str) else arguments))
    options: dict[str, Any] = {"raw": raw, "holdout": holdout, "split": split}
    try:
        large = STANDARD_INPUT not in names and _size(names) >= LARGE
        key = key_of_corpus(names, options) if large else ""
    except OSError:
        key = ""  # what cannot be read is named where it is read
    if not key:
        return _gathered(names, options, standard_input)
    if found := kept(key):
        return found
    found = _gathered(names, options, None)
    if key_of_corpus(names, options) != key:
        return found  # a file was changed meanwhile
    keep(found, key)
    return kept(key) or found


def _size(arguments: Sequence[str]) -> int:
    return sum(file.stat().st_size for argument in arguments for file in source_files(argument)[1])


def _gathered(arguments: Sequence[str], options: dict[str, Any], standard_input: Path | None) -> Corpus:
    names: list[str] = []
    dropped: Counter[str] = Counter()

    def tunes() -> Iterator[str]:  # of one source after another, so that not all are in memory at once
        for argument in arguments:
            source = read_source(argument, standard_input)
            names.append(source.name)
            dropped.update(source.skipped)
            yield from source.tunes

    corpus = split_corpus(tunes(), **options, dropped=dropped)
    return replace(corpus, sources=tuple(names))
