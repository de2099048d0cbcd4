"""A tune in any form: sound, score, MIDI, MusicXML."""

from collections.abc import Callable

from folkkeras.errors import FolkError, UsageError
from folkkeras.music.render.engraving import png_bytes, svg_text
from folkkeras.music.render.formats import KINDS, SOUNDS
from folkkeras.music.render.instruments import Instrument
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.page.scores import scores_of
from folkkeras.music.render.performance import Playing
from folkkeras.music.render.sound import sound_bytes
from folkkeras.music.tune import Tune

_SCORES: dict[str, Callable[[Tune], bytes]] = {
    "svg": lambda tune: svg_text(tune).encode(),
    "png": png_bytes,
    "score": lambda tune: scores_of(tune).packed(),  # for a page
    "scores": lambda tune: scores_of(tune, all_keys=True).packed(),
    "musicxml": musicxml_bytes,
}


def render(tune: Tune, kind: str, instrument: Instrument, playing: Playing) -> bytes:
    """A tune as a file of the kind `mid`, `wav`, `flac`, `ogg`, `mp3`, `svg`, `png` or `musicxml`.

    Args:
        tune: the tune.
        kind: of file.
        instrument: that plays it; for scores of no account.
        playing: tempo, transposition, repeats; for scores of no account.

    Raises:
        FolkError: the tune has no notes.
        UsageError: the kind is none of these.
    """
    if kind not in (*KINDS, *_SCORES):
        raise UsageError(f"{kind!r} is not one of {', '.join(KINDS)}")
    if not any(event.pitches for bar in tune.bars for event in bar.events):
        reason = tune.faults[0].message if tune.faults else "it has no notes"
        raise FolkError(f"X:{tune.reference} {tune.title} cannot be rendered: {reason}")
    if kind in SOUNDS:
        return sound_bytes(tune, instrument, playing, kind)
    return _SCORES[kind](tune) if kind in _SCORES else midi_bytes(tune, instrument, playing)
