"""A tune that is drawn until it is whole: its header kept to what is asked, its uneven bars drawn again.

The text grows piece by piece. After each piece `judge` says whether to go on, to go back to a place and
from there read a given text or draw anew, or whether the tune is done or beyond help. Whether a bar is full
is said by the one check of `folkkeras.music`.
"""

import re
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from folkkeras.music.checks.structure import joint_faults
from folkkeras.music.parsing.fields import metre_of, unit_length_of
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Fault, Tune
from folkkeras.notation.keys import key_of
from folkkeras.notation.normal_form import HEADER
from folkkeras.notation.tunes import TUNE_START, field_of, music_begins

MOST_REDRAWS = 48  # of a tune, until it counts as beyond help
TRIES = 4  # at one place, until the bar before it is drawn again too
LONGEST_HEADER = 600  # characters
LONGEST_BAR = 160  # characters; a longer one is no bar
_CHANGE = re.compile(r"\n([RMK]):(.*)(?=\n)|\[([RMK]):([^\]\n]*)\]")
_BAR_LINE = re.compile(r":*\|[|:\]]*|::")


@dataclass(frozen=True)
class Wish:
    """What a tune is to be like.

    Args:
        whole: bars that are not full are drawn again, and a tune that is not whole does not count.
        fields: header fields, such as {"R": "jig", "K": "Edor"}, as the normal form orders them.
        types: those that go with the metre that is asked for, and so are not drawn again; where empty, all.
    """

    whole: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    types: Container[str] = ()

    def start(self, start: str) -> str:
        """The start text with the fields that can stand at once: those that no open field comes before."""
        at_once = list(takewhile(self.fields.__contains__, HEADER))
        if start != f"{TUNE_START}1" or not at_once:
            return start
        return f"{start}\n" + "".join(f"{letter}:{self.fields[letter]}\n" for letter in at_once)


@dataclass(frozen=True)
class Back:
    """Go back to a place of the text, read `then`, and draw on."""

    place: int
    then: str = ""


@dataclass(frozen=True)
class Done:
    """The tune has ended."""

    text: str


@dataclass(frozen=True)
class Beyond:
    """The tune is beyond help."""

    reason: str  # such as "had an uneven bar"


class WholeTune:
    """A tune on its way.

    Args:
        start: the text that it goes on from.
        wish: what it is to be like.
        longest: characters at which it counts as endless.
    """

    def __init__(self, start: str, wish: Wish, longest: int) -> None:
        self.text = start
        self._start, self._wish, self._longest = len(start), wish, longest
        self._checked = 0  # the end of the last bar line up to which all is well
        self._redraws: Counter[int] = Counter()

    def add(self, piece: str) -> None:
        """Add a piece that was drawn or read."""
        self.text += piece

    def go_back(self, back: Back) -> None:
        """Cut the text at a place and add what is to be read there."""
        self.text = self.text[: back.place] + back.then
        self._checked = min(self._checked, back.place)

    def judge(self) -> Back | Done | Beyond | None:
        """What is to be done next; None where the text goes on."""
        begin = music_begins(self.text)
        end = self.text.find("\n" + TUNE_START, max(self._start - 1, 0))
        if change := self._header_change(begin) or self._body_change(begin):
            self._redraws[change.place] += 1
            return change if self._redraws.total() <= MOST_REDRAWS else Beyond("had another header")
        if end >= 0:
            return self._judge_end(end, begin)
        if begin == len(self.text) and begin - self._start > LONGEST_HEADER:
            return Beyond("had no key")
        if len(self.text) - self._start > self._longest:
            return Beyond("did not end")
        return self._judge_bars(begin) if self._wish.whole else None

    def _header_change(self, begin: int) -> Back | None:
        """Where the header departs from what is asked: back to that line, to read the field asked for."""
        asked = [f"{letter}:{self._wish.fields[letter]}\n" for letter in HEADER if letter in self._wish.fields]
        place, begins = 0, dict[str, int]()
        for line in self.text[:begin].splitlines(keepends=True) if asked or self._wish.whole else ():
            letter, value = line[0], line[2:-1]
            if self._wish.whole and line.endswith("\n") and place >= self._start and _is_no_field(line):
                return Back(place)
            if letter in HEADER and line.endswith("\n"):
                if letter in begins:
                    return Back(place)
                begins[letter] = place
                if asked and line == asked[0]:
                    asked.pop(0)
                elif asked and HEADER.index(letter) >= HEADER.index(asked[0][0]):
                    return Back(place, asked[0])
                elif letter == "R" and self._wish.types and value not in self._wish.types:
                    return Back(self._another_type(begins))
            place += len(line)
        return None

    def _body_change(self, begin: int) -> Back | None:
        """Where the music departs from what is asked: back to before that change, since it holds for the whole tune."""
        for match in _CHANGE.finditer(self.text, begin) if self._wish.fields else ():
            letter, value = match[1] or match[3], match[2] or match[4] or ""
            if letter == "R" or self._wish.fields.get(letter, value) != value:
                return Back(match.start(), "\n" if match[0].startswith("\n") else "")
        return None

    def _another_type(self, begins: Mapping[str, int]) -> int:
        """Where to draw another type from: its line, or the title, which may tell it, where that was tried in vain."""
        title_is_free = "T" in begins and "T" not in self._wish.fields
        return begins["T"] if title_is_free and self._redraws[begins["R"]] >= TRIES else begins["R"]

    def _judge_end(self, end: int, begin: int) -> Back | Done | Beyond:
        text = self.text[:end].rstrip("\n") + "\n"
        tune = read_tune(text)
        if not self._wish.whole or not _faults(tune, ended=True):
            return Done(text)
        lines = self._bar_lines(begin, len(text))
        found = self._first_fault(lines)
        if found is None:  # all bars are well, so the end is not
            found = lines[-2] if len(lines) > 1 else begin
        return self._redraw(found, lines, begin)

    def _judge_bars(self, begin: int) -> Back | Beyond | None:
        lines = self._bar_lines(begin, len(self.text) - 1)  # the last character may yet be part of a bar line
        last = lines[-1] if lines else begin
        if begin < len(self.text) and len(self.text) - last > LONGEST_BAR:
            return self._redraw(last, lines, begin)
        if last <= self._checked or last == begin:
            return None
        if not _faults(read_tune(self.text[:last])):
            self._checked = last
            return None
        found = self._first_fault(lines)
        return None if found is None else self._redraw(found, lines, begin)

    def _first_fault(self, lines: list[int]) -> int | None:
        """Where the first bar begins that is not full, or that cannot be read."""
        for number, end in enumerate(lines):
            if end <= self._checked:
                continue
            tune = read_tune(self.text[:end])
            if faults := _faults(tune):
                of_last = not tune.bars or all(fault.bar in (None, tune.bars[-1].number) for fault in faults)
                before = number - 1 if of_last else number - 2
                return lines[before] if before >= 0 else music_begins(self.text)
            self._checked = end
        return None

    def _redraw(self, place: int, lines: list[int], begin: int) -> Back | Beyond:
        self._redraws[place] += 1
        if self._redraws.total() > MOST_REDRAWS:
            return Beyond("had an uneven bar")
        earlier = [line for line in lines if line < place]
        bars = self._redraws[place] // TRIES  # further back, the more often this place was no good
        if bars:
            place = earlier[-bars] if bars <= len(earlier) else begin
        return Back(max(place, self._start))

    def _bar_lines(self, begin: int, end: int) -> list[int]:
        """The ends of the bar lines between two places, but for one that may not be over yet."""
        return [match.end() for match in _BAR_LINE.finditer(self.text, begin, end) if match.end() <= end]


def _faults(tune: Tune, *, ended: bool = False) -> list[Fault]:
    """What is wrong with a tune or a beginning of one."""
    faults = [fault for fault in tune.faults if ended or not fault.open]
    return faults + joint_faults(tune, ended=ended)


def _is_no_field(line: str) -> bool:
    """Whether a line of the header is none of a complete tune's: no field, or a key or a metre that cannot be read."""
    field = field_of(line.rstrip("\n"), in_header=True)
    if field is None:
        return True
    letter, value = field
    if letter == "K":
        return key_of(value) is None
    try:
        if letter == "M":
            return metre_of(value) is None
        if letter == "L":
            unit_length_of(value)
    except ValueError:
        return True
    return False
