"""The overlap of a tune with a corpus: shared passages and variants."""

import json
from dataclasses import asdict

import numpy as np
from support.tunes import TUNES

from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.corpus.transposition import transposed
from folkkeras.notation.melody import staff_places

BOOK = [
    "X:1\nT:The Scale\nK:C\nCDEF GABc|dedc BAGF|\n",
    "X:2\nT:The Leaps\nK:C\nCGEc GeCg|c'CgE cGEC|\n",
]


def longest_by_hand(tune: str, book: list[str]) -> int:
    """The length in notes of the longest shared passage, found by comparing all pairs of positions."""
    steps, best = np.diff(staff_places(tune)).tolist(), 0
    for other in book:
        others = np.diff(staff_places(other)).tolist()
        before = [0] * (len(others) + 1)
        for step in steps:
            row = [before[place] + 1 if step == value else 0 for place, value in enumerate(others)]
            best = max(best, *row, 0)
            before = [0, *row]
    return best + 1 if best else 0


def test_staff_places_skip_graces_chord_symbols_and_fields() -> None:
    tune = 'X:1\nT:C E G\nK:C\n"Gm"C,{e}^C [EG]2 c\'!fine!|[M:3/4]_b2 z e % d\nM:4/4\nd|\n'
    assert staff_places(tune).tolist() == [-7, 0, 2, 14, 13, 9, 8]


def test_the_longest_shared_passage_is_found_in_any_key() -> None:
    tune = "X:9\nT:New\nK:G\nGABc defg|GGGG|\n"  # the scale's first eight notes
    overlap = MelodyIndex(BOOK).overlap(tune)
    assert (overlap.longest, overlap.nearest) == (8, "The Scale")
    assert overlap.new_passages == 4 / 5
    assert not overlap.variant


def test_a_transposed_tune_is_a_variant_and_repeated_notes_are_not() -> None:
    moved = transposed(BOOK[1], 2)
    assert moved is not None
    overlap = MelodyIndex(BOOK).overlap(moved)
    assert json.loads(json.dumps(asdict(overlap))) == asdict(overlap)
    assert (overlap.longest, overlap.nearest, overlap.variant) == (16, "The Leaps", True)
    assert overlap.new_passages == 0
    none = MelodyIndex(BOOK).overlap("X:1\nK:C\nCCCCCCCCCC|\n")
    assert (none.longest, none.nearest, none.new_passages, none.variant) == (0, "", 1.0, False)


def test_a_shared_passage_does_not_span_two_tunes() -> None:
    ends = "X:1\nK:C\ngfed cBAG|\n"
    book = MelodyIndex(["X:1\nK:C\nefed|\n", "X:2\nK:C\ncBAG|\n"])
    assert book.overlap(ends).longest == 4


def test_overlap_of_real_tunes_equals_that_of_a_brute_force_search() -> None:
    corpus = read_corpus(["ryans"])
    training = list(corpus.training[:60])
    book = MelodyIndex(training)
    for tune in corpus.held_out[:8]:
        assert book.overlap(tune).longest == longest_by_hand(tune, training)


def test_an_empty_index_and_a_tune_without_notes_share_nothing() -> None:
    assert MelodyIndex([]).overlap(BOOK[0]).longest == 0
    none = MelodyIndex(TUNES).overlap("X:1\nT:None\nK:C\n")
    assert none.longest == 0
    assert np.isnan(none.new_passages)  # without passages, the fraction of new ones is undefined
    assert MelodyIndex(TUNES).overlap(f"X:1\nK:C\nc{chr(39) * 99_999}C{',' * 99_999}|\n").longest <= 2
