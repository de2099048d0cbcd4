"""The outputs that features add to the dense layer, and the characters whose logits they raise.

- A copy raises the character that it names.
- A moved note raises the note letter that continues the melody as an earlier bar does.
- A degree raises the note letter at a place above the tonic. So what is learned of a scale degree holds in all keys.
- An interval raises the note letter at a distance from the last note's.

The vocabulary may lack some of the characters.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from folkkeras.features.columns import COPIED, MOVED_NOTES
from folkkeras.vocabulary import Vocabulary

LETTERS = "CDEFGABcdefgab"  # in steps of a scale
TONICS = 7
DEGREES = len(LETTERS) + TONICS - 1  # from the C below a tonic B to the b above a tonic C
WIDEST = 7  # steps of the intervals up and down
INTERVALS = 2 * WIDEST + 1

Array = npt.NDArray[np.float32]


def copies(names: Sequence[str]) -> list[str]:
    """The features that name a character."""
    return [name for name in names if name in COPIED]


def moved_notes(names: Sequence[str]) -> list[str]:
    """The features that name a note's letter."""
    return [name for name in names if name in MOVED_NOTES]


def count_of(names: Sequence[str]) -> int:
    """The number of outputs beside the logits for a model that reads these features."""
    return len(copies(names)) + len(moved_notes(names)) + sum(map(len, letter_tables(names).values()))


def letter_tables(names: Sequence[str]) -> dict[str, Array]:
    """Which letter each degree and each interval raises, (outputs, values, letters), by the feature that decides it."""
    tables = {"tonic": degree_table(), "letter": interval_table()}
    return {name: table for name, table in tables.items() if name in names}


def degree_table() -> Array:
    """Which letter each degree raises with each value of the feature `tonic`, (DEGREES, tonics, letters), 0 or 1."""
    table = np.zeros((DEGREES, TONICS + 1, len(LETTERS)), np.float32)
    for tonic, letter in product(range(TONICS), range(len(LETTERS))):
        table[letter - tonic + TONICS - 1, tonic + 1, letter] = 1
    return table


def interval_table() -> Array:
    """Which letter each interval raises with each value of the feature `letter`, (INTERVALS, letters + 1, letters)."""
    table = np.zeros((INTERVALS, len(LETTERS) + 1, len(LETTERS)), np.float32)
    for last, letter in product(range(len(LETTERS)), repeat=2):
        if abs(letter - last) <= WIDEST:
            table[letter - last + WIDEST, last + 1, letter] = 1
    return table


def letter_table(vocabulary: Vocabulary) -> Array:
    """The place of each letter in the vocabulary, (letters, vocabulary), 0 or 1."""
    table = np.zeros((len(LETTERS), len(vocabulary)), np.float32)
    for number, letter in enumerate(LETTERS):
        if not vocabulary.unknown(letter):
            table[number, vocabulary.encode(letter)[0]] = 1
    return table
