"""A tune while it is being written: where it ends, and what of it can be shown already."""

from folkkeras.notation.tunes import TUNE_START


class GrowingTune:
    """Takes a tune's text piece by piece and gives back what is certain of it, numbered.

    A tune ends before the next `X:` line, with one line end, whatever blank lines come between.

    Args:
        start: the text it goes on from; where that begins with `X:`, the line becomes `X:` and the number.
        number: of the tune.
        longest: characters after the start at which a tune that has not ended is cut.
    """

    def __init__(self, start: str, number: int, longest: int) -> None:
        self.ended = False
        self._text = start
        self._start = len(start)
        self._longest = longest
        self._number = number
        self._shown = 0

    def add(self, piece: str) -> str:
        """Add a piece and return what can be shown now; nothing more is taken once the tune has ended."""
        if self.ended:
            return ""
        searched = max(self._start, len(self._text) - len(TUNE_START)) - 1  # a start of the next tune may be half there
        self._text += piece
        end = self._text.find("\n" + TUNE_START, max(searched, 0))
        if end < 0 and len(self._text) - self._start > self._longest:
            end = self._start + self._longest
        self.ended = end >= 0
        if self.ended:
            self._text = self._text[:end].rstrip("\n") + "\n"
        # Blank lines and an X may turn out to lie beyond the tune's end.
        certain = len(self._text) if self.ended else len(self._text.removesuffix("X").rstrip("\n"))
        return self._show(certain)

    def _show(self, certain: int) -> str:
        if self._shown == 0 and self._text.startswith(TUNE_START):
            line_end = self._text.find("\n", 0, certain)
            if line_end < 0:  # the number may still grow
                return ""
            self._shown = certain
            return numbered(self._text[:certain], self._number)
        shown, self._shown = self._text[self._shown : certain], max(certain, self._shown)
        return shown


def numbered(text: str, number: int) -> str:
    """The text with its first line, where that is an X field, made `X:` and the number."""
    return f"{TUNE_START}{number}{text[text.index(chr(10)) :]}" if text.startswith(TUNE_START) else text
