"""The voices of a tune's only part: the main one, and the overlays that `&` adds."""

from collections.abc import Iterator, Sequence

from folkkeras.music.tune import Bar, Event

Place = tuple[int, int, int]  # bar, voice, event; sorts in MusicXML's order


def voices_of(bar: Bar) -> tuple[tuple[Event, ...], ...]:
    """The events of each of a bar's voices."""
    return bar.events, *bar.overlays


def streams(bars: Sequence[Bar]) -> Iterator[list[tuple[Place, Event]]]:
    """Yield, for each voice, its events in all bars."""
    for voice in range(max((len(voices_of(bar)) for bar in bars), default=0)):
        yield [
            ((number, voice, place), event)
            for number, bar in enumerate(bars)
            if voice < len(voices_of(bar))
            for place, event in enumerate(voices_of(bar)[voice])
        ]
