"""The pretrained model: its size, its model card, and the tunes that it writes."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from support.oracles import HAS_ABC2MIDI, NO_ABC2MIDI
from support.terminal import FOLK, Folk
from support.trained import TrainedRun

from folkkeras.corpus.corpus import sample_of
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.corpus.provenance import training_corpus
from folkkeras.evaluation.evaluate import SAMPLE
from folkkeras.model.likelihood import Likelihood
from folkkeras.model.saving import open_model
from folkkeras.music.reading import read_tune, read_tunes
from folkkeras.notation.tunes import split_tunes
from folkkeras.pretrained import COLLECTIONS, celtic_model

CARD = celtic_model().with_name("model-card.md")
JIGS = ["sample", "--tunes", 20, "--complete", "--max-copy", 24, "--key", "Edor", "--metre", "6/8", "--seed", 1]


@pytest.fixture(scope="module")
def jigs(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("jigs")
    done = subprocess.run([str(FOLK), *map(str, JIGS)], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("no run has a model yet: using celtic, the pretrained model")
    return done.stdout


def test_the_model_is_small_and_names_its_training_corpus() -> None:
    assert celtic_model().stat().st_size < 14_000_000
    corpus = training_corpus(open_model(celtic_model()).metadata)
    assert corpus.sources == COLLECTIONS
    assert corpus.digest == read_corpus(COLLECTIONS).digest


def test_the_model_card_has_the_figures_of_the_model() -> None:
    """Those that involve no sampling: the bits, and the fraction of the corpus's tunes that are complete."""
    model = open_model(celtic_model())
    corpus = training_corpus(model.metadata)
    bits = re.search(r"455 held-out tunes +([0-9.]+)", CARD.read_text())
    complete = re.search(r"complete +[0-9.]+% +([0-9.]+)%", CARD.read_text())
    assert bits
    assert complete
    assert Likelihood(model, corpus.held_out).bits_per_character() == pytest.approx(float(bits[1]), abs=6e-4)
    own = [read_tune(tune).complete for tune in sample_of([*corpus.training, *corpus.held_out], SAMPLE)]
    assert 100 * sum(own) / len(own) == pytest.approx(float(complete[1]), abs=0.06)


def test_the_head_of_the_model_card_has_the_figures_of_its_table() -> None:
    _, head, text = CARD.read_text().split("---\n", 2)
    assert text.startswith("\n# The pretrained model `celtic`\n")
    (results,) = yaml.safe_load(head)["model-index"][0]["results"]
    metrics = {each["type"]: each["value"] for each in results["metrics"]}
    for row, names, scale in (
        ("455 held-out tunes", ("bits_per_character", "bits_per_character_of_music"), 1),
        ("complete", ("complete",), 100),
        ("--complete, at the first attempt", ("complete_at_first_attempt",), 100),
        ("new 8-note passages, median", ("new_passages",), 100),
        ("variants of a training tune", ("variants",), 100),
        ("all parts of 8 or 16 bars", ("usual_parts",), 100),
        ("last note is the tonic", ("on_tonic",), 100),
        ("bars that repeat an earlier bar", ("repeated_bars",), 100),
    ):
        found = re.search(rf"^{row} +([0-9.]+)%? *([0-9.]*)", text, re.MULTILINE)
        assert found, row
        for name, value in zip(names, found.groups(), strict=False):
            assert scale * metrics.pop(name) == pytest.approx(float(value), abs=0.051 if scale > 1 else 1e-9)
    assert not metrics


def test_the_model_writes_complete_new_tunes_of_the_requested_type(jigs: str) -> None:
    tunes = read_tunes(jigs)
    assert len(tunes) == 20
    assert all(tune.complete and (tune.metre, tune.key) == ("6/8", "Edor") for tune in tunes)
    book = MelodyIndex(read_corpus(COLLECTIONS).training)
    assert max(book.overlap(tune.text).longest for tune in tunes) <= 24
    assert len({tune.text.split("\n", 1)[1] for tune in tunes}) == 20


def faulted(tunes: Sequence[str], folder: Path) -> float:
    """The fraction of tunes in which abc2midi finds a fault.

    An assumption about where a repeat begins is not a fault: the standard (4.8) lets it begin where the last one ended.
    """
    count = 0
    for tune in tunes:
        (folder / "tune.abc").write_text(tune)
        words = ["abc2midi", "tune.abc", "-o", "tune.mid"]
        said = subprocess.run(words, cwd=folder, capture_output=True, text=True, errors="replace").stdout
        faults = [line for line in said.splitlines() if line.startswith(("Warning", "Error"))]
        count += any("Assuming repeat" not in line and "replacing |: with" not in line for line in faults)
    return count / len(tunes)


@pytest.mark.skipif(not HAS_ABC2MIDI, reason=NO_ABC2MIDI)
def test_abc2midi_finds_no_more_faults_than_in_the_training_tunes(jigs: str, tmp_path: Path) -> None:
    books = sample_of(read_corpus(COLLECTIONS).training, 200_000)
    assert faulted(split_tunes(jigs)[1], tmp_path) <= faulted(books, tmp_path)


def test_the_users_run_takes_precedence_and_celtic_can_be_named(folk: Folk, trained: TrainedRun) -> None:
    own = folk("sample", "--runs", trained.runs, "--length", 5, "--seed", 1)
    assert "pretrained" not in own.stderr
    named = folk("sample", "celtic", "--runs", trained.runs, "--length", 300, "--seed", 1)
    assert named.stdout == folk("sample", "--length", 300, "--seed", 1).stdout
    assert named.stdout.startswith("X:1\n")
