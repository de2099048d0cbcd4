"""Hold a tune to a request while it is drawn, so that its header has the fields and its bars are full.

The checks of `folkkeras.music` decide whether a bar is full.
"""

import re
from collections import Counter
from collections.abc import Collection, Container, Mapping
from itertools import takewhile

from folkkeras.music.checks.structure import structure_faults
from folkkeras.music.parsing.fields import metre_of, unit_length_of
from folkkeras.music.reading import TuneReader
from folkkeras.music.tune import Fault, Tune
from folkkeras.notation.keys import key_of
from folkkeras.notation.normal_form import HEADER
from folkkeras.notation.tunes import field_of, header_of, music_begins
from folkkeras.sampling.form import RequestedForm, UsualForms
from folkkeras.sampling.request import DEFAULT_START, TuneRequest
from folkkeras.sampling.tune_stream import Accept, Backtrack, Reject, TuneStream, Verdict, ended

MAX_RESAMPLES = 48  # times that parts of a tune are resampled before it is rejected
MAX_TRIES = 4  # times that one place is resampled before the preceding bar is resampled too
OTHER_FORM = "had another form"
MAX_HEADER = 600  # characters
MAX_BAR = 160  # characters; anything longer is not a bar
_CHANGE = re.compile(r"\n([RMK]):(.*)(?=\n)|\[([RMK]):([^\]\n]*)\]")
_BAR_LINE = re.compile(r":*\|[|:\]]*|::")


def start_with_fields(request: TuneRequest) -> str:
    """The start text with the requested fields that can be added to it: those that follow no free field."""
    fixed = list(takewhile(request.fields.__contains__, HEADER))
    if request.start != DEFAULT_START or not fixed:
        return request.start
    return f"{DEFAULT_START}\n" + "".join(f"{letter}:{request.fields[letter]}\n" for letter in fixed)


class ConstrainedTune(TuneStream):
    """A tune that is resampled where it departs from the request.

    Args:
        request: the request.
        number: the tune's number.
        types: the types that go with the requested metre; others are resampled. If empty, all types are accepted.
        usual: the usual forms of the training tunes, which the model stores.
    """

    def __init__(
        self, request: TuneRequest, number: int, types: Container[str] = (), usual: UsualForms | None = None
    ) -> None:
        super().__init__(start_with_fields(request), number, request.max_length)
        self._request, self._types, self._usual = request, types, usual
        self._checked = 0  # the end of the last bar line up to which the text has no fault
        self._formed = 0  # the same, up to which it may have the requested form
        self._resamples: Counter[int] = Counter()
        self._read = TuneReader().read

    def backtrack(self, back: Backtrack) -> None:
        """Cut the text at a place and add the text to read there."""
        super().backtrack(back)
        self._checked, self._formed = min(self._checked, back.place), min(self._formed, back.place)

    def certain(self) -> str:
        """Nothing, since any part of the text may be resampled."""
        return ""

    def verdict(self) -> Verdict:
        """What to do next; None to continue drawing."""
        begin, end = music_begins(self.text), self._end()
        if change := self._header_change(begin) or self._body_change(begin, end):
            self._resamples[change.place] += 1
            return (
                change if self._resamples.total() <= MAX_RESAMPLES else Reject("left the requested type, metre or key")
            )
        if end >= 0:
            return self._verdict_at_end(end, begin)
        if begin == len(self.text) and begin - self._start > MAX_HEADER:
            return Reject("had no key")
        if self._too_long:
            return Reject("did not end")
        return (self._verdict_of_bars(begin) if self._request.complete else None) or self._verdict_of_form(
            begin,
            len(self.text) - 1,  # without the last character, which a bar line may continue
        )

    def _header_change(self, begin: int) -> Backtrack | None:
        """A backtrack to the first header line that departs from the request, to read the requested field there."""
        asked = [f"{letter}:{self._request.fields[letter]}\n" for letter in HEADER if letter in self._request.fields]
        place, begins = 0, dict[str, int]()
        for line in self.text[:begin].splitlines(keepends=True) if asked or self._request.complete else ():
            letter, value = line[0], line[2:-1]
            if self._request.complete and line.endswith("\n") and place >= self._start and _is_no_field(line):
                return Backtrack(place)
            if letter in HEADER and line.endswith("\n"):
                if letter in begins and place >= self._start:
                    return Backtrack(place)
                begins[letter] = place
                if asked and line == asked[0]:
                    asked.pop(0)
                elif asked and HEADER.index(letter) >= HEADER.index(asked[0][0]):
                    return Backtrack(place, asked[0])
                elif letter == "R" and self._types and value not in self._types:
                    return Backtrack(self._another_type(begins))
                elif letter == "M" and place >= self._start and value not in self._metres(value):
                    return Backtrack(place)
            place += len(line)
        return None

    def _body_change(self, begin: int, end: int) -> Backtrack | None:
        """A backtrack to the first field in the music that changes what was requested for the complete tune."""
        end = end if end >= 0 else len(self.text)  # the text after the tune's end may have the next tune's header
        for match in _CHANGE.finditer(self.text, begin, end) if self._request.fields else ():
            letter, value = match[1] or match[3], match[2] or match[4] or ""
            if letter == "R" or self._request.fields.get(letter, value) != value:
                return Backtrack(match.start(), "\n" if match[0].startswith("\n") else "")
        return None

    def _metres(self, metre: str) -> Collection[str]:
        """The metres that are accepted: the usual ones of a requested type, or this one if any will do."""
        type, usual = self._request.fields.get("R"), self._usual
        if type is None or usual is None or not self._request.training_checks:
            return (metre,)
        return usual.metres.get(type) or (metre,)

    def _another_type(self, begins: Mapping[str, int]) -> int:
        """The place to resample another type from: its line or, if that failed, the title, which may name the type."""
        title_is_free = "T" in begins and "T" not in self._request.fields
        return begins["T"] if title_is_free and self._resamples[begins["R"]] >= MAX_TRIES else begins["R"]

    def _verdict_at_end(self, end: int, begin: int) -> Backtrack | Accept | Reject:
        text = ended(self.text[:end])
        tune, form = self._read(text), self._form(begin)
        lines = self._bar_lines(begin, len(text))
        if form and (back := self._verdict_of_form(begin, len(text))):
            return back
        if form and lines and form.fault(tune):
            return self._resample(lines[-1], lines, begin, OTHER_FORM)
        if not self._request.complete or not _faults(tune, ended=True):
            return Accept(text)
        found = self._first_fault(lines)
        if found is None:  # no bar has a fault, so the end has
            found = lines[-2] if len(lines) > 1 else begin
        return self._resample(found, lines, begin)

    def _verdict_of_bars(self, begin: int) -> Backtrack | Reject | None:
        lines = self._bar_lines(begin, len(self.text) - 1)  # without the last character, which a bar line may continue
        last = lines[-1] if lines else begin
        if begin < len(self.text) and len(self.text) - last > MAX_BAR:
            return self._resample(last, lines, begin)
        if last <= self._checked or last == begin:
            return None
        if not _faults(self._read(self.text[:last])):
            self._checked = last
            return None
        found = self._first_fault(lines)
        return None if found is None else self._resample(found, lines, begin)

    def _verdict_of_form(self, begin: int, end: int) -> Backtrack | Reject | None:
        """Resample the first bar line up to a place after which the tune cannot have the requested form."""
        form = self._form(begin)
        matches = list(_BAR_LINE.finditer(self.text, begin, end)) if form else []
        for number, match in enumerate(matches):
            if form is None or match.end() <= self._formed:
                continue
            tune = self._read(self.text[: match.end()])
            if form.is_possible(tune):
                self._formed = match.end()
                continue
            lines = [each.end() for each in matches[: number + 1]]
            if not form.has_too_many_parts(tune):
                return self._resample(match.start(), lines, begin, OTHER_FORM)
            before = lines[-2] if len(lines) > 1 else begin
            self._resamples[before] += 1
            if before < self._start or self._resamples.total() > MAX_RESAMPLES:
                return Reject(OTHER_FORM)
            # The model may end the tune by itself; after some trials the blank line is written for it.
            return Backtrack(before, "\n\n" if self._resamples[before] > MAX_TRIES else "")
        return None

    def _form(self, begin: int) -> RequestedForm | None:
        """The form that this tune must have, which may depend on its header; None if any form will do."""
        request = self._request
        if not request.has_form:
            return None
        if not (request.usual_form and self._usual):
            return RequestedForm(request.parts, request.bars)
        header = header_of(self.text[:begin])
        return RequestedForm(request.parts, self._usual.bars_of(header.get("R", ""), header.get("M", "")))

    def _first_fault(self, lines: list[int]) -> int | None:
        """The start of the first bar that is not full or cannot be read, or None."""
        for number, end in enumerate(lines):
            if end <= self._checked:
                continue
            tune = self._read(self.text[:end])
            if faults := _faults(tune):
                of_last = not tune.bars or all(fault.bar in (None, tune.bars[-1].number) for fault in faults)
                before = number - 1 if of_last else number - 2
                return lines[before] if before >= 0 else music_begins(self.text)
            self._checked = end
        return None

    def _resample(
        self, place: int, lines: list[int], begin: int, reason: str = "had an uneven bar"
    ) -> Backtrack | Reject:
        self._resamples[place] += 1
        if self._resamples.total() > MAX_RESAMPLES:
            return Reject(reason)
        earlier = [line for line in lines if line < place]
        bars = self._resamples[place] // MAX_TRIES  # backtrack further the more often this place has failed
        if bars:
            place = earlier[-bars] if bars <= len(earlier) else begin
        return Backtrack(max(place, self._start))

    def _bar_lines(self, begin: int, end: int) -> list[int]:
        """The ends of the bar lines between two places, except one that may still continue."""
        return [match.end() for match in _BAR_LINE.finditer(self.text, begin, end) if match.end() <= end]


def _faults(tune: Tune, *, ended: bool = False) -> list[Fault]:
    """The faults of a tune or of its beginning."""
    faults = [fault for fault in tune.faults if ended or not fault.open]
    return faults + structure_faults(tune, ended=ended)


def _is_no_field(line: str) -> bool:
    """Whether a header line is no field, or is a key, metre or unit length that cannot be read."""
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
