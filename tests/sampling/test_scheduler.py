"""Requests to a real model: complete tunes, header fields, new tunes, and the statistics of rejected tunes."""

from dataclasses import replace
from fractions import Fraction

import pytest

import folkkeras
from folkkeras.corpus.corpus import Corpus
from folkkeras.errors import CorpusError, UsageError
from folkkeras.model.reader import read_exported
from folkkeras.music.reading import read_tune
from folkkeras.pretrained import celtic_model
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.training_tunes import TrainingTunes

COMPLETE = TuneRequest(count=6, seed=4, complete=True)


def test_complete_tunes_are_the_same_alone_as_among_many() -> None:
    sampler = folkkeras.load(celtic_model()).tunes(COMPLETE)
    tunes, statistics = list(sampler), sampler.statistics
    assert len(tunes) == statistics.accepted <= 6
    assert statistics.accepted + statistics.rejected.total() == statistics.drawn
    assert all(read_tune(tune.text).complete for tune in tunes)
    for tune in tunes[:2]:
        (alone,) = folkkeras.load(celtic_model()).tunes(replace(COMPLETE, count=1, first=tune.number))
        assert alone.text == tune.text
    rest = folkkeras.load(celtic_model()).tunes(COMPLETE).continued(tunes[3].number)
    assert [tune.text for tune in rest] == [tune.text for tune in tunes[3:]]


def test_tunes_have_the_requested_fields() -> None:
    request = TuneRequest(count=5, seed=4, fields={"M": "6/8", "K": "Edor"}, complete=True, training_checks=False)
    tunes = [read_tune(tune.text) for tune in folkkeras.load(celtic_model()).tunes(request)]
    assert tunes
    for tune in tunes:
        assert (tune.metre, tune.key) == ("6/8", "Edor")
        assert all(bar.length <= Fraction(6, 8) for bar in tune.bars)


def test_an_impossible_request_is_given_up() -> None:
    sampler = folkkeras.load(celtic_model()).tunes(replace(COMPLETE, count=2, max_copy=1))
    assert list(sampler) == []
    assert sampler.statistics.gave_up
    assert any(reason.startswith("shared ") for reason in sampler.statistics.rejected)


def test_without_retries_each_tune_is_attempted_once() -> None:
    request = replace(COMPLETE, max_copy=12)
    sampler = folkkeras.load(celtic_model()).tunes(request, retry=False)
    numbers = [tune.number for tune in sampler]
    statistics = sampler.statistics
    assert 0 < len(numbers) < 6
    assert (statistics.drawn, statistics.first_attempts) == (6, 6)
    assert statistics.accepted == statistics.accepted_first == len(numbers)
    assert not statistics.gave_up


def test_the_error_for_a_field_names_unknown_characters() -> None:
    with pytest.raises(UsageError, match="'Ж'"):
        folkkeras.load("celtic").tunes(TuneRequest(fields={"T": "Ж"}))


def test_a_title_with_unknown_characters_is_written_as_requested() -> None:
    (tune,) = folkkeras.load("celtic").tunes(TuneRequest(seed=3, fields={"T": "Seán\u2019s Æ"}, training_checks=False))
    (plain,) = folkkeras.load("celtic").tunes(TuneRequest(seed=3, fields={"T": "Sean's Ae"}, training_checks=False))
    assert tune.text == plain.text.replace("T:Sean's Ae", "T:Seán\u2019s Æ")


def test_fields_are_spelled_as_in_the_training_tunes_and_counted(corpus: Corpus) -> None:
    exported = read_exported(celtic_model())
    generator = Generator(exported, training_tunes=TrainingTunes.of(corpus.training))
    sampler = generator.tunes(TuneRequest(fields={"M": "2/2"}))
    assert sampler.request.fields == {"M": "C|"}
    assert sampler.matching == sum("\nM:C|\n" in tune for tune in corpus.training) > 0


def test_missing_training_tunes_are_an_error_only_if_they_are_needed() -> None:
    generator = Generator(read_exported(celtic_model()), training_tunes=TrainingTunes({}))
    assert list(generator.tunes(TuneRequest(seed=1)))
    assert list(generator.tunes(TuneRequest(seed=1, fields={"M": "6/8"}, training_checks=False)))
    for request in (TuneRequest(fields={"M": "6/8"}), TuneRequest(max_copy=24)):
        with pytest.raises(CorpusError):
            generator.tunes(request)
