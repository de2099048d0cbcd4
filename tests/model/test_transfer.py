"""Fine-tuning a trained model."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from support.models import VOCABULARY, small
from support.terminal import Folk
from support.trained import LEARNED, TrainedRun

from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.corpus.provenance import learned
from folkkeras.corpus.transposition import in_keys_of_corpus
from folkkeras.errors import CorpusError
from folkkeras.model.likelihood import Likelihood
from folkkeras.model.reader import read_metadata
from folkkeras.model.saving import open_model
from folkkeras.model.transfer import extended, load_pretrained_weights
from folkkeras.model.tune_model import build_model
from folkkeras.runs.folder import open_run

BOOK = "".join(
    f"X:{n}\nT:Número {n}\nM:3/4\nL:1/8\nK:G\n" + f"G{'ABc'[n % 3]}d{'efg'[n % 2]} gf|" * (9 + n) + "\n\n"
    for n in range(9)
)


def test_weights_come_from_the_base_and_new_characters_are_least_likely() -> None:
    base = small()
    vocabulary = extended(VOCABULARY, Counter("éabüé"))
    assert vocabulary.characters == VOCABULARY.characters + "éü"
    model = build_model(
        vocabulary,
        embedding=base.hyperparameters["embedding"],
        units=base.hyperparameters["units"],
        layers=base.hyperparameters["layers"],
    )
    load_pretrained_weights(model, base)
    ids = tf.constant([VOCABULARY.encode("X:1\nabc").astype(np.int32)])
    known, all_ = base(ids).numpy(), model(ids).numpy()
    np.testing.assert_allclose(all_[..., : len(VOCABULARY)], known, atol=1e-6)
    bias = base.dense.get_weights()[1]
    np.testing.assert_allclose(all_[..., len(VOCABULARY) :], bias.min(), atol=1e-6)
    with pytest.raises(CorpusError, match="cannot load"):
        load_pretrained_weights(build_model(vocabulary, embedding=3, units=5), base)


def test_fine_tuning_extends_the_vocabulary_and_can_be_resumed(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    (tmp_path / "book.abc").write_text(BOOK)
    base = trained.run.best
    words = ["train", "book.abc", "--from", base, "--name", "mine", "--steps", 100, "--seq-length", 40]
    done = folk(*words, "--learning-rate", "0.002")
    assert done.returncode == 0, done.stderr
    run = open_run(tmp_path / "runs", "mine")
    assert run.base is not None
    assert (run.config.units, run.config.embedding) == (LEARNED["units"], LEARNED["embedding"])
    model = open_model(run.best)
    before = open_model(base)
    assert model.vocabulary.characters.startswith(before.vocabulary.characters)
    assert "ú" in model.vocabulary.characters
    known = [tune for tune in trained.corpus.held_out if not before.vocabulary.unknown(tune)]
    assert Likelihood(model, known).bits_per_character() < 1.5 * Likelihood(before, known).bits_per_character()
    assert run.config.transpose  # the default for a small corpus
    again = folk("resume", "mine", "--steps", 200)
    assert again.returncode == 0, again.stderr
    repeat = next(line for line in folk("runs", "show", "mine").stdout.splitlines() if line.startswith("repeat"))
    for words in ("--from runs/mine/base.keras", "--steps 100", "--learning-rate 0.002", "--transpose"):
        assert words in repeat
    assert "--batch-size" not in repeat  # 8 is the default of fine-tuning


def test_training_tunes_of_the_base_do_not_count_as_new(
    folk: Folk, trained: TrainedRun, tune_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "book.abc").write_text(BOOK)
    words = ["--from", trained.run.best, "--steps", 20, "--seq-length", 40]
    assert folk("train", "book.abc", *words, "--name", "mine").returncode == 0
    run = open_run(tmp_path / "runs", "mine")
    metadata = read_metadata(run.best)
    own = read_corpus([str(tmp_path / "book.abc")])
    assert list(learned(metadata)) == [*own.training, *trained.corpus.training]
    assert folk("train", "book.abc", "--from", "mine", "--steps", 1, "--name", "third", *words[4:]).returncode == 0
    third = learned(read_metadata(open_run(tmp_path / "runs", "third").best))
    assert list(third) == [*own.training, *trained.corpus.training]  # each once

    done = folk("evaluate", "mine", tune_file, "--tunes", 1, "--json")
    assert done.returncode == 0, done.stderr
    values = json.loads(done.stdout)
    assert values["likelihood"]["learned"] == len(trained.corpus.training)
    evaluated = len(values["likelihood"]["tunes"]) + values["likelihood"]["unknown"]
    assert evaluated == len(trained.corpus.held_out)
    copy = MelodyIndex(learned(metadata)).overlap(trained.corpus.training[0])
    assert copy.longest > 24
    of_splits = {split: read_corpus([str(tune_file)], split=split).held_out for split in range(1, 9)}
    known_of = {n: sum(tune in trained.corpus.training for tune in of_splits[n]) for n in of_splits}
    split, others = next((n, tunes) for n, tunes in of_splits.items() if 0 < known_of[n] < len(tunes))
    again = folk("train", tune_file, "--split", split, *words, "--name", "others")
    assert again.returncode == 0, again.stderr
    known = known_of[split]
    assert f"was trained on {known} of the {len(others)} held-out tunes" in again.stderr
    assert f"since the model was trained on them: {known} of" in folk("evaluate", "others", "--tunes", 1).stderr


def test_training_in_keys_of_corpus_includes_the_new_characters(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "book.abc").write_text(BOOK.replace("K:G", "K:D", 4).replace("G", "B,").replace("K:B,", "K:A"))
    words = ["--units", 8, "--embedding", 4, "--steps", 100, "--seq-length", 40, "--batch-size", 4]
    done = folk("train", "book.abc", "--transpose", "--name", "all", *words)
    assert done.returncode == 0, done.stderr
    run = open_run(tmp_path / "runs", "all")
    tunes = in_keys_of_corpus(read_corpus([str(tmp_path / "book.abc")]).training)
    assert len(set(tunes)) > 9
    model = open_model(run.best)
    assert not model.vocabulary.unknown(tunes.text)
    refused = folk("train", "book.abc", "--transpose", "--raw")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
    assert "no-raw" in refused.stderr


@pytest.mark.parametrize("words", [["--units", "99"], ["--preset", "quick"], ["--raw"]])
def test_options_that_do_not_fit_the_base_model_are_refused(
    folk: Folk, trained: TrainedRun, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "book.abc").write_text(BOOK)
    done = folk("train", "book.abc", "--from", trained.run.best, *words)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "--from" in done.stderr
    assert not (tmp_path / "runs").exists()
