"""Where a sampled tune ends, and how much of it can be shown while it is sampled."""

import pytest

from folkkeras.notation.tunes import numbered
from folkkeras.sampling.tune_stream import Accept, TuneStream


class Shown:
    """A tune as it is shown while it is sampled."""

    def __init__(self, start: str, number: int, max_length: int = 1_000) -> None:
        self.tune, self.text, self.ended = TuneStream(start, number, max_length), "", False

    def add(self, piece: str) -> str:
        """The additional text that is shown after a piece."""
        before = self.text
        if not self.ended:
            self.tune.add(piece)
            verdict = self.tune.verdict()
            self.ended = isinstance(verdict, Accept)
            text = numbered(verdict.text, self.tune.number) if isinstance(verdict, Accept) else self.tune.certain()
            assert text.startswith(before) or not text  # shown text is never taken back
            self.text = text or before
        return self.text[len(before) :]


def written(start: str, text: str, size: int, max_length: int = 1_000) -> str:
    """The tune that is shown if `text`, repeated, arrives in pieces of this size."""
    shown = Shown(start, 4, max_length)
    text *= 50
    for place in range(0, len(text), size):
        shown.add(text[place : place + size])
    assert shown.ended
    return shown.text


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize(
    ("start", "text", "tune"),
    [
        ("X:1", "\nT:a\nabc|\n\nX:1\nT:b\n", "X:4\nT:a\nabc|\n"),
        ("X:1", "23\nT:a\n\n\n\nX:", "X:4\nT:a\n"),
        ("X:1\nT:b\n\nX:1", "\nT:a\nX:2\n", "X:4\nT:b\n\nX:1\nT:a\n"),
        ("X:1\nT:a\nX", ":ab\nX:1\n", "X:4\nT:a\nX:ab\n"),
        ("T:a", "X:b\nX:1", "T:aX:b\n"),
        ("X:1", "\nX:1", "X:4\n"),
        ("X:1\nT:a\n", "X:1\n", "X:4\nT:a\n"),
        ("T:a", "\nXabc\nX:", "T:a\nXabc\n"),
    ],
)
def test_a_tune_ends_before_the_next_and_is_numbered(start: str, text: str, tune: str, size: int) -> None:
    assert written(start, text, size) == tune


@pytest.mark.parametrize("size", [1, 5, 64])
def test_a_tune_that_does_not_end_is_cut_off(size: int) -> None:
    assert written("X:1\n", "abc ", size, max_length=10) == "X:4\nabc abc ab\n"


def test_text_is_shown_as_soon_as_it_is_certain() -> None:
    tune = Shown("X:1\nT:", 2)
    assert [tune.add(piece) for piece in ("The ", "Reel\n\nX", "y\n", "X:")] == [
        "X:2\nT:The ", "Reel", "\n\nXy", "\n"
    ]  # fmt: skip
    assert tune.ended
    assert tune.add("more") == ""
