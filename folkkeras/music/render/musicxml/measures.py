"""The measures of a tune."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from xml.etree.ElementTree import Element, SubElement

from folkkeras.music.render.musicxml.accidentals import accidentals
from folkkeras.music.render.musicxml.attributes import Attributes, clef_octaves
from folkkeras.music.render.musicxml.barlines import BarLines
from folkkeras.music.render.musicxml.directions import HAIRPINS, add_annotation, add_decoration, add_tempo, direction
from folkkeras.music.render.musicxml.groups import beams, brackets
from folkkeras.music.render.musicxml.harmony import harmony
from folkkeras.music.render.musicxml.notes import Around, add_event, duration, parts_of_quarter
from folkkeras.music.render.musicxml.rest_bars import with_rest_bars
from folkkeras.music.render.musicxml.spans import Spans
from folkkeras.music.render.musicxml.voices import Place, voices_of
from folkkeras.music.tune import Bar, Event, Tune

_MIN_DIVISIONS = 32  # per quarter
_MAX_DIVISIONS = 16_383  # the limit of the specification
_USUAL_DIVISIONS = 10_080  # divisible by 2 to 10; used if exact divisions would exceed the limit


def measures(tune: Tune) -> Iterator[Element]:
    """Yield a measure for each bar, and for each bar of a rest of several bars."""
    if not tune.bars:
        return
    bars = with_rest_bars(tune.bars)
    spans, divisions = Spans(bars), _divisions(bars)
    attributes, lines = Attributes(divisions, tune.key), BarLines(bars[-1])
    for number, bar in enumerate(bars):
        measure = Element("measure", number=str(bar.number))
        if bar.number == 0:
            measure.set("implicit", "yes")
        lines.left(measure, bar, first=number == 0)
        attributes.write(measure, bar)
        if number == 0 and bar.before:
            for name in bar.before.decorations:
                add_decoration(measure, name)
        if bar.part:
            direction(measure, "rehearsal", bar.part)
        _add_voices(measure, bar, number, spans, divisions)
        lines.right(measure, bar)
        yield measure


def _divisions(bars: Sequence[Bar]) -> int:
    """The divisions per quarter that make all durations integers, if MusicXML allows as many."""
    events = (event for bar in bars for voice in voices_of(bar) for event in voice)
    divisions = lcm(*{parts_of_quarter(event.length, event.tuplet) for event in events}, _MIN_DIVISIONS)
    return divisions if divisions <= _MAX_DIVISIONS else _USUAL_DIVISIONS


def _add_voices(measure: Element, bar: Bar, number: int, spans: Spans, divisions: int) -> None:
    signs = accidentals(bar, lambda voice, event: spans.tied_in.get((number, voice, event), frozenset()))
    longest = max(sum((event.length for event in voice), Fraction()) for voice in voices_of(bar))
    for voice, events in enumerate(voices_of(bar)):
        if voice:
            _move(measure, "backup", duration(Fraction(), longest, divisions))
        now = Fraction()
        voice_beams, voice_brackets = beams(events), brackets(events)
        for place, event in enumerate(events):
            for _, tempo in (mark for mark in bar.tempi if not voice and mark[0] == place):
                add_tempo(measure, tempo)
            where: Place = (number, voice, place)
            around = Around(
                voice=voice,
                octaves=clef_octaves(bar.clef),
                accidentals=signs.get((voice, place), {}),
                beams=voice_beams.get(place, ()),
                brackets=voice_brackets.get(place, ()),
                slurs=spans.slurs.get(where, ()),
                trills=spans.trills.get(where, ()),
                tied_in=spans.tied_in.get(where, frozenset()),
                tied_out=spans.tied_out.get(where, frozenset()),
                alone=bar.metre is not None and event.length == bar.metre.length and not event.tuplet,
            )
            hairpins = spans.hairpins.get(where, [])
            # A hairpin ends where its last note begins, unless that is also its first note.
            after = [("stop", number) for kind, number in hairpins if kind == "start" and ("stop", number) in hairpins]
            _add_hairpins(measure, event, [mark for mark in hairpins if mark not in after])
            _add_above(measure, event)
            add_event(measure, event, now, divisions, around)
            _add_hairpins(measure, event, after)
            now += event.length
        _move(measure, "forward", duration(now, longest - now, divisions))


def _add_above(measure: Element, event: Event) -> None:
    """Add an event's chord symbol, annotations and directions, which are not attached to its notes."""
    if event.symbol:
        chord = harmony(event.symbol)
        if chord is None:
            direction(measure, "words", event.symbol)
        else:
            measure.append(chord)
    for annotation in event.annotations:
        add_annotation(measure, annotation)
    for name in event.decorations:
        add_decoration(measure, name)


def _add_hairpins(measure: Element, event: Event, marks: Sequence[tuple[str, int]]) -> None:
    for kind, number in marks:
        if kind == "start":
            kind = next(HAIRPINS[name] for name in event.decorations if name in HAIRPINS)
        direction(measure, "wedge", placement="below", type=kind, number=str(number))


def _move(measure: Element, name: str, parts: int) -> None:
    if parts > 0:
        SubElement(SubElement(measure, name), "duration").text = str(parts)
