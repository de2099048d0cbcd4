"""Find what a rendered file leaves out of a tune's text."""

from collections import Counter

from folkkeras.music.render.formats import SCORES
from folkkeras.music.render.musicxml import AT_BAR_LINES, AT_NOTES, unmatched_slurs
from folkkeras.music.tune import Tune
from folkkeras.notation.chords import chord_of

_PICTURES = {"svg", "png", "html", "pdf"}
_NOT_DRAWN = {"thumb"}  # MusicXML contains it, but verovio does not draw it


def left_out(tune: Tune, format: str) -> Counter[str]:
    """Count what a file leaves out of a tune, by its name in English.

    Sound files leave out only chords that are not known: nobody expects to hear a bowing, or lyrics.

    Args:
        tune: the tune.
        format: the file format, such as `svg`, `musicxml`, `mid`, `wav` or `html`.
    """
    if format not in _PICTURES | set(SCORES):
        symbols = (event.symbol for bar in tune.bars for event in bar.events if event.symbol)
        return Counter(f"the chord symbol {symbol!r}" for symbol in symbols if chord_of(symbol) is None)
    found = Counter(tune.unread)
    at_notes = AT_NOTES - _NOT_DRAWN if format in _PICTURES else AT_NOTES
    for bar in tune.bars:
        lines = [bar.after] if bar is not tune.bars[0] else [bar.before, bar.after]
        names = [name for line in lines if line for name in line.decorations if name not in AT_BAR_LINES]
        for event in (event for voice in (bar.events, *bar.overlays) for event in voice):
            names += [name for name in event.decorations if name not in at_notes]
            found["grace notes before a rest"] += len(event.graces) if not event.pitches else 0
        found.update(f"the decoration !{name}!" for name in names)
    found["unmatched slurs"] += unmatched_slurs(tune.bars)
    return +found
