"""The corpus that a model was trained on, read again from what its file tells of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.normal_form import normalise
from folkkeras.corpus.reading import read_corpus
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


def unlearned(tunes: Sequence[str], corpus: Corpus) -> list[str]:
    """The tunes whose music is that of none of the corpus's training tunes, whatever their titles."""
    learned = {normalise(tune).body for tune in corpus.training}
    return [tune for tune in tunes if normalise(tune).body not in learned]
