"""Read the tunes that FILE arguments name: files, folders, standard input."""

import os
import sys
from collections.abc import Iterable, Sequence

from folkkeras.corpus.collections import COLLECTIONS
from folkkeras.corpus.sources import STANDARD_INPUT, source_files
from folkkeras.errors import CorpusError
from folkkeras.files import reason
from folkkeras.importing.notes import Notes
from folkkeras.importing.reading import abc_texts
from folkkeras.music.reading import read_tunes
from folkkeras.music.tune import Tune
from folkkeras.notation.decoding import decode
from folkkeras_cli.console import say

LARGEST = 2**28  # bytes of a file: hundreds of thousands of tunes


def files_of(arguments: Iterable[str]) -> list[str]:
    """The files that the arguments name, each once: a file, those of a folder, or those of a built-in collection.

    Raises:
        CorpusError: a folder cannot be read, or has no such files.
    """
    files: dict[str, str] = {}  # by real path
    for argument in arguments:
        path = os.path.expanduser(argument)
        if os.path.isdir(path):
            # With a leading dot, so that a folder is not mistaken for the built-in collection of its name.
            names = list(map(str, source_files(os.path.join(os.curdir, path))[1]))
        else:
            names = list(map(str, source_files(argument)[1])) if _names_collection(argument) else [argument]
        for name in names:
            files.setdefault(os.path.realpath(name), name)
    return list(files.values())


def rights_of(arguments: Iterable[str], restricted: Iterable[str] = ()) -> list[str]:
    """What is known about the rights in the tunes that the arguments name, a line for each collection.

    Args:
        arguments: as for `files_of`.
        restricted: further collections whose tunes were found in files; see `Notes`.
    """
    known = [COLLECTIONS[argument] for argument in dict.fromkeys(arguments) if _names_collection(argument)]
    return [
        *(f"{collection.title}: {collection.rights}" for collection in known),
        *(f"{name}: the licence forbids training language models on its tunes" for name in sorted(restricted)),
    ]


def _names_collection(argument: str) -> bool:
    return argument in COLLECTIONS and not os.path.lexists(argument)


def tunes_of(file: str, restricted: set[str] | None = None) -> list[Tune]:
    """The tunes of a file, or of standard input if it is `-`.

    Args:
        file: its name.
        restricted: gets the collections in it whose licence forbids training on them.

    Raises:
        CorpusError: it cannot be read, or has no tunes.
    """
    notes = Notes()
    tunes = [tune for text in abc_texts(_data(file), name_of(file), notes) for tune in read_tunes(text)]
    if restricted is not None:
        restricted |= notes.restricted
    if notes.unread:
        say(f"left out: {unread([*notes.unread])}")
    if notes.skipped:
        counts = ", ".join(f"{what} ({count:,})" for what, count in notes.skipped.items())
        say(f"left out of {name_of(file)}: {counts}")
    if not tunes:
        raise CorpusError(f"no tune in {name_of(file)}: a tune in ABC notation begins with a line X:1")
    return tunes


def unread(scores: Sequence[str]) -> str:
    """How many scores were left out, and the first of them."""
    if len(scores) == 1:
        return f"1 score that cannot be read as one melody, {scores[0]}"
    return f"{len(scores):,} scores that cannot be read as one melody, such as {scores[0]}"


def text_of(file: str) -> str:
    """The text of a file, or of standard input if it is `-`.

    Raises:
        CorpusError: it cannot be read.
    """
    return decode(_data(file), name_of(file))


def _data(file: str) -> bytes:
    try:
        if file == STANDARD_INPUT:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open(os.path.expanduser(file), "rb") as stream:
                data = stream.read(LARGEST + 1)
    except OSError as error:
        raise CorpusError(f"cannot read {name_of(file)}: {reason(error)}") from error
    if len(data) > LARGEST:
        raise CorpusError(f"{name_of(file)} is larger than {LARGEST // 2**20} MB: split it into smaller files")
    return data


def name_of(file: str) -> str:
    """A file's name for the screen, on one line."""
    return "standard input" if file == STANDARD_INPUT else file.replace("\n", "\\n") or "''"
