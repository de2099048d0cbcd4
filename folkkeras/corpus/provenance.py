"""The corpus that a model was trained on, and those of the models it goes on from, read as its file tells of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.packed_tunes import TuneList
from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import CorpusError, FolkError


def own_corpus(about: dict[str, Any], standard_input: Path | None = None) -> Corpus:
    """The training and held-out tunes of a model.

    Args:
        about: the model's, how it was trained.
        standard_input: the kept text of a corpus from standard input.

    Raises:
        CorpusError: the model does not tell its corpus, or it is gone or has changed since.
    """
    try:
        sources, raw, options = about["corpus"], bool(about["raw"]), about["options"]
        if not isinstance(sources, list) or not all(isinstance(source, str) for source in sources):
            raise TypeError
        holdout, split = float(options["holdout"]), int(options["split"])
        digest = str(about["corpus_digest"])
    except (KeyError, TypeError, ValueError):
        raise CorpusError("the model does not tell which tunes it was trained on: train it with `folk train`") from None
    if STANDARD_INPUT in sources and standard_input is None:
        raise CorpusError("the model learned from standard input, and its tunes are in its run alone: give the run")
    try:
        corpus = read_corpus(sources, raw=raw, holdout=holdout, split=split, standard_input=standard_input)
    except FolkError as error:
        raise CorpusError(f"the tunes that the model was trained on cannot be read: {error}") from error
    if corpus.digest != digest:
        raise CorpusError(
            f"the tunes of {', '.join(sources)} have changed since the model was trained on them: restore them"
        )
    return corpus


def base_of(about: dict[str, Any]) -> dict[str, Any]:
    """What a model that goes on from another one keeps of how that one was trained.

    Args:
        about: the other one's.
    """
    return {name: about[name] for name in ("corpus", "corpus_digest", "raw", "options", "base") if name in about}


def bases(about: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """How the models were trained that a model goes on from, each from the next one; none where it began anew."""
    base = about.get("base")
    while isinstance(base, dict):
        yield base
        base = base.get("base")


def learned_before(about: dict[str, Any]) -> list[str]:
    """The training tunes of the models that a model goes on from, but for those of its own corpus.

    Raises:
        CorpusError: the tunes of one are gone or have changed since.
    """
    tunes: list[str] = []
    read = {about.get("corpus_digest")}
    for base in bases(about):
        if base.get("corpus_digest") in read:
            continue
        read.add(base.get("corpus_digest"))
        try:
            tunes.extend(own_corpus(base).training)
        except CorpusError as error:
            raise CorpusError(f"of the model that this one goes on from: {error}") from error
    return tunes


def learned(about: dict[str, Any], standard_input: Path | None = None) -> TuneList:
    """All tunes that a model has learned from, those of the models that it goes on from last.

    Args:
        about: the model's, how it was trained.
        standard_input: the kept text of a corpus from standard input.

    Raises:
        CorpusError: the model does not tell its corpus, or one is gone or has changed since.
    """
    return own_corpus(about, standard_input).training.union(learned_before(about))
