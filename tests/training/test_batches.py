"""Batches of windows at random offsets."""

import numpy as np
import pytest

from folkkeras.corpus.corpus import Corpus
from folkkeras.errors import CorpusError
from folkkeras.features.columns import GROUPS, features_of
from folkkeras.features.inputs import model_inputs
from folkkeras.training.batches import random_windows
from folkkeras.vocabulary import Vocabulary


def batches(count: int, *, length: int = 50, seed: int = 1, start_step: int = 0, seq_length: int = 7) -> list:
    windows = random_windows(
        np.arange(length, dtype=np.uint8), batch_size=16, seq_length=seq_length, seed=seed, start_step=start_step
    )
    return [(x.numpy(), y.numpy()) for x, y in windows.take(count)]


def test_labels_are_the_inputs_shifted_by_one_character() -> None:
    (inputs, labels), *_ = batches(1)
    assert inputs.dtype == labels.dtype == np.int32
    assert inputs.shape == labels.shape == (16, 7)
    assert np.array_equal(inputs + 1, labels)
    assert np.array_equal(inputs, inputs[:, :1] + np.arange(7))


def test_every_window_can_occur_including_the_first_and_the_last() -> None:
    starts = {int(start) for inputs, _ in batches(200) for start in inputs[:, 0]}
    assert starts == set(range(50 - 7))


def test_a_batch_depends_only_on_seed_and_step() -> None:
    through, later = batches(6), batches(3, start_step=3)
    for (x, _), (again, _) in zip(through[3:], later, strict=True):
        assert np.array_equal(x, again)
    assert not np.array_equal(batches(1)[0][0], batches(1, seed=2)[0][0])
    assert not np.array_equal(through[0][0], through[1][0])


def test_a_fraction_of_the_windows_starts_where_a_tune_starts() -> None:
    ids, tunes = np.arange(50, dtype=np.uint8), (0, 10, 25, 47)  # no complete window starts at 47

    def starts(step: int, count: int) -> np.ndarray:
        windows = random_windows(
            ids, batch_size=16, seq_length=7, seed=1, start_step=step, tune_starts=tunes, tune_start_fraction=0.25
        )
        return np.stack([inputs[:, 0].numpy() for inputs, _ in windows.take(count)])

    found = starts(0, 200)
    assert set(found[:, :4].flatten()) == {0, 10, 25}
    assert set(found[:, 4:].flatten()) == set(range(50 - 7))
    assert np.array_equal(found[3:6], starts(3, 3))


def test_the_shortest_text_is_one_window_and_its_last_label() -> None:
    assert batches(1, length=8)[0][1].max() == 7
    with pytest.raises(CorpusError, match="7 characters, fewer than the 8"):
        batches(1, length=7)


def test_the_features_of_a_window_are_those_of_its_place_in_the_tune(corpus: Corpus) -> None:
    tunes, names = corpus.training, features_of("all")
    vocabulary = Vocabulary.from_text(tunes.text)
    windows = random_windows(
        tunes.encoded(vocabulary),
        batch_size=16,
        seq_length=90,
        seed=1,
        tune_starts=tunes.starts,
        vocabulary=vocabulary,
        features=names,
    )
    text, whole = tunes.text, model_inputs(tunes.text, vocabulary, names)
    across = 0  # windows that contain the end of a tune
    for inputs, _ in windows.take(3):
        assert list(inputs) == ["characters", *names]
        for row, characters in enumerate(inputs["characters"].numpy()):
            window = vocabulary.decode(characters.tolist())
            assert text.count(window) == 1
            start = text.index(window)
            across += "\n\n" in window
            for name, values in inputs.items():
                assert np.array_equal(values.numpy()[row], whole[name][0, start : start + 90]), name
    assert across > 3


def test_a_fraction_of_the_windows_has_no_features_of_a_group(corpus: Corpus) -> None:
    names, vocabulary = features_of("time,pitch"), Vocabulary.from_text(corpus.training.text)

    def cut(step: int, dropout: float) -> list[dict[str, np.ndarray]]:
        windows = random_windows(
            corpus.training.encoded(vocabulary),
            batch_size=200,
            seq_length=30,
            seed=4,
            start_step=step,
            tune_starts=corpus.training.starts,
            vocabulary=vocabulary,
            features=names,
            feature_dropout=dropout,
        )
        return [{name: values.numpy() for name, values in inputs.items()} for inputs, _ in windows.take(2)]

    whole, first, second = cut(0, 0)[0], *cut(0, 0.3)
    assert np.array_equal(whole["characters"], first["characters"])
    without = {}
    for group in ("time", "pitch"):
        known = np.stack([first[name].any(1) for name in GROUPS[group]]).any(0)
        for name in GROUPS[group]:
            assert np.array_equal(first[name], np.where(known[:, None], whole[name], 0))
        without[group] = ~known
        assert 0.2 < without[group].mean() < 0.5  # a window that is all header has none either
    assert not np.array_equal(without["time"], without["pitch"])
    again = cut(1, 0.3)[0]
    assert all(np.array_equal(second[name], again[name]) for name in second)


def test_no_thread_tunes_the_data_set() -> None:
    windows = random_windows(np.arange(50, dtype=np.uint8), batch_size=2, seq_length=7, seed=1)
    assert windows.options().autotune.enabled is False  # such a thread kept one training in ten alive for ten seconds
