"""Requests that share slots: their tunes are those that they would get alone."""

from dataclasses import replace

import pytest

import folkkeras
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.scoring import bits_per_character, readable_by
from folkkeras.sampling.shared_slots import EndedTune, SharedSlots, SharedTunes

REQUESTS = [
    TuneRequest(count=4, seed=1, complete=True),
    TuneRequest(count=2, seed=2, sampling=Sampling(temperature=0.5)),
    TuneRequest(count=3, seed=3, complete=True, parts=2, bars=(8,)),
    TuneRequest(count=12, seed=4, max_length=200),
]


def test_tunes_of_requests_that_come_and_go_are_those_drawn_alone() -> None:
    model = folkkeras.load("celtic")
    shared, ended = SharedSlots(model), list[EndedTune]()
    requests = [SharedTunes(model.tunes(request)) for request in REQUESTS]
    for request in requests:
        shared.add(request)
        ended += [*shared.step(), *shared.step()]
    assert requests[0].drafts() or requests[0].ended
    while not shared.idle:
        ended += shared.step()
    for request, tunes in zip(REQUESTS, requests, strict=True):
        found = {each.number: each.tune for each in ended if each.tunes is tunes}
        expected = {tune.number: tune for tune in model.tunes(request)}
        assert found == expected
    (alone,) = model.tunes(replace(REQUESTS[2], count=1, first=2))
    assert next(each.tune for each in ended if each.tunes is requests[2] and each.number == 2) == alone


def test_tunes_come_with_what_they_cost_as_if_they_were_scored() -> None:
    model = folkkeras.load("celtic")
    shared, ended = SharedSlots(model), list[EndedTune]()
    for request in (TuneRequest(count=6, seed=5, complete=True), TuneRequest(count=2, fields={"T": "Seán's Jig"})):
        shared.add(SharedTunes(model.tunes(request)))
    while not shared.idle:
        ended += shared.step()
    readable = [readable_by(model, each.tune.text) for each in ended]
    bits = bits_per_character(model, readable)
    assert [each.bits for each in ended if each.bits] == pytest.approx(
        [cost for each, cost in zip(ended, bits, strict=True) if each.bits], abs=1e-6
    )
    assert sum(each.bits is not None for each in ended) >= 6


def test_a_request_that_is_withdrawn_frees_its_slots() -> None:
    model = folkkeras.load("celtic")
    shared = SharedSlots(model)
    gone, stays = (SharedTunes(model.tunes(TuneRequest(count=40, seed=seed))) for seed in (1, 2))
    shared.add(gone)
    shared.step()
    shared.add(stays)
    assert len(gone.drafts()) == 40
    gone.withdrawn = True
    ended = list[EndedTune]()
    while not shared.idle:
        ended += shared.step()
    assert {each.number for each in ended} == set(range(1, 41))
    assert all(each.tunes is stays for each in ended)


def test_a_request_that_comes_to_full_slots_begins_at_once_and_no_tune_changes() -> None:
    model = folkkeras.load("celtic")
    shared, ended = SharedSlots(model), list[EndedTune]()
    many = SharedTunes(model.tunes(TuneRequest(count=70, seed=1, max_length=300)))
    few = [SharedTunes(model.tunes(TuneRequest(count=2, seed=seed, max_length=300))) for seed in (2, 3)]
    shared.add(many)
    ended += shared.step()
    assert len(many.drawn) + len(many.suspended) + len(ended) == 65  # one of them in the small lane
    for tunes in few:
        shared.add(tunes)
    ended += shared.step()
    assert all(tunes.drafts() or tunes.ended for tunes in few)
    assert many.suspended
    while not shared.idle:
        ended += shared.step()
    for tunes in (many, *few):
        found = {each.number: each.tune for each in ended if each.tunes is tunes}
        assert found == {tune.number: tune for tune in model.tunes(tunes.sampler.request)}


def test_the_tunes_of_a_request_that_were_begun_first_come_first() -> None:
    model = folkkeras.load("celtic")
    shared = SharedSlots(model)
    many = SharedTunes(model.tunes(TuneRequest(count=70, seed=1, max_length=900)))
    shared.add(many)
    for _ in range(4):
        shared.step()
    assert many.suspended
    assert max(each.number for each in many.drawn) < min(attempt.number for attempt in many.suspended)


def test_a_tune_that_cannot_be_drawn_ends_without_a_text() -> None:
    model = folkkeras.load("celtic")
    shared, ended = SharedSlots(model), list[EndedTune]()
    tunes = SharedTunes(model.tunes(TuneRequest(count=1, complete=True, max_length=20)))
    shared.add(tunes)
    while not shared.idle:
        ended += shared.step()
    assert [(each.number, each.tune) for each in ended] == [(1, None)]
    assert tunes.ended
