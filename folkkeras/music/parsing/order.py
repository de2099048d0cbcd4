"""The playing order of bars: repeats and endings written out, and parts in order.

Source: the ABC standard 2.1, sections 3.1.5 (parts), 4.8 (repeats), 4.9 and 4.10 (endings). A repeat without
a beginning goes back to the previous repeat, double bar or beginning of a part.
"""

from collections.abc import Sequence
from typing import NamedTuple

from folkkeras.music.parsing.fields import order_of_parts, part_of
from folkkeras.music.tune import Bar

MAX_ORDER = 100_000  # bars; a larger number is a typo that would play for days


def order_of(bars: Sequence[Bar], parts: str) -> tuple[int, ...]:
    """The indices of the bars in playing order.

    Args:
        bars: the tune's bars.
        parts: the header's P field; if it names no part of the tune, the bars are played in written order.
    """
    starts = [place for place, bar in enumerate(bars) if part_of(bar.part)]
    if not parts or not starts:
        return tuple(_repeated(bars, 0, len(bars)))
    ends = [*starts[1:], len(bars)]
    ranges: dict[str, tuple[int, int]] = {}
    for start, end in zip(starts, ends, strict=True):
        ranges.setdefault(part_of(bars[start].part), (start, end))
    named = [ranges[label] for label in order_of_parts(parts) if label in ranges]
    if not named:
        return tuple(_repeated(bars, 0, len(bars)))
    played = _repeated(bars, 0, starts[0])
    for start, end in named:
        played += _repeated(bars, start, end)
        if len(played) > MAX_ORDER:
            break
    return tuple(played[:MAX_ORDER])


def _repeated(bars: Sequence[Bar], begin: int, end: int) -> list[int]:
    """The indices from `begin` to `end`, with repeats written out."""
    played: list[int] = []
    place = begin
    while place < end and len(played) <= MAX_ORDER:
        body = place
        place, times = _body(bars, place, end)
        common = range(body, place)
        endings = _endings(bars, place, end) if times == 1 else []
        if not endings:
            played += [*common] * times
            continue
        place = endings[-1].places.stop
        times = max(turn for ending in endings for turn in ending.passes)
        if times == 1 and endings[0].repeats:  # the second ending is not marked as one
            times = 2
        for turn in range(1, times + 1):
            played += common
            for ending in endings:
                if turn in ending.passes:
                    played += ending.places
    return played


class _Ending(NamedTuple):
    passes: tuple[int, ...]
    places: range
    repeats: bool  # whether it ends with a repeat sign


def _body(bars: Sequence[Bar], start: int, end: int) -> tuple[int, int]:
    """The end of the bars that every pass of a section plays, and the number of passes if no ending follows."""
    before = bars[start].before
    explicit = bool(before and before.repeat_start)  # double bars within an explicit repeat have no effect
    for place in range(start, end):
        before, after = bars[place].before, bars[place].after
        if before and (before.endings or (before.repeat_start and place > start)):
            return place, 1
        if after and after.repeat_end:
            return place + 1, after.times
        if after and after.double and not explicit and not after.endings:
            return place + 1, 1
    return end, 1


def _endings(bars: Sequence[Bar], place: int, end: int) -> list[_Ending]:
    """The consecutive endings from an index on, until a pass recurs."""
    found: list[_Ending] = []
    seen: set[int] = set()
    while place < end:
        before = bars[place].before
        passes = before.endings if before else ()
        if not passes or seen & set(passes):
            break
        seen |= set(passes)
        first = place
        after = bars[place].after
        place += 1
        while place < end and not (after and after.ends_ending):
            after = bars[place].after
            place += 1
        found.append(_Ending(passes, range(first, place), bool(after and after.repeat_end)))
    return found
