"""Uses of every public name, for `make lint` to check their types; a test checks that no name is missing. Never run."""

from pathlib import Path
from typing import Any

import folkkeras


class Watcher(folkkeras.Listener):
    """A listener of a training."""

    def on_step(self, step: int, loss: float) -> None:
        print(step, loss)


def tunes_as_text() -> list[str]:
    before, tunes = folkkeras.split_tunes("X:1\nT:A\nK:D\nABc|]\n")
    read = [folkkeras.read_tune(tune) for tune in tunes] + folkkeras.read_tunes(before)
    moved: str | None = folkkeras.transposed(tunes[0], 1)
    return [tune.title for tune in read if tune.complete] + [moved or ""]


def trained(folder: str) -> folkkeras.TuneModel:
    corpus: folkkeras.Corpus = folkkeras.read_corpus(["oneills"])
    split: folkkeras.Corpus = folkkeras.split_corpus(corpus.training, validation_split=0.2)
    run = folkkeras.create_run(folder, "mine", split, folkkeras.TrainingConfig(steps=100))
    result = folkkeras.train(folkkeras.open_run(folder, run.name), split, listener=Watcher())
    print(result.validation_bits)
    return folkkeras.open_model(run.best)


def swept(folder: str, corpus: folkkeras.Corpus) -> list[float | None]:
    tried = folkkeras.Sweep({"units": [16, 32], "dropout": folkkeras.Range(0.1, 0.5)}, method="random", trials=2)
    return [trial.validation_bits for trial in folkkeras.sweep(folder, "a", corpus, tried, folkkeras.TrainingConfig())]


def built() -> folkkeras.TuneModel:
    corpus = folkkeras.read_corpus("oneills")
    vocabulary = folkkeras.Vocabulary.from_text(corpus.training_text)
    windows: Any = folkkeras.random_windows(vocabulary.encode("abc"), batch_size=2, seq_length=1, seed=0)
    model = folkkeras.build_model(vocabulary, embedding=8, units=16)
    layer: folkkeras.LSTM = folkkeras.LSTM(8)
    print(windows, layer, folkkeras.model_inputs("abc", vocabulary, model.features))
    folkkeras.save_model(model, "model.keras")
    return model


def drawn(model: folkkeras.TuneModel) -> list[str]:
    generator: folkkeras.Generator = folkkeras.load("celtic")
    request = folkkeras.TuneRequest(
        count=2,
        sampling=folkkeras.Sampling(temperature=0.9),
        fields=folkkeras.header_fields(type="jig", key="Edor"),
        complete=True,
        max_copy=24,
    )
    sampler = generator.tunes(request)
    texts: list[folkkeras.TuneText] = [tune.text for tune in sampler]
    print(sampler.statistics.rejected.most_common(1), folkkeras.Generator(model).generate(length=10))
    return list(texts)


def revised(generator: folkkeras.Generator, tune: str) -> list[str]:
    read = folkkeras.read_tune(tune)
    found: list[folkkeras.Candidate] = folkkeras.rewrite(generator, read, [1, 2], candidates=2)
    found += folkkeras.compose(generator, folkkeras.TuneRequest(count=2))
    found += folkkeras.vary(generator, read, 0.2, locked=[1])
    return [candidate.text for candidate in found if candidate.complete and candidate.bits < 2]


def measured(model: folkkeras.TuneModel, corpus: folkkeras.Corpus) -> str:
    index = folkkeras.MelodyIndex(corpus.training)
    bits: float = folkkeras.Likelihood(model, corpus.held_out).bits_per_character()
    try:
        evaluation = folkkeras.evaluate(model, corpus, count=10, seed=1)
    except folkkeras.FolkError as error:
        return f"{error} {index.overlap(corpus.held_out[0]).longest} {bits} {Path(folkkeras.__version__)}"
    return folkkeras.report(evaluation, "mine")
