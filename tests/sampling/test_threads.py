"""The number of threads of a matrix product; the results do not depend on it."""

import numpy as np
from threadpoolctl import ThreadpoolController, threadpool_info

from folkkeras.model.tune_model import build_model
from folkkeras.sampling.numpy_engine import NumpyEngine
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.slots import CHUNK
from folkkeras.sampling.threads import FIRST_WAIT, MAX_WAIT, Threads
from folkkeras.vocabulary import Vocabulary


def threads_of(seconds: dict[int, float], calls: int) -> list[int]:
    """The number of threads of each call, if a call takes `seconds[1]` with one thread and `seconds[2]` with all."""
    seen, now = [], 0.0

    def call() -> None:
        nonlocal now
        number = max(library["num_threads"] for library in threadpool_info())
        seen.append(number)
        now += seconds[min(number, 2)]

    threads = Threads(lambda: now)
    for _ in range(calls):
        threads.run(call)
    return seen


def test_the_faster_of_one_thread_and_all_threads_is_used() -> None:
    with ThreadpoolController().limit(limits=2):
        assert set(threads_of({1: 0.001, 2: 0.03}, 20)[2:6]) == {1}
        seen = threads_of({1: 0.03, 2: 0.001}, 20)
    assert seen.count(1) == 2  # the two trials
    assert seen[1] == 1
    assert seen[2 + 2 * FIRST_WAIT] == 1
    assert MAX_WAIT > FIRST_WAIT


def test_the_number_of_threads_does_not_change_the_results() -> None:
    exported = build_model(Vocabulary("X:1\nabcdefg|"), embedding=16, units=512).export_weights()
    chance = np.random.default_rng(0)
    read = np.full((CHUNK, 3), -1, np.int32)
    uniforms = chance.random((CHUNK, 3), dtype=np.float32)
    states = []
    for threads in (1, 2):
        with ThreadpoolController().limit(limits=threads):
            engine = NumpyEngine(exported, 3, Sampling())
            engine.step(np.ones(3, bool), read, uniforms)
            states.append(engine.state(1).columns)
    assert all(np.array_equal(one, two) for one, two in zip(*states, strict=True))
