"""A tune's scores for print, which the render process engraves."""

import json
from dataclasses import asdict, dataclass, replace

from folkkeras.music.render.engraving import printed
from folkkeras.music.tune import Tune

_INCIPIT_BARS = 2  # beside a pick-up
_INCIPIT_WIDTH = 1_300  # in verovio's units
_LINE_WIDTH, _PAGE_HEIGHT = 1_900, 2_500  # for the text area of a page of A4 or letter


@dataclass(frozen=True)
class PrintedScores:
    """A tune's scores for print, as SVG images."""

    pages: tuple[str, ...]  # one image, unless the tune is longer than a page
    incipit: str  # its first bars

    def packed(self) -> bytes:
        """Serialise the scores, to send them to another process."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> "PrintedScores":
        """Deserialise what `packed` returned."""
        values = json.loads(data)
        return cls(tuple(values["pages"]), values["incipit"])


def printed_scores_of(tune: Tune) -> PrintedScores:
    """Engrave a tune for print.

    Raises:
        FolkError: there is nothing to engrave, or verovio cannot engrave it.
    """
    first = tune.bars[: _INCIPIT_BARS + (tune.bars[0].number == 0)] if tune.bars else ()
    (incipit,) = printed(replace(tune, bars=first), _INCIPIT_WIDTH, _PAGE_HEIGHT)[:1]
    return PrintedScores(tuple(printed(tune, _LINE_WIDTH, _PAGE_HEIGHT)), incipit)
