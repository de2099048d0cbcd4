"""Infilling against exact probabilities: those of all fillings of a small model."""

from itertools import product

import numpy as np

from folkkeras.composing.gaps import Gap, Piece
from folkkeras.composing.infilling import infill
from folkkeras.model.tune_model import build_model
from folkkeras.sampling.sampler import Sampling, log_probabilities
from folkkeras.sampling.sampling_model import SamplingModel
from folkkeras.vocabulary import Vocabulary

BEFORE, BETWEEN, BEHIND = "X:1\n", "|b|", "|abb|\n"
LETTERS = "ab"
SAMPLING = Sampling(temperature=0.8, top_p=1)


def opinionated() -> SamplingModel:
    """A small model whose probabilities differ, and that mostly writes letters and bar lines."""
    vocabulary = Vocabulary.from_text("X:1\nab|\n")
    model = build_model(vocabulary, embedding=8, units=12, seed=5)
    weights = [2 * each for each in model.get_weights()]
    weights[-1][vocabulary.encode("ab|")] += 3
    model.set_weights(weights)
    return SamplingModel(model)


def gaps(*numbers: int) -> list[Gap]:
    """Gaps for up to three letters, which can be copied."""
    copies = {2: "ba", 3: "b"}
    return [
        Gap(number, lambda text: 0 < len(text) <= 3 and set(text) <= set(LETTERS), copies, frozenset({3}))
        for number in numbers
    ]


def nats(model: SamplingModel, pieces: list[tuple[str, bool]]) -> float:
    """The log of the probability of a text, of which some pieces are drawn and the others, after the first, given."""
    slots, total = model.slots(1), 0.0
    for place, (text, drawn) in enumerate(pieces):
        for index in model.vocabulary.encode(text).tolist():
            sampling = SAMPLING if drawn else Sampling(temperature=1, top_p=1)
            total += float(log_probabilities(slots.logits(), sampling)[0, index]) if place else 0.0
            slots.read(np.array([index], np.int32))
    return total


def exact(model: SamplingModel, pieces: list[Piece]) -> dict[tuple[str, ...], float]:
    """The probability of each filling, given the text behind."""
    contents = ["".join(letters) for count in (1, 2, 3) for letters in product(LETTERS, repeat=count)]
    number = len({piece.number for piece in pieces if isinstance(piece, Gap)})
    logs = {}
    for filling in product(contents, repeat=number):
        seen: set[int] = set()
        read = []
        for piece in pieces:
            if isinstance(piece, Gap):
                read.append((filling[piece.number], piece.number not in seen))
                seen.add(piece.number)
            else:
                read.append((piece, False))
        logs[filling] = nats(model, read)
    total = np.logaddexp.reduce(list(logs.values()))
    return {filling: float(np.exp(log - total)) for filling, log in logs.items()}


def distances(model: SamplingModel, pieces: list[Piece]) -> list[float]:
    """Of each gap, the total variation distance between the weights of its contents and their exact probabilities."""
    found = infill(model, pieces, sampling=SAMPLING, seed=(1,), particles=8_000)
    expected = exact(model, pieces)
    assert {filling.contents for filling in found} <= set(expected)
    differences: list[dict[str, float]] = [{} for _ in found[0].contents]
    for contents, share in [(each.contents, np.exp(each.weight)) for each in found] + [
        (contents, -share) for contents, share in expected.items()
    ]:
        for gap, content in enumerate(contents):
            differences[gap][content] = differences[gap].get(content, 0) + share
    return [sum(map(abs, each.values())) / 2 for each in differences]


def test_fillings_of_one_gap_have_the_probabilities_that_the_text_behind_it_gives_them() -> None:
    model, (gap,) = opinionated(), gaps(0)
    assert max(distances(model, [BEFORE, gap, BEHIND])) < 0.04
    # Without the text behind it they have others.
    alone, with_text = exact(model, [BEFORE, gap, "|"]), exact(model, [BEFORE, gap, BEHIND])
    assert sum(abs(share - alone[filling]) for filling, share in with_text.items()) / 2 > 0.1


def test_so_have_those_of_several_gaps_with_and_without_text_between() -> None:
    model, (one, other) = opinionated(), gaps(0, 1)
    assert max(distances(model, [BEFORE, one, "|", other, BEHIND])) < 0.1
    assert max(distances(model, [BEFORE, one, BETWEEN, other, BEHIND])) < 0.08


def test_a_gap_that_occurs_again_gets_the_same_content_which_counts_each_time() -> None:
    model, (gap,) = opinionated(), gaps(0)
    assert max(distances(model, [BEFORE, gap, BETWEEN, gap, BEHIND])) < 0.04


def test_fillings_differ_and_a_seed_gives_the_same() -> None:
    model, pieces = opinionated(), [BEFORE, *gaps(0), BEHIND]
    found = infill(model, pieces, sampling=SAMPLING, seed=(3,), particles=50)
    assert len({filling.contents for filling in found}) == len(found) > 5
    assert infill(model, pieces, sampling=SAMPLING, seed=(3,), particles=50) == found
    assert infill(model, pieces, sampling=SAMPLING, seed=(4,), particles=50) != found
    assert np.isclose(sum(np.exp(filling.weight) for filling in found), 1)


def test_no_filling_is_found_if_none_is_accepted() -> None:
    never = Gap(0, lambda text: False)
    assert infill(opinionated(), [BEFORE, never, BEHIND], sampling=SAMPLING, seed=(3,), particles=20) == []
