"""Lists of tunes packed into little memory."""

from collections import Counter

import numpy as np
import pytest

from folkkeras.corpus.packed_tunes import CHUNK, TuneList
from folkkeras.vocabulary import Vocabulary

TUNES = ["X:1\nabc|\n\n", "", "X:1\nT:Žlutý 𝄞 \ud800\n\n", "abc"]
MANY = "".join(map(chr, range(300)))


@pytest.mark.parametrize(
    ("tunes", "bytes_each"),
    [
        (TUNES, 1),
        ([], 1),
        ([MANY, "ab", MANY], 2),
        (["ab" * CHUNK, MANY, "ab"], 2),
        (["".join(map(chr, range(70_000)))], 4),
    ],
)
def test_a_packed_list_equals_its_tunes(tunes: list[str], bytes_each: int) -> None:
    found = TuneList.of(tunes)
    assert list(found) == tunes
    assert found[1:] == tunes[1:]
    assert found.text == "".join(tunes) == "".join(found.pieces())
    assert found.length == len(found.text)
    assert found.counts() == Counter(found.text)
    assert found.ids.itemsize == bytes_each
    for number, start in enumerate(found.starts):
        assert found.text[start:].startswith(tunes[number])
    if tunes:
        assert found[-1] == tunes[-1]
    with pytest.raises(IndexError):
        found[len(tunes)]


def test_a_packed_list_is_encoded_with_a_vocabulary() -> None:
    found = TuneList.of(TUNES)
    vocabulary = Vocabulary.from_counts(found.counts())
    assert vocabulary == Vocabulary.from_text(*TUNES)
    ids = found.encoded(vocabulary)
    assert len(ids) == found.length
    places = np.array([[3, 1], [0, found.length - 1]])
    np.testing.assert_array_equal(ids[places], vocabulary.encode(found.text)[places])
    with pytest.raises(ValueError, match="not in the vocabulary"):
        found.encoded(Vocabulary("abc"))


def test_a_union_appends_each_new_tune_once() -> None:
    own = TuneList.of(["a\n", "b\n", "a\n"])
    assert list(own.union(["č\n", "b\n", "č\n", "d\n"])) == ["a\n", "b\n", "a\n", "č\n", "d\n"]
    assert own.union([]) is own
