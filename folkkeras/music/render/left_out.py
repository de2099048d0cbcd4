"""What stands in a tune's text that a file of it does not hold."""

from collections import Counter

from folkkeras.music.render.formats import SCORES
from folkkeras.music.render.musicxml import AT_BAR_LINES, AT_NOTES, unmatched_slurs
from folkkeras.music.tune import Tune

_PICTURES = {"svg", "png", "html"}
_NOT_DRAWN = {"thumb"}  # MusicXML holds it, but verovio passes it over


def left_out(tune: Tune, kind: str) -> Counter[str]:
    """What a file does not hold of a tune, by its name in English, with how often it occurs.

    A sound has all that it can have: nobody expects to hear a bowing, or lyrics.

    Args:
        tune: the tune.
        kind: of the file, such as `svg`, `musicxml`, `mid`, `wav` or `html`.
    """
    if kind not in _PICTURES | set(SCORES):
        return Counter()
    found = Counter(tune.unread)
    at_notes = AT_NOTES - _NOT_DRAWN if kind in _PICTURES else AT_NOTES
    for bar in tune.bars:
        lines = [bar.after] if bar is not tune.bars[0] else [bar.before, bar.after]
        names = [name for line in lines if line for name in line.decorations if name not in AT_BAR_LINES]
        for event in (event for voice in (bar.events, *bar.overlays) for event in voice):
            names += [name for name in event.decorations if name not in at_notes]
            found["grace notes before a rest"] += len(event.graces) if not event.pitches else 0
        found.update(f"the decoration !{name}!" for name in names)
    found["unmatched slurs"] += unmatched_slurs(tune.bars)
    return +found
