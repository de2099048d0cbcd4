"""The parts of real tunes: where they end, and how many bars they have."""

import pytest
from support.tunes import TUNES

from folkkeras.music.parts import parts_of
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Tune

AVONMORE = """X:1
T:The Avonmore
M:C|
L:1/8
K:G
(dc) |: BG (3GGGG2G2 | BGBd gdec | BG (3GGGG2(cB) | AGFG ABcA |
BG (3GGGG2G2 | BGBdg2(fg) | afge fdec | AGFG ABcA ||
Bd (3dddd2(dc) | BGBd gdec | Bd (3dddd2(cB) | AGFG ABcA |
Bd (3dddd2(dc) | BGBdg2(fg) | afge fdec | AGFG ABcA :|
"""
PETTICOAT = """X:1
T:Tie the Petticoat Tighter
M:6/8
L:1/8
K:Am
B2|c2 A BGE|c2 A BGE|G2 G G2 d|G2 G G2 B|c2 A BGE|c2 A BGE|
|A2 A A2 e|A2 A A2:|B|cde dcB|cBA BGE|g>ag gdB|g>ag gdB|
[1 cde dcB|cBA BGE|aba aec|aba aec:|[2 cde def|edc BA^G|A2 A A2 e|A2 A A2|]
"""
BANTRY = """X:1
T:The Humors of Bantry
M:6/8
L:1/8
K:G
d|gfg (e/f/g)e|dBG AGE|DEG AGA|BGB AGE|
gfg (e/f/g)e|dBG AGE|DEG AGA|BGG G2:|
d|edd gdd|edd gdB|def {a}gfg|edB AGE |
|1 gfg (e/f/g)e| dBG AGE|DGG (A/B/c)A|BGG G2 :|
|2 gfg aga|bge edB|GFG (A/B/c)A|BGG G2|]
"""
PADDY = """X:1
T:Paddy in London
M:6/8
L:1/8
K:D
(G|F)DF ABc|ded def|AGF G2 A|BGE E2 G|
FDF ABc|ded def|AGF BAG|FDD D2:|
(g|f)df agf|gfe dBG|AGF G2 A|BGE E2 [gG]|
[1 fdf agf|gfe dBG|AGA BAG|FDD D2:|
[2 FDF ABc|ded def|AGF BAG|FDD D2||
(g/f)|eAA Agf|edc d2 B|AGF G2 A|BGE E2 (f/g/)|
agf gfe|ded def|AGF BAG|FDD D2:|
"""


def written(tune: Tune) -> list[int]:
    return [len(part.written) for part in parts_of(tune)]


@pytest.mark.parametrize(
    ("text", "bars"),
    [(AVONMORE, [8, 8]), (PETTICOAT, [8, 8]), (BANTRY, [8, 8]), (PADDY, [8, 8, 8])],
    ids=["a double bar within a repeat", "four-bar endings", "endings after a bar line", "an ending and a third part"],
)
def test_parts_of_eight_bars(text: str, bars: list[int]) -> None:
    assert [part.bars for part in parts_of(read_tune(text))] == bars


def test_later_endings_are_written_but_not_in_the_first_pass() -> None:
    first, second = parts_of(read_tune(PETTICOAT))
    assert first.written == first.first_pass
    assert [len(first.written), len(second.written), len(second.first_pass)] == [9, 13, 9]
    assert second.written[:9] == second.first_pass
    third = read_tune("X:1\nM:2/4\nL:1/8\nK:D\nd4|e4|1,3 f4:|2 a4|]\n")
    assert [part.bars for part in parts_of(third)] == [3]


def test_the_parts_of_real_tunes_are_their_bars_in_order() -> None:
    tunes = [read_tune(text) for text in TUNES]
    parts = [parts_of(tune) for tune in tunes]
    for tune, found in zip(tunes, parts, strict=True):
        assert tuple(bar for part in found for bar in part.written) == tune.bars
    bars = [part.bars for found in parts for part in found]
    assert sum(number in (4, 8, 16) for number in bars) > 0.95 * len(bars)


def test_a_pick_up_is_not_a_part_of_its_own() -> None:
    head = "X:1\nM:2/4\nL:1/8\nK:D\n"
    assert written(read_tune(head + "A|:d4|e4:||:B|f4|g3:|\n")) == [3, 3]
    assert written(read_tune(head + "d4|e4:|f4|g4:|A|]\n")) == [2, 3]
    assert written(read_tune(head + "A|]\n")) == [1]
    assert [part.bars for part in parts_of(read_tune(head + "A|]\n"))] == [1]
    assert parts_of(read_tune(head)) == []


def test_a_repeat_sign_ends_a_part_on_either_side() -> None:
    head = "X:1\nM:2/4\nL:1/8\nK:D\n"
    assert written(read_tune(head + "d4|e4|:f4|g4|a4:|b4|\n")) == [2, 3, 1]
    assert written(read_tune(head + "[2 d4|e4:|f4|g4|]\n")) == [2, 2]  # an ending without a beginning
    assert [part.bars for part in parts_of(read_tune(head + "[2 d4|e4:|f4|g4|]\n"))] == [2, 2]


def test_a_label_ends_a_part_and_in_free_metre_each_bar_counts() -> None:
    tune = read_tune("X:1\nM:none\nL:1/8\nK:D\nP:A\ndef|ga|b|\nP:B\nd|e|\n")
    assert [part.bars for part in parts_of(tune)] == [3, 2]
