"""The form of tunes: the lengths of their parts, how they end, and what they repeat."""

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from folkkeras.evaluation.figures import Form
from folkkeras.evaluation.melody import notes_of, pitches_of
from folkkeras.music.parts import Part, is_pick_up, parts_of
from folkkeras.music.tune import Bar, Tune
from folkkeras.notation.keys import read_key

LAGS = 1, 2, 4, 8  # bars between a note and the earlier one that it is compared with
LONG = 1_000  # characters; nearly all tunes of the built-in collections have fewer
_USUAL = 8, 16  # bars of a part
_PHRASE = 4  # bars
_CADENCE = 3  # notes at the end of a part


@dataclass(frozen=True)
class TuneForm:
    """The form of one tune."""

    parts: tuple[int, ...]  # bars of each part
    bars: int  # full bars with notes
    repeated_bars: int  # of these, the ones that repeat an earlier bar note for note
    notes: int  # without those of later endings
    same_notes: dict[int, int]  # of these, the ones with the pitch of the note at the same place, by lag in bars
    on_tonic: bool | None  # whether its last note is the tonic; None if its key has none
    ends_alike: bool | None  # whether its first and last part end on the same three notes; None with fewer parts

    @property
    def has_usual_parts(self) -> bool:
        """Whether each part has 8 or 16 bars."""
        return all(bars in _USUAL for bars in self.parts)

    @property
    def has_whole_phrases(self) -> bool:
        """Whether each part has a multiple of 4 bars."""
        return all(bars % _PHRASE == 0 for bars in self.parts)


def form_of(tune: Tune) -> TuneForm:
    """The form of a tune.

    A place in a tune is a bar of its first pass and an onset within the bar. A part's pick-up is at the end of the
    bar before its first full bar, so bars of different parts are compared from bar line to bar line.
    """
    parts = parts_of(tune)
    full = full_bars(tune)
    played = list(_places(parts))
    pitches = dict(played)
    endings = [pitches_of(part.written)[-_CADENCE:] for part in parts]
    return TuneForm(
        parts=tuple(part.bars for part in parts),
        bars=len(full),
        repeated_bars=repetitions(full, note_for_note),
        notes=len(played),
        same_notes={
            lag: sum(pitches.get((bar - lag, onset)) == pitch for (bar, onset), pitch in played) for lag in LAGS
        },
        on_tonic=_on_tonic(tune),
        ends_alike=endings[0] == endings[-1] if len(parts) > 1 else None,
    )


def form_figures(tunes: Sequence[Tune]) -> Form:
    """The figures of all tunes that have notes."""
    played = [tune for tune in tunes if has_notes(tune)]
    found = [form_of(tune) for tune in played]
    notes = sum(each.notes for each in found)
    return Form(
        usual_parts=_mean(each.has_usual_parts for each in found),
        whole_phrases=_mean(each.has_whole_phrases for each in found),
        on_tonic=_mean(each.on_tonic for each in found),
        ends_alike=_mean(each.ends_alike for each in found),
        repeated_bars=ratio(sum(each.repeated_bars for each in found), sum(each.bars for each in found)),
        same_notes={lag: ratio(sum(each.same_notes[lag] for each in found), notes) for lag in LAGS},
        long=_mean(len(tune.text) > LONG for tune in played),
    )


def has_notes(tune: Tune) -> bool:
    """Whether a tune has a note."""
    return any(True for _ in notes_of(tune.bars))


def full_bars(tune: Tune) -> list[Bar]:
    """The bars that are full and have notes; in free metre every bar is full."""
    return [
        bar
        for bar in tune.bars
        if (bar.metre is None or bar.length == bar.metre.length) and any(event.pitches for event in bar.events)
    ]


def repetitions(bars: Iterable[Bar], content: Callable[[Bar], Hashable]) -> int:
    """How many bars have the content of an earlier one."""
    contents = [content(bar) for bar in bars]
    return len(contents) - len(set(contents))


def note_for_note(bar: Bar) -> Hashable:
    """The pitches and lengths of a bar's events, whatever their spelling."""
    return tuple((tuple(pitch.midi for pitch in event.pitches), event.length) for event in bar.events)


def ratio(count: int, total: int) -> float:
    """The fraction `count` of `total`; nan if `total` is 0."""
    return count / total if total else math.nan


def _places(parts: Sequence[Part]) -> Iterator[tuple[tuple[int, Fraction], int]]:
    """The place and the pitch of each note that the first passes play; the place is a bar and an onset in it."""
    start = 0
    for part in parts:
        picks_up = is_pick_up(part.first_pass)
        for number, bar in enumerate(part.first_pass, start - picks_up):
            onset = bar.metre.length - bar.length if bar.metre and number < start else Fraction()
            for event in bar.events:
                if event.pitches:
                    yield (number, onset), event.pitches[0].midi
                onset += event.length
        start += part.bars


def _on_tonic(tune: Tune) -> bool | None:
    field = read_key(tune.key)
    pitches = pitches_of(tune.bars[place] for place in tune.order)
    return (pitches[-1] - 7 * field.key.tonic) % 12 == 0 if field and field.key and pitches else None


def _mean(values: Iterable[bool | None]) -> float:
    """The fraction that is true, of those that are known; nan if none is known."""
    known = [value for value in values if value is not None]
    return ratio(sum(known), len(known))
