"""Reading a tune: its pitches, lengths, bars and faults."""

import random
from fractions import Fraction

import pytest
from support.mutation import mutated, through_python

from folkkeras.corpus.sources import read_source
from folkkeras.music.reading import read_tune, read_tunes

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:D\n"
EIGHTH = Fraction(1, 8)


def events(music: str, header: str = HEADER):
    tune = read_tune(header + music)
    return [event for bar in tune.bars for event in bar.events]


def pitches(music: str, header: str = HEADER) -> list[list[int]]:
    return [[pitch.midi for pitch in event.pitches] for event in events(music, header)]


def lengths(music: str) -> list[Fraction]:
    return [event.length / EIGHTH for event in events(music)]


def test_a_pitch_depends_on_key_accidentals_and_bar_lines() -> None:
    assert pitches("CFc'=F F^GG|Gf,|") == [[61], [66], [85], [65], [65], [68], [68], [67], [66]]
    assert pitches("FB|", "X:1\nK:Gm\n") == [[65], [70]]
    assert pitches("F[K:C]F|", "X:1\nK:D\n") == [[66], [65]]


def test_lengths_of_notes_broken_rhythms_tuplets_and_chords() -> None:
    assert lengths("AA2A/A3/2A//|") == [1, 2, Fraction(1, 2), Fraction(3, 2), Fraction(1, 4)]
    assert lengths("A>B A<B A>>B|") == [
        Fraction(3, 2), Fraction(1, 2), Fraction(1, 2), Fraction(3, 2), Fraction(7, 4), Fraction(1, 4),
    ]  # fmt: skip
    assert lengths("(3ABc (3:2:2A2B|") == [Fraction(2, 3)] * 3 + [Fraction(4, 3), Fraction(2, 3)]
    assert lengths("[DFA]2 z4|") == [2, 4]
    assert pitches("[DFA]2|") == [[62, 66, 69]]


def test_a_note_can_be_tied_and_in_a_broken_rhythm() -> None:
    first, second = events("A->B|")
    assert (bool(first.ties), first.length, second.length) == (True, Fraction(3, 16), Fraction(1, 16))


def test_grace_notes_take_no_time_in_a_bar_or_a_tuplet() -> None:
    found = events("{ga}(3A{c}Bc d2 d4|")
    assert [len(event.graces) for event in found] == [2, 1, 0, 0, 0]
    assert [pitch.midi for pitch in found[0].graces] == [79, 81]
    assert read_tune(HEADER + "{ga}(3A{c}Bc d2 d4|").complete


def test_grace_notes_in_a_macro_definition_are_not_played() -> None:
    tune = read_tune("X:1\nM:4/4\nL:1/8\nm:~A3=A{B}A{G}A\nK:D\n{c}A8|A8|]\n")
    assert [len(event.graces) for bar in tune.bars for event in bar.events] == [1, 0]


def test_bars_are_numbered_from_the_first_full_bar() -> None:
    tune = read_tune(HEADER + "A2|A8|A8|]")
    assert [bar.number for bar in tune.bars] == [0, 1, 2]
    assert [bar.line for bar in tune.bars] == [6, 6, 6]


@pytest.mark.parametrize(
    ("music", "order"),
    [
        ("A8|B8|", [0, 1]),
        ("|:A8|B8:|c8|", [0, 1, 0, 1, 2]),
        ("A8|B8:|:c8:|", [0, 1, 0, 1, 2, 2]),
        ("|:A8|1B8:|2c8|]", [0, 1, 0, 2]),
        ("|:A8|[1 B8:|[2 c8||d8|", [0, 1, 0, 2, 3]),
    ],
)
def test_repeats_and_endings_are_played_in_order(music: str, order: list[int]) -> None:
    assert list(read_tune(HEADER + music).order) == order


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (HEADER + "A8|A8|]", []),
        (HEADER + "A2|A8|A6|]", []),  # a pick-up, and the bar that completes it
        (HEADER + "A8|A6:|A2|A8|]", []),  # a bar split by a repeat
        (HEADER + "A8|A7|A8|]", ["line 6, bar 2: it has 7 of 8 eighths"]),
        (HEADER + "A8|A7A/|A8|]", ["line 6, bar 2: it has 15 of 16 sixteenths"]),
        (HEADER + "A8|(3ABcA5|A8|]", ["line 6, bar 2: it has 7 of 8 eighths"]),
        (HEADER + "A9|A8|]", ["line 6, bar 1: it has 9 of 8 eighths"]),
        (HEADER + "A8|\nA8\n", ["line 7, bar 2: it does not end with a bar line"]),
        (
            HEADER + "A8|A\\8|]",
            [f"line 6, bar 2: it has a character that is not music: {text!r}" for text in ("\\", "8")],
        ),
        (HEADER + "[AB8|A8|]", ["line 6, bar 0: a chord is not closed"]),
        (HEADER, ["it has no notes"]),
        ("X:1\nT:No key\nM:4/4\nA8|\n", ["it has no key, a line such as K:D"]),
        ("X:1\nK:Hm\nA8|\n", ["line 2: its key 'Hm' cannot be read"]),
        ("X:1\nM:none\nK:D\nA9|A2|\n", []),
        (HEADER + "A8|Z4|A8|]", []),  # four bars' rest
        (HEADER + "z8|z8|]", ["it has no notes"]),
        (HEADER + "A2|:A8|A6:|B2|:B8|B6:|", []),
        (HEADER + "A2|A8|1 A6:|2 A6||", []),
        (HEADER + "A8||A2||A8|]", ["line 6, bar 2: it has 2 of 8 eighths"]),  # a section cannot be one short bar
        (HEADER + "A2:|A6|]", ["it has no full bar"]),
        (HEADER + "V:1\nA8|]\nV:2\nA8|]", ["it has several voices, which are read one after another"]),
        ("X:1\nM:4/4\nL:1/8\nm:~A3=A{B}A{G}A\nK:D\nA8|A8|]", []),
        ("X:1\nM:6/8\nL:1/8\nK:D\nABc dfa|[M:9/8]ABc ABc ABc|\n", []),
    ],
)
def test_a_tune_is_complete_or_its_faults_are_named(text: str, faults: list[str]) -> None:
    tune = read_tune(text)
    assert [str(fault) for fault in tune.faults] == faults
    assert tune.complete == (not faults)


def test_a_tune_with_an_unreadable_key_has_its_title_and_notes() -> None:
    tune = read_tune("X:7\nT:The Odd Key\nR:reel\nK:Hm\nA8|\n")
    assert (tune.reference, tune.title, tune.type, len(tune.bars)) == ("7", "The Odd Key", "reel", 1)


def test_lines_are_counted_through_the_file() -> None:
    tunes = read_tunes("% a book\n" + HEADER + "A8|A8|]\n\n" + HEADER + "A8|A7|A8|]\n")
    assert [[fault.line for fault in tune.faults] for tune in tunes] == [[], [14]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEADER + "A8:20020507|A8|]", "it has an ending for pass 20020507"),
        (HEADER + "A8|1-99999999 A8:|", "it has an ending for pass 1-99999999"),
        (HEADER + "A8|1-- A8:|", "it has an ending for pass 1--"),
        (HEADER + "A8|[1,- A8:|", "it has an ending for pass 1,-"),
        ("X:1\nP:((A99)99)99\nL:1/8\nK:D\nP:A\nA8|]\n", None),
        ("X:1\nL:-1/8\nK:D\nA8|]\n", "its unit note length '-1/8' cannot be read"),
        (HEADER + "a" * 30_000, "it cannot be read (more than 20,000 notes)"),
        ("X:1\nM:0/0\nK:\x1b[31m\nA\x1b8|]", None),
    ],
)
def test_absurd_tunes_are_read_quickly(text: str, fault: str | None) -> None:
    through_python(text)
    faults = [fault.message for fault in read_tune(text).faults]
    assert fault is None or fault in faults
    assert "\x1b" not in "".join(faults) + read_tune(text).key


def test_mutated_tunes_raise_no_exception() -> None:
    texts = [*read_source("oneills").tunes, *read_source("ryans").tunes]
    chance = random.Random(0)
    for _ in range(500):
        through_python(mutated(chance.choice(texts), chance))


@pytest.mark.parametrize("collection", ["oneills", "ryans", "airds"])
def test_the_collections_are_read_and_nearly_all_tunes_complete(collection: str) -> None:
    tunes = [read_tune(text) for text in read_source(collection).tunes]
    assert sum(bool(tune.bars) for tune in tunes) >= 0.995 * len(tunes)
    assert sum(tune.complete for tune in tunes) >= 0.88 * len(tunes)
