"""Characters and their indices."""

import numpy as np
import pytest

from folkkeras.vocabulary import Vocabulary


def test_characters_are_sorted_by_frequency_and_then_code_point() -> None:
    assert Vocabulary.from_text("cabbca", "xé").characters == "abcxé"


def test_decoding_the_indices_gives_the_text() -> None:
    text = "X:1\nT:Seán 𝄞\n" * 100
    vocabulary = Vocabulary.from_text(text)
    ids = vocabulary.encode(text)
    assert ids.dtype == np.uint8
    assert vocabulary.decode(ids) == text
    assert ids.max() == len(vocabulary) - 1


def test_unknown_characters_are_named_in_order() -> None:
    vocabulary = Vocabulary.from_text("abc")
    assert vocabulary.unknown("zaéz") == ["z", "é"]
    with pytest.raises(ValueError, match="z"):
        vocabulary.encode("az")


def test_a_large_vocabulary_gets_a_larger_type() -> None:
    text = "".join(chr(1_000 + number) for number in range(300))
    vocabulary = Vocabulary.from_text(text)
    assert vocabulary.encode(text).dtype == np.uint16
    assert vocabulary.decode(vocabulary.encode(text)) == text
