"""Large corpora kept as they were read, under a hash of their files, to be mapped instead of read again.

The folder is `corpora` in `files.cache_folder()`. It may be
deleted at any time, and a corpus whose checksums do not fit counts as missing.
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

KEPT = 4  # corpora; those that were used longest ago are deleted
_LISTS = ("training", "held_out")
_ROOMS = ("corpus", "notation")  # of the library, whose code makes a corpus of files
_BLOCK = 1 << 22  # bytes hashed at a time


def corpora() -> Path:
    """The folder of the corpora that are kept."""
    return cache_folder() / "corpora"


def key_of_corpus(arguments: Sequence[str], options: dict[str, Any]) -> str:
    """The hash of CORPUS arguments' files, the options, and the code that makes a corpus of them.

    Raises:
        CorpusError: an argument names nothing.
        OSError: a file cannot be read.
    """
    sources = [source_files(argument) for argument in arguments]
    digest = hashlib.sha256(json.dumps([[name for name, _ in sources], options]).encode())
    code = sorted(path for room in _ROOMS for path in (Path(__file__).parent.parent / room).glob("*.py"))
    for file in (*code, *(file for _, files in sources for file in files)):
        digest.update(_checksum(file).encode())
    return digest.hexdigest()


def keep(corpus: Corpus, key: str) -> None:
    """Write a corpus, whole or not at all; where that fails, as on a full disk, there is no trace and no error."""
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
                    "found": corpus.found,
                    "dropped": corpus.dropped,
                    "duplicates": corpus.duplicates,
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
        for old in sorted(corpora().iterdir(), key=lambda path: -path.stat().st_mtime)[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


def kept(key: str) -> Corpus | None:
    """The corpus that is kept under a key, its texts mapped from the disk; None where none is, or a damaged one."""
    folder = corpora() / key
    try:
        checksum, text = (folder / "corpus.json").read_text(encoding="utf-8").split("\n", 1)
        if hashlib.sha256(text.encode()).hexdigest() != checksum:
            return None
        about = json.loads(text)
        if any(_checksum(folder / name) != checksum for name, checksum in about["checksums"].items()):
            return None
        lists = {
            name: TuneList(_map(folder / f"{name}.ids.npy"), _map(folder / f"{name}.ends.npy"), characters)
            for name, characters in about["characters"].items()
        }
        with suppress(OSError):
            os.utime(folder)
    except (OSError, ValueError):
        return None
    return Corpus(
        sources=tuple(about["sources"]),
        raw=about["raw"],
        found=about["found"],
        dropped=Counter(about["dropped"]),
        duplicates=about["duplicates"],
        digest=about["digest"],
        **lists,
    )


def _map(path: Path) -> npt.NDArray[Any]:
    mapped: npt.NDArray[Any] = np.load(path, mmap_mode="r")
    return mapped.view(np.ndarray)  # slices of the mapped kind are slow


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
