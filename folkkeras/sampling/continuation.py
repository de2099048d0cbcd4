"""Continue a tune: keep its header and first part, and let the model write the rest."""

from collections.abc import Sequence

from folkkeras.errors import CorpusError
from folkkeras.music.bar_text import bar_texts
from folkkeras.music.checks.structure import structure_faults
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Bar, Tune
from folkkeras.notation.normal_form import normalise

_BARS_OF_A_PART = 8  # in nearly all parts of the built-in collections


def beginning_of(tune: Tune, *, complete: bool = False, chords: bool = False) -> str:
    """The tune in the normal form up to the end of its first part; if no part ends, up to half its bars.

    A part ends at a repeat sign, at a double bar, or where a `P:` label begins another part. All endings of its
    repeat belong to it; a pick-up after it does not. A double bar within a repeat does not end a part. The
    double bar at the tune's end does so only if the tune has just the eight bars of one part.

    Args:
        tune: the tune.
        complete: whether the continued tune has to be complete; if so, the bars of the first part have to join.
        chords: whether to keep its chord symbols, for a model that was trained with chord symbols.

    Raises:
        CorpusError: the tune has no notes or no key, or its first part has a fault.
    """
    name = f"X:{tune.reference} {tune.title}".strip()
    if not tune.bars:
        fault = tune.faults[0] if tune.faults else "it has no notes"
        raise CorpusError(f"cannot continue {name}: {fault}; fix it first, see `folk check`")
    normal = normalise(tune.text, chords=chords)
    if normal.fault or not tune.key:
        raise CorpusError(f"cannot continue {name}: {normal.fault or 'it has no key'}; fix it first")
    text = normal.text.rstrip("\n")
    beginning = _first_part(text, tune.bars)
    first = read_tune(beginning)
    if first.faults:
        raise CorpusError(
            f"cannot continue {name}: in its first part, {first.faults[0]}; fix it first, see `folk check`"
        )
    if complete and (faults := structure_faults(first, ended=False)):
        raise CorpusError(
            f"cannot continue {name} to a complete tune: in its first part, {faults[0]}; "
            "fix it first, or leave out --complete"
        )
    return beginning


def _first_part(text: str, bars_as_written: Sequence[Bar]) -> str:
    bars = read_tune(text).bars
    if len(bars) == len(bars_as_written):  # the normal form has no part labels
        bars = tuple(bar._replace(part=other.part) for bar, other in zip(bars, bars_as_written, strict=True))
    closed = len(bars) - (bars[-1].after is None)
    count = _bars_of_first_part(bars) or (closed + 1) // 2
    # If all bars are kept, so is the text after the last bar line, such as a remark.
    return text[: bar_texts(text)[count - 1].after] if 0 < count < len(bars) else text


def _bars_of_first_part(bars: Sequence[Bar]) -> int:
    """The number of bars in the first part, including all its endings; 0 if no part ends."""
    full = repeated = closed = False  # whether it has a full bar, a repeat has begun, and that repeat has an end
    endings: set[int] = set()  # the passes of the endings so far
    for place, bar in enumerate(bars):
        line, last = bar.after, place + 1 == len(bars)
        full = full or bar.number > 0
        if bar.before:
            endings.update(bar.before.endings)
            if bar.before.repeat_start:
                repeated, closed = True, any(other.after and other.after.repeat_end for other in bars[place:])
        if not full or (line and line.endings and endings.isdisjoint(line.endings)):
            continue  # this is a pick-up, or another ending follows
        if not last and bars[place + 1].part:
            return place + 1
        if line is None:
            break
        if line.repeat_end or line.repeat_start or (endings and line.ends_ending):
            return place + 1
        if line.double and (not repeated and bar.number == _BARS_OF_A_PART if last else not closed):
            return place + 1
    return 0
