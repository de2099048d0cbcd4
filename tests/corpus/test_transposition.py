"""Keys on the line of fifths, and the transposition of tunes."""

from collections import Counter

import pytest

from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.transposition import COPIES, in_keys_of_corpus, transposed
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Tune
from folkkeras.notation.keys import Key, key_of
from folkkeras.notation.melody import staff_places
from folkkeras.notation.tunes import header_of

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\n"


@pytest.mark.parametrize(
    ("name", "fifths", "alters"),
    [
        ("C", 0, {}),
        ("D", 2, {"F": 1, "C": 1}),
        ("Bb", -2, {"B": -1, "E": -1}),
        ("Em", 1, {"F": 1}),
        ("Edor", 2, {"F": 1, "C": 1}),
        ("Amix", 2, {"F": 1, "C": 1}),
        ("F#m", 3, {"F": 1, "C": 1, "G": 1}),
        ("Glyd", 2, {"F": 1, "C": 1}),
        ("Aphr", -1, {"B": -1}),
    ],
)
def test_a_key_has_the_signature_of_its_mode_and_its_name(name: str, fifths: int, alters: dict[str, int]) -> None:
    key = key_of(name)
    assert key is not None
    assert key.fifths == fifths
    assert {letter: key.alter(letter) for letter in "ABCDEFG" if key.alter(letter)} == alters
    assert str(key) == name


def test_modes_are_read_in_any_spelling_and_other_values_give_none() -> None:
    assert key_of("E Minor") == key_of("Emin") == key_of("Em") == key_of("E aeolian") == Key(4, "min")
    assert [key_of(value) for value in ("", "Hp", "none", "D =c", "Dfoo", "H", "D clef=bass")] == [None] * 7


def test_accidentals_octaves_and_chord_symbols_are_transposed() -> None:
    tune = HEADER + 'K:G\n"G"B,CF ^c=fe\'|"D7/F#"{a}[GB]2 "^slow"!trill!_B z|[K:D]c|\nK:Em\ne|\n'
    up = transposed(tune, 1)  # a fourth down, to D
    assert up is not None
    assert up.split("K:", 1)[1] == 'D\n"D"F,G,C ^G=cb|"A7/C#"{e}[DF]2 "^slow"!trill!=F z|[K:A]G|\nK:Bm\nB|\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"Fine"', '"Fine"'),
        ('"D.C. al Fine"', '"D.C. al Fine"'),
        ('"Collected by F.O\'Neill"', '"Collected by F.O\'Neill"'),
        ('"Coda"', '"Coda"'),
        ("+fermata+", "+fermata+"),
        ("!D.C.!", "!D.C.!"),
        ("+CEG+", "+G,B,D+"),
        ('"(F#m7b5)"', '"(C#m7b5)"'),
        ('"Am7/G"', '"Em7/D"'),
        ('"Gsus4"', '"Dsus4"'),
        ('"Bbmaj7"', '"Fmaj7"'),
    ],
)
def test_chords_are_transposed_but_not_remarks_and_decorations(before: str, after: str) -> None:
    assert transposed(HEADER + f"K:D\n{before}DEF|\n", 1) == HEADER + f"K:A\n{after}A,B,C|\n"


def test_a_tune_that_cannot_be_transposed_exactly_gives_none() -> None:
    assert transposed(HEADER + "K:G\n^^g|\n", 5) is None  # three sharps
    assert transposed(HEADER + "K:B\nB|\n", 5) is None  # ten sharps
    assert transposed(HEADER + "K:D =c\nB|\n", 1) is None
    assert transposed(HEADER + "abc|\n", 1) is None
    assert transposed(HEADER + 'K:C\n"G#"B|\n', 5) is None  # a chord on F##
    assert transposed(HEADER + "K:C\n^^^f|\n", 1) is None  # it is unclear which note each sign belongs to


def test_escapes_of_quoted_printable_mail_are_not_notes() -> None:
    assert transposed(HEADER + "K:G\nG=3DB|c=20\n", 2) == HEADER + "K:A\nA=3Dc|d=20\n"


def test_tunes_are_transposed_as_often_into_each_key_as_their_mode_has_it() -> None:
    book = [HEADER + music + "\n\n" for music in ("K:G\nGAB|", "K:D\n^^d2d|", "K:Em\ne|", "K:C\nc|", "K:G\nd|", "G|")]
    copies = [(header_of(tune).get("K"), tune.rsplit("\n", 3)[1]) for tune in in_keys_of_corpus(book)]
    assert len(copies) == len(book) * COPIES
    assert set(copies[:COPIES]) == {("G", "GAB|"), ("C", "cde|"), ("D", "DEF|")}
    assert set(copies[2 * COPIES : 3 * COPIES]) == {("Em", "e|")}  # the corpus has no other key of its mode
    assert set(copies[-COPIES:]) == {(None, "G|")}
    shares = Counter(key for key, _ in copies)
    assert {key: shares[key] for key in ("Em", None)} == {"Em": COPIES, None: COPIES}
    assert all(abs(shares[key] - number * COPIES) <= 2 for key, number in (("G", 2), ("D", 1), ("C", 1)))
    assert [tune.rsplit("\n", 3)[1] for tune in in_keys_of_corpus(book)[::COPIES]] == [
        tune.rsplit("\n", 3)[1] for tune in book
    ]
    held_out = [HEADER + "T:Another title\nK:C\ncde|\n\n"]
    assert ("C", "cde|") not in [
        (header_of(tune).get("K"), tune.rsplit("\n", 3)[1]) for tune in in_keys_of_corpus(book, but_not=held_out)
    ]


def test_the_keys_of_real_tunes_keep_their_shares() -> None:
    tunes = read_corpus(["airds"]).training
    before, after = (Counter(header_of(tune).get("K") for tune in each) for each in (tunes, in_keys_of_corpus(tunes)))
    assert set(after) == set(before)
    assert max(abs(after[key] - COPIES * before[key]) / COPIES for key in before) < 5


def pitches(tune: Tune) -> list[int]:
    return [note.midi for bar in tune.bars for event in bar.events for note in event.graces + event.pitches]


def test_transposing_real_tunes_preserves_intervals_and_lengths() -> None:
    tunes = read_corpus(["oneills", "ryans"]).training[::40]
    moved = 0
    for number, text in enumerate(tunes):
        fifths = number % 9 - 4
        other = transposed(text, fifths)
        if other is None:
            continue
        moved += 1
        one, two = read_tune(text), read_tune(other)
        steps = {after - before for before, after in zip(pitches(one), pitches(two), strict=True)}
        assert len(steps) <= 1
        assert steps <= {(7 * fifths) % 12, (7 * fifths) % 12 - 12}
        lengths = [[event.length for bar in tune.bars for event in bar.events] for tune in (one, two)]
        assert lengths[0] == lengths[1]
        assert transposed(other, -fifths) == text or "=" in text or "^" in text or "_" in text
        places = staff_places(text), staff_places(other)
        assert len({*(places[1] - places[0])}) <= 1
    assert moved >= 0.97 * len(tunes)
