"""Rests of several bars, such as `Z4`: standard 4.5. In a score, each bar of the rest is a measure of its own."""

from collections.abc import Iterator, Sequence

from folkkeras.music.tune import Bar, BarLine, rest_bars

_MAX_BARS = 1_000  # of a rest; a larger number is a typo


def with_rest_bars(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """The bars of a tune with its rests of several bars divided, numbered through."""
    divided = [each for bar in bars for each in _divided(bar)]
    first = bars[0].number if bars else 0
    return tuple(bar._replace(number=number) for number, bar in enumerate(divided, start=first))


def _divided(bar: Bar) -> Iterator[Bar]:
    count = rest_bars(bar)
    if bar.metre is None or bar.overlays or not 1 < count <= _MAX_BARS:
        yield bar
        return
    rest = bar.events[0]
    whole = bar._replace(length=bar.metre.length, after=BarLine(), events=(rest._replace(length=bar.metre.length),))
    later = rest._replace(length=bar.metre.length, symbol="", annotations=(), decorations=(), slurs=(0, 0), graces=())
    yield whole
    for number in range(2, count + 1):
        after = bar.after if number == count else BarLine()
        yield whole._replace(before=BarLine(), after=after, events=(later,), part="", tempi=())
