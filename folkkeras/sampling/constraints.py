"""A tune that is held to a request while it is drawn: its header has the fields, its bars are full.

Whether a bar is full is said by the one check of `folkkeras.music`.
"""

import re
from collections import Counter
from collections.abc import Container, Mapping
from itertools import takewhile

from folkkeras.music.checks.structure import joint_faults
from folkkeras.music.parsing.fields import metre_of, unit_length_of
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Fault, Tune
from folkkeras.notation.keys import key_of
from folkkeras.notation.normal_form import HEADER
from folkkeras.notation.tunes import field_of, music_begins
from folkkeras.sampling.request import DEFAULT_START, TuneRequest
from folkkeras.sampling.tune_stream import Accept, Backtrack, Reject, TuneStream, Verdict, ended

MAX_REDRAWS = 48  # of a tune, until it is rejected
MAX_TRIES = 4  # at one place, until the bar before it is redrawn too
MAX_HEADER = 600  # characters
MAX_BAR = 160  # characters; what is longer is not a bar
_CHANGE = re.compile(r"\n([RMK]):(.*)(?=\n)|\[([RMK]):([^\]\n]*)\]")
_BAR_LINE = re.compile(r":*\|[|:\]]*|::")


def start_with_fields(request: TuneRequest) -> str:
    """The start text with the fields that can stand in it: those that no free field comes before."""
    fixed = list(takewhile(request.fields.__contains__, HEADER))
    if request.start != DEFAULT_START or not fixed:
        return request.start
    return f"{DEFAULT_START}\n" + "".join(f"{letter}:{request.fields[letter]}\n" for letter in fixed)


class ConstrainedTune(TuneStream):
    """A tune that is redrawn in part where it departs from what is asked.

    Args:
        request: what is asked.
        number: of the tune.
        types: those that go with the metre that is asked for, and so are not redrawn; where empty, all.
    """

    def __init__(self, request: TuneRequest, number: int, types: Container[str] = ()) -> None:
        super().__init__(start_with_fields(request), number, request.max_length)
        self._request, self._types = request, types
        self._checked = 0  # the end of the last bar line up to which all is well
        self._redraws: Counter[int] = Counter()

    def backtrack(self, back: Backtrack) -> None:
        """Cut the text at a place and add what is to be read there."""
        super().backtrack(back)
        self._checked = min(self._checked, back.place)

    def certain(self) -> str:
        """Nothing: any of the text may be redrawn."""
        return ""

    def verdict(self) -> Verdict:
        """What is to be done next; None where the tune goes on."""
        begin, end = music_begins(self.text), self._end()
        if change := self._header_change(begin) or self._body_change(begin):
            self._redraws[change.place] += 1
            return change if self._redraws.total() <= MAX_REDRAWS else Reject("had another header")
        if end >= 0:
            return self._verdict_at_end(end, begin)
        if begin == len(self.text) and begin - self._start > MAX_HEADER:
            return Reject("had no key")
        if self._too_long:
            return Reject("did not end")
        return self._verdict_of_bars(begin) if self._request.complete else None

    def _header_change(self, begin: int) -> Backtrack | None:
        """Where the header departs from what is asked: back to that line, to read the field asked for."""
        asked = [f"{letter}:{self._request.fields[letter]}\n" for letter in HEADER if letter in self._request.fields]
        place, begins = 0, dict[str, int]()
        for line in self.text[:begin].splitlines(keepends=True) if asked or self._request.complete else ():
            letter, value = line[0], line[2:-1]
            if self._request.complete and line.endswith("\n") and place >= self._start and _is_no_field(line):
                return Backtrack(place)
            if letter in HEADER and line.endswith("\n"):
                if letter in begins:
                    return Backtrack(place)
                begins[letter] = place
                if asked and line == asked[0]:
                    asked.pop(0)
                elif asked and HEADER.index(letter) >= HEADER.index(asked[0][0]):
                    return Backtrack(place, asked[0])
                elif letter == "R" and self._types and value not in self._types:
                    return Backtrack(self._another_type(begins))
            place += len(line)
        return None

    def _body_change(self, begin: int) -> Backtrack | None:
        """Where the music departs from what is asked: back to before that change, since it holds for the whole tune."""
        for match in _CHANGE.finditer(self.text, begin) if self._request.fields else ():
            letter, value = match[1] or match[3], match[2] or match[4] or ""
            if letter == "R" or self._request.fields.get(letter, value) != value:
                return Backtrack(match.start(), "\n" if match[0].startswith("\n") else "")
        return None

    def _another_type(self, begins: Mapping[str, int]) -> int:
        """Where to draw another type from: its line, or the title, which may name it, where that did not help."""
        title_is_free = "T" in begins and "T" not in self._request.fields
        return begins["T"] if title_is_free and self._redraws[begins["R"]] >= MAX_TRIES else begins["R"]

    def _verdict_at_end(self, end: int, begin: int) -> Backtrack | Accept | Reject:
        text = ended(self.text[:end])
        tune = read_tune(text)
        if not self._request.complete or not _faults(tune, ended=True):
            return Accept(text)
        lines = self._bar_lines(begin, len(text))
        found = self._first_fault(lines)
        if found is None:  # all bars are well, so the end is not
            found = lines[-2] if len(lines) > 1 else begin
        return self._redraw(found, lines, begin)

    def _verdict_of_bars(self, begin: int) -> Backtrack | Reject | None:
        lines = self._bar_lines(begin, len(self.text) - 1)  # the last character may yet be part of a bar line
        last = lines[-1] if lines else begin
        if begin < len(self.text) and len(self.text) - last > MAX_BAR:
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

    def _redraw(self, place: int, lines: list[int], begin: int) -> Backtrack | Reject:
        self._redraws[place] += 1
        if self._redraws.total() > MAX_REDRAWS:
            return Reject("had an uneven bar")
        earlier = [line for line in lines if line < place]
        bars = self._redraws[place] // MAX_TRIES  # further back, the more often this place was no good
        if bars:
            place = earlier[-bars] if bars <= len(earlier) else begin
        return Backtrack(max(place, self._start))

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
