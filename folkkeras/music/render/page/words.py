"""A tune in words: its key, and a description of its score for readers who cannot see it."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

from folkkeras.music.tune import Bar, BarLine, Event, Pitch, Tune
from folkkeras.notation.keys import LETTERS, Key, read_key, spelled

_MODES = {
    "maj": "major",
    "min": "minor",
    "dor": "Dorian",
    "mix": "Mixolydian",
    "lyd": "Lydian",
    "phr": "Phrygian",
    "loc": "Locrian",
}
_LENGTHS = {1: "whole", 2: "half", 4: "quarter", 8: "eighth", 16: "sixteenth", 32: "thirty-second"}
_ALTERED = {-2: " double flat", -1: " flat", 1: " sharp", 2: " double sharp"}
_MAX_NOTES = 12  # notes of the first bar that are named
_OCTAVE = 12
LOWEST, HIGHEST = -5, 6  # the range of semitones that reaches each of the twelve keys by the shortest way


def key_in_words(text: str) -> str:
    """The key that a K field names, such as "F♯ minor"; the field's own text for an unusual key."""
    key = _key_of(text)
    return _key_in_words(key) if key else text


def keys_in_words(text: str) -> dict[int, str]:
    """Semitones -> the name of the key that far from the tune's; the names are empty if the tune has no tonic."""
    key = _key_of(text)
    return {
        semitones: _key_in_words(key if semitones == 0 else _moved(key, semitones)) if key else ""
        for semitones in range(LOWEST, HIGHEST + 1)
    }


def score_in_words(tune: Tune) -> str:
    """Describe a score: its key, metre, bars and parts, and how it begins."""
    metre = next((bar.metre for bar in tune.bars if bar.metre), None)
    first = next((bar for bar in tune.bars if bar.number), tune.bars[0])
    facts = [
        key_in_words(tune.key).replace("♯", " sharp").replace("♭", " flat"),
        f"{metre.beats}/{metre.unit}" if metre else "free metre",
        _counted(_full_bars(tune), "bar") + ("" if tune.bars[0].number else " and a pick-up"),
        _counted(_parts(tune.bars), "part"),
    ]
    name = f"Score of {tune.title}" if tune.title else "Score"
    return f"{name}: {', '.join(filter(None, facts))}. First bar: {_events_in_words(first.events)}."


def _key_of(text: str) -> Key | None:
    """The key that a K field names, whatever its clef; None if the field has accidentals of its own."""
    field = read_key(text)
    key = field.key if field else None
    if key is None or field is None or field.signature is None:
        return None
    usual = {letter: key.alter(letter) for letter in LETTERS if key.alter(letter)}
    return key if field.signature == usual else None


def _key_in_words(key: Key) -> str:
    return f"{spelled(key.tonic).replace('#', '♯').replace('b', '♭')} {_MODES[key.mode]}"


def _moved(key: Key, semitones: int) -> Key:
    """The key this many semitones up, spelled with as few sharps or flats as possible."""
    fifths = [number for number in range(-_OCTAVE, _OCTAVE + 1) if (7 * number - semitones) % _OCTAVE == 0]
    return min((Key(key.tonic + number, key.mode) for number in fifths), key=lambda moved: abs(moved.fifths))


def _full_bars(tune: Tune) -> int:
    """The number of bars; a bar that a repeat splits in two counts once."""
    metres = {bar.metre for bar in tune.bars}
    metre = metres.pop()
    if metres or metre is None:
        return sum(bar.number > 0 for bar in tune.bars)
    return int(sum(bar.length for bar in tune.bars) // metre.length)


def _parts(bars: Sequence[Bar]) -> int:
    """The number of parts that double bars and repeats separate; all endings belong to one part."""

    def divides(line: BarLine | None) -> bool:
        return line is not None and not line.endings and (line.repeat_start or line.repeat_end or line.double)

    return 1 + sum(divides(bar.before) for bar in bars[1:] if bar.number > 1)


def _events_in_words(events: Sequence[Event]) -> str:
    """Describe events, as in "quarter D4, eighths E4 F sharp 4"."""
    phrases = []
    for length, group in groupby(events[:_MAX_NOTES], key=lambda event: event.written):
        notes = [_pitches_in_words(event.pitches) for event in group]
        name = _length_in_words(length)
        phrases.append(f"{name}{'s' if len(notes) > 1 else ''} {' '.join(notes)}")
    return ", ".join(phrases) + (", and so on" if len(events) > _MAX_NOTES else "")


def _pitches_in_words(pitches: Sequence[Pitch]) -> str:
    return " with ".join(map(_pitch_in_words, pitches)) or "rest"


def _pitch_in_words(pitch: Pitch) -> str:
    return f"{pitch.letter}{_ALTERED[pitch.alter]} {pitch.octave}" if pitch.alter else f"{pitch.letter}{pitch.octave}"


def _length_in_words(length: Fraction) -> str:
    for scale, dots in ((Fraction(1), ""), (Fraction(2, 3), "dotted "), (Fraction(4, 7), "double-dotted ")):
        plain = length * scale
        if plain.numerator == 1 and plain.denominator in _LENGTHS:
            return dots + _LENGTHS[plain.denominator]
    return f"{length} note"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
