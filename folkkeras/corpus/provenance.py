"""Read the training corpora of a model, and of the models it was fine-tuned from, as named in its metadata."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.packed_tunes import TuneList
from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import CorpusError, FolkError
from folkkeras.importing.the_session import ALL_SETTINGS


def training_corpus(metadata: dict[str, Any], standard_input: Path | None = None) -> Corpus:
    """The training and held-out tunes of a model.

    Args:
        metadata: the model's training metadata.
        standard_input: the saved text of a corpus from standard input.

    Raises:
        CorpusError: the metadata names no corpus, or the corpus is gone or has changed since.
    """
    try:
        sources, raw, options = metadata["corpus"], bool(metadata["raw"]), metadata["options"]
        if not isinstance(sources, list) or not all(isinstance(source, str) for source in sources):
            raise TypeError
        validation_split, split = float(options["validation_split"]), int(options["split"])
        settings = str(options.get("settings", ALL_SETTINGS))  # older models have neither this nor chords
        chords = bool(metadata.get("chords"))
        digest = str(metadata["corpus_digest"])
    except (KeyError, TypeError, ValueError):
        raise CorpusError("the model does not say which tunes it was trained on: train it with `folk train`") from None
    if STANDARD_INPUT in sources and standard_input is None:
        raise CorpusError("the model was trained on standard input, and only its run has the tunes: name the run")
    try:
        corpus = read_corpus(
            sources,
            raw=raw,
            chords=chords,
            validation_split=validation_split,
            split=split,
            settings=settings,
            standard_input=standard_input,
        )
    except FolkError as error:
        raise CorpusError(f"the tunes that the model was trained on cannot be read: {error}") from error
    if corpus.digest != digest:
        raise CorpusError(
            f"the tunes of {', '.join(sources)} have changed since the model was trained on them: restore them"
        )
    return corpus


def base_of(metadata: dict[str, Any]) -> dict[str, Any]:
    """The part of a model's training metadata that a model fine-tuned from it keeps.

    Args:
        metadata: the metadata of the base model.
    """
    return {
        name: metadata[name]
        for name in ("corpus", "corpus_digest", "raw", "chords", "options", "base")
        if name in metadata
    }


def bases(metadata: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the metadata of the models that a model was fine-tuned from, the most recent first."""
    base = metadata.get("base")
    while isinstance(base, dict):
        yield base
        base = base.get("base")


def learned_before(metadata: dict[str, Any]) -> list[str]:
    """The training tunes of the models that a model was fine-tuned from, except those of its own corpus.

    Raises:
        CorpusError: the tunes of one of these models are gone or have changed since.
    """
    tunes: list[str] = []
    read = {metadata.get("corpus_digest")}
    for base in bases(metadata):
        if base.get("corpus_digest") in read:
            continue
        read.add(base.get("corpus_digest"))
        try:
            tunes.extend(training_corpus(base).training)
        except CorpusError as error:
            raise CorpusError(f"base model: {error}") from error
    return tunes


def learned(metadata: dict[str, Any], standard_input: Path | None = None) -> TuneList:
    """All tunes that a model was trained on, followed by those of the models that it was fine-tuned from.

    Args:
        metadata: the model's training metadata.
        standard_input: the saved text of a corpus from standard input.

    Raises:
        CorpusError: the metadata names no corpus, or a corpus is gone or has changed since.
    """
    return training_corpus(metadata, standard_input).training.union(learned_before(metadata))
