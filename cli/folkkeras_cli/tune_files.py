"""Read the tunes that a FILE argument names."""

import sys
from pathlib import Path

from folkkeras.corpus.decoding import decode
from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import CorpusError
from folkkeras.files import reason
from folkkeras.music.reading import read_tunes
from folkkeras.music.tune import Tune


def tunes_of(file: str) -> list[Tune]:
    """The tunes of a file, or of standard input where it is `-`.

    Raises:
        CorpusError: it cannot be read, or there is no tune in it.
    """
    tunes = read_tunes(text_of(file))
    if not tunes:
        name = "standard input" if file == STANDARD_INPUT else file
        raise CorpusError(f"no tune in {name}: a tune in ABC notation begins with a line X:1")
    return tunes


def text_of(file: str) -> str:
    """The text of a file, or of standard input where it is `-`.

    Raises:
        CorpusError: it cannot be read.
    """
    try:
        if file == STANDARD_INPUT:
            return decode(sys.stdin.buffer.read(), "standard input")
        return decode(Path(file).expanduser().read_bytes(), file)
    except OSError as error:
        raise CorpusError(f"cannot read {file}: {reason(error)}") from error
