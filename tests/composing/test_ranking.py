"""Ranking candidates, and keeping the best."""

import re
from pathlib import Path

import numpy as np
import pytest
from support.terminal import Folk, fails
from support.trained import TrainedRun
from support.tunes import TUNES

import folkkeras
from folkkeras.composing.best_tunes import BestTunes
from folkkeras.composing.ranking import Ranking, learned_ranking, ranking_of
from folkkeras.evaluation.form import has_notes
from folkkeras.music.tune import Tune
from folkkeras.notation.tunes import split_tunes
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import TuneRequest


@pytest.fixture(scope="module")
def celtic() -> Generator:
    return folkkeras.load("celtic")


def scrambled(tune: str, seed: int) -> str:
    """A tune with its notes in another order."""
    head, _, music = tune.partition("\nK:")
    places = [match.start() for match in re.finditer(r"[A-Ga-g]", music) if match.start() > music.index("\n")]
    letters = list(music)
    for place, other in zip(places, np.random.default_rng(seed).permutation(places), strict=True):
        letters[place] = music[other]
    return f"{head}\nK:{''.join(letters)}"


def test_a_ranking_tells_real_tunes_from_scrambled_ones_that_it_has_not_seen() -> None:
    real = [folkkeras.read_tune(tune) for tune in TUNES]
    noise = [folkkeras.read_tune(scrambled(tune, seed)) for seed, tune in enumerate(TUNES)]
    ranking = Ranking.of(real[:100], noise[:100])
    higher = [ranking.score(one) > ranking.score(other) for one, other in zip(real[100:], noise[100:], strict=True)]
    assert np.mean(higher) > 0.85
    assert Ranking.from_metadata({"ranking": ranking.to_json()}) == ranking
    assert ranking.score(folkkeras.read_tune("X:1\nK:D\n")) == -np.inf


def test_the_pretrained_model_stores_its_ranking(celtic: Generator) -> None:
    ranking = ranking_of(celtic)
    assert ranking == Ranking.from_metadata(celtic.metadata)
    assert len(ranking.names) > 30


def test_the_best_candidate_for_each_tune_is_kept_with_the_record_that_draws_it(celtic: Generator) -> None:
    ranking = ranking_of(celtic)
    best = BestTunes(celtic, TuneRequest(count=2, first=2, seed=5), 3, ranking)
    kept = list(best)
    drawn = list(celtic.tunes(TuneRequest(count=6, first=4, seed=5)))
    assert [tune.number for tune in kept] == [2, 3]
    assert best.dropped == 4
    for tune, group in zip(kept, (drawn[:3], drawn[3:]), strict=True):
        scores = [ranking.score(folkkeras.read_tune(each.text)) for each in group]
        expected = group[int(np.argmax(scores))]
        assert tune.record == expected.record
        assert tune.text.partition("\n")[::2] == (f"X:{tune.number}", expected.text.partition("\n")[2])
    assert [tune.text for tune in best.continued(3)] == [kept[1].text]


def test_kept_tunes_are_written_and_reproduced(folk: Folk, tmp_path: Path) -> None:
    done = folk("sample", "celtic", "--tunes", 2, "--candidates", 2, "--seed", 4, "--out", "new.abc")
    assert done.stderr == "wrote new.abc\ndropped 2 of 4 candidates, which look less like real tunes\n"
    text = (tmp_path / "new.abc").read_text()
    assert [tune.split("\n", 1)[0] for tune in split_tunes(text)[1]] == ["X:1", "X:2"]
    assert folk("sample", "celtic", "--reproduce", "new.abc").stdout == text
    shards = ["sample", "celtic", "--tunes", 2, "--seed", 4, "--out", "many/"]
    assert folk(*shards, "--candidates", 2).returncode == 0
    fails(folk(*shards, "--candidates", 3), 1, "many has tunes with candidates 2, not 3")
    fails(folk("sample", "celtic", "--candidates", 0), 2, "--candidates 0 is too small")


def test_a_model_of_ones_own_learns_its_ranking_once(
    trained: TrainedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLKKERAS_CACHE", str(tmp_path))
    model = folkkeras.load(trained.run.best)
    assert learned_ranking(model, 20) is None  # too few
    learned: list[Tune] = []

    def counted(model: Generator) -> Ranking | None:
        tunes = [tune for tune in map(folkkeras.read_tune, TUNES) if has_notes(tune)]
        learned.extend(tunes)
        return Ranking.of(tunes[:60], [folkkeras.read_tune(scrambled(tune.text, 1)) for tune in tunes[:60]])

    monkeypatch.setattr("folkkeras.composing.ranking.learned_ranking", counted)
    first = ranking_of(model)
    count = len(learned)
    assert first == ranking_of(folkkeras.load(trained.run.best))
    assert len(learned) == count
