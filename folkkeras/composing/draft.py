"""A tune to work on: which of its bars can be filled anew, and its text with other contents in them.

Bars have the numbers of `folk check`. All that stands between two bar lines and has a note or a rest is a bar and has a
number: each piece of a bar that a repeat sign splits, and each bar of each ending. A pick-up at the beginning is bar 0.

The model reads the tune in the normal form, unless it was trained on raw text. Outside the bars that are filled, the
tune's own text stays as it is, to the character.
"""

from collections.abc import Collection, Hashable, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate

from folkkeras.composing.gaps import ENDS, Gap, Piece
from folkkeras.errors import UsageError
from folkkeras.music.bar_text import BarText, bar_texts
from folkkeras.music.checks.new_tune import new_tune_faults
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Tune
from folkkeras.notation.normal_form import normalise
from folkkeras.sampling.record import without_record
from folkkeras.sampling.sampling_model import SamplingModel
from folkkeras.sampling.scoring import readable_by

_PHRASE = 4  # bars; what is so far away, or twice as far, is likely to be alike
_FAULTS = {"tunes in several voices": "it has several voices", "tunes without notes": "it has no notes"}


class Draft:
    """A tune to work on.

    Args:
        tune: the tune; records in its text are left out.
        model: the model that will read it.

    Raises:
        UsageError: it has no notes, no key or several voices, or the model does not know one of its characters.
    """

    def __init__(self, tune: Tune, model: SamplingModel) -> None:
        self.tune = tune = read_tune(without_record(tune.text))
        normal = normalise(tune.text)
        if normal.fault or not tune.key:
            raise UsageError(
                f"cannot work on {self.name}: {_FAULTS.get(normal.fault or '', 'it has no key')}; fix it first"
            )
        self.normal = read_tune(readable_by(model, tune.text))
        model.require_known(self.normal.text)
        self._places, self._normal_places = bar_texts(tune.text), bar_texts(self.normal.text)
        if not len(self._places) == len(self._normal_places) == len(tune.bars):
            raise UsageError(f"cannot work on {self.name}: the normal form has other bars; see `folk check`")

    @property
    def name(self) -> str:
        """The tune's number and title, for messages."""
        return f"X:{self.tune.reference} {self.tune.title}".strip()

    @cached_property
    def contents(self) -> list[str]:
        """What stands in each bar, in the normal form."""
        return [self.normal.text[place.begin : place.end] for place in self._normal_places]

    def index_of(self, number: int) -> int:
        """The place of a bar, from 0, by its number. Raises UsageError if the tune has no such bar."""
        first, last = self.tune.bars[0].number, self.tune.bars[-1].number
        if not first <= number <= last:
            raise UsageError(f"{self.name} has no bar {number}: its bars are {first} to {last}")
        return number - first

    def require_free(self, index: int) -> None:
        """Raise UsageError if a bar cannot be filled anew, since a field changes within it."""
        if not self.is_free(index):
            number = self.tune.bars[index].number
            raise UsageError(f"bar {number} of {self.name} changes its key, metre or unit length: leave it out")

    def is_free(self, index: int) -> bool:
        """Whether a bar can be filled anew."""
        return not (self._places[index].has_fields or self._normal_places[index].has_fields)

    def returning(self, *, together: bool, locked: Collection[int]) -> list[list[int]]:
        """The bars that can be filled anew, in groups of those with the same content, or each alone.

        Args:
            together: whether bars with the same content are one group.
            locked: the places of bars that stay as they are; the others of their group can be filled.
        """
        groups: dict[Hashable, list[int]] = {}
        for index, content in enumerate(self.contents):
            if index not in locked and self.is_free(index):
                groups.setdefault((content, self.normal.bars[index].length) if together else index, []).append(index)
        return list(groups.values())

    def differs(self, groups: Sequence[Sequence[int]], contents: Sequence[str]) -> bool:
        """Whether the bars of all groups get a content other than the one they have."""
        return all(self.contents[group[0]] != content for group, content in zip(groups, contents, strict=True))

    def pieces(self, groups: Sequence[Sequence[int]]) -> list[Piece]:
        """The normal form with a gap in place of each bar of the groups; those of one group have the same content."""
        text, pieces, end = self.normal.text, list[Piece](), 0
        open_bars = {index for group in groups for index in group}
        gaps = {index: self._gap(number, group[0], open_bars) for number, group in enumerate(groups) for index in group}
        for index in sorted(gaps):
            place = self._normal_places[index]
            pieces += [text[end : place.begin], gaps[index]]
            end = place.end
        return [*pieces, text[end:]]

    def filled(self, groups: Sequence[Sequence[int]], contents: Sequence[str]) -> str:
        """The tune's own text with other contents in the bars of the groups."""
        text = self.tune.text
        by_bar = {index: content for group, content in zip(groups, contents, strict=True) for index in group}
        for index in sorted(by_bar, reverse=True):
            place = self._places[index]
            text = text[: place.begin] + by_bar[index] + text[place.end :]
        return text

    def accepts(self, text: str) -> bool:
        """Whether a text is another tune, with no more faults than this one."""
        return text != self.tune.text and len(new_tune_faults(read_tune(text))) <= self._faults

    @cached_property
    def _faults(self) -> int:
        return len(new_tune_faults(self.tune))

    def _gap(self, number: int, index: int, open_bars: Collection[int]) -> Gap:
        """The gap in place of a bar, which may get the content of any bar of its length that stays."""
        length, bars = self.normal.bars[index].length, self.normal.bars
        unit = self._unit_length(self._normal_places[index])
        copies = {
            place: self.contents[place]
            for place in range(len(bars))
            if bars[place].length == length
            and self.is_free(place)
            and place not in open_bars
            and not set(self.contents[place]) & ENDS
        }
        preferred = frozenset(place for place in copies if (self._onsets[place] - self._onsets[index]) % _PHRASE == 0)
        return Gap(number, _Check(length, unit), copies, preferred)

    @cached_property
    def _onsets(self) -> list[Fraction]:
        """How many bars' length stands before each bar as it is written."""
        lengths = (bar.length / bar.metre.length if bar.metre else Fraction(1) for bar in self.normal.bars)
        return list(accumulate(lengths, initial=Fraction()))[:-1]

    def _unit_length(self, place: BarText) -> Fraction:
        """The length of a note without a number there."""
        return read_tune(self.normal.text[: place.begin] + "C|").bars[-1].events[-1].length


class _Check:
    """Whether a content is one bar of a length.

    Args:
        length: of the bar, in whole notes.
        unit: the unit length, in whole notes.
    """

    def __init__(self, length: Fraction, unit: Fraction) -> None:
        self._length, self._unit = length, unit

    def __call__(self, content: str) -> bool:
        return _length_of(content, self._unit) == self._length


@lru_cache(4096)
def _length_of(content: str, unit: Fraction) -> Fraction | None:
    """The length of a content in whole notes; None if it is not the content of one bar."""
    tune = read_tune(f"X:1\nM:none\nL:{unit}\nK:C\n{content}|\n")
    return tune.bars[0].length if len(tune.bars) == 1 and not tune.faults and tune.bars[0].metre is None else None
