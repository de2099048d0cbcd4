"""Whether a tune keeps to a key: nine notes of ten in its scale, and a last note that the book's tunes end on."""

from collections import Counter
from collections.abc import Iterable, Mapping

from folkkeras.music.tune import Tune
from folkkeras.notation.keys import Key, key_of

IN_SCALE = 0.9  # of the notes, at least
OFTEN = 0.01  # of a mode's tunes end on a degree, at least, for it to be one that tunes end on
MODES_OF_ONE = 10  # tunes of a mode in the book, at least, to know how they end; else all modes together tell

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

Endings = Mapping[str, frozenset[int]]  # by mode, and "" for all together: semitones above the tonic


def endings_of(tunes: Iterable[Tune]) -> Endings:
    """On which degrees the tunes of each mode end."""
    counts: dict[str, Counter[int]] = {"": Counter()}
    for tune in tunes:
        key, last = key_of(tune.key), _last_pitch(tune)
        if key is None or last is None:
            continue
        degree = (last - _tonic(key)) % 12
        counts[""][degree] += 1
        counts.setdefault(key.mode, Counter())[degree] += 1
    return {
        mode: frozenset(degree for degree, count in found.items() if count >= OFTEN * found.total())
        for mode, found in counts.items()
        if not mode or found.total() >= MODES_OF_ONE
    }


def keeps_key(tune: Tune, key: Key, endings: Endings) -> bool:
    """Whether the tune is in the key, by its notes and by its end."""
    pitches = [pitch.midi for bar in tune.bars for event in bar.events for pitch in event.pitches]
    last = _last_pitch(tune)
    if last is None:
        return False
    scale = {(natural + key.alter(letter)) % 12 for letter, natural in _NATURALS.items()}
    inside = sum(pitch % 12 in scale for pitch in pitches)
    degrees = endings.get(key.mode, endings[""])
    return inside >= IN_SCALE * len(pitches) and (last - _tonic(key)) % 12 in degrees


def _tonic(key: Key) -> int:
    return 7 * key.tonic % 12


def _last_pitch(tune: Tune) -> int | None:
    """The last note that sounds, repeats written out."""
    events = [event for place in reversed(tune.order[-2:]) for event in reversed(tune.bars[place].events)]
    return next((event.pitches[0].midi for event in events if event.pitches), None)
