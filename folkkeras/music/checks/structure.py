"""Whether the parts of a tune join: split bars add up as they are played, repeats close, ties go on.

Transcribers err here so often that a tune counts as whole all the same; what is newly written is held to it.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from folkkeras.music.checks.bars import of_full
from folkkeras.music.tune import Bar, Fault, Tune


def joint_faults(tune: Tune, *, ended: bool = True) -> list[Fault]:
    """Where the parts of a tune do not join, each fault at the last bar that takes part in it.

    Args:
        tune: the tune, or a beginning of one.
        ended: whether no more is to come.
    """
    bars = tune.bars
    return [*_split_bars(bars, tune.order), *_repeats(bars, ended), *_ties(bars, ended)]


def _split_bars(bars: Sequence[Bar], order: Sequence[int]) -> Iterator[Fault]:
    """A pick-up may begin the tune, and its last bar may be short; what is played again must go on from its end."""
    filled, latest = Fraction(), 0  # of a split bar, and the place of the last bar that was played
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
    """A repeat that ends without a beginning is right: it goes back to the one before it, or to a double bar."""
    repeat = ending = False  # whether one has begun that is to end with a repeat sign
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
    """A tie goes to the same note, but where a section ends, to whatever is played next."""
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
