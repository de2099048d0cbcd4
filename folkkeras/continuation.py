"""Go on with a tune: keep its header and its first part, and let the model write the rest."""

import re

from folkkeras.corpus.normal_form import normalise
from folkkeras.corpus.tunes import music_begins
from folkkeras.errors import CorpusError
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Tune

_PART_ENDS = re.compile(r":\|+\]?|::|\|\||\|\]")
_BAR_LINE = re.compile(r"\|+")


def beginning_of(tune: Tune) -> str:
    """The tune in the normal form up to the end of its first part: a repeat sign or double bar, or half its bars.

    Raises:
        CorpusError: the tune has no notes or no key, or its first part is broken.
    """
    name = f"X:{tune.reference} {tune.title}".strip()
    if not tune.bars:
        fault = tune.faults[0] if tune.faults else "it has no notes"
        raise CorpusError(f"cannot go on with {name}: {fault}; mend it first, see `folk check`")
    normal = normalise(tune.text)
    text = normal.text.rstrip("\n")
    begin = music_begins(text)
    if normal.fault or begin == len(text):
        raise CorpusError(f"cannot go on with {name}: {normal.fault or 'it has no key'}; mend it first")
    ends = [match.end() for match in _PART_ENDS.finditer(text, begin)]
    inner = [end for end in ends if end < len(text)]
    if not inner:
        bars = [match.end() for match in _BAR_LINE.finditer(text, begin)]
        inner = bars[len(bars) // 2 :] or [len(text)]
    beginning = text[: inner[0]]
    if faults := read_tune(beginning).faults:
        raise CorpusError(f"cannot go on with {name}: in its first part, {faults[0]}; mend it first, see `folk check`")
    return beginning
