"""Go on with a tune: keep its header and its first part, and let the model write the rest."""

import re

from folkkeras.errors import CorpusError
from folkkeras.music.joints import joint_faults
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Tune
from folkkeras.notation.melody import staff_places
from folkkeras.notation.normal_form import normalise
from folkkeras.notation.tunes import music_begins

_PART_ENDS = re.compile(r":\|+\]?|::|\|\||\|\]")
_BAR_LINE = re.compile(r"\|+")


def beginning_of(tune: Tune, *, whole: bool = False) -> str:
    """The tune in the normal form up to the end of its first part: a repeat sign or double bar, or half its bars.

    Args:
        tune: the tune.
        whole: the rest is to make a whole tune of it, so that the parts of the first part have to join.

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

    def ends_of(sign: re.Pattern[str]) -> list[int]:  # but for signs that the tune begins with
        ends = (match.end() for match in sign.finditer(text, begin))
        return [end for end in ends if staff_places(text[:end]).size]

    inner = [end for end in ends_of(_PART_ENDS) if end < len(text)]
    if not inner:
        bars = ends_of(_BAR_LINE)
        inner = bars[(len(bars) - 1) // 2 :] or [len(text)]
    beginning = text[: inner[0]]
    first = read_tune(beginning)
    if first.faults:
        raise CorpusError(
            f"cannot go on with {name}: in its first part, {first.faults[0]}; mend it first, see `folk check`"
        )
    if whole and (faults := joint_faults(first, ended=False)):
        raise CorpusError(
            f"no whole tune can go on from {name}: in its first part, {faults[0]}; mend it first, or leave out --whole"
        )
    return beginning
