"""A tune while it is drawn: where it ends, which part of it is certain, and what to do next."""

from dataclasses import dataclass

from folkkeras.notation.tunes import TUNE_START, numbered


@dataclass(frozen=True)
class Backtrack:
    """Cut the text at a place, read `then`, and continue drawing."""

    place: int
    then: str = ""


@dataclass(frozen=True)
class Accept:
    """The tune has ended."""

    text: str


@dataclass(frozen=True)
class Reject:
    """The tune cannot meet the request."""

    reason: str  # such as "had an uneven bar"


Verdict = Backtrack | Accept | Reject | None


class TuneStream:
    """A tune without constraints.

    A tune ends before the next `X:` line, with one line end and without the blank lines between. A tune that has
    not ended by `max_length` is cut.

    Args:
        start: the text that it continues; if it begins with `X:`, that line becomes `X:` and the number.
        number: the tune's number.
        max_length: the maximum number of characters after the start.
    """

    def __init__(self, start: str, number: int, max_length: int) -> None:
        self.text = start
        self.number = number
        self._start, self._max_length = len(start), max_length

    def add(self, piece: str) -> None:
        """Add a piece that was drawn or read."""
        self.text += piece

    def backtrack(self, back: Backtrack) -> None:
        """Cut the text at a place and add the text to read there."""
        self.text = self.text[: back.place] + back.then

    def verdict(self) -> Verdict:
        """What to do next; None to continue drawing."""
        end = self._end()
        if end < 0 and self._too_long:
            end = self._start + self._max_length
        return None if end < 0 else Accept(ended(self.text[:end]))

    def certain(self) -> str:
        """The part of the text that can be shown before the tune has ended, numbered."""
        # Final blank lines and an X may turn out to lie beyond the tune's end. The first line may still grow.
        text = self.text.removesuffix("X").rstrip("\n")
        return numbered(text, self.number) if "\n" in text or not text.startswith(TUNE_START) else ""

    def _end(self) -> int:
        """The place where the next tune begins, or -1."""
        return self.text.find("\n" + TUNE_START, max(self._start - 1, 0))

    @property
    def _too_long(self) -> bool:
        return len(self.text) - self._start > self._max_length


def ended(text: str) -> str:
    """The text of a tune with exactly one line end at its end."""
    return text.rstrip("\n") + "\n"
