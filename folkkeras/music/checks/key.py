"""Check that a tune keeps to a key: 90% of its notes are in the scale, and training tunes end on its last note."""

from collections import Counter
from collections.abc import Iterable, Mapping

from folkkeras.music.tune import Tune
from folkkeras.notation.intervals import SEMITONES
from folkkeras.notation.keys import Key, key_of

IN_SCALE = 0.9  # minimum fraction of notes in the scale
OFTEN = 0.01  # minimum fraction of a mode's tunes that end on a degree for it to be a final degree
MODES_OF_ONE = 10  # minimum number of training tunes for a mode to have its own final degrees

Endings = Mapping[str, frozenset[int]]  # mode, or "" for all modes -> final degrees, in semitones above the tonic


def endings_of(tunes: Iterable[Tune]) -> Endings:
    """The degrees on which the tunes of each mode end."""
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
    """Whether the tune is in the key, judging by its notes and its last note."""
    pitches = [pitch.midi for bar in tune.bars for event in bar.events for pitch in event.pitches]
    last = _last_pitch(tune)
    if last is None:
        return False
    scale = {(natural + key.alter(letter)) % 12 for letter, natural in SEMITONES.items()}
    inside = sum(pitch % 12 in scale for pitch in pitches)
    degrees = endings.get(key.mode, endings[""])
    return inside >= IN_SCALE * len(pitches) and (last - _tonic(key)) % 12 in degrees


def _tonic(key: Key) -> int:
    return 7 * key.tonic % 12


def _last_pitch(tune: Tune) -> int | None:
    """The MIDI number of the last note that sounds, with repeats written out; None without notes."""
    events = [event for place in reversed(tune.order[-2:]) for event in reversed(tune.bars[place].events)]
    return next((event.pitches[0].midi for event in events if event.pitches), None)
