"""Split a tune into its parts, such as the A and the B part of a reel."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from folkkeras.music.tune import Bar, Tune


@dataclass(frozen=True)
class Part:
    """A part of a tune."""

    written: tuple[Bar, ...]  # all its bars, with all endings
    first_pass: tuple[Bar, ...]  # the bars that its first pass plays: those without the later endings
    length: Fraction  # of the first pass, in bars
    bars: int  # the same, rounded; at least 1


def parts_of(tune: Tune, *, ended: bool = True) -> list[Part]:
    """The parts of a tune, in written order; none if it has no bars.

    A part ends at a repeat sign, at a double bar, where a `P:` label begins another part, and at the tune's end. All
    endings of its repeat belong to it. What is shorter than a bar, such as a pick-up between two repeat signs, is not
    a part of its own: it belongs to the part after it, or at the tune's end to the part before it.

    A part's length in bars is the length of its first pass over that of the metre, rounded. So a pick-up and the
    short bar that it completes are one bar. In free metre each bar counts.

    Args:
        tune: the tune, or the beginning of one.
        ended: whether the tune has ended; if not, what is shorter than a bar at its end begins another part.
    """
    groups: list[list[Bar]] = []
    group: list[Bar] = []
    for place, bar in enumerate(tune.bars):
        group.append(bar)
        following = tune.bars[place + 1] if place + 1 < len(tune.bars) else None
        if (following is None or _part_between(group, following)) and _length(group) >= 1:
            groups.append(group)
            group = []
    if group and groups and ended:
        groups[-1] += group
    elif group:
        groups.append(group)
    return [_part(group) for group in groups]


def is_pick_up(bars: Sequence[Bar]) -> bool:
    """Whether the first of a part's bars is a pick-up: shorter than its metre."""
    metre = bars[0].metre
    return metre is not None and bars[0].length < metre.length


def _part_between(group: Sequence[Bar], following: Bar) -> bool:
    """Whether one part ends with the group, and another one begins with the bar that follows it."""
    line = following.before
    if following.part:
        return True
    if line is None or not (line.repeat_end or line.repeat_start or line.double):
        return False
    if not line.endings:
        return True
    passes = {each for bar in group if bar.before for each in bar.before.endings}
    return not passes.isdisjoint(line.endings)  # otherwise this is a further ending of the same part


def _part(group: Sequence[Bar]) -> Part:
    first_pass: list[Bar] = []
    later = False  # whether an ending that the first pass leaves out has begun
    for bar in group:
        if bar.before and bar.before.endings:
            later = bool(first_pass) and 1 not in bar.before.endings
        if not later:
            first_pass.append(bar)
    length = _length(first_pass)
    # Half a bar too many or too few rounds to an even number, as most parts have.
    return Part(tuple(group), tuple(first_pass), length, max(1, round(length)))


def _length(bars: Sequence[Bar]) -> Fraction:
    """Their length in bars of their metres."""
    return sum((bar.length / bar.metre.length if bar.metre else Fraction(1) for bar in bars), Fraction())
