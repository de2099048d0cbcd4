"""The voices of a tune's one part: the first, and those that `&` sets beside it."""

from collections.abc import Iterator, Sequence

from folkkeras.music.tune import Bar, Event

Place = tuple[int, int, int]  # bar, voice, event; sorted, the order in which MusicXML has them


def voices_of(bar: Bar) -> tuple[tuple[Event, ...], ...]:
    """The events of each of a bar's voices."""
    return bar.events, *bar.overlays


def streams(bars: Sequence[Bar]) -> Iterator[list[tuple[Place, Event]]]:
    """Of each voice, all its events through the bars."""
    for voice in range(max((len(voices_of(bar)) for bar in bars), default=0)):
        yield [
            ((number, voice, place), event)
            for number, bar in enumerate(bars)
            if voice < len(voices_of(bar))
            for place, event in enumerate(voices_of(bar)[voice])
        ]
