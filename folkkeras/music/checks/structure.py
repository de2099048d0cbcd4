"""Check that the parts of a tune join: split bars add up as they are played, repeats close, and ties continue.

Transcribers make such mistakes so often that a tune with them still counts as complete. Only new tunes must pass.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from folkkeras.music.checks.bars import of_full
from folkkeras.music.tune import Bar, Fault, Tune


def structure_faults(tune: Tune, *, ended: bool = True) -> list[Fault]:
    """Find where the parts of a tune do not join. Each fault is reported at the last bar involved.

    Args:
        tune: the tune, or the beginning of one.
        ended: whether the tune has ended, so that no more music follows.
    """
    bars = tune.bars
    return [*_split_bars(bars, tune.order), *_repeats(bars, ended), *_ties(bars, ended)]


def _split_bars(bars: Sequence[Bar], order: Sequence[int]) -> Iterator[Fault]:
    """Check split bars. The tune may start with a pick-up and end with a short bar, but its repeats must join up."""
    filled, latest = Fraction(), 0  # the length of a split bar so far, and the index of the furthest bar played
    found = set()
    for number, place in enumerate(order):
        latest = max(latest, place)
        metre, length = bars[place].metre, bars[place].length
        full = metre.length if metre else length
        if filled or (number and length < full):
            filled += length
        if filled > full and latest not in found:
            found.add(latest)
            yield _fault(f"with its other part it has {of_full(filled, full)}", bars[latest])
        filled = filled if filled < full else Fraction()


def _repeats(bars: Sequence[Bar], ended: bool) -> Iterator[Fault]:
    """Check repeats. An end without a beginning is correct: it goes back to the previous repeat or double bar."""
    repeat = ending = False  # whether one is open that must end with a repeat sign
    for place, bar in enumerate(bars):
        if bar.before and ((bar.before.repeat_start and repeat) or (bar.before.endings and ending)):
            yield _fault("a repeat before it has no end", bars[place - 1])
        if bar.before:
            repeat = repeat or bar.before.repeat_start
            ending = 1 in bar.before.endings if bar.before.endings else ending and not bar.before.repeat_start
        if bar.after and bar.after.repeat_end:
            repeat = ending = False
    if ended and (repeat or ending):
        yield _fault("the last repeat has no end", bars[-1])


def _ties(bars: Sequence[Bar], ended: bool) -> Iterator[Fault]:
    """Check ties. A tie leads to the same note or, at the end of a section, to whatever is played next."""
    tied: set[tuple[str, int]] = set()
    for bar in bars:
        for event in bar.events:
            notes = {(pitch.letter, pitch.octave) for pitch in event.pitches}
            if tied and not tied & notes:
                yield _fault("a tie into it has no end", bar)
            tied = notes if event.ties else set()
        if bar.after and bar.after.divides:
            tied = set()
    if ended and tied:
        yield _fault("its last tie has no end", bars[-1])


def _fault(message: str, bar: Bar) -> Fault:
    return Fault(message, bar.line, bar.number)
