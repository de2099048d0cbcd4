"""Describe a tune by some thirty numbers of its form, melody and rhythm, for a classifier.

They say nothing of the text: no title, no fields, no spacing.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise, takewhile

import numpy as np

from folkkeras.evaluation.form import LAGS, TuneForm, form_of, full_bars, ratio, repetitions
from folkkeras.evaluation.melody import notes_of, pitches_of
from folkkeras.music.parts import Part, parts_of
from folkkeras.music.tune import Bar, Tune
from folkkeras.notation.intervals import SEMITONES
from folkkeras.notation.keys import read_key

_STEP, _LEAP = 2, 5  # semitones: the widest step, the smallest leap


def descriptors_of(tune: Tune) -> dict[str, float]:
    """The descriptors of a tune that has notes, by name; nan where one does not apply."""
    parts, form, full = parts_of(tune), form_of(tune), full_bars(tune)
    return {
        **_of_form(parts, form),
        "ends on the tonic": math.nan if form.on_tonic is None else form.on_tonic,
        "notes outside the scale": _outside_scale(tune),
        "complete": tune.complete,
        "full bars": ratio(len(full), len(tune.bars)),
        "repeated bars": ratio(form.repeated_bars, form.bars),
        "repeated rhythms": ratio(repetitions(full, _rhythm), len(full)),
        "repeated contours": ratio(repetitions(full, _contour), len(full)),
        **_of_melody(pitches_of(tune.bars)),
        **_of_rhythm(tune),
    }


def _of_form(parts: Sequence[Part], form: TuneForm) -> dict[str, float]:
    found: dict[str, float] = {
        "parts": len(parts),
        "bars": sum(form.parts),
        "shortest part": min(form.parts),
        "longest part": max(form.parts),
        "parts of 8 or 16 bars": form.has_usual_parts,
        "parts of whole phrases": form.has_whole_phrases,
        "notes a bar": form.notes / sum(form.parts),
        "notes that end parts alike": _common_ending(parts),
    }
    return found | {f"same notes {lag} bars before": ratio(form.same_notes[lag], form.notes) for lag in LAGS}


def _common_ending(parts: Sequence[Part]) -> float:
    """How many last notes the first and the last part have in common."""
    if len(parts) < 2:
        return math.nan
    ends = zip(reversed(pitches_of(parts[0].written)), reversed(pitches_of(parts[-1].written)), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))


def _of_melody(pitches: Sequence[int]) -> dict[str, float]:
    intervals = [after - before for before, after in pairwise(pitches)]
    moves = [interval for interval in intervals if interval]
    count = len(intervals)
    return {
        "notes": len(pitches),
        "range": max(pitches) - min(pitches),
        "repeated notes": ratio(count - len(moves), count),
        "steps": ratio(sum(abs(interval) <= _STEP for interval in moves), count),
        "leaps": ratio(sum(abs(interval) >= _LEAP for interval in moves), count),
        "mean interval": ratio(sum(map(abs, moves)), count),
        "turns": ratio(sum((one > 0) != (other > 0) for one, other in pairwise(moves)), len(moves[1:])),
        "entropy of pitches": _entropy(pitches),
        "entropy of intervals": _entropy(intervals),
        "longest repeated passage": ratio(_longest_repetition(intervals), count),
    }


def _of_rhythm(tune: Tune) -> dict[str, float]:
    lengths = [event.length for event in notes_of(tune.bars)]
    mean = float(sum(lengths) / len(lengths))
    return {
        "mean length": mean,
        "last length": float(lengths[-1]) / mean,
        "lengths": len(set(lengths)),
        "entropy of lengths": _entropy(lengths),
    }


def _rhythm(bar: Bar) -> Hashable:
    return tuple((bool(event.pitches), event.length) for event in bar.events)


def _contour(bar: Bar) -> Hashable:
    """Whether the melody goes up, down or neither from each note of a bar to the next."""
    return tuple(np.sign(np.diff(pitches_of([bar]))).tolist())


def _outside_scale(tune: Tune) -> float:
    field = read_key(tune.key)
    if not field or not field.key:
        return math.nan
    scale = {(natural + field.key.alter(letter)) % 12 for letter, natural in SEMITONES.items()}
    pitches = pitches_of(tune.bars)
    return ratio(sum(pitch % 12 not in scale for pitch in pitches), len(pitches))


def _entropy(values: Iterable[Hashable]) -> float:
    """The Shannon entropy of the values' distribution, in bits; nan without values."""
    counts = Counter(values)
    total = counts.total()
    return -sum(count / total * math.log2(count / total) for count in counts.values()) if total else math.nan


def _longest_repetition(intervals: Sequence[int]) -> int:
    """How many intervals the longest passage has that occurs twice; the two may overlap."""
    # Searching a text is fastest. A drawn note may have any number of octave marks, so intervals have no limit.
    number = {interval: place for place, interval in enumerate(set(intervals))}
    text = "".join(chr(0x10000 + number[interval]) for interval in intervals)
    longest = 0
    for begin in range(len(text)):
        while begin + longest < len(text) and text.find(text[begin : begin + longest + 1], begin + 1) >= 0:
            longest += 1
    return longest
