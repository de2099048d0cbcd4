"""A cache of large corpora, keyed by a hash of their files and memory-mapped instead of read again.

The folder is `corpora` in `files.cache_folder()`. It may be deleted at any time, and a corpus whose checksums do not
match counts as missing.
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.packed_tunes import TuneList
from folkkeras.corpus.sources import source_files
from folkkeras.errors import OutputError
from folkkeras.files import TEMPORARY_PREFIX, cache_folder, write_text

MAX_CACHED = 4  # cached corpora; the least recently used ones are deleted
_LISTS = ("training", "held_out")
_ROOMS = ("corpus", "importing", "notation")  # packages of the library whose code turns files into a corpus
_BLOCK = 1 << 22  # bytes hashed at a time


def corpora() -> Path:
    """The folder of the cached corpora."""
    return cache_folder() / "corpora"


def key_of_corpus(arguments: Sequence[str], options: dict[str, Any]) -> str:
    """A hash of the files that CORPUS arguments name, the options, and the code that turns files into a corpus.

    Raises:
        CorpusError: an argument names no corpus.
        OSError: a file cannot be read.
    """
    sources = [source_files(argument) for argument in arguments]
    digest = hashlib.sha256(json.dumps([[name for name, _ in sources], options]).encode())
    code = sorted(path for room in _ROOMS for path in (Path(__file__).parent.parent / room).glob("*.py"))
    for file in (*code, *(file for _, files in sources for file in files)):
        digest.update(_checksum(file).encode())
    return digest.hexdigest()


def store(corpus: Corpus, key: str) -> None:
    """Cache a corpus atomically; a failure, such as a full disk, leaves no trace and raises no error."""
    folder = corpora() / key
    building = folder.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{key}")
    with suppress(OSError, OutputError):
        try:
            building.mkdir(parents=True)
            for name in _LISTS:
                tunes: TuneList = getattr(corpus, name)
                np.save(building / f"{name}.ids.npy", tunes.ids)
                np.save(building / f"{name}.ends.npy", tunes.ends)
            text = json.dumps(
                {
                    "sources": corpus.sources,
                    "raw": corpus.raw,
                    "chords": corpus.chords,
                    "found": corpus.found,
                    "dropped": corpus.dropped,
                    "duplicates": corpus.duplicates,
                    "restricted": corpus.restricted,
                    "unread": corpus.unread,
                    "digest": corpus.digest,
                    "characters": {name: getattr(corpus, name).characters for name in _LISTS},
                    "checksums": {path.name: _checksum(path) for path in building.glob("*.npy")},
                }
            )
            write_text(building / "corpus.json", f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}")
            shutil.rmtree(folder, ignore_errors=True)
            building.rename(folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        for old in sorted(corpora().iterdir(), key=lambda path: -path.stat().st_mtime)[MAX_CACHED:]:
            shutil.rmtree(old, ignore_errors=True)


def cached(key: str) -> Corpus | None:
    """The corpus cached under a key, with memory-mapped texts; None if it is missing or damaged."""
    folder = corpora() / key
    try:
        checksum, text = (folder / "corpus.json").read_text(encoding="utf-8").split("\n", 1)
        if hashlib.sha256(text.encode()).hexdigest() != checksum:
            return None
        metadata = json.loads(text)
        if any(_checksum(folder / name) != checksum for name, checksum in metadata["checksums"].items()):
            return None
        lists = {
            name: TuneList(_map(folder / f"{name}.ids.npy"), _map(folder / f"{name}.ends.npy"), characters)
            for name, characters in metadata["characters"].items()
        }
        with suppress(OSError):
            os.utime(folder)
    except (OSError, ValueError):
        return None
    return Corpus(
        sources=tuple(metadata["sources"]),
        raw=metadata["raw"],
        chords=metadata["chords"],
        found=metadata["found"],
        dropped=Counter(metadata["dropped"]),
        duplicates=metadata["duplicates"],
        restricted=tuple(metadata["restricted"]),
        unread=tuple(metadata["unread"]),
        digest=metadata["digest"],
        **lists,
    )


def _map(path: Path) -> npt.NDArray[Any]:
    mapped: npt.NDArray[Any] = np.load(path, mmap_mode="r")
    return mapped.view(np.ndarray)  # slices of a np.memmap are slow


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
