"""Where each bar stands in a tune's text."""

from collections.abc import Iterator
from typing import NamedTuple

from folkkeras.notation.lines import Kind, lines_of
from folkkeras.notation.tokens import TOKEN

_SOUNDING = frozenset({"note", "rest", "old_chord"})
_BETWEEN = frozenset({"bar", "ending", "space", "inline", "colon"})  # may stand between two bars' contents


class BarText(NamedTuple):
    """The place of a bar's content, from its first sign to its bar line, as a slice of the text."""

    begin: int
    end: int  # where its bar line, or an ending without one, begins; the end of its music at the end of the tune
    after: int  # the end of that bar line, or of an ending's place
    has_fields: bool  # whether its key, its metre or another field changes within it


def bar_texts(text: str) -> list[BarText]:
    """The places of a tune's bars, as many and in the same order as `read_tune` reads them.

    A field at the beginning of a bar does not belong to its content.

    Args:
        text: the tune from its `X:` line on.
    """
    return list(_bar_texts(text))


def _bar_texts(text: str) -> Iterator[BarText]:
    start, begin, end = 0, -1, 0  # of the line; of the bar's content so far, -1 if it has none
    sounding = has_fields = False
    for raw, line in zip(text.split("\n"), lines_of(text), strict=True):
        if begin >= 0 and line.kind is Kind.FIELD:
            has_fields = True
        for match in TOKEN.finditer(line.value) if line.kind is Kind.MUSIC else ():
            kind = match.lastgroup
            if sounding and kind in ("bar", "ending"):
                place = start + match.start()
                yield BarText(begin, place, start + match.end() if kind == "bar" else place, has_fields)
                begin, sounding, has_fields = -1, False, False
            elif kind not in _BETWEEN:
                begin = start + match.start() if begin < 0 else begin
                sounding |= kind in _SOUNDING
                end = start + match.end()
            elif kind == "inline":
                has_fields |= begin >= 0
            elif kind != "space":
                begin = -1  # what stands alone between two bar lines is not the next bar's
        start += len(raw) + 1
    if sounding:
        yield BarText(begin, end, end, has_fields)
