"""A tune as MusicXML 4.0, which notation programs open and from which its score is engraved.

Source: the MusicXML 4.0 specification, w3.org/2021/06/musicxml40.
"""

from folkkeras.music.render.musicxml.attributes import fifths_of
from folkkeras.music.render.musicxml.barlines import FERMATAS
from folkkeras.music.render.musicxml.directions import DYNAMICS, HAIRPIN_ENDS, HAIRPINS, SIGNS
from folkkeras.music.render.musicxml.notations import MARKS
from folkkeras.music.render.musicxml.noteheads import noteheads
from folkkeras.music.render.musicxml.score import musicxml_bytes
from folkkeras.music.render.musicxml.spans import TRILL_ENDS, unmatched_slurs

# The decorations that MusicXML can express here.
AT_BAR_LINES = frozenset((*FERMATAS, *DYNAMICS, *SIGNS))
AT_NOTES = frozenset((*MARKS, *DYNAMICS, *SIGNS, *HAIRPINS, *HAIRPIN_ENDS, *TRILL_ENDS))

__all__ = ["AT_BAR_LINES", "AT_NOTES", "fifths_of", "musicxml_bytes", "noteheads", "unmatched_slurs"]
