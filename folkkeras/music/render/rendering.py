"""Render a tune or a set in any format: sound, score, MIDI or MusicXML."""

from collections.abc import Callable, Sequence

from folkkeras.errors import FolkError, UsageError
from folkkeras.music.render.book.entry import printed_scores_of
from folkkeras.music.render.engraving import png_bytes, set_svg_text, svg_text
from folkkeras.music.render.formats import FORMATS, SOUNDS
from folkkeras.music.render.instruments import Instrument
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.page.scores import scores_of
from folkkeras.music.render.performance import Playing
from folkkeras.music.render.sound import sound_bytes
from folkkeras.music.tune import Tune

_SCORES: dict[str, Callable[[Tune], bytes]] = {
    "svg": lambda tune: svg_text(tune).encode(),
    "png": lambda tune: png_bytes(svg_text(tune)),
    "thumbnail": lambda tune: png_bytes(svg_text(tune, layout="narrow")),  # for a dashboard
    "score": lambda tune: scores_of(tune).packed(),  # for a page
    "scores": lambda tune: scores_of(tune, all_keys=True).packed(),
    "print": lambda tune: printed_scores_of(tune).packed(),  # for a book
    "musicxml": musicxml_bytes,
}
_SET_SCORES: dict[str, Callable[[Sequence[Tune]], bytes]] = {
    "svg": lambda tunes: set_svg_text(tunes).encode(),
    "png": lambda tunes: png_bytes(set_svg_text(tunes)),
    "musicxml": musicxml_bytes,
}


def render(tunes: Tune | Sequence[Tune], format: str, instrument: Instrument, playing: Playing) -> bytes:
    """Render a tune or a set as `mid`, `wav`, `flac`, `ogg`, `mp3`, `svg`, `png` or `musicxml`.

    Args:
        tunes: a tune, or the tunes of a set.
        format: the file format.
        instrument: the instrument that plays it; ignored for scores.
        playing: tempo, transposition, repeats, accompaniment; ignored for scores.

    Raises:
        FolkError: a tune has no notes.
        UsageError: the format is not one of these, or the set is too long.
    """
    if format not in (*FORMATS, *_SCORES):
        raise UsageError(f"{format!r} is not one of {', '.join(FORMATS)}")
    for tune in [tunes] if isinstance(tunes, Tune) else tunes:
        if not any(event.pitches for bar in tune.bars for event in bar.events):
            reason = tune.faults[0].message if tune.faults else "it has no notes"
            raise FolkError(f"X:{tune.reference} {tune.title} cannot be rendered: {reason}")
    if format in SOUNDS:
        return sound_bytes(tunes, instrument, playing, format)
    if format not in _SCORES:
        return midi_bytes(tunes, instrument, playing)
    return _SCORES[format](tunes) if isinstance(tunes, Tune) else _SET_SCORES[format](tunes)
