"""A tune's scores for the page, in each layout: in the written key and in the other keys."""

import base64
import contextlib
import gzip
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from folkkeras.errors import FolkError
from folkkeras.music.render.engraving import layouts
from folkkeras.music.render.page.drawing import drawing
from folkkeras.music.render.page.timing import noteheads_of
from folkkeras.music.render.page.words import key_in_words, keys_in_words, score_in_words
from folkkeras.music.transposed import transposed
from folkkeras.music.tune import Tune

# Eleven more keys take a third of a second and 110 kB per tune, so long pages and long tunes do without them.
MAX_IN_ALL_KEYS = 8  # tunes on a page
_MAX_IN_ALL_KEYS = 2_000  # noteheads; the longest of 5,052 real tunes has some 700


@dataclass(frozen=True)
class Score:
    """A score in one key."""

    semitones: int  # from the key in which the tune is written
    key: str  # in words; empty if the tune has no key
    label: str  # what it shows, in words
    layouts: dict[str, tuple[str, ...]]  # layout name -> the lines of music as SVG images


@dataclass(frozen=True)
class Scores:
    """A tune's scores, and what their images share."""

    written: Score
    others: tuple[Score, ...]
    glyphs: dict[str, str]  # id -> SVG
    font: str  # CSS, or empty

    def packed(self) -> bytes:
        """Serialise the scores, to send them to another process."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> "Scores":
        """Deserialise what `packed` returned."""
        values = json.loads(data)
        others = tuple(Score(**other) for other in values["others"])
        return cls(Score(**values["written"]), others, values["glyphs"], values["font"])

    def others_compressed(self) -> str:
        """The other scores for the page's script, as JSON by semitones, gzipped and base64-encoded."""
        scores = {
            score.semitones: {
                "label": score.label,
                "layouts": {name: "".join(lines) for name, lines in score.layouts.items()},
            }
            for score in self.others
        }
        # Without a timestamp, so that a tune always gives the same page.
        return base64.b64encode(gzip.compress(json.dumps(scores).encode(), mtime=0)).decode() if scores else ""


def scores_of(tune: Tune, *, all_keys: bool = False) -> Scores:
    """Engrave a tune for the page.

    Args:
        tune: the tune.
        all_keys: whether to engrave the other eleven keys too, unless the tune is very long.

    Raises:
        FolkError: there is nothing to engrave, or verovio cannot engrave it.
    """
    glyphs: dict[str, str] = {}
    fonts: list[str] = []

    def score(tune: Tune, semitones: int) -> Score:
        drawings = {name: drawing(svg) for name, svg in layouts(tune).items()}
        for each in drawings.values():
            glyphs.update(each.glyphs)
            fonts.append(each.font)
        lines = {name: each.lines for name, each in drawings.items()}
        return Score(semitones, key_in_words(tune.key), score_in_words(tune), lines)

    def others() -> Iterator[Score]:
        for semitones in keys_in_words(tune.key):
            if semitones:
                with contextlib.suppress(FolkError):  # the page plays in that key, but keeps the written score
                    moved = transposed(tune, semitones)
                    if noteheads_of(moved) == noteheads_of(tune):  # the player highlights noteheads by index
                        yield score(moved, semitones)

    written = score(tune, 0)
    found = tuple(others()) if all_keys and noteheads_of(tune) <= _MAX_IN_ALL_KEYS else ()
    return Scores(written, found, glyphs, next(filter(None, fonts), ""))
