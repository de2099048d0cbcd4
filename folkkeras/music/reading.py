"""Read a tune from ABC notation: its bars, their playing order, and its faults."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import takewhile

from folkkeras.music.checks.bars import bar_faults
from folkkeras.music.checks.endings import structure_faults
from folkkeras.music.parsing.order import order_of
from folkkeras.music.parsing.parser import Parser, TooManyNotes
from folkkeras.music.tune import Bar, Fault, Tune, printable
from folkkeras.notation.lines import Line, lines_of
from folkkeras.notation.tunes import file_header, split_tunes, with_file_header

NO_KEY = "it has no key, a line such as K:D"


def read_tunes(text: str) -> list[Tune]:
    """Read the tunes of a text, each from its `X:` line to the next one.

    The file header before the first tune applies to all of them, and is inserted into their texts.
    """
    before, tunes = split_tunes(text)
    header = file_header(before)
    line = before.count("\n") + 1
    found = []
    for tune in tunes:
        own = with_file_header(tune, header)
        lines = tune.count("\n")
        found.append(read_tune(own, line - (own.count("\n") - lines)))  # faults give line numbers of the file
        line += lines
    return found


def read_tune(text: str, line: int = 1) -> Tune:
    """Read one tune. Problems are listed in its `faults` instead of raised.

    Args:
        text: the tune's text, from its `X:` line on.
        line: the number of that line in the file, for the faults.
    """
    parser = Parser(line)
    try:
        for each in lines_of(text):
            parser.add(each)
        return _tune_of(text, parser)
    except TooManyNotes as error:
        return _tune_of(text, parser, Fault(f"it cannot be read ({error})"))


class TuneReader:
    """Reads the beginnings of one text, such as a tune while it is written.

    It reads as `read_tune` does, but passes over the lines that it has read before, up to the last one.
    """

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._parsers = [Parser(1)]  # as they were before each of the lines, and after them
        self._latest: Tune | None = None

    def read(self, text: str) -> Tune:
        """Read a tune's text, from its `X:` line on."""
        if self._latest and self._latest.text == text:
            return self._latest
        lines = list(lines_of(text))
        same = takewhile(lambda pair: pair[0] == pair[1], zip(self._lines, lines[:-1], strict=False))
        kept = sum(1 for _ in same)
        del self._lines[kept:], self._parsers[kept + 1 :]
        try:
            for line in lines[kept:-1]:
                self._parsers.append(self._parsers[-1].copied())
                self._parsers[-1].add(line)
                self._lines.append(line)
            parser = self._parsers[-1].copied()
            parser.add(lines[-1])
        except TooManyNotes:
            return read_tune(text)
        self._latest = _tune_of(text, parser)
        return self._latest


def _tune_of(text: str, parser: Parser, fault: Fault | None = None) -> Tune:
    """The tune that a parser has read, or what it knows of a tune that it cannot read."""
    bars, faults = ([], [fault]) if fault else ((found := parser.bars()), parser.faults_in(found))
    fields = {letter: printable(value) for letter, value in parser.fields.items()}
    faults += _faults_of(bars, fields, len(parser.voices)) if not faults or bars else []
    return Tune(
        text=text,
        reference=fields.get("X", ""),
        title=fields.get("T", ""),
        type=fields.get("R", ""),
        key=fields.get("K", ""),
        metre=fields.get("M", ""),
        composer=fields.get("C", ""),
        tempo=parser.tempo.pace if parser.tempo else None,
        unit_length=parser.unit_length or Fraction(1, 8),
        bars=tuple(bars),
        order=order_of(bars, fields.get("P", "")),
        faults=tuple(sorted(faults, key=lambda fault: (fault.line or 0, fault.bar or 0))),
        unread=tuple(parser.unread),
    )


def _faults_of(bars: Sequence[Bar], fields: dict[str, str], voices: int) -> list[Fault]:
    """The faults that concern the tune as a whole."""
    faults = [] if fields.get("K") else [Fault(NO_KEY)]
    if not any(event.pitches for bar in bars for event in bar.events):
        faults.append(Fault("it has no notes", open=True))
    elif bars[-1].after is None:
        faults.append(Fault("it does not end with a bar line", bars[-1].line, bars[-1].number))
    if voices > 1:
        faults.append(Fault("it has several voices, which are read one after another"))
    return [*faults, *bar_faults(bars), *structure_faults(bars)]
