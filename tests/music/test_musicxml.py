"""MusicXML: it contains everything written in the tune, and another program reads the same notes from it."""

import re
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from support.sounding import sounding

from folkkeras.corpus.sources import read_source
from folkkeras.music.reading import read_tune
from folkkeras.music.render.engraving import _toolkit
from folkkeras.music.render.left_out import left_out
from folkkeras.music.render.musicxml import AT_NOTES, musicxml_bytes
from folkkeras.music.tune import Tune
from folkkeras.notation.tokens import DECORATIONS

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:D\n"
NAMES = sorted(DECORATIONS - {"nil"})
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SPANS = {"trill(": "!trill(!c2!trill)!d2", "crescendo(": "!<(!c2!<)!d2", "diminuendo(": "!>(!c2!>)!d2"}


def score(music: str, header: str = HEADER) -> Element:
    return ElementTree.fromstring(musicxml_bytes(read_tune(header + music)))


def all_of(root: Element, path: str, *attributes: str) -> list:
    """The attributes of each element at a path, or its text if no attributes are named."""
    found = [
        tuple(element.get(name) for name in attributes) if attributes else element.text for element in root.iter(path)
    ]
    return [each[0] if isinstance(each, tuple) and len(each) == 1 else each for each in found]


def named(name: str) -> str:
    """The name that the reader gives a decoration."""
    return read_tune(f"{HEADER}!{name}!A8|").bars[0].events[0].decorations[0]


def drawn(music: str) -> int:
    """The number of elements that verovio draws."""
    toolkit = _toolkit()
    assert toolkit.loadData(musicxml_bytes(read_tune(HEADER + music)).decode())
    svg = toolkit.renderToSVG(1)
    return sum(svg.count(f"<{name} ") for name in ("use", "path", "text", "polygon", "polyline", "rect"))


def expected(tune: Tune) -> list[tuple[Fraction, int]]:
    """Onsets in quarters and MIDI note numbers of a tune, each note once."""
    found, begin = [], Fraction()
    for bar in tune.bars:
        for voice in (bar.events, *bar.overlays):
            now = begin
            for event in voice:
                found += [(4 * now, pitch.midi + bar.shift) for pitch in event.pitches]
                now += event.length
        begin += bar.length
    return sorted(found)


# Slurs, ties


def test_slurs_nest_and_cross_bars_and_unmatched_ones_are_dropped() -> None:
    def slurs(music: str) -> list[list[tuple[str, str]]]:
        return [all_of(note, "slur", "type", "number") for note in score(music).iter("note")]

    assert slurs("(AB)|") == [[("start", "1")], [("stop", "1")]]
    assert slurs("(A(Bc)d)|") == [[("start", "1")], [("start", "2")], [("stop", "2")], [("stop", "1")]]
    # As the standard says: two slurs that share a note.
    assert slurs("(A(B)c)|") == [[("start", "1")], [("stop", "1"), ("start", "2")], [("stop", "2")]]
    assert slurs("(A4|B4)|") == [[("start", "1")], [("stop", "1")]]
    assert slurs("(A B) c) (d|e)(f|") == [[("start", "1")], [("stop", "1")], [], [("start", "1")], [("stop", "1")], []]
    assert slurs("(A) (B|") == [[], []]


def test_slurs_of_an_overlay_have_their_own_numbers() -> None:
    root = score("(A4 B4 & (D4 E4)|c8)|")
    assert all_of(root, "slur", "type", "number") == [("start", "1"), ("start", "2"), ("stop", "2"), ("stop", "1")]


def test_a_slur_spans_all_noteheads_of_a_tied_note() -> None:
    assert [all_of(note, "slur", "type") for note in score("(A5B5)|").iter("note")] == [["start"], [], [], ["stop"]]


def test_a_single_note_of_a_chord_can_be_tied() -> None:
    notes = list(score("[DA-]4 [FA]4|").iter("note"))
    assert [all_of(note, "tie", "type") for note in notes] == [[], ["start"], [], ["stop"]]
    assert [all_of(note, "tied", "type") for note in notes] == [[], ["start"], [], ["stop"]]


def test_a_tie_without_a_second_note_is_written_as_let_ring() -> None:
    root = score("A4- B4-|]")
    assert all_of(root, "tied", "type") == ["let-ring", "let-ring"]
    assert all_of(root, "tie", "type") == []
    # The bar in between has no second voice.
    assert all_of(score("A8 & D8-|A8|A8 & D8|"), "tied", "type") == ["let-ring"]


def test_enharmonic_notes_can_be_tied() -> None:
    assert all_of(score("^F4-_G4|"), "tie", "type") == ["start", "stop"]


# Decorations


@pytest.mark.parametrize("name", NAMES)
def test_each_decoration_of_the_standard_is_written(name: str) -> None:
    assert named(name) in AT_NOTES
    plain = musicxml_bytes(read_tune(HEADER + "c2 d2|"))
    ends = name.endswith(")")
    with_it = _SPANS.get(named(name), f"!{name}!c2 d2")
    assert ends or musicxml_bytes(read_tune(HEADER + with_it + "|")) != plain


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(")")])
def test_each_decoration_is_drawn_or_reported_as_left_out(name: str) -> None:
    music = _SPANS.get(named(name), "[CEG]2 d2" if name == "arpeggio" else "c2 d2")
    marked = music if named(name) in _SPANS else f"!{name}!{music}"
    plain = "c2 d2" if named(name) in _SPANS else music
    told = left_out(read_tune(HEADER + marked + "|"), "svg")
    assert (drawn(marked + "|") > drawn(plain + "|")) is not bool(told)


@pytest.mark.parametrize(
    ("music", "element"),
    [
        ("~A2", "turn"), ("TA2", "trill-mark"), ("MA2", "mordent"), ("PA2", "inverted-mordent"), (".A2", "staccato"),
        ("uA2", "up-bow"), ("vA2", "down-bow"), ("LA2", "accent"), ("HA2", "fermata"), ("SA2", "segno"),
        ("OA2", "coda"), ("!3!A2", "fingering"), ("!mf!A2", "mf"), ("!arpeggio![DFA]2", "arpeggiate"),
    ],
)  # fmt: skip
def test_decorations_become_elements_of_musicxml(music: str, element: str) -> None:
    assert len(list(score(music + "|").iter(element))) == (3 if element == "arpeggiate" else 1)


def test_decorations_of_one_type_are_in_one_group() -> None:
    notations = score("!trill!.!accent!A2|").find(".//notations")
    assert [(group.tag, [mark.tag for mark in group]) for group in notations] == [
        ("ornaments", ["trill-mark"]), ("articulations", ["staccato", "accent"]),
    ]  # fmt: skip


def test_trill_lines_and_hairpins_begin_and_end() -> None:
    root = score("!trill(!A2 !trill)!B2 !<(!c2 d2|!<)!!f!e2|")
    assert all_of(root, "wavy-line", "type", "number") == [("start", "1"), ("stop", "1")]
    assert all_of(root, "wedge", "type") == ["crescendo", "stop"]
    assert all_of(score("!<(!A2 B2|"), "wedge", "type") == []
    # The hairpin ends where the last note begins, before the dynamics there.
    second = list(root.iter("measure"))[1]
    assert [element.tag for element in second][:3] == ["direction", "direction", "note"]


def test_a_hairpin_over_one_note_ends_after_it() -> None:
    assert [element.tag for element in score("!>(!!>)!A2|").find(".//measure")][1:] == [
        "direction", "note", "direction",
    ]  # fmt: skip


def test_decorations_of_bar_lines_are_written() -> None:
    root = score('A8 !fine!|B8 !D.C.!H|c8|"')
    assert all_of(root, "words") == ["Fine", "D.C."]
    assert [next(iter(sound.attrib.items())) for sound in root.iter("sound")] == [("fine", "yes"), ("dacapo", "yes")]
    assert len(root.findall(".//barline/fermata")) == 1


# Words


@pytest.mark.parametrize(
    ("symbol", "root", "kind", "text", "bass", "degrees"),
    [
        ("G", "G", "major", None, None, []),
        ("Am", "A", "minor", "m", None, []),
        ("F#m7/C#", "F1", "minor-seventh", "m7", "C1", []),
        ("Bbmaj7", "B-1", "major-seventh", "maj7", None, []),
        ("D/F#", "D", "major", None, "F1", []),
        ("Edim", "E", "diminished", "dim", None, []),
        ("Caug", "C", "augmented", "aug", None, []),
        ("C+", "C", "augmented", "+", None, []),
        ("Em7b5", "E", "half-diminished", "m7b5", None, []),
        ("G7b9", "G", "dominant", "7", None, [("9", "-1", "add")]),
        ("G7#5", "G", "dominant", "7", None, [("5", "1", "alter")]),
        ("Cadd9", "C", "major", None, None, [("9", "0", "add")]),
        ("Dsus4", "D", "suspended-fourth", "sus4", None, []),
    ],
)
def test_chord_symbols_are_written_as_harmony(
    symbol: str, root: str, kind: str, text: str | None, bass: str | None, degrees: list[tuple[str, str, str]]
) -> None:
    harmony = score(f'"{symbol}"A2|').find(".//harmony")

    def step(name: str) -> str | None:
        found = harmony.findtext(f"{name}/{name}-step")
        return found and found + (harmony.findtext(f"{name}/{name}-alter") or "")

    assert (step("root"), step("bass")) == (root, bass)
    assert (harmony.findtext("kind"), harmony.find("kind").get("text")) == (kind, text)
    assert [
        tuple(degree.findtext(f"degree-{name}") for name in ("value", "alter", "type"))
        for degree in harmony.iter("degree")
    ] == degrees


@pytest.mark.parametrize("symbol", ["G(Em)", "C69"])
def test_a_chord_symbol_without_a_musicxml_kind_is_written_as_words(symbol: str) -> None:
    root = score(f'"{symbol}"A2|')
    assert all_of(root, "words") == [symbol]
    assert root.find(".//harmony") is None


def test_annotations_have_a_placement() -> None:
    root = score('"^up""_down""<left"">right""@free"A2|')
    assert [
        (each.get("placement"), each.find(".//words").get("halign"), each.findtext(".//words"))
        for each in root.iter("direction")
    ] == [
        ("above", None, "up"), ("below", None, "down"), ("above", "right", "left"), ("above", "left", "right"),
        ("above", None, "free"),
    ]  # fmt: skip


def test_parts_and_tempo_marks_are_written() -> None:
    root = score('A8|[P:B][Q:"Slow" 3/8=40]B8|', HEADER.replace("K:", "P:AB\nQ:1/4=100\nK:"))
    assert all_of(root, "rehearsal") == ["B"]
    assert all_of(root, "words") == ["Slow"]
    assert [[child.text for child in mark] for mark in root.iter("metronome")] == [
        ["quarter", "100"], ["quarter", None, "40"],
    ]  # fmt: skip
    assert [sound.get("tempo") for sound in root.iter("sound")] == ["100", "60"]


def test_a_tempo_whose_beat_is_not_a_note_value_is_given_in_quarters() -> None:
    root = score("A8|", HEADER.replace("K:", "Q:5/8=40\nK:"))
    assert [child.text for child in root.find(".//metronome")] == ["quarter", "100"]
    assert root.find(".//sound").get("tempo") == "100"


def test_the_file_names_composer_software_and_part() -> None:
    root = score("A8|", HEADER.replace("M:", "C:O'Carolan & Co\nM:"))
    assert root.findtext("identification/creator[@type='composer']") == "O'Carolan & Co"
    assert root.findtext("identification/encoding/software") == "folkkeras"
    assert root.findtext(".//part-name") == "Test"
    assert root.find(".//part-name").get("print-object") == "no"  # it would push the first staff to the right
    assert score("A8|", HEADER.replace("T:Test\n", "")).findtext(".//part-name") == "Melody"


# Clefs, keys, metres and accidentals


def places(header: str, music: str) -> list[int]:
    """The vertical positions at which verovio draws the noteheads, relative to the staff's top line."""
    toolkit = _toolkit()
    assert toolkit.loadData(musicxml_bytes(read_tune(header + music)).decode())
    svg = toolkit.renderToSVG(1)
    top = int(re.search(r'class="staff">\s*<path d="M\d+ (\d+)', svg)[1])
    return [int(y) - top for y in re.findall(r'class="notehead">\s*<use [^>]*translate\(\d+, (\d+)\)', svg)]


@pytest.mark.parametrize(("clef", "octave"), [("treble-8", 3), ("treble+8", 5), ("treble", 4)])
def test_an_octave_clef_changes_the_sound_and_not_the_position(clef: str, octave: int) -> None:
    header = HEADER.replace("K:D", f"K:D clef={clef}")
    root = score("D4 A4|", header)
    assert all_of(root, "octave") == [str(octave)] * 2
    assert root.find(".//transpose") is None
    assert sounding(root) == expected(read_tune(header + "D4 A4|"))
    assert len(places(header, "D4 A4|")) == 2
    assert places(header, "D4 A4|") == places(HEADER, "D4 A4|")


@pytest.mark.parametrize(
    ("clef", "sign"),
    [("alto", ("C", "3")), ("tenor", ("C", "4")), ("bass", ("F", "4")), ("bass3", ("F", "3")), ("alto1", ("C", "1")),
     ("perc", ("percussion", None)), ("none", ("none", None))],
)  # fmt: skip
def test_clefs_are_written(clef: str, sign: tuple[str, str | None]) -> None:
    found = score("D4|", HEADER.replace("K:D", f"K:D clef={clef}")).find(".//clef")
    assert (found.findtext("sign"), found.findtext("line")) == sign


@pytest.mark.parametrize(
    ("semitones", "written"), [(-2, ("-1", "-2", None)), (9, ("5", "9", None)), (-14, ("-1", "-2", "-1"))]
)
def test_a_transposition_changes_the_sound_and_not_the_notation(
    semitones: int, written: tuple[str, str, str | None]
) -> None:
    header = HEADER.replace("K:D", f"K:D transpose={semitones}")
    root = score("D4 A4|", header)
    transpose = root.find(".//transpose")
    assert tuple(transpose.findtext(name) for name in ("diatonic", "chromatic", "octave-change")) == written
    assert sounding(root) == expected(read_tune(header + "D4 A4|"))
    assert all_of(root, "octave") == ["4", "4"]


def test_a_clef_can_change_within_a_tune() -> None:
    assert all_of(score("D8|[K:bass]D8|D8|"), "sign") == ["G", "F"]


def test_a_key_with_explicit_accidentals_is_written() -> None:
    root = score("B8|", HEADER.replace("K:D", "K:D exp _b ^f"))
    assert sorted(zip(all_of(root, "key-step"), all_of(root, "key-alter"), strict=True)) == [("B", "-1"), ("F", "1")]
    assert all_of(root, "fifths") == []
    assert all_of(root, "accidental") == []


def test_a_composite_metre_is_written_as_a_sum() -> None:
    assert all_of(score("A8|", HEADER.replace("4/4", "2+2+3/8")), "beats") == ["2+2+3"]


def accidentals(music: str, header: str = HEADER) -> list[str | None]:
    return [note.findtext("accidental") for note in score(music, header).iter("note")]


def test_accidentals_that_a_musician_needs_are_shown() -> None:
    assert accidentals("F4 ^F4|") == [None, "sharp"]  # as written
    assert accidentals("F4 [K:G] c4|") == [None, "natural"]  # the signature at the bar's beginning has c sharp
    assert accidentals("^g4 G4|g4|") == ["sharp", "sharp", None]  # in ABC it holds in all octaves
    assert accidentals("^G8-|G4 G4|") == ["sharp", None, None]
    assert accidentals("^G5 G3|") == ["sharp", None, None]  # the first of two tied noteheads has it
    assert accidentals("{^g}a4 g4|") == ["sharp", None, None]
    assert accidentals("A2 ^G6 & D4 E4|", HEADER) == [None, "sharp", None, None]


def test_an_accidental_in_one_voice_is_cancelled_for_the_other() -> None:
    assert accidentals("^G4 A4 & D4 =G4|", HEADER) == ["sharp", None, None, "natural"]
    assert accidentals("^G4 A4 & D4 G4|", HEADER)[3] in ("natural", "sharp")


# Bar lines


def test_bar_lines_have_their_styles() -> None:
    root = score("A8||B8.|c8[|]d8|e8|]")
    assert all_of(root, "bar-style") == ["light-light", "dashed", "none", "light-heavy"]


def test_a_bar_line_that_begins_a_repeat_has_the_style_of_the_sign() -> None:
    assert all_of(score("A8||:B8:|"), "bar-style") == ["heavy-light", "light-heavy"]


def test_a_bar_line_has_at_most_one_fermata_of_each_type() -> None:
    assert all_of(score("A8 HH!invertedfermata!|"), "fermata", "type") == ["upright", "inverted"]


def test_a_plain_last_bar_line_stays_plain() -> None:
    assert score("A8|B8|").find(".//bar-style") is None


def test_endings_of_several_bars_and_repeat_counts_are_written() -> None:
    root = score("|:A8|1,2 B8|c8:||3 d8|e8||f8|]")
    assert [
        (measure.get("number"), ending.get("number"), ending.get("type"))
        for measure in root.iter("measure")
        for ending in measure.iter("ending")
    ] == [("2", "1,2", "start"), ("3", "1,2", "stop"), ("4", "3", "start"), ("5", "3", "discontinue")]
    assert all_of(score("|:A8|1 B8:|2 c8|"), "ending", "type") == ["start", "stop", "start", "discontinue"]
    assert all_of(score("|::A8::|B8|"), "repeat", "direction", "times") == [("forward", None), ("backward", "3")]
    assert all_of(score("|::A8::|B8|"), "words") == ["3 times"]


def test_a_sign_before_the_first_bar_line_is_written() -> None:
    assert len(list(score("!segno!|:A8:|").iter("segno"))) == 1


# Notes


def test_overlays_are_additional_voices() -> None:
    root = score("A4 z4 & D2 F2|c8|")
    assert all_of(root, "voice") == ["1", "1", "2", "2", "1"]
    assert sounding(root) == expected(read_tune(HEADER + "A4 z4 & D2 F2|c8|"))
    assert [element.tag for element in root.find(".//measure")][-3:] == ["note", "note", "forward"]


def test_hidden_rests_and_acciaccaturas_are_written() -> None:
    root = score("x2 z2 {/g}a2 {g}a2|")
    assert all_of(root, "note", "print-object") == ["no", None, None, None, None, None]
    assert all_of(root, "grace", "slash") == ["yes", None]


def test_several_grace_notes_are_beamed() -> None:
    root = score("{gab}a4 {g}a4|")
    assert [all_of(note, "beam") for note in root.iter("note")][:3] == [["begin"] * 2, ["continue"] * 2, ["end"] * 2]
    assert [note.findtext("type") for note in root.iter("note") if note.find("grace") is not None] == [
        *["16th"] * 3, "eighth",
    ]  # fmt: skip


def test_beams_of_each_level_are_written() -> None:
    root = score("A>B c/d/e/f/|")
    assert [all_of(note, "beam") for note in root.iter("note")] == [
        ["begin"], ["end", "backward hook"],
        ["begin", "begin"], ["continue", "continue"], ["continue", "continue"], ["end", "end"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "music", ["A/3B/3c/3 A2|d4|", "(5ABcde f2|A4|", "(3:2:2A2B|d4|", "A7/5 B|c4|", "A9/16B/64|c4|"]
)
def test_onsets_are_exact(music: str) -> None:
    tune = read_tune(HEADER + music)
    heads = [onset for onset, _ in sounding(score(music))]
    assert {onset for onset, _ in expected(tune)} <= set(heads)


def test_a_third_outside_a_tuplet_is_written_as_a_triplet() -> None:
    root = score("A2/3B2/3c2/3 A2|")
    assert all_of(root, "type")[:3] == ["eighth"] * 3
    assert all_of(root, "actual-notes") == ["3"] * 3
    assert all_of(root, "normal-notes") == ["2"] * 3


# Real tunes


@pytest.mark.parametrize("collection", ["oneills", "ryans", "airds"])
def test_the_file_has_the_notes_of_real_tunes(collection: str) -> None:
    for text in read_source(collection).tunes[::20]:
        tune = read_tune(text)
        onsets = {onset for onset, _ in expected(tune)}  # without those of additional noteheads of a note
        found = [each for each in sounding(ElementTree.fromstring(musicxml_bytes(tune))) if each[0] in onsets]
        assert found == expected(tune), tune.title


def test_music21_reads_the_same_notes() -> None:
    from music21 import converter, harmony

    for text in read_source("oneills").tunes[::150]:
        tune = read_tune(text)
        part = converter.parse(musicxml_bytes(tune), format="musicxml").parts[0].toSoundingPitch().stripTies()
        notes = [
            (Fraction(note.getOffsetInHierarchy(part)).limit_denominator(10_000), pitch.midi)
            for note in part.recurse().notes
            if not note.duration.isGrace and not isinstance(note, harmony.Harmony)
            for pitch in note.pitches
        ]
        events = [event for bar in tune.bars for event in bar.events]
        tied = sum(
            len({pitch.midi for pitch in one.ties} & {pitch.midi for pitch in other.pitches})
            for one, other in pairwise(events)
        )
        assert set(notes) <= set(expected(tune)), tune.title
        assert len(notes) == len(expected(tune)) - tied, tune.title
