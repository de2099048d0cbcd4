"""The notes of bars, one after another."""

from collections.abc import Iterable, Iterator

from folkkeras.music.tune import Bar, Event


def notes_of(bars: Iterable[Bar]) -> Iterator[Event]:
    """The notes and chords of the bars, in written order, without the rests."""
    return (event for bar in bars for event in bar.events if event.pitches)


def pitches_of(bars: Iterable[Bar]) -> list[int]:
    """The MIDI number of each note; a chord counts as its first note."""
    return [event.pitches[0].midi for event in notes_of(bars)]
