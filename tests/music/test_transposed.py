"""Transposed tunes: the music is the same, with every pitch moved, whatever ABC the tune uses."""

import os
import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.abc_grammar import FEATURES, tunes
from support.mutation import mutated

from folkkeras.corpus.sources import read_source
from folkkeras.music.reading import read_tune
from folkkeras.music.render.performance import Playing, performance
from folkkeras.music.transposed import transposed, transposed_text
from folkkeras.music.tune import Event, Pitch, Tune
from folkkeras.notation.chords import is_chord_symbol
from folkkeras.notation.intervals import Interval, Spelling, interval_for
from folkkeras.notation.keys import key_of, read_key
from folkkeras.notation.transposing import moved_key_field

TIMES = int(os.environ.get("FOLK_FUZZ", "1"))  # multiplies the usual number of tunes
SEMITONES = st.integers(-24, 24)
HEADER = "X:1\nT:A tune\nM:4/4\nL:1/8\n"


def moved(pitches: tuple[Pitch, ...], semitones: int) -> tuple[int, ...]:
    return tuple(pitch.midi + semitones for pitch in pitches)


def event_facts(event: Event, semitones: int) -> tuple[object, ...]:
    """Everything in an event except the names of chords."""
    remarks = [remark for remark in event.annotations if not is_chord_symbol(remark[1:])]
    return (
        moved(event.pitches, semitones), moved(event.ties, semitones), moved(event.graces, semitones), remarks,
        bool(event.symbol),
        *event._replace(pitches=(), ties=(), graces=(), annotations=(), symbol=""),
    )  # fmt: skip


def facts(tune: Tune, semitones: int = 0) -> list[object]:
    """Everything in a tune, with every pitch moved, except its key and the texts that name notes."""
    bars = [
        (
            *bar._replace(events=(), overlays=(), signature=()),
            *([event_facts(event, semitones) for event in voice] for voice in (bar.events, *bar.overlays)),
        )
        for bar in tune.bars
    ]
    metadata = replace(tune, text="", bars=(), faults=(), unread=(), key="")
    faults = [fault for fault in tune.faults if not any(word in fault.message for word in ("word", "not music", "key"))]
    return [bars, metadata, [(fault.line, fault.bar, fault.message.split(":")[0]) for fault in faults]]


def check(tune: Tune, semitones: int) -> Tune:
    there = transposed(tune, semitones)
    assert facts(there) == facts(tune, semitones), there.text
    return there


@pytest.mark.parametrize("collection", ["oneills", "ryans", "airds", "essen"])
def test_transposing_real_tunes_changes_only_key_and_pitches(collection: str) -> None:
    for number, text in enumerate(read_source(collection).tunes[:: 1 if TIMES > 1 else 37]):
        tune = read_tune(text)
        for semitones in {(5 * number) % 49 - 24, number % 11 + 1}:
            check(tune, semitones)


@settings(
    max_examples=150 * TIMES,
    deadline=None,
    database=None,
    derandomize=TIMES == 1,
    suppress_health_check=list(HealthCheck),
)
@given(st.sampled_from(FEATURES).flatmap(tunes), SEMITONES)
def test_every_feature_of_abc_can_be_transposed(text: str, semitones: int) -> None:
    check(read_tune(text), semitones)


def test_mutated_tunes_are_transposed() -> None:
    chance = random.Random(4)
    texts = read_source("ryans").tunes
    for _ in range(150 * TIMES):
        check(read_tune(mutated(chance.choice(texts), chance)), chance.randint(-24, 24))


@pytest.mark.parametrize(
    ("before", "semitones", "after"),
    [
        ("K:D\nDEF ^G|G2 =c2|", 2, "K:E\nEFG ^A|A2 =d2|"),
        ("K:D\nDEF ^G|G2 =c2|", 1, "K:Eb\nEFG =A|A2 _d2|"),
        ("K:Em % old\nE2{^df}e2|\nw:a b\n%%MIDI transpose 2", -2, "K:Dm % old\nD2{^ce}d2|\nw:a b\n%%MIDI transpose 2"),
        ("K:G\nG,2g'2|", 12, "K:G\nG2g''2|"),
        ("K:C#\nG,2g'2|", -24, "K:C#\nG,,,2G2|"),
        # Notes that would become a triple sharp or flat, and the effect on the notes after them.
        ("K:F\n^^b2b2|b2^b2|", 6, "K:B\n=g'2g'2|e'2^^e'2|"),
        ("K:F\n^^b2- b2-|b2 =b2 {^^b}b2", 6, "K:B\n=g'2- g'2-|g'2 ^e'2 {=g'}g'2"),
        ("K:F\n[^^Bb]2|", 6, "K:B\n[=gg']2|"),
        ("K:B\n__f2f2|f2|", 6, "K:F\n=a2a2|c'2|"),
        # Accidentals apply to all octaves, and through a tie across a bar line.
        ("K:C\n^f2 F2-|F2 f2|", 2, "K:D\n^g2 G2-|G2 g2|"),
        ("K:none\nC2 F2 f2|B2|", 2, "K:none\nD2 G2 g2|^c2|"),
        ("K:none\nF2 B2 b2|", 2, "K:none\nG2 ^c2 c'2|"),
        ("K:none\nB2 b2|", 2, "K:none\n^c2 c'2|"),
        ("K:HP\nefg|", 2, "K:Bmix\nfga|"),
        ("K:HP\nefg|", 12, "K:HP\ne'f'g'|"),
        ('K:C\n"Am7/G"C4 "^Fine"D2 "F.O\'Neill"E2|', 3, 'K:Eb\n"Cm7/Bb"E4 "^Fine"F2 "F.O\'Neill"G2|'),
        ('K:C\n"C" "A" c8|', 2, 'K:D\n"D" "B" d8|'),  # both chord symbols above one note
        ("K:D\n+DFA+2 +trill+D|", 2, "K:E\n+EGB+2 +trill+E|"),
        ("U: T = !trill!\nK:D\n!f!TD2 .E ~F|", 2, "U: T = !trill!\nK:E\n!f!TE2 .F ~G|"),
        ("K:D\nD2|\\\n% here\nE2|[K:G]G2|\nK:A\nA2|", 5, "K:G\nG2|\\\n% here\nA2|[K:C]c2|\nK:D\nd2|"),
        ("K:D clef=bass octave=-1 transpose=-2\nD2|", 2, "K:E clef=bass octave=-1 transpose=-2\nE2|"),
        # Later keys decide between two keys with six signs; a key far from the first is spelled by itself.
        ("K:C\nC2|[K:F]F2|", 6, "K:F#\nF2|[K:B]B2|"),
        ("K:C\nC2|[K:G]G2|", 6, "K:Gb\nG2|[K:Db]d2|"),
        ("K:Ab\nA2|[K:E]E2|[K:Ab]A2|", 1, "K:A\nA2|[K:F]F2|[K:A]A2|"),
        # A note that would read as another sign gets an explicit length.
        ("K:D\nD2 !g! E2|", -2, "K:C\nC2 !f1! D2|"),
        ("K:D\n[c':|]", -1, "K:Db\n[c':|]"),
        ("K:C\n[c':|]", -1, "K:B\n[b1:|]"),
        ("K:C\nc': |", -1, "K:B\nb1: |"),
        ("K:D\n+g+2|", -2, "K:C\n+f1+2|"),
        ("K:C\n^^^f2|", 2, "K:D\n^`^^g2|"),
        ("E2 F2|", 2, "^F2 G2|"),  # without a key
        ("K:D\nD2|\n\nA long tale about a bad cad\n\nE2|", 2, "K:E\nE2|\n\nA long tale about a bad cad\n\nF2|"),
        ("K:D\n%%begintext\nabc\n%%endtext\nD2|", 2, "K:E\n%%begintext\nabc\n%%endtext\nE2|"),
        ("K:D\n[I:propagate-accidentals not]^G2G2|", 1, "K:Eb\n[I:propagate-accidentals not]=A2A2|"),
    ],
)
def test_texts_are_transposed(before: str, semitones: int, after: str) -> None:
    tune = read_tune(f"{HEADER}{before}\n")
    assert check(tune, semitones).text == f"{HEADER}{after}\n"


@pytest.mark.parametrize(
    ("before", "semitones", "after"),
    [
        ("D", 1, "Eb"),
        ("C", 6, "Gb"),
        ("Am", 6, "Ebm"),
        ("C", 11, "B"),
        ("C", -11, "Db"),
        ("E Minor", 2, "F# Minor"),
        ("Cb", 12, "Cb"),
        ("D =c", 2, "E =d"),
        ("D =c", 1, "Eb _d"),
        ("Dmix^f", 2, "Emix^g"),
        ("D exp ^f clef=alto", 2, "E exp ^f ^c ^g clef=alto"),
        ("D exp", 1, "Eb exp _b _e _a _d _g"),
        ("HP =c", 2, "Bmix =d"),
        ("none ^f", 2, "none ^g"),
        ("none clef=perc", 2, "none clef=perc"),
        ("A bass", 2, "B bass"),
        ("Abbass", 1, "A bass"),
        ("D middle=B", 2, "E middle=B"),
        ("clef=bass", 2, "clef=bass"),
        ("nonsense", 2, "nonsense"),
        ("", 2, ""),
    ],
)
def test_key_fields_are_transposed(before: str, semitones: int, after: str) -> None:
    field = read_key(before)
    keys = [field.key] if field and field.key else []
    if before.startswith("HP"):
        keys = [key for key in [key_of("Amix")] if key]
    assert moved_key_field(before, interval_for(semitones, keys)) == after


def test_transposing_by_no_semitones_returns_the_same_tune() -> None:
    tune = read_tune(read_source("ryans").tunes[3])
    assert transposed(tune, 0) is tune
    assert transposed_text(tune.text, 0) == tune.text


def test_faults_of_a_transposed_tune_name_the_lines_of_the_file() -> None:
    tune = read_tune(f"{HEADER}K:D\nD8|E9|F8|]\n", 41)
    there = transposed(tune, 3)
    assert [(fault.line, fault.bar) for fault in there.faults] == [(fault.line, fault.bar) for fault in tune.faults]
    assert there.faults[0].line == 46


def test_a_transposed_tune_sounds_as_if_the_player_transposed_it() -> None:
    for text in read_source("airds").tunes[::90]:
        tune = read_tune(text)
        assert performance(transposed(tune, -3), Playing()) == performance(tune, Playing(transpose=-3))


def test_a_note_keeps_its_degree_or_is_respelled() -> None:
    third = Interval(4, 2)
    assert third.moved(Spelling("C", 0, 4)) == Spelling("E", 0, 4)
    assert third.moved(Spelling("B", -1, 4)) == Spelling("D", 0, 5)
    assert third.moved(Spelling("F", 2, 4)) == Spelling("A", 2, 4)
    assert third.moved(Spelling("G", 2, 4)) == Spelling("B", 2, 4)
    assert third.moved(Spelling("D", 2, 4)).simplified == Spelling("G", 1, 4)
    assert Spelling("B", 3, 4).simplified == Spelling("D", 0, 5)
    assert Spelling("C", -3, 4).simplified == Spelling("A", 0, 3)
