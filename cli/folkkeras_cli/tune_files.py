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
    try:
        if file == STANDARD_INPUT:
            name, data = "standard input", sys.stdin.buffer.read()
        else:
            name, data = file, Path(file).expanduser().read_bytes()
    except OSError as error:
        raise CorpusError(f"cannot read {file}: {reason(error)}") from error
    tunes = read_tunes(decode(data, name))
    if not tunes:
        raise CorpusError(f"no tune in {name}: a tune in ABC notation begins with a line X:1")
    return tunes
