"""Spans from one note to another: slurs, hairpins, trill lines and ties."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from folkkeras.music.render.musicxml.directions import HAIRPIN_ENDS, HAIRPINS
from folkkeras.music.render.musicxml.voices import Place, streams
from folkkeras.music.tune import Bar, Event, Pitch

TRILLS, TRILL_ENDS = ("trill(",), ("trill)",)
_MAX_AT_ONCE = 16  # open spans of one kind, which MusicXML distinguishes by their numbers

Counts = Callable[[Event], tuple[int, int]]  # the numbers of spans that begin and end at an event
Marks = Mapping[Place, list[tuple[str, int]]]  # place -> "start" or "stop", and number, of each span there


class Spans:
    """The spans of a tune."""

    def __init__(self, bars: Sequence[Bar]) -> None:
        # A slur from a note to itself is not a slur.
        self.slurs = _marks(span for span in _spans(bars, _slurs) if span.first != span.last)
        self.trills = _marks(_spans(bars, lambda event: _counts(event, TRILLS, TRILL_ENDS)))
        self.hairpins = _marks(_spans(bars, lambda event: _counts(event, HAIRPINS, HAIRPIN_ENDS)))
        self.tied_in: dict[Place, frozenset[int]] = {}  # MIDI notes
        self.tied_out: dict[Place, frozenset[int]] = {}
        for stream in streams(bars):
            for (place, event), (next_place, follower) in pairwise(stream):
                if next_place[0] - place[0] <= 1:  # an overlay may skip a bar
                    self.tied_out[place] = self.tied_in[next_place] = _midi(event.ties) & _midi(follower.pitches)


def unmatched_slurs(bars: Sequence[Bar]) -> int:
    """The number of slurs that begin without ending, or end without beginning."""
    return sum(
        sum(sum(event.slurs) for _, event in stream) - 2 * sum(1 for _ in _pairs(stream, _slurs))
        for stream in streams(bars)
    )


class _Span(NamedTuple):
    """A span from one event to another."""

    first: Place
    last: Place
    number: int  # unique among the open spans of its kind


def _spans(bars: Sequence[Bar], counts: Counts) -> Iterator[_Span]:
    """Pair beginnings with ends, innermost first, and number the spans; unmatched ones are dropped."""
    going: list[_Span] = []
    for first, last in sorted(pair for stream in streams(bars) for pair in _pairs(stream, counts)):
        # A span that ends where another begins needs a different number, or readers take the two for one.
        going = [span for span in going if span.last >= first]
        taken = {span.number for span in going}
        number = next(number for number in range(1, len(taken) + 2) if number not in taken)
        if number <= _MAX_AT_ONCE:
            span = _Span(first, last, number)
            going.append(span)
            yield span


def _pairs(stream: Sequence[tuple[Place, Event]], counts: Counts) -> Iterator[tuple[Place, Place]]:
    begun: list[Place] = []
    for place, event in stream:
        begins, ends = counts(event)
        for _ in range(ends):
            # As in (c d (e) f), an end belongs to an earlier beginning, or to one on the same note if there is none.
            if begun:
                yield begun.pop(), place
            elif begins:
                begins -= 1
                yield place, place
        begun += [place] * begins


def _marks(spans: Iterable[_Span]) -> Marks:
    found: dict[Place, list[tuple[str, int]]] = {}
    for span in spans:
        found.setdefault(span.first, []).append(("start", span.number))
        found.setdefault(span.last, []).append(("stop", span.number))
    return found


def _slurs(event: Event) -> tuple[int, int]:
    return event.slurs


def _counts(event: Event, begins: Collection[str], ends: Collection[str]) -> tuple[int, int]:
    return sum(name in begins for name in event.decorations), sum(name in ends for name in event.decorations)


def _midi(pitches: Sequence[Pitch]) -> frozenset[int]:
    return frozenset([pitch.midi for pitch in pitches])
